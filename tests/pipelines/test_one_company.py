"""Does a home keep one company, read in one way, in one time zone?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from deliveries import AS_OF, START, lines

from features import open_lake, snapshot
from pipelines._errors import SourceChanged
from pipelines._ingest import Arrival, ingest, read_and_check
from pipelines._settings import Settings


def nameless() -> pl.DataFrame:
    """Lines without names and zones, so that a key is made from what they say."""
    return lines().drop("transaction_id").with_columns(pl.col("occurred_at").dt.replace_time_zone(None))


def delivered(settings: Settings, rows: pl.DataFrame, folder: Path) -> list[Arrival]:
    """What a folder of its own brings."""
    folder.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(folder / "transactions.parquet")
    placed = settings.model_copy(update={"source": settings.source.model_copy(update={"path": folder})})
    return ingest(placed, read_and_check(placed, as_of=AS_OF), as_of=AS_OF)


def test_a_home_with_a_difficult_name_knows_its_company_too(settings: Callable[..., Settings], tmp_path: Path) -> None:
    difficult = settings(home=tmp_path / "shop #1")
    delivered(difficult, nameless(), tmp_path / "a")
    with pytest.raises(SourceChanged, match="no longer at"):
        delivered(difficult, nameless().with_columns(pl.col("amount") * 3), tmp_path / "b")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"time_zone": "America/New_York"}, "the settings say time_zone = America/New_York"),
        ({"tables.transactions.time_zone": "Asia/Shanghai"}, "now read in Asia/Shanghai, no longer in UTC"),
        ({"tables.transactions.constants": {"amount": 2}}, "the mapping .* is another"),
    ],
)
def test_rows_read_in_another_way_would_stand_twice(
    change: dict[str, object], says: str, settings: Callable[..., Settings], tmp_path: Path, home: Path
) -> None:
    delivered(settings(), nameless(), tmp_path / "a" / "export")
    with pytest.raises(SourceChanged, match=says):
        delivered(settings(**change), nameless(), tmp_path / "a" / "export")
    assert open_lake(home).tables["transactions"].collect().height == 40


def test_another_company_does_not_enter_a_home_by_the_same_name(
    settings: Callable[..., Settings], tmp_path: Path
) -> None:
    delivered(settings(), nameless(), tmp_path / "a" / "export")
    others = nameless().with_columns(pl.col("amount") * 3)
    with pytest.raises(SourceChanged, match=r"of 40 rows .* only 0 are known .* no longer at .*a/export"):
        delivered(settings(), others, tmp_path / "b" / "export")
    later = nameless().with_columns(customer_id=pl.lit("K1"), occurred_at=pl.lit(START + timedelta(days=30, hours=1)))
    with pytest.raises(SourceChanged, match=r"of 40 rows only 0 have customers known"):
        delivered(settings(), later, tmp_path / "b" / "export")


def test_a_source_may_move_as_long_as_it_brings_what_it_brought(
    settings: Callable[..., Settings], tmp_path: Path
) -> None:
    delivered(settings(), nameless(), tmp_path / "a" / "export")
    assert delivered(settings(), nameless(), tmp_path / "b" / "export")[0].new == 0


def test_zones_in_the_timestamps_make_the_zone_of_the_others_no_matter(
    settings: Callable[..., Settings], tmp_path: Path
) -> None:
    zoned = lines().drop("transaction_id")
    delivered(settings(), zoned, tmp_path / "a")
    other = settings(**{"tables.transactions.time_zone": "Asia/Shanghai"})
    assert delivered(other, zoned, tmp_path / "a")[0].new == 0


def test_a_home_knows_in_which_zone_its_days_begin(
    settings: Callable[..., Settings], tmp_path: Path, home: Path
) -> None:
    rows = nameless().with_columns(occurred_at=pl.lit("2024-05-31 02:00"))
    delivered(settings(time_zone="America/New_York"), rows, tmp_path / "a")
    assert open_lake(home).time_zone == "America/New_York"
    told = snapshot(home, as_of="2024-06-01")
    assert told.equals(snapshot(home, as_of="2024-06-01", time_zone="America/New_York"))
    assert told.equals(snapshot(open_lake(home), as_of="2024-06-01"))
    assert not told.equals(snapshot(home, as_of="2024-06-01", time_zone="Asia/Shanghai"))
