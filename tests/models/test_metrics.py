"""Do the figures of a report say what their definitions say, worked out by hand?"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models._metrics import calibration_error, equal_count_bins, lift, metrics

LABEL = np.array([True, False, True, False, False])
PROBABILITY = np.array([0.9, 0.8, 0.6, 0.3, 0.1])

rows_of_answers = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])), min_size=1)


def test_the_figures_of_five_customers_worked_out_by_hand() -> None:
    found = metrics(LABEL, PROBABILITY)
    assert found["customers"] == 5
    assert found["base_rate"] == pytest.approx(0.4)
    assert found["mean_probability"] == pytest.approx(0.54)
    assert found["auc"] == pytest.approx(5 / 6)  # of six pairs of yes and no, one (0.6, 0.8) is the wrong way round
    assert found["average_precision"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert found["brier"] == pytest.approx((0.01 + 0.64 + 0.16 + 0.09 + 0.01) / 5)
    assert found["log_loss"] == pytest.approx(-math.log(0.9 * 0.2 * 0.6 * 0.7 * 0.9) / 5)
    assert found["calibration_error"] == pytest.approx((0.1 + 0.8 + 0.4 + 0.3 + 0.1) / 5)  # a bin for each
    assert found["lift_at_10_percent"] == pytest.approx(1 / 0.4)


def test_calibration_error_is_the_mean_gap_of_bins_of_equal_count() -> None:
    label = np.array([False, False, True, False, True, True])
    probability = np.array([0.1, 0.1, 0.2, 0.2, 0.8, 0.9])
    # lower half: 0.1333 predicted, 0.3333 observed; upper half: 0.6333 predicted, 0.6667 observed
    half = np.array([0.1, 0.1, 0.2, 0.3, 0.8, 0.8])
    assert calibration_error(label, half, bins=2) == pytest.approx((abs(0.4 / 3 - 1 / 3) + abs(1.9 / 3 - 2 / 3)) / 2)
    assert calibration_error(label, probability, bins=1) == pytest.approx(0.5 - 2.3 / 6)


def test_one_probability_for_all_is_judged_as_one_group_whatever_the_order_of_customers() -> None:
    label = np.array([True] * 20 + [False] * 80)
    assert calibration_error(label, np.full(100, 0.2)) == pytest.approx(0)
    assert calibration_error(label, np.full(100, 0.5)) == pytest.approx(0.3)
    assert lift(label, np.full(100, 0.2), share=0.1) == pytest.approx(1)


def test_lift_takes_tied_customers_at_the_cut_at_their_common_rate() -> None:
    label = np.array([True, True, False, False, False, False, False, False, False, False])
    probability = np.array([0.9, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    assert lift(label, probability, share=0.1) == pytest.approx(1 / 0.2)
    assert lift(label, probability, share=0.2) == pytest.approx(((1 + 0.5) / 2) / 0.2)
    assert lift(label, probability, share=1.0) == pytest.approx(1)


@given(rows_of_answers, st.randoms(use_true_random=False))
def test_no_figure_depends_on_the_order_of_customers(rows: list[tuple[bool, float]], random: object) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    before, after = (
        metrics(np.array([yes for yes, _ in some]), np.array([p for _, p in some])) for some in (rows, mixed)
    )
    assert after == pytest.approx(before, nan_ok=True)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(1, 12))
def test_every_value_is_in_one_bin_and_bins_do_not_overlap(values: list[float], bins: int) -> None:
    probability = np.array(values)
    parts = equal_count_bins(probability, bins=bins)
    assert sorted(np.concatenate(parts)) == list(range(len(values)))
    assert len(parts) <= bins
    for lower, higher in pairwise(parts):
        assert probability[lower].max() < probability[higher].min()


@pytest.mark.parametrize("answer", [True, False])
def test_where_only_one_outcome_occurred_ranking_figures_are_not_a_number_and_the_others_are(answer: bool) -> None:
    found = metrics(np.full(4, answer), np.array([0.0, 0.5, 0.5, 1.0]))
    assert math.isnan(found["auc"])
    assert math.isnan(found["average_precision"])
    assert math.isnan(found["lift_at_10_percent"]) == (not answer)
    assert all(math.isfinite(found[name]) for name in ("brier", "log_loss", "calibration_error", "base_rate"))


def test_gain_at_the_size_of_the_list_is_the_share_of_all_yes_that_it_holds() -> None:
    label = np.array([True, False, True, False, False, True, False, False])
    probability = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
    found = metrics(label, probability, list_size=4)
    assert found["gain_at_list_size"] == pytest.approx(2 / 3)
    assert found["lift_at_list_size"] == pytest.approx((2 / 4) / (3 / 8))
    assert metrics(label, probability, list_size=100)["gain_at_list_size"] == pytest.approx(1)
    assert "gain_at_list_size" not in metrics(label, probability)
