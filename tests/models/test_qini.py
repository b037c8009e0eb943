"""Does the Qini coefficient tell who is contacted first, and does the calibration table add up?"""

from __future__ import annotations

import numpy as np
import pytest
from randomised_trial import World, trial

from models._qini import qini
from models._uplift_calibration import calibration

CHANCE = np.random.default_rng(5)
CUSTOMERS = np.array([f"C{number}" for number in range(3000)], dtype=object)
TRUTH = CHANCE.normal(0.05, 0.2, 3000)
SEEN = TRUTH + CHANCE.normal(0.0, 0.8, 3000)


def by_hand(order: np.ndarray, change: np.ndarray) -> float:
    """The area between the curve of the gained, by how many were contacted, and the straight line."""
    total = len(change)
    area, gained = 0.0, 0.0
    for number, row in enumerate(order):
        area += (gained + change[row] / 2) / total - (number + 0.5) / total * change.sum() / total
        gained += change[row]
    return float(area / total)


def test_it_is_the_area_between_the_curve_and_the_line() -> None:
    said = CHANCE.permutation(40).astype(float)
    found = qini(said, SEEN[:40], CUSTOMERS[:40])
    assert found.value == pytest.approx(by_hand(np.argsort(-said), SEEN[:40]))


def test_a_random_order_is_worth_nothing_and_the_truth_the_most() -> None:
    at_random = qini(CHANCE.random(3000), SEEN, CUSTOMERS)
    truth, blurred = (qini(said, SEEN, CUSTOMERS) for said in (TRUTH, TRUTH + CHANCE.normal(0, 0.2, 3000)))
    assert at_random.low < 0 < at_random.high
    assert truth.value > blurred.value > at_random.high
    assert qini(-TRUTH, SEEN, CUSTOMERS).value == pytest.approx(-truth.value)


def test_those_of_whom_the_same_is_foretold_share_their_rank() -> None:
    assert qini(np.zeros(3000), SEEN, CUSTOMERS).value == pytest.approx(0.0, abs=1e-12)


def test_the_interval_is_what_other_customers_would_have_made_of_it() -> None:
    found = qini(TRUTH, SEEN, CUSTOMERS)
    drawn = [CHANCE.integers(3000, size=3000) for _ in range(300)]
    others = [qini(TRUTH[rows], SEEN[rows], np.arange(3000).astype(object)).value for rows in drawn]
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.std(others), rel=0.2)


def test_rows_of_one_customer_make_the_interval_wider() -> None:
    twice = np.repeat(CUSTOMERS[:1500], 2)
    alone, together = (qini(np.repeat(TRUTH[:1500], 2), np.repeat(SEEN[:1500], 2), who) for who in (CUSTOMERS, twice))
    assert together.high - together.low > 1.2 * (alone.high - alone.low)


@pytest.mark.parametrize(("holdout_share", "count"), [(0.3, 10), (0.1, 5)])
def test_the_parts_add_up_to_all(holdout_share: float, count: int) -> None:
    known, change = trial(World(kind="linear", customers=1000, traits=25, holdout_share=holdout_share), seed=1)
    seen = change + CHANCE.normal(0, 0.5, 1000)
    parts = calibration(change, seen, known)
    assert len(parts) == count
    assert sum(part.customers for part in parts) == 1000
    assert sum(part.held_out for part in parts) == (~known.is_treated).sum()
    assert sum(part.measured * part.customers for part in parts) == pytest.approx(seen.sum())
    assert sum(part.foretold * part.customers for part in parts) == pytest.approx(change.sum())
    assert [part.foretold for part in parts] == sorted((part.foretold for part in parts), reverse=True)
    assert all(part.low < part.measured < part.high for part in parts)


def test_of_what_is_known_the_parts_hold_the_truth() -> None:
    known, change = trial(World(kind="harm", customers=4000, traits=25, spread=0.5), seed=2)
    parts = calibration(change, change + CHANCE.normal(0, 0.5, 4000), known)
    assert sum(part.low <= part.foretold <= part.high for part in parts) >= 8
