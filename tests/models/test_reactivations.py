"""Is the silence of who comes back counted as the past shows it, and as the purchase process has it where it cannot?"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from features import PurchaseProcess, snapshot
from models._ahead import Histories, Silence
from models._reactivations import FEWEST, learned_silence, reactivations_known
from tests.features.tables import AS_OF, tables

PROCESS = PurchaseProcess(r=2.0, alpha=40.0, a=0.5, b=20.0)
SILENT = 60


def known(*bought: tuple[str, int, float]) -> pl.DataFrame:
    """The reactivations of customers who bought so many days ago."""
    made = tables(bought)
    rows = snapshot(made, as_of=AS_OF, time_zone="UTC")
    return reactivations_known(made, rows, silent_days=SILENT, as_of=AS_OF, time_zone="UTC")


def test_a_reactivation_is_a_purchase_after_the_silence_with_the_history_and_the_sequel_of_that_day() -> None:
    back = known(
        *(("anna", ago, 9.0) for ago in (400, 390, 300, 250, 210, 100, 40, 20)),
        ("ben", 300, 9.0),
        ("ben", 240, 9.0),
        ("cara", 300, 9.0),
    )
    # Anna came back 300 days ago, after 90, and 100 days ago, after 110; 60 days are no silence.
    assert back.drop("customer_id").rows() == [(1.0, 10.0, 100.0, 182, 2.0), (4.0, 190.0, 300.0, 84, 2.0)]
    assert back["customer_id"].unique().to_list() == ["anna"]


def test_who_came_back_lately_is_not_followed_and_days_count_once() -> None:
    assert known(("anna", 300, 9.0), ("anna", 28, 9.0)).height == 0
    every_day = [("anna", ago, 9.0) for ago in range(1, 29)]
    assert known(("anna", 300, 9.0), ("anna", 29, 9.0), *every_day).select("days", "purchases").row(0) == (28, 28.0)
    back = [("anna", 300, 9.0), ("anna", 100, 9.0), ("anna", 100, 5.0)]
    followed = [("anna", 99, 9.0), ("anna", 99, 9.0), ("anna", 16, 9.0), ("anna", 15, 9.0)]
    assert known(*back, *followed)["purchases"].to_list() == [2.0]
    assert known().height == 0


def test_of_most_customers_some_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models._reactivations.MOST_CUSTOMERS", 3)
    bought = [(f"C{number}", ago, 9.0) for number in range(7) for ago in (300, 100)]
    assert known(*bought)["customer_id"].to_list() == ["C0", "C3", "C6"]


def came_back(pace_silence: Silence, *, count: int = 400, seed: int = 1) -> pl.DataFrame:
    """Customers who come back after 70 to 700 days and buy as often as a share of that silence lets expect."""
    chance = np.random.default_rng(seed)
    repeats, last = chance.integers(3, 30, count).astype(float), chance.uniform(60, 300, count).round()
    age = last + chance.uniform(70, 700, count).round()
    back = Histories(repeats, last, age).back_today(pace_silence)
    expected = PROCESS.expected_purchases(back.repeats, back.last_days, back.age_days, days=182)
    return pl.DataFrame(
        {
            "customer_id": [f"C{number}" for number in range(count)],
            "repeats": repeats,
            "last_days": last,
            "age_days": age,
            "days": np.full(count, 182),
            "purchases": chance.poisson(expected).astype(float),
        }
    )


def test_where_they_were_slow_the_whole_silence_counts() -> None:
    for seed in range(10):
        assert learned_silence(PROCESS, came_back(Silence(), seed=seed), silent_days=SILENT) == Silence()


@pytest.mark.parametrize("truth", [Silence(most_days=60.0), Silence(share=0.5), Silence(share=0.25, most_days=90.0)])
def test_where_they_had_gone_so_much_counts_as_the_past_shows(truth: Silence) -> None:
    learned = learned_silence(PROCESS, came_back(truth, count=1000), silent_days=SILENT)
    days = np.array([80.0, 200.0, 400.0, 700.0])
    np.testing.assert_allclose(learned.counted(days), truth.counted(days), rtol=0.35, atol=10.0)


def test_what_counts_is_told_in_words() -> None:
    assert str(Silence()) == "100% of it"
    assert str(Silence(share=0.5, most_days=84.0)) == "50% of it, at most 84 days"


def test_few_reactivations_teach_nothing() -> None:
    gone = came_back(Silence(most_days=30.0), count=FEWEST)
    assert learned_silence(PROCESS, gone, silent_days=SILENT) != Silence()
    assert learned_silence(PROCESS, gone.head(FEWEST - 1), silent_days=SILENT) == Silence()
    assert learned_silence(PROCESS, gone.clear(), silent_days=SILENT) == Silence()


def test_one_customer_who_comes_and_goes_teaches_nothing() -> None:
    one = came_back(Silence(most_days=30.0), count=3 * FEWEST).with_columns(customer_id=pl.lit("A"))
    assert learned_silence(PROCESS, one, silent_days=SILENT) == Silence()


def test_the_order_of_customers_changes_nothing() -> None:
    gone = came_back(Silence(share=0.5), count=60)
    assert learned_silence(PROCESS, gone, silent_days=SILENT) == learned_silence(
        PROCESS, gone.reverse(), silent_days=SILENT
    )
