"""Does contact change as much as was foretold? Tenths of the customers, from those whom it should change most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models._matrix import Numbers
from models._randomised import Randomised, Rows, by_customer

_MANY_HELD_OUT = 200
_NORMAL_95 = 1.96


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the customers: how many, how many of them held out, and the mean change, foretold and measured.

    `low` and `high` are the ends of the 95% interval of what was measured.
    """

    customers: int
    held_out: int
    foretold: float
    measured: float
    low: float
    high: float


def calibration(foretold: Numbers, change: Numbers, trial: Randomised) -> tuple[Part, ...]:
    """Ten parts of one size by what was foretold, highest first; five where fewer than 200 were held out.

    What was measured is the mean of the answers of single customers: outcomes weighted by how rarely their arm was
    drawn, and put right by what was to be expected (augmented inverse propensity weighting, Robins, Rotnitzky and Zhao
    1994).
    """
    count = 10 if int((~trial.is_treated).sum()) >= _MANY_HELD_OUT else 5
    order = np.argsort(-foretold, kind="stable")
    return tuple(_part(rows, foretold, change, trial) for rows in np.array_split(order, count))


def _part(rows: Rows, foretold: Numbers, change: Numbers, trial: Randomised) -> Part:
    mean, error = by_customer(change[rows], trial.customers[rows])
    return Part(
        customers=len(rows),
        held_out=int((~trial.is_treated[rows]).sum()),
        foretold=float(foretold[rows].mean()),
        measured=mean,
        low=mean - _NORMAL_95 * error,
        high=mean + _NORMAL_95 * error,
    )
