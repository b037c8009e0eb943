"""Do resampled figures say how far chance moves them, and the same thing every time?"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models._bootstrap import _Ranked, bootstrap, interval, thinned
from models._metrics import metrics

FIGURES = (
    "base_rate",
    "mean_probability",
    "auc",
    "average_precision",
    "brier",
    "log_loss",
    "calibration_error",
    "lift_at_10_percent",
)


def outcomes(count: int, *, seed: int = 0, decimals: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Calibrated probabilities with ties, what came of them, and whose they are."""
    chance = np.random.default_rng(seed)
    probability = np.round(chance.uniform(0.02, 0.9, count), decimals)
    return chance.random(count) < probability, probability, np.arange(count).astype(str).astype(object)


@pytest.mark.parametrize("decimals", [1, 2, 8])
def test_with_every_customer_drawn_once_the_figures_are_those_of_the_report(decimals: int) -> None:
    label, probability, _ = outcomes(400, decimals=decimals)
    found = _Ranked(label, probability).figures(np.ones((1, 400)))
    wanted = metrics(label, probability)
    assert {name: values[0] for name, values in found.items()} == pytest.approx({n: wanted[n] for n in FIGURES})


def test_a_customer_drawn_twice_counts_like_two() -> None:
    label, probability, _ = outcomes(60)
    weights = np.random.default_rng(3).integers(0, 4, 60)
    found = _Ranked(label, probability).figures(weights[None].astype(float))
    wanted = metrics(np.repeat(label, weights), np.repeat(probability, weights))
    for name in set(FIGURES) - {"calibration_error"}:  # its bins stay those of the full sample
        assert found[name][0] == pytest.approx(wanted[name])


@pytest.mark.parametrize("decimals", [1, 8])
def test_resampled_log_loss_and_lift_are_those_of_the_customers_drawn_one_by_one(decimals: int) -> None:
    label, probability, _ = outcomes(90, decimals=decimals)
    drawn = np.random.default_rng(4).integers(90, size=(40, 90))
    weights = np.array([np.bincount(one, minlength=90) for one in drawn], dtype=float)
    found = _Ranked(label, probability).figures(weights)
    plain = [metrics(label[one], probability[one]) for one in drawn]
    for name in ("log_loss", "lift_at_10_percent"):
        assert found[name] == pytest.approx([one[name] for one in plain])


def test_nine_of_ten_intervals_hold_the_truth() -> None:
    truth = metrics(*outcomes(200_000, seed=99)[:2])
    held = []
    for seed in range(60):
        label, probability, customers = outcomes(300, seed=seed)
        low, high = interval(bootstrap(label, {"it": probability}, customers=customers, seed=1)["it"]["brier"])
        held.append(low <= truth["brier"] <= high)
    assert 0.8 <= np.mean(held) <= 1


def test_the_same_seed_gives_the_same_intervals_whatever_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    label, probability, customers = outcomes(200)
    before = bootstrap(label, {"it": probability}, customers=customers, seed=5, times=40)
    monkeypatch.setattr("models._bootstrap._CELLS", 1_000)
    after = bootstrap(label, {"it": probability}, customers=customers, seed=5, times=40)
    for name in FIGURES:
        assert after["it"][name] == pytest.approx(before["it"][name], abs=1e-12)


def test_two_models_meet_the_same_customers() -> None:
    label, probability, customers = outcomes(200)
    found = bootstrap(label, {"one": probability, "same": probability.copy()}, customers=customers, seed=5, times=40)
    assert all(np.array_equal(found["one"][name], found["same"][name]) for name in FIGURES)


def test_rows_of_one_customer_are_drawn_together() -> None:
    label = np.array([True, True, True, False, False, False])
    customers = np.array(["a", "a", "a", "b", "b", "b"], dtype=object)
    found = bootstrap(label, {"it": np.full(6, 0.0)}, customers=customers, seed=1, times=200)["it"]["brier"]
    assert set(found.tolist()) == {0.0, 0.5, 1.0}


def test_where_the_outcome_never_occurred_there_is_no_lift() -> None:
    label, customers = np.zeros(40, dtype=bool), np.arange(40).astype(object)
    found = bootstrap(label, {"it": np.full(40, 0.2)}, customers=customers, seed=1, times=20)["it"]
    assert np.isnan(found["lift_at_10_percent"]).all()
    assert found["log_loss"] == pytest.approx(-np.log(0.8))


def test_one_outcome_only_leaves_no_ranking_to_measure() -> None:
    label, customers = np.array([True] * 40), np.arange(40).astype(object)
    found = bootstrap(label, {"it": np.full(40, 0.7)}, customers=customers, seed=1, times=20)["it"]
    assert np.isnan(found["average_precision"]).all()
    assert all(np.isnan(bound) for bound in interval(found["auc"]))
    assert interval(found["brier"]) == pytest.approx((0.09, 0.09))


def test_many_rows_are_thinned_to_whole_customers_from_all_over(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pl.DataFrame({"customer_id": [f"C{n // 2:04}" for n in range(2000)], "as_of": [1, 2] * 1000})
    assert thinned(rows.reverse(), seed=1).equals(rows)
    monkeypatch.setattr("models._bootstrap.MOST_ROWS", 500)
    kept = thinned(rows, seed=1)
    assert kept.height == 500
    assert kept.group_by("customer_id").len()["len"].to_list() == [2] * 250
    assert 90 < kept.filter(pl.col("customer_id") < "C0500").n_unique("customer_id") < 160
    assert thinned(rows.reverse(), seed=1).equals(kept)
