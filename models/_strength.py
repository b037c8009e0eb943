"""How much does one column alone say of the answer? Ranks within each as-of date, so that no date says it for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import rankdata

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

FEWEST_CUSTOMERS = 5
"""With fewer customers of either answer, what a column says of it is chance."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """The rows in which a column is known, unknown or other than zero: how many, of whom, and how many answer yes."""

    what: str
    rows: int
    customers: int
    yes: int

    def share(self, answer: bool) -> float:
        """The share of the rows with this answer."""
        return (self.yes if answer else self.rows - self.yes) / self.rows

    def share_at_least(self, answer: bool) -> float:
        """The same with room for chance: Wilson's lower bound at three standard errors, each customer counted once."""
        share, number = self.share(answer), self.customers
        width = 3 * np.sqrt(share * (1 - share) / number + 2.25 / number**2)
        return float((share + 4.5 / number - width) / (1 + 9 / number))


@dataclass(frozen=True, kw_only=True)
class Strength:
    """What a column alone says. `auc` is 0.5 (nothing) to 1; `auc_at_least` leaves room for chance.

    `telling` is the average precision for the rarer answer above its base rate: 0 nothing, 1 certainty. `chances` are
    the shares of yes among the rows of each value, one per row, those first that the column makes most suspect of yes.
    """

    auc: float
    auc_at_least: float
    telling: float
    parts: tuple[Part, ...]
    chances: Numbers

    def share(self, answer: bool, *, rows: int) -> float:
        """The share with this answer among the `rows` that the column makes most suspect of it."""
        return float(self.chances[:rows].mean() if answer else 1 - self.chances[-rows:].mean())


def strengths(rows: pl.DataFrame, columns: Iterable[str]) -> dict[str, Strength]:
    """The strength of each column over rows with `label`, `as_of` and `customer_id`; none where one answer is rare.

    AUC is the mean over as-of dates, weighted by the pairs that each can compare; null counts as lower or higher than
    every number, or as all there is to know, whichever says more.
    """
    label = rows["label"].to_numpy()
    days = [np.flatnonzero(rows["as_of"] == day) for day in rows["as_of"].unique().sort()]
    days = [day for day in days if 0 < label[day].sum() < len(day)]
    who = rows["customer_id"].rank("dense").to_numpy().astype(np.intp)
    if not days or min(_different(who[label]), _different(who[~label])) < FEWEST_CUSTOMERS:
        return {}
    return {name: _strength(rows[name].to_numpy().astype(np.float64), label, who, days) for name in columns}


def _strength(values: Numbers, label: Flags, who: Places, days: Sequence[Places]) -> Strength:
    pairs = np.array([label[day].sum() * (~label[day]).sum() for day in days], dtype=np.float64)
    found = np.array([_aucs(values[day], label[day]) for day in days])
    low, high, pattern = (found * pairs[:, None]).sum(axis=0) / pairs.sum()
    unknown = np.isnan(values)
    ways = [
        (low, np.where(unknown, -np.inf, values)),
        (high, np.where(unknown, np.inf, values)),
        (pattern, unknown.astype(np.float64)),
    ]
    auc, said = max(ways, key=lambda way: abs(way[0] - 0.5))
    kept = np.concatenate(days)
    suspicion, auc_either = said[kept] if auc >= 0.5 else -said[kept], float(max(auc, 1 - auc))
    is_rarer = label[kept].mean() <= 0.5
    return Strength(
        auc=auc_either,
        auc_at_least=auc_either - 3 * _error(auc_either, _different(who[label]), _different(who[~label])),
        telling=_telling(suspicion, label[kept]) if is_rarer else _telling(-suspicion, ~label[kept]),
        parts=tuple(_parts(values[kept], label[kept], who[kept])),
        chances=_chances(suspicion, label[kept]),
    )


def _aucs(values: Numbers, yes: Flags) -> tuple[float, float, float]:
    """AUC with null below every number, above every number, and of being null alone."""
    known = ~np.isnan(values)
    yes_known, no_known = float((yes & known).sum()), float((~yes & known).sum())
    yes_null, no_null = float((yes & ~known).sum()), float((~yes & ~known).sum())
    all_yes, all_no = yes_known + yes_null, no_known + no_null
    won = float(rankdata(values[known])[yes[known]].sum()) - yes_known * (yes_known + 1) / 2 + yes_null * no_null / 2
    low, high = (won + yes_known * no_null) / (all_yes * all_no), (won + yes_null * no_known) / (all_yes * all_no)
    return low, high, 0.5 + (yes_null / all_yes - no_null / all_no) / 2


def _error(auc: float, yes: int, no: int) -> float:
    """Standard error of an AUC over so many customers (Hanley and McNeil 1982); a perfect one is given half a miss."""
    area = min(auc, 1 - 0.5 / (yes * no))
    both, other = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (yes - 1) * (both - area**2) + (no - 1) * (other - area**2)
    return float(np.sqrt(max(spread, 0.0) / (yes * no)))


def _telling(suspicion: Numbers, rarer: Flags) -> float:
    """Average precision above the base rate; rows with one value are taken together."""
    _, place, count = np.unique(-suspicion, return_inverse=True, return_counts=True)
    hits, ends = np.cumsum(np.bincount(place, weights=rarer)), np.cumsum(count)
    average, base = float((hits / ends * np.diff(hits, prepend=0.0)).sum() / hits[-1]), float(rarer.mean())
    return (average - base) / (1 - base)


def _chances(suspicion: Numbers, label: Flags) -> Numbers:
    """The share of yes among the rows of each value, one per row, most suspect first, ties as one."""
    _, place, count = np.unique(-suspicion, return_inverse=True, return_counts=True)
    return np.repeat(np.bincount(place, weights=label) / count, count)


def _different(who: Places) -> int:
    return int((np.bincount(who) > 0).sum())


def _parts(values: Numbers, label: Flags, who: Places) -> Iterator[Part]:
    known = ~np.isnan(values)
    parts = {"known": known, "unknown": ~known, "other than zero": known & (values != 0)}
    for what, inside in parts.items():
        if 0 < inside.sum() < len(values):
            seen = label[inside]
            yield Part(what=what, rows=len(seen), customers=_different(who[inside]), yes=int(seen.sum()))
