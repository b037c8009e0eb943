"""What does a customer who grows spend more than one who does not? That much is at stake when somebody is to grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from models._labels import labels, population
from models._target import Target, Terms, targets

FEWEST = 50
"""So many who grew, and as many who did not, say how much more the former spend: customers by horizon."""
_WINDOWS = 4
"""So many horizons, one before the other, are looked at: a single one may be a season."""
_MOST = 0.99
"""Who spent more than this share of all counts as having spent as much as these: one huge order is no growth."""


@dataclass(frozen=True, kw_only=True)
class Growth:
    """What customers who grew spent within the horizon more than those who did not, as a share of what all spent on
    average; and how many of each were seen, one customer as often as there were horizons."""

    share: float
    grew: int
    others: int


def growth_known(target: Target, tables: Mapping[str, pl.LazyFrame], *, as_of: date, terms: Terms) -> Growth:
    """The growth of a question like `upsell`, by the latest horizons that are over on the as-of date.

    While fewer than 50 grew, or did not, it is the share by which spend must grow: no less can be at stake.
    """
    latest = as_of - timedelta(days=terms.ahead_days)
    days = [latest - timedelta(days=terms.horizon_days * number) for number in range(_WINDOWS)]
    seen = pl.concat([_seen(target, tables, as_of=day, known_by=as_of, terms=terms) for day in days])
    seen = seen.with_columns(pl.col("spent").clip(upper_bound=pl.col("spent").quantile(_MOST, interpolation="lower")))
    grew, others = (seen.filter(pl.col("label") == label)["spent"] for label in (True, False))
    share, mean = terms.more_share, _mean(seen["spent"])
    if min(len(grew), len(others)) >= FEWEST and mean > 0:
        share = max(share, (_mean(grew) - _mean(others)) / mean)
    return Growth(share=share, grew=len(grew), others=len(others))


def _mean(money: pl.Series) -> float:
    return float(money.sum()) / max(len(money), 1)


def _seen(
    target: Target, tables: Mapping[str, pl.LazyFrame], *, as_of: date, known_by: date, terms: Terms
) -> pl.DataFrame:
    """One row per customer asked about on a day: `label`, and the money `spent` within the horizon."""
    among = population(target, tables, as_of=as_of, terms=terms)
    answered, spent = (
        labels(question, tables, as_of=as_of, terms=terms, known_by=known_by, among=among)["label"]
        for question in (target, targets()["value"])
    )
    return pl.DataFrame({"label": answered, "spent": spent.cast(pl.Float64)})
