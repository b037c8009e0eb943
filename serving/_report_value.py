"""Who brings the profit, and how much of it is at risk? The 80/20 curve, and value at risk by segment."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import polars as pl

from serving._segments import SEGMENTS

TOP_SHARE = 0.2
_POINTS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Where a value segment ends: the shares of customers and of profit up to it, best segment first."""

    segment: str
    customers: float
    profit: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """Shares of the yearly profit by shares of the customers, most profitable first, as points from (0, 0) to (1, 1).

    The best `top_count` customers (a fifth of `customers`, rounded up) bring `top_profit` of it.
    """

    points: list[tuple[float, float]]
    marks: list[Mark]
    customers: int
    top_count: int
    top_profit: float


@dataclass(frozen=True, kw_only=True, slots=True)
class AtRisk:
    """A value segment with what its active customers may lose us: churn probability times value to lose."""

    segment: str
    customers: int
    at_risk: float
    share: float


def profit_curve(scores: pl.DataFrame, decided: pl.DataFrame) -> Curve | None:
    """The 80/20 curve of the last 364 days; None where nobody brought any profit that is known.

    The margin is the same for all, so that shares of spend are shares of profit.
    """
    spend = scores["yearly_spend"].fill_null(0.0)
    total = float(spend.sum())
    if not total > 0:
        return None
    shares = (spend.sort(descending=True).cum_sum() / total).to_list()
    count = len(shares)
    top = ceil(count * TOP_SHARE)
    ends = sorted({ceil(count * step / _POINTS) for step in range(1, _POINTS + 1)})
    points = [(0.0, 0.0), *((end / count, shares[end - 1]) for end in ends)]
    marks = _marks(scores, decided, total=total)
    return Curve(points=points, marks=marks, customers=count, top_count=top, top_profit=shares[top - 1])


def _marks(scores: pl.DataFrame, decided: pl.DataFrame, *, total: float) -> list[Mark]:
    segments = scores.join(decided.select("customer_id", "segment"), on="customer_id", how="left")
    marks, customers, profit = [], 0, 0.0
    for name in SEGMENTS:
        theirs = segments.filter(pl.col("segment") == name)
        customers += theirs.height
        profit += float(theirs["yearly_spend"].fill_null(0.0).sum())
        if theirs.height:
            marks.append(Mark(segment=name, customers=customers / scores.height, profit=profit / total))
    return marks


def value_at_risk(scores: pl.DataFrame, decided: pl.DataFrame) -> list[AtRisk] | None:
    """Value at risk by segment, best segment first; None where no value is known, or nothing is at risk."""
    if not scores["value_to_lose"].is_not_null().any():
        return None
    both = decided.select("customer_id", "segment").join(
        scores.select("customer_id", "value_at_risk"), on="customer_id", how="left"
    )
    total = float(both["value_at_risk"].fill_null(0.0).sum())
    if not total > 0:
        return None
    return [_at_risk(both.filter(pl.col("segment") == name), name, total=total) for name in SEGMENTS]


def _at_risk(theirs: pl.DataFrame, segment: str, *, total: float) -> AtRisk:
    at_risk = float(theirs["value_at_risk"].fill_null(0.0).sum())
    return AtRisk(segment=segment, customers=theirs.height, at_risk=at_risk, share=at_risk / total)
