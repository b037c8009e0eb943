"""Are the customers to be scored still like those that the model learned from? Compares the columns that matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

from features._measures import bin_counts, bin_edges, index_of_counts
from models._errors import InputsDrifted
from models._kinds import Estimator, answers
from models._matrix import AS_OF_DAY, features_of

Counts = npt.NDArray[np.float64]

_MOST_ROWS = 50_000
"""More customers than these are thinned out, evenly, before they are counted into bins."""
_ASKED_ROWS = 500
"""Rows on which it is measured how much a column matters; more change the shares little."""
_MATTERS = 0.01
"""A column with a smaller share of the importance is not looked at on its own."""
_BY_CHANCE = 3.0
"""Standard deviations by which a number of customers may differ by chance: of three, five may be left, or none."""
_COLUMN_FACTOR, _COLUMN_JUMP = 4, 1 / 3
"""One column alone stops a night when it drifted by so many times what is allowed for the mean of all, and more than
this share of the customers moved into one bin (one value, or unknown). No season seen does both; what was broken on
purpose does (docs/models.md)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnReference:
    """One column as it was: `importance` (a share of 1), the bins' edges, and per date customers in each bin.

    The last bin holds unknown values.
    """

    importance: float
    edges: tuple[float, ...]
    counts: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """The populations that a model knows: `days` in order, the last being that of the training; customers on each."""

    days: tuple[date, ...]
    customers: tuple[int, ...]
    columns: Mapping[str, ColumnReference]

    def as_json(self) -> dict[str, Any]:
        """As plain data, to be kept with the model."""
        columns = {
            name: {"importance": one.importance, "edges": one.edges, "counts": one.counts}
            for name, one in self.columns.items()
        }
        return {"days": [str(day) for day in self.days], "customers": self.customers, "columns": columns}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Reference:
        """The reverse of `as_json`."""
        columns = {
            name: ColumnReference(
                importance=one["importance"],
                edges=tuple(one["edges"]),
                counts=tuple(tuple(counts) for counts in one["counts"]),
            )
            for name, one in kept["columns"].items()
        }
        days = tuple(date.fromisoformat(day) for day in kept["days"])
        return cls(days=days, customers=tuple(kept["customers"]), columns=columns)


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnDrift:
    """How far one column has drifted (`index`), the share of customers that moved into one bin, and in words."""

    name: str
    importance: float
    index: float
    jump: float
    told: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """How far a population is from those that the model knows.

    `index` is the mean over the columns, weighted by importance. `customers_ratio` is their number over the number on
    the day of the training, beyond what it moved by itself over as many days before: 1 is no change.
    """

    index: float
    columns: tuple[ColumnDrift, ...]
    customers: int
    customers_before: int
    customers_ratio: float


def reference(
    model: Estimator, populations: Iterable[tuple[date, pl.DataFrame]], columns: Sequence[str], *, seed: int
) -> Reference:
    """Keeps what populations looked like: as-of dates in order, each with snapshot rows of the population.

    The last date is that of the training. Columns that do not matter to the model at all are left out.
    """
    customers: dict[date, int] = {}
    kept: dict[date, pl.DataFrame] = {}
    for day, rows in populations:
        customers[day], kept[day] = rows.height, _thinned(rows.select(*_features(columns), "as_of"))
    together = pl.concat(kept.values())
    weights = importances(model, together, columns, seed=seed)
    return Reference(
        days=tuple(kept),
        customers=tuple(customers.values()),
        columns={name: _counted(name, weight, kept, together) for name, weight in weights.items() if weight > 0},
    )


def importances(model: Estimator, rows: pl.DataFrame, columns: Sequence[str], *, seed: int) -> dict[str, float]:
    """How much each column matters: the mean change of what is said when its values are dealt out anew.

    Shares that add up to 1, or all zero for a model that looks at nothing. Source: permutation importance (Breiman
    2001), measured on the model's answers (Fisher, Rudin and Dominici 2019), since what is asked here is what moves
    the scores, not what makes them right.
    """
    X = features_of(rows.sample(min(_ASKED_ROWS, rows.height), seed=seed), columns)
    values, chance = X.to_numpy(), np.random.default_rng(seed).permutation(len(X))
    features = _features(columns)
    dealt = np.repeat(values[None], len(features), axis=0)
    for number, name in enumerate(features):
        place = columns.index(name)
        dealt[number, :, place] = values[chance, place]
    said = answers(model, pd.DataFrame(dealt.reshape(-1, len(columns)), columns=list(columns)))
    change = np.abs(said.reshape(len(features), -1) - answers(model, X)).mean(axis=1)
    total = change.sum()
    return dict(zip(features, (change / total if total else change).tolist(), strict=True))


def drift(known: Reference, rows: pl.DataFrame, *, as_of: date) -> Drift:
    """How far the snapshot rows of a population have drifted from what the model knows.

    Per column the population stability index (see `features._measures.stability_index`) against the most similar known
    date, so that last year's same season counts, less what the column drifted by itself over as many days before the
    training, so that what always grows (the length of a log) does not count; at least what chance alone makes of so
    few customers is taken off (bins less one, times the sum of the reciprocal numbers of customers: Yurdakul and
    Naranjo 2020, "Statistical properties of the population stability index").
    """
    days = max(1, (as_of - known.days[-1]).days)
    some = _thinned(rows)
    found = [_column(name, one, some[name], _before(known, days)) for name, one in known.columns.items()]
    return Drift(
        index=sum(one.importance * one.index for one in found),
        columns=tuple(sorted(found, key=lambda one: (-one.importance * one.index, one.name))),
        customers=rows.height,
        customers_before=known.customers[-1],
        customers_ratio=_customers_ratio(known, rows.height, days),
    )


