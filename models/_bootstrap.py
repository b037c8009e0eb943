"""How far may chance move a figure? The figures of several models on the same resampled customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from models._amounts import Resampled
from models._matrix import Labels, Numbers
from models._metrics import CERTAIN, equal_count_bins

Figures = dict[str, Numbers]

TIMES = 500
MOST_ROWS = 50_000
"""More rows than these are thinned out: chance hardly moves a figure of so many."""
_CELLS = 2_000_000
"""So many weights at once, 16 MB, whatever the number of rows."""


def bootstrap(
    label: Labels | Numbers,
    said: Mapping[str, Numbers],
    *,
    customers: npt.NDArray[np.object_],
    seed: int,
    times: int = TIMES,
) -> dict[str, Figures]:
    """The figures of each model on `times` resamples of the customers, the same resamples for every model.

    One value per resample of each figure of `metrics` or, where labels are amounts, of `amount_metrics`, but those at
    the list's size. Customers are drawn with
    replacement, each with all rows, since one customer's rows at several dates resemble each other. The bins of the
    calibration error stay those of the full sample. A resample with one outcome only has no `auc` and no
    `average_precision`, and one without yes no lift (not a number). Source: Efron and Tibshirani (1993), "An
    Introduction to the Bootstrap".
    """
    makers = {name: _resampled(label, values) for name, values in said.items()}
    parts: dict[str, list[Figures]] = {name: [] for name in makers}
    for weights in _weights(customers, seed=seed, times=times):
        for name, maker in makers.items():
            parts[name].append(maker.figures(weights))
    return {
        name: {key: np.concatenate([part[key] for part in found]) for key in found[0]} for name, found in parts.items()
    }


def bootstrap_means(
    label: Labels | Numbers,
    said: Mapping[str, Numbers],
    *,
    customers: npt.NDArray[np.object_],
    dates: npt.NDArray[np.object_],
    seed: int,
    times: int = TIMES,
) -> dict[str, Figures]:
    """As `bootstrap`, each figure the mean of those of the single dates: a customer is drawn with all dates or none."""
    parts = {day: np.flatnonzero(dates == day) for day in np.unique(dates)}
    makers = {
        name: [(rows, _resampled(label[rows], values[rows])) for rows in parts.values()]
        for name, values in said.items()
    }
    found: dict[str, list[Figures]] = {name: [] for name in makers}
    for weights in _weights(customers, seed=seed, times=times):
        for name, by_date in makers.items():
            figures = [maker.figures(weights[:, rows]) for rows, maker in by_date]
            found[name].append({key: np.mean([one[key] for one in figures], axis=0) for key in figures[0]})
    return {name: {key: np.concatenate([one[key] for one in made]) for key in made[0]} for name, made in found.items()}


def interval(values: Numbers, *, share: float = 0.9) -> tuple[float, float]:
    """The middle `share` of resampled figures; not a number where no resample has one."""
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def thinned(rows: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """At most about as many rows as a bootstrap needs: whole customers, drawn at random, in a fixed order.

    `rows` have `customer_id` and, where a customer has several, `as_of`.
    """
    rows = rows.sort("customer_id", *({"as_of"} & {*rows.columns}))
    if rows.height <= MOST_ROWS:
        return rows
    customers = rows.select("customer_id").unique(maintain_order=True)
    share = MOST_ROWS / rows.height
    return rows.join(customers.sample(fraction=share, seed=seed), on="customer_id", how="semi", maintain_order="left")


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


def _resampled(label: Labels | Numbers, said: Numbers) -> _Ranked | Resampled:
    if label.dtype == np.bool_:
        return _Ranked(label.astype(np.bool_), said)
    return Resampled(label.astype(np.float64), said)


class _Ranked:
    """One model's rows, highest probability first, so that each resample needs running sums only."""

    def __init__(self, label: npt.NDArray[np.bool_], probability: Numbers) -> None:
        self._order = np.argsort(-probability, kind="stable")
        ranked = probability[self._order]
        self._ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
        self._yes = label[self._order].astype(np.float64)
        self._means = _by_row(label, probability)
        self._gaps = _gaps_by_bin(label, probability)

    def figures(self, weights: Numbers) -> Figures:
        """The figures of each line of weights."""
        drawn = weights.sum(axis=1)
        means = weights @ np.column_stack(list(self._means.values())) / drawn[:, None]
        return {
            **dict(zip(self._means, means.T, strict=True)),
            **self._ranking(weights),
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
                "lift_at_10_percent": _lift(found, seen, share=0.1),
            }


def _lift(found: Numbers, seen: Numbers, *, share: float) -> Numbers:
    """As `metrics.lift`: of the step in which the share is reached, as much as is needed, at its common rate."""
    wanted = np.maximum(1.0, np.rint(share * seen[:, -1]))
    lines, last = np.arange(len(seen)), (seen >= wanted[:, None]).argmax(axis=1)
    before = np.where(last > 0, last - 1, 0)
    found_before, seen_before = (np.where(last > 0, sums[lines, before], 0.0) for sums in (found, seen))
    rate = (found[lines, last] - found_before) / (seen[lines, last] - seen_before)
    return np.asarray((found_before + rate * (wanted - seen_before)) / wanted / (found[:, -1] / seen[:, -1]))


def _by_row(label: npt.NDArray[np.bool_], probability: Numbers) -> Figures:
    """What some figures are the plain mean of, by row."""
    sure = np.clip(probability, CERTAIN, 1 - CERTAIN)
    return {
        "base_rate": label.astype(np.float64),
        "mean_probability": probability,
        "brier": (probability - label) ** 2,
        "log_loss": -np.log(np.where(label, sure, 1 - sure)),
    }


def _gaps_by_bin(label: npt.NDArray[np.bool_], probability: Numbers) -> Numbers:
    """One column per bin of the calibration error: outcome minus probability of its rows, nothing for the others."""
    parts = equal_count_bins(probability)
    gaps = np.zeros((len(label), len(parts)))
    for number, part in enumerate(parts):
        gaps[part, number] = label[part] - probability[part]
    return gaps
