"""Does a comparison say what a new feature is worth? Coverage, drift, separation and twins, by hand and from tables."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import pandas as pd
import polars as pl
import pytest

from features import Feature, catalogue, compare, complaints, count, feature, least, purchases, snapshot, total
from features._measures import auc, rank_correlation, stability_index
from tests.features.tables import AS_OF, tables

EXISTING = [catalogue()[name] for name in ("purchase_count", "days_since_last_purchase")]


@feature(of=purchases, unit="purchases", missing=0, days=(28,))
def large_purchase_count(days: int) -> Any:
    """Purchases of more than 50 in the last {days} days."""
    return count(purchases.within(days) & (purchases.amount > 50))


@feature(of=purchases, unit="days", missing=None)
def silence_days() -> Any:
    """Days since the latest purchase, by another name; null for a customer who never bought."""
    return least(purchases.age_days)


def shop(customers: int = 20) -> dict[str, pl.LazyFrame]:
    """Customer n bought n days ago, for 10 * n."""
    return tables([(f"c{n:02}", n, 10.0 * n) for n in range(1, customers + 1)])


def late_labels(day: date) -> pl.DataFrame:
    """Who last bought more than 10 days before the as-of date of all tests."""
    return pl.DataFrame({"customer_id": [f"c{n:02}" for n in range(1, 21)], "label": [n > 10 for n in range(1, 21)]})


def compared(new: Feature, **more: Any) -> dict[str, Any]:
    """The one line of a comparison."""
    asked: dict[str, Any] = {"as_of": [AS_OF], "beside": EXISTING, **more}
    (line,) = compare(new, shop(), **asked).to_dicts()
    return line


def test_coverage_and_the_share_at_the_missing_value_are_of_all_customers() -> None:
    line = compared(large_purchase_count)
    assert line["column"] == "large_purchase_count_28d"
    assert (line["coverage"], line["missing_share"]) == (1, 0.25)
    assert (line["mean"], line["median"]) == (0.75, 1)


def test_a_feature_that_is_null_without_events_has_no_missing_share() -> None:
    assert compared(silence_days)["missing_share"] is None


def test_a_feature_of_an_absent_table_is_known_for_nobody() -> None:
    @feature(of=complaints, unit="complaints", missing=0)
    def complaint_number() -> Any:
        """Complaints ever."""
        return count()

    bought = {"transactions": shop()["transactions"]}
    (line,) = compare(complaint_number, bought, as_of=[AS_OF], beside=EXISTING).to_dicts()
    assert line["coverage"] == 0
    assert [line[name] for name in ("mean", "median", "drift", "auc", "nearest")] == [None] * 5


def test_a_twin_under_another_name_is_found() -> None:
    line = compared(silence_days)
    assert (line["nearest"], line["correlation"]) == ("days_since_last_purchase", pytest.approx(1))


def test_a_feature_of_the_catalogue_is_compared_with_the_others() -> None:
    line = compared(EXISTING[1])
    assert line["column"] == "days_since_last_purchase"
    assert line["nearest"].startswith("purchase_count_")


def test_the_outcome_is_told_apart_in_either_direction() -> None:
    line = compared(silence_days, labels=late_labels)
    assert (line["auc"], line["outcome_has"]) == (1, "higher")
    opposite = compared(silence_days, labels=lambda day: late_labels(day).with_columns(~pl.col("label")).to_pandas())
    assert (opposite["auc"], opposite["outcome_has"]) == (1, "lower")


def test_with_labels_only_the_labelled_are_looked_at() -> None:
    line = compared(large_purchase_count, labels=lambda day: late_labels(day).head(5))
    assert line["missing_share"] == 1
    assert line["auc"] is None


def test_labels_of_strangers_are_refused() -> None:
    stranger = pl.DataFrame({"customer_id": ["nobody"], "label": [True]})
    with pytest.raises(ValueError, match=r"name 1 customers without a transaction .*first: 'nobody'"):
        compared(silence_days, labels=lambda _: stranger)


def test_labels_that_are_null_are_refused() -> None:
    with pytest.raises(ValueError, match="hold 20 nulls"):
        compared(silence_days, labels=lambda day: late_labels(day).with_columns(label=None))


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ({"customer_id": ["anna"], "churned": [True]}, "have no column label, but customer_id, churned"),
        ({"customer_id": ["anna"], "label": ["yes"]}, "are String; they should be True or False"),
        ({"customer_id": ["anna"], "label": [2]}, "are Int64; they should be True or False"),
    ],
)
def test_labels_of_another_shape_are_refused(labels: dict[str, list[object]], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        compare(silence_days, shop(), as_of=AS_OF, beside=EXISTING, labels=lambda day: pl.DataFrame(labels))


def test_a_column_that_the_catalogue_makes_already_is_refused() -> None:
    @feature(of=purchases, unit="currency", missing=0, days=(28,))
    def spend(days: int) -> Any:
        """Something else by the name of a feature, over {days} days."""
        return total(purchases.amount, purchases.within(days))

    says = r"two features make the column 'spend_28d' \(in features.monetary and .*test_compare\)"
    with pytest.raises(ValueError, match=says):
        compare(spend, shop(), as_of=[AS_OF])
    with pytest.raises(ValueError, match=says):
        snapshot(shop(), as_of=AS_OF, features=[*catalogue().values(), spend])


def test_drift_is_the_largest_against_the_first_date() -> None:
    steady = compared(silence_days, as_of=[AS_OF, AS_OF])
    moved = compared(silence_days, as_of=[AS_OF, AS_OF, AS_OF + timedelta(days=30)])
    assert steady["drift"] == 0
    assert moved["drift"] > 0.25
    assert compared(silence_days)["drift"] is None


def test_a_comparison_takes_what_a_snapshot_takes() -> None:
    frames = {name: frame.collect().to_pandas() for name, frame in shop().items()}
    made = compare([silence_days, large_purchase_count], frames, as_of=[pd.Timestamp(AS_OF)], beside=EXISTING)
    assert made["column"].to_list() == ["silence_days", "large_purchase_count_28d"]


def test_one_date_may_stand_alone() -> None:
    assert compare(silence_days, shop(), as_of=AS_OF).equals(compare(silence_days, shop(), as_of=[str(AS_OF)]))


def test_no_date_and_labels_that_are_no_function_are_refused() -> None:
    with pytest.raises(ValueError, match="names no date"):
        compare(silence_days, shop(), as_of=[])
    with pytest.raises(TypeError, match="function from an as-of date"):
        compare(silence_days, shop(), as_of=[AS_OF], labels={AS_OF: pl.DataFrame()})  # type: ignore[arg-type]


def test_a_comparison_runs_beside_the_whole_catalogue() -> None:
    assert compare(silence_days, shop(), as_of=[AS_OF])["correlation"].abs().to_list() == [pytest.approx(1)]


def test_the_stability_index_is_that_of_its_formula() -> None:
    first, later = pl.Series([0.0, 0.0, 1.0, 1.0]), pl.Series([0.0, 1.0, 1.0, None])
    p, q = [0.5, 2.5, 0.5, 2.5, 0.5, 0.5], [0.5, 1.5, 0.5, 2.5, 0.5, 1.5]
    shares = [(a / 7, b / 7) for a, b in zip(p, q, strict=True)]
    assert stability_index(first, later) == pytest.approx(sum((b - a) * math.log(b / a) for a, b in shares))


def test_the_stability_index_sees_a_rare_event_become_frequent() -> None:
    rare, frequent = pl.Series([0.0] * 97 + [1.0] * 3), pl.Series([0.0] * 70 + [1.0] * 30)
    assert stability_index(rare, frequent) > 0.25


def test_the_stability_index_of_a_column_that_nobody_has_is_zero() -> None:
    unknown = pl.Series([None, None], dtype=pl.Float64)
    assert stability_index(unknown, unknown) == 0


def test_separation_counts_ties_half_and_leaves_the_unknown_out() -> None:
    label = pl.Series([True, True, False, False])
    assert auc(pl.Series([3, 4, 1, 2]), label) == 1
    assert auc(pl.Series([1, 1, 1, 1]), label) == 0.5
    assert auc(pl.Series([2, 1, 1, 0]), label) == 0.875
    assert auc(pl.Series([2, None, 1, None]), label) == 1
    assert auc(pl.Series([None, None, 1, 2]), label) is None


def test_columns_known_together_for_too_few_are_not_correlated() -> None:
    many, few = pl.Series([1.0, 2, 3, 4, 5, 6]), pl.Series([1.0, 2, None, None, None, None])
    assert rank_correlation(many, few) is None
    assert rank_correlation(few, many) == pytest.approx(1)
    assert rank_correlation(many, pl.Series([7.0] * 6)) is None
    assert rank_correlation(many, -(many**3)) == pytest.approx(-1)


TYPED = """
from features import count, feature, purchases, snapshot
from features._code import SourceLost
import polars as pl
@feature(of=purchases, unit="purchases", missing=0)
def typed_count():
    "Purchases ever."
    return count(purchases.amount > 0)
lines = pl.DataFrame({"customer_id": ["a"], "occurred_at": ["2026-03-01"], "amount": [1]})
print(snapshot(lines, as_of="2026-03-10", features=[typed_count]).rows())
try:
    typed_count.fingerprint
except SourceLost as error:
    print(error)
"""


def test_a_feature_typed_at_a_prompt_is_computed_and_only_its_fingerprint_is_refused() -> None:
    done = subprocess.run([sys.executable, "-c", TYPED], capture_output=True, text=True, check=True)
    rows, says = done.stdout.splitlines()
    assert rows == "[('a', 1.0)]"
    assert "the code of 'typed_count' cannot be read" in says
