"""Who brings the profit? Value segments by share of profit, steady from night to night."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import polars as pl

from serving._errors import CustomerTwice

SEGMENTS: Mapping[str, float] = {"VIP": 0.50, "major": 0.80, "ordinary": 0.95, "small": 1.0}
"""Each value segment with the share of the profit that is reached at its end, most profitable customers first.

Where a fifth of the customers brings four fifths of the profit, that fifth is VIP and major together.
"""
IN_CHINESE: Mapping[str, str] = {"VIP": "VIP客户", "major": "主要客户", "ordinary": "普通客户", "small": "小客户"}

STAY = 0.10
"""A customer changes the segment only when the yearly profit is so far beyond the border, as a share of it: without
that, whoever stands at a border would change sides every night."""


def value_segments(scores: pl.DataFrame, *, margin: float, before: pl.DataFrame | None = None) -> pl.Series:
    """The value segment of each customer of `scores`, in its order: VIP, major, ordinary or small.

    `scores` has `customer_id` and `yearly_spend` (currency, never below zero); profit is that times `margin`, the same
    for all. Customers who spend alike stand in one segment. Who spent nothing is small. `before` is the table of the
    night before with `customer_id` and `segment`: a customer keeps that segment while the yearly profit lies within a
    tenth of the border to it. Raises CustomerTwice when a customer stands twice in either table.
    """
    _ask_once(scores, "the scores")
    profit = (scores["yearly_spend"].fill_null(0.0) * margin).rename("profit")
    borders = _borders(profit)
    fresh = _segment(profit, borders)
    if before is None or before.is_empty():
        return fresh
    _ask_once(before, "the segments of the night before")
    held = scores.select("customer_id").join(
        before.select("customer_id", held="segment"), on="customer_id", how="left", maintain_order="left"
    )["held"]
    return _kept(fresh, held, profit, borders)


def _ask_once(table: pl.DataFrame, what: str) -> None:
    twice = table.filter(pl.col("customer_id").is_duplicated())
    if twice.height:
        raise CustomerTwice(
            f"{what}: {twice['customer_id'].n_unique()} customers stand in more than one row (first: "
            f"{twice['customer_id'][0]!r}), so that they would be in two segments. Nothing was decided; remove the "
            "second rows."
        )


def _borders(profit: pl.Series) -> dict[str, float]:
    """The least yearly profit of each segment but the lowest; infinite where nobody brings any profit."""
    ordered = profit.sort(descending=True)
    total = float(ordered.sum())
    if total <= 0:
        return dict.fromkeys(list(SEGMENTS)[:-1], float("inf"))
    # Whoever begins before the share is reached still belongs to the segment: the first customer is always a VIP.
    reached = (ordered.cum_sum() - ordered) / total
    return {name: float(ordered.filter(reached < share)[-1]) for name, share in list(SEGMENTS.items())[:-1]}


def _segment(profit: pl.Series, borders: Mapping[str, float]) -> pl.Series:
    told = pl.lit(list(SEGMENTS)[-1])
    for name in reversed(list(borders)):
        told = pl.when((pl.col("profit") >= borders[name]) & (pl.col("profit") > 0)).then(pl.lit(name)).otherwise(told)
    return profit.to_frame().select(segment=told).to_series()


def _kept(fresh: pl.Series, held: pl.Series, profit: pl.Series, borders: Mapping[str, float]) -> pl.Series:
    """The segment of the night before where the profit lies within a tenth of its borders, else the new one."""
    names = list(SEGMENTS)
    least = {name: borders.get(name, 0.0) * (1 - STAY) for name in names}
    most = {name: borders[above] * (1 + STAY) for above, name in pairwise(names)}
    stays = pl.lit(False)
    for name in names:
        within = (pl.col("profit") >= least[name]) & (pl.col("profit") < most.get(name, float("inf")))
        stays = stays | ((pl.col("held") == name) & within & (pl.col("profit") > 0))
    both = pl.DataFrame({"fresh": fresh, "held": held, "profit": profit})
    return both.select(segment=pl.when(stays.fill_null(False)).then("held").otherwise("fresh")).to_series()
