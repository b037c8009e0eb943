"""Where does a customer stand in each trait among those who were learned from? Ranks, which know no outliers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models._matrix import Numbers

_KNOTS = 33
_SPREAD = 12**0.5
"""Ranks that are evenly spread over [-1/2, 1/2] have this much less than a standard deviation of 1."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """Quantiles of each trait. Who lies beyond all who were learned from stands where the last of them does."""

    knots: Numbers

    @classmethod
    def of(cls, traits: Numbers) -> Ranked:
        """The quantiles of the columns; of a trait that is unknown for everybody, or of nobody, all zero."""
        if not len(traits):
            return cls(knots=np.zeros((_KNOTS, traits.shape[1])))
        finite = np.isfinite(traits)
        known = np.where(finite, traits, np.where(finite.any(axis=0), np.nan, 0.0))
        return cls(knots=np.nanquantile(known, np.linspace(0.0, 1.0, _KNOTS), axis=0))

    def apply(self, traits: Numbers) -> Numbers:
        """Ranks of mean 0 and standard deviation 1, were the trait evenly spread; 0 where it is unknown or constant."""
        made, traits = np.zeros(traits.shape), np.where(np.isfinite(traits), traits, np.nan)
        for number, knots in enumerate(self.knots.T):
            if knots[0] < knots[-1]:
                made[:, number] = _rank(traits[:, number], knots)
        return np.nan_to_num(made) * _SPREAD


def _rank(values: Numbers, knots: Numbers) -> Numbers:
    """The middle of all ranks that a value has: many customers may share one."""
    ends = [np.searchsorted(knots, values, side) for side in ("left", "right")]
    between = np.interp(values, knots, np.linspace(-0.5, 0.5, len(knots)))
    shared = (ends[0] + ends[1] - 1) / 2.0 / (len(knots) - 1) - 0.5
    ranks = np.where(ends[1] - ends[0] > 1, shared, between)
    return np.where(np.isfinite(values), np.clip(ranks, -0.5, 0.5), np.nan)