def ask_steady(
    found: Drift, *, question: str, version: int, learned_until: date, max_drift: float, max_change: float
) -> None:
    """Raises InputsDrifted when the population is too far from what the champion knows.

    That is: the weighted index is above `max_drift`; or one column that matters has broken (index above four times
    `max_drift`, and more than a third of the customers moved into one bin); or the number of customers changed by more
    than the factor `max_change` beyond its own trend.
    """
    said = list(_complaints(found, max_drift=max_drift, max_change=max_change))
    if said:
        raise InputsDrifted(
            f"the customers to be scored are not like those that the champion of {question} (version {version}, "
            f"learned until {learned_until}) knows: {'; '.join(said)}. Check whether the feed is whole and in its "
            "usual units. If the change is real, run `churn train` to learn from it, or raise the setting."
        )


def _complaints(found: Drift, *, max_drift: float, max_change: float) -> Iterator[str]:
    broken = [
        one
        for one in found.columns
        if one.importance >= _MATTERS and one.index > _COLUMN_FACTOR * max_drift and one.jump > _COLUMN_JUMP
    ]
    if found.index > max_drift or broken:
        most = (broken or [one for one in found.columns if one.index > 0])[:3]
        yield (
            f"features drifted by {found.index:.2f} ([models] max_drift = {max_drift:g}), most of all "
            + ", ".join(one.told for one in most)
        )
    if not 1 / max_change <= found.customers_ratio <= max_change:
        yield (
            f"{found.customers:,} customers, {found.customers_before:,} on the day of the training, which is "
            f"{found.customers_ratio:.2f} times what its own trend explains ([models] max_customers_change = "
            f"{max_change:g})"
        )


def _features(columns: Sequence[str]) -> list[str]:
    """Without the day, which drifts by nature."""
    return [name for name in columns if name != AS_OF_DAY]


def _thinned(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.gather_every(max(1, -(-rows.height // _MOST_ROWS)))


def _counted(name: str, weight: float, kept: Mapping[date, pl.DataFrame], together: pl.DataFrame) -> ColumnReference:
    edges = bin_edges(together[name].drop_nulls())
    counts = tuple(tuple(bin_counts(rows[name], edges).tolist()) for rows in kept.values())
    return ColumnReference(importance=weight, edges=tuple(edges.tolist()), counts=counts)


def _before(known: Reference, days: int) -> list[int]:
    """Positions of the dates that lie at least so many days before the last one; the first where there is none."""
    last = known.days[-1] - timedelta(days=days)
    found = [number for number, day in enumerate(known.days[:-1]) if day <= last]
    return found or list(range(min(1, len(known.days) - 1)))


def _column(name: str, one: ColumnReference, values: pl.Series, before: Sequence[int]) -> ColumnDrift:
    counts = [np.array(each) for each in one.counts]
    now = bin_counts(values, np.array(one.edges))
    moved = min(index_of_counts(each, now) for each in counts)
    by_itself = min((index_of_counts(counts[number], counts[-1]) for number in before), default=0.0)
    by_chance = (len(now) - 1) * (1 / max(1, now.sum()) + 1 / max(1, counts[-1].sum()))
    shares, was = now / max(1, now.sum()), np.array([each / max(1, each.sum()) for each in counts])
    jumps = shares - was.max(axis=0)
    most = int(jumps.argmax())
    return ColumnDrift(
        name=name,
        importance=one.importance,
        index=max(0.0, moved - max(by_itself, by_chance)),
        jump=float(jumps[most]),
        told=f"{name} ({_in_words(one.edges, most)}: {was[-1][most]:.0%} of customers then, {shares[most]:.0%} now)",
    )


def _in_words(edges: Sequence[float], number: int) -> str:
    if number > len(edges):
        return "unknown"
    if not edges:
        return "known"
    if number == 0:
        return f"below {edges[0]:.6g}"
    if number == len(edges):
        return f"{edges[-1]:.6g} or more"
    low, high = edges[number - 1], edges[number]
    return f"{low:.6g}" if np.nextafter(low, np.inf) == high else f"{low:.6g} to {high:.6g}"


def _customers_ratio(known: Reference, customers: int, days: int) -> float:
    """The change of the number of customers since the training, beyond the largest seen over as many days before."""
    before = known.customers[-1]
    if abs(customers - before) <= _BY_CHANCE * np.sqrt(customers + before):
        return 1.0
    change = customers / max(1, before)
    seen = list(_changes(known, days))
    low, high = min([1.0, *seen]), max([1.0, *seen])
    return change / low if change < low else change / high if change > high else 1.0


def _changes(known: Reference, days: int) -> Iterator[float]:
    """By which factor the number of customers moved from each known date to the one about so many `days` later.

    From the first date to the last, brought to so many days, where no two dates lie that far apart.
    """
    span = (known.days[-1] - known.days[0]).days
    for start, day in enumerate(known.days[:-1]):
        if start and (known.days[-1] - day).days < days:
            return
        end = min(range(start + 1, len(known.days)), key=lambda n: abs((known.days[n] - day).days - min(days, span)))
        factor = max(1, known.customers[end]) / max(1, known.customers[start])
        yield float(factor ** (days / (known.days[end] - day).days))
