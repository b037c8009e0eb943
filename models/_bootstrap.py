"""How far may chance move a figure? The figures of several models on the same resampled customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from models._metrics import equal_count_bins

Numbers = npt.NDArray[np.float64]
Figures = dict[str, Numbers]

TIMES = 500
MOST_ROWS = 50_000
"""More rows than these are thinned out by the caller: chance hardly moves a figure of so many."""
_CELLS = 2_000_000
"""So many weights at once, 16 MB, whatever the number of rows."""


def bootstrap(
    label: npt.NDArray[np.bool_],
    probability: Mapping[str, Numbers],
    *,
    customers: npt.NDArray[np.object_],
    seed: int,
    times: int = TIMES,
) -> dict[str, Figures]:
    """The figures of each model on `times` resamples of the customers, the same resamples for every model.

    One value per resample of `auc`, `average_precision`, `brier` and `calibration_error`. Customers are drawn with
    replacement, each with all rows, since one customer's rows at several dates resemble each other. The bins of the
    calibration error stay those of the full sample. A resample with one outcome only has no `auc` and no
    `average_precision` (not a number). Source: Efron and Tibshirani (1993), "An Introduction to the Bootstrap".
    """
    makers = {name: _Sorted(label, values) for name, values in probability.items()}
    parts: dict[str, list[Figures]] = {name: [] for name in makers}
    for weights in _weights(customers, seed=seed, times=times):
        for name, maker in makers.items():
            parts[name].append(maker.figures(weights))
    return {
        name: {key: np.concatenate([part[key] for part in found]) for key in found[0]} for name, found in parts.items()
    }


def interval(values: Numbers, *, share: float = 0.9) -> tuple[float, float]:
    """The middle `share` of resampled figures; not a number where no resample has one."""
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def _weights(customers: npt.NDArray[np.object_], *, seed: int, times: int) -> Iterator[Numbers]:
    """How often each row is drawn, one line per resample, a block of lines at a time."""
    names, position = np.unique(customers.astype(str), return_inverse=True)
    chance, count = np.random.default_rng(seed), len(names)
    block = max(1, min(times, _CELLS // max(1, len(customers))))
    for start in range(0, times, block):
        drawn = [
            np.bincount(chance.integers(count, size=count), minlength=count) for _ in range(min(block, times - start))
        ]
        yield np.array(drawn, dtype=np.float64)[:, position]


class _Sorted:
    """One model's rows, highest probability first, so that each resample needs running sums only."""

    def __init__(self, label: npt.NDArray[np.bool_], probability: Numbers) -> None:
        self._order = np.argsort(-probability, kind="stable")
        ranked = probability[self._order]
        self._ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
        self._yes = label[self._order].astype(np.float64)
        self._squared = (probability - label) ** 2
        self._gaps = _gaps_by_bin(label, probability)

    def figures(self, weights: Numbers) -> Figures:
        """The figures of each line of weights."""
        drawn = weights.sum(axis=1)
        return {
            **self._ranking(weights),
            "brier": weights @ self._squared / drawn,
            "calibration_error": np.abs(weights @ self._gaps).sum(axis=1) / drawn,
        }

    def _ranking(self, weights: Numbers) -> Figures:
        """Tied probabilities count as one step, as their order says nothing."""
        ranked = weights[:, self._order]
        found = np.cumsum(ranked * self._yes, axis=1)[:, self._ends]
        seen = np.cumsum(ranked, axis=1)[:, self._ends]
        yes, no = found[:, -1], seen[:, -1] - found[:, -1]
        steps = np.diff(found, axis=1, prepend=0.0)
        missed = np.diff(seen - found, axis=1, prepend=0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = np.where(seen > 0, found / seen, 0.0)
            both = np.where((yes > 0) & (no > 0), 1.0, np.nan)
            return {
                "auc": (missed * (found - steps / 2)).sum(axis=1) / (yes * no) * both,
                "average_precision": (steps * precision).sum(axis=1) / yes * both,
            }


def _gaps_by_bin(label: npt.NDArray[np.bool_], probability: Numbers) -> Numbers:
    """One column per bin of the calibration error: outcome minus probability of its rows, nothing for the others."""
    parts = equal_count_bins(probability)
    gaps = np.zeros((len(label), len(parts)))
    for number, part in enumerate(parts):
        gaps[part, number] = label[part] - probability[part]
    return gaps
