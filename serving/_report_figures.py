"""Which figures does the report of a night stand on? Counts, money and limits, from the published tables alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import polars as pl

from serving._decide import OUTCOMES
from serving._optimal_share import OptimalShare, optimal_share
from serving._rules import Limits, Rules
from serving._segments import SEGMENTS
from serving._stages import STAGES

OFFER = "retention_offer"
"""The action whose optimal share is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """A number of customers with what they are expected to earn (`low` to `high` in four cases of five) and to cost."""

    name: str
    listed: int
    held_out: int
    profit: float
    low: float
    high: float
    cost: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """What the night takes of one limit (the list, the budget, or a channel); `most` is None without one."""

    name: str
    used: float
    most: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contacted:
    """The share (0 to 1) of the customers asked about who are made an offer to stay, and the share that would be best
    if nothing were limited."""

    customers: int
    listed_share: float
    best: OptimalShare


def outcome_counts(decided: pl.DataFrame) -> list[tuple[str, int]]:
    """How many customers there are of each outcome that occurs; they add up to the population."""
    found = dict(decided["outcome"].value_counts().iter_rows())
    return [(name, found[name]) for name in OUTCOMES if name in found]


def action_sums(decided: pl.DataFrame) -> list[Sum]:
    """One row per action of the night, the most profitable first; profit and cost are those of the customers listed."""
    assigned = decided.filter(pl.col("action").is_not_null())
    return sorted(
        (_sum(str(name), theirs) for (name,), theirs in assigned.group_by("action", maintain_order=True)),
        key=lambda row: (-row.profit, row.name),
    )


def whole(sums: Sequence[Sum]) -> Sum:
    """All actions together.

    How well one action works is uncertain for all its customers alike, so that their lower ends add up; the actions
    are uncertain each for itself, so that the distances to the ends add up as squares.
    """
    profit = sum(row.profit for row in sums)
    return Sum(
        name="",
        listed=sum(row.listed for row in sums),
        held_out=sum(row.held_out for row in sums),
        profit=profit,
        low=profit - sqrt(sum((row.profit - row.low) ** 2 for row in sums)),
        high=profit + sqrt(sum((row.high - row.profit) ** 2 for row in sums)),
        cost=sum(row.cost for row in sums),
    )


def _sum(name: str, theirs: pl.DataFrame) -> Sum:
    listed = theirs.filter(pl.col("outcome") == "listed")
    money = ("expected_profit", "expected_profit_low", "expected_profit_high", "expected_cost")
    profit, low, high, cost = (float(listed[column].fill_null(0.0).sum()) for column in money)
    held_out = theirs.height - listed.height
    return Sum(name=name, listed=listed.height, held_out=held_out, profit=profit, low=low, high=high, cost=cost)


def limits_used(decided: pl.DataFrame, limits: Limits) -> list[Used]:
    """The places of the list, the budget and each channel, as the plan counts them: with those held out."""
    assigned = decided.filter(pl.col("action").is_not_null())
    by_channel = dict(assigned["channel"].value_counts().iter_rows())
    channels = sorted({*by_channel, *limits.capacity})
    return [
        Used(name="list", used=assigned.height, most=limits.size),
        Used(name="budget", used=float(assigned["expected_cost"].fill_null(0.0).sum()), most=limits.budget),
        *(Used(name=name, used=by_channel.get(name, 0), most=limits.capacity.get(name)) for name in channels),
    ]


def contacted_share(scores: pl.DataFrame, decided: pl.DataFrame, rules: Rules) -> Contacted | None:
    """What share the list makes an offer to stay, beside the best one; None without the action or known values.

    The best share counts every active customer whose value is known, consent or not: it is the paper's question.
    """
    actions = {action.name: action for action in rules.actions}
    asked = scores.filter(pl.col("churn_probability").is_not_null(), pl.col("value_to_lose").is_finite())
    if OFFER not in actions or asked.is_empty():
        return None
    offer = actions[OFFER]
    listed = decided.filter(pl.col("action") == OFFER, pl.col("outcome") == "listed").height
    best = optimal_share(
        asked["churn_probability"],
        asked["value_to_lose"],
        contact_cost=offer.contact_cost,
        offer_cost=offer.offer_cost,
        effect=offer.effect,
    )
    return Contacted(customers=asked.height, listed_share=listed / asked.height, best=best)


def stage_counts(decided: pl.DataFrame) -> list[tuple[str, list[int]]]:
    """For each lifecycle stage that occurs the customers of each value segment, in the order of SEGMENTS."""
    found = {(stage, segment): number for stage, segment, number in decided.group_by("stage", "segment").len().rows()}
    rows = [(kind.name, [found.get((kind.name, segment), 0) for segment in SEGMENTS]) for kind in STAGES]
    return [(name, numbers) for name, numbers in rows if any(numbers)]


def change_counts(changes: pl.DataFrame) -> Mapping[str, int]:
    """How many customers are new on the list, moved on it, and gone from it."""
    return {name: changes.filter(pl.col("change") == name).height for name in ("new", "moved", "gone")}


def first_changes(changes: pl.DataFrame, *, most: int) -> pl.DataFrame:
    """The first of each kind of change, `most` of each."""
    return changes.filter(pl.int_range(pl.len()).over("change") < most)
