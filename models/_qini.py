"""Are those contacted first the ones whom contact changes? The Qini coefficient, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from models._matrix import Numbers
from models._randomised import by_customer

_NORMAL_95 = 1.96


@dataclass(frozen=True, kw_only=True)
class Qini:
    """`value` with the ends of its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"Qini {self.value:.3f}, {self.low:.3f} to {self.high:.3f}"


def qini(foretold: Numbers, change: Numbers, customers: npt.NDArray[np.object_]) -> Qini:
    """How much better than at random customers are ordered by what was foretold of them.

    Contacting the best k customers gains the sum of their changes; drawn as a curve over k, per customer of all, it
    lies above the straight line of a random order, and the Qini coefficient is the area between (Radcliffe 2007,
    "Using control groups to target on predicted lift"). `change` are unbiased answers of single customers. Each counts
    by the rank that it was given, half less the rank, and customers of whom the same was foretold share theirs.
    """
    rank = (rankdata(-foretold, method="average") - 0.5) / len(foretold)
    mean, error = by_customer((change - change.mean()) * (0.5 - rank), customers)
    return Qini(value=mean, low=mean - _NORMAL_95 * error, high=mean + _NORMAL_95 * error)
