"""Does the ledger know every list that stands? Nights that were killed in between, and looks back."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from small_shop import AS_OF, Churn

from pipelines._recording import record_what_was_killed
from serving import Ledger, last_bundle, manifest_of

NIGHT = date.fromisoformat(AS_OF)
LATER = date(2030, 1, 1)


def assigned(home: Path) -> pl.DataFrame:
    return Ledger(None, home).assigned()


def forget(home: Path) -> None:
    """What a night leaves that was killed after publishing and before recording."""
    for file in home.glob("ledger.db*"):
        file.unlink()


def test_a_list_whose_night_was_killed_before_it_was_recorded_is_recorded_by_the_next(night: Path) -> None:
    before, lists = assigned(night), Ledger(None, night).lists()
    assert before.height > 0
    forget(night)
    record_what_was_killed(Ledger(None, night), night, before=LATER)
    assert assigned(night).equals(before)
    assert Ledger(None, night).lists().equals(lists)


def test_the_night_that_was_killed_may_also_be_run_again(churn: Churn, night: Path, shop: Path) -> None:
    before = assigned(night)
    forget(night)
    ended = churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", night)
    assert ended.code == 0, ended.err
    assert assigned(night).equals(before)


def test_nothing_is_recorded_that_is_on_record_or_older_than_what_is(night: Path) -> None:
    older = night / "lists" / "as_of=2024-01-01"
    shutil.copytree(night / "lists" / f"as_of={AS_OF}", older)
    record_what_was_killed(Ledger(None, night), night, before=LATER)
    assert Ledger(None, night).lists()["as_of"].to_list() == [NIGHT]


@pytest.mark.slow
def test_a_night_before_those_on_record_is_a_look_back_that_no_other_night_reads(
    churn: Churn, night: Path, shop: Path
) -> None:
    def run(day: date) -> str:
        ended = churn("nightly", "--source", shop, "--as-of", day, "--home", night)
        assert ended.code == 0, ended.err
        return ended.out

    between, last = NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)
    run(last)
    assert "is a look back: it is in no ledger" in " ".join(run(between).split())
    assert Ledger(None, night).lists()["as_of"].to_list() == [NIGHT, last]
    assert manifest_of(night / "lists" / f"as_of={between}")["is_look_back"]
    assert last_bundle(night, before=last) == night / "lists" / f"as_of={NIGHT}"
    before = Ledger(None, night).lists()
    run(last)
    assert Ledger(None, night).lists().equals(before)
