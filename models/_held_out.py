"""Who is held out when shares, calibration and seasons are learned? Whole customers, or the latest dates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold

from models._matrix import Matrix, Numbers
from models._members import Made, at_once

Rows = npt.NDArray[np.intp]
Customers = npt.NDArray[np.object_]

FOLDS = 3
STUDY_ROWS = 40_000
"""Shares, calibration and seasons are studied on so many rows at most; what is served is fitted to all."""


def study_rows(customers: Customers) -> Rows:
    """The rows of every n-th customer, so that at most `STUDY_ROWS` or so are left."""
    every = -(-len(customers) // STUDY_ROWS)
    _, number = np.unique(customers.astype(str), return_inverse=True)
    return np.flatnonzero(number % every == 0)


def days_of(rows: Matrix) -> Numbers:
    """The day of each row of a matrix whose last column is `as_of_day`."""
    return np.asarray(rows[:, -1], dtype=np.float64)


def latest_third(days: Numbers, *, ahead_days: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """The rows whose label was known when the latest third of the dates began, and the rows of these dates."""
    dates = np.unique(days)
    first = dates[-max(1, len(dates) // 3)]
    return days + ahead_days <= first, days >= first


def by_folds(work: Callable[[Rows, Rows], Made], customers: Customers) -> list[tuple[Rows, Made]]:
    """The work on each fold, given the rows to learn from and those held out; no customer stands on both sides."""
    folds = list(GroupKFold(n_splits=FOLDS).split(customers, groups=customers))
    made = at_once(lambda fold: work(*fold), folds)
    return [(test, found) for (_, test), found in zip(folds, made, strict=True)]


def standard_error(difference: Numbers, customers: Customers) -> float:
    """Of the mean of rows that belong together by customer."""
    _, number = np.unique(customers.astype(str), return_inverse=True)
    sums = np.bincount(number, weights=difference - difference.mean())
    return float(np.sqrt((sums**2).sum()) / len(difference))
