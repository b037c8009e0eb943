"""Did it work? A campaign's treated customers against those whom it held out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from serving._measurable import as_measurable, stratified
from serving._two_arms import Arms, difference

MIN_CUSTOMERS = 20
"""The fewest customers in each arm for an interval."""

MIN_RARER = 5
"""The fewest customers of the rarer outcome that the smaller arm must have, at the rate of both arms together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm:
    """Those treated, or those held out: how many, how many ended well, their mean profit and what was spent on them."""

    customers: int
    good_count: int
    good_share: float
    mean_profit: float
    cost: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """One number that was measured. `low` and `high` are null while there is not enough data for an interval.

    `variance_reduction` is the share of its variance that knowing the customers beforehand took away.
    """

    mean: float
    standard_error: float
    low: float | None
    high: float | None
    variance_reduction: float = 0.0

    def scaled(self, factor: float, *, less: float = 0.0) -> Estimate:
        """The same in another unit, less something that is known exactly; `factor` is not negative."""
        low, high = (None if end is None else end * factor - less for end in (self.low, self.high))
        return Estimate(
            mean=self.mean * factor - less,
            standard_error=self.standard_error * factor,
            low=low,
            high=high,
            variance_reduction=self.variance_reduction,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What a campaign changed, intention to treat: everybody counts in the arm to which they were assigned.

    `good_share` is the share of the treated who ended well because of the campaign; `gained` the same in customers:
    kept, grown or won back. `profit_per_customer` and `profit` are what it caused per treated customer and in all, net
    of `cost`; `return_on_budget` is that profit over the cost (null where nothing was spent). `effect` is
    `good_share` over the mean risk of the treated (null where that is zero). `expected_profit` is what
    the nights had expected of the treated. `customers_needed` is how many must be assigned, with the same share held
    out, before `good_share` has an interval: 0 when it has one, null while nobody's outcome is the rarer one.
    `segments` has the same for each segment; one without customers in both arms is null there. `campaigns` names what
    was measured.
    """

    treated: Arm
    held_out: Arm
    good_share: Estimate
    gained: Estimate
    profit_per_customer: Estimate
    profit: Estimate
    return_on_budget: Estimate | None
    effect: Estimate | None
    expected_profit: float
    customers_needed: int | None
    campaigns: tuple[str, ...]
    segments: Mapping[str, Measured | None] = field(default_factory=dict)

    @property
    def cost(self) -> float:
        """What the campaign cost: also what went to those who were held out and contacted all the same."""
        return self.treated.cost + self.held_out.cost


def measure(rows: pl.DataFrame, *, confidence: float = 0.95) -> Measured:
    """What a campaign changed: customers gained and profit caused, with intervals, in all and by segment.

    `rows`: one per assigned customer and campaign: `customer_id`, `arm` ("treated" or "held_out"), `segment`,
    `risk` (the probability, predicted when assigned, that it ends badly without contact), `is_good` (retained, grown or
    returned within the horizon), `profit` (margin on spend in the horizon, before the campaign's costs), `cost` (spent
    on this customer; 0 when held out), `spend_before`, `expected_profit`. Where a column `campaign` names campaigns,
    several of one action are measured together; where `is_contaminated` names those who were held out and contacted
    all the same, these may have cost money, which is spent too. Raises `NothingToMeasure` where an arm is empty or a
    row says what cannot be.
    """
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence}; it is a share between 0 and 1, such as 0.95.")
    known = as_measurable(rows)
    segments = {
        str(name): _measured(part, confidence=confidence) if part["is_treated"].n_unique() == 2 else None
        for (name,), part in sorted(known.partition_by("segment", as_dict=True).items())
    }
    return replace(_measured(known, confidence=confidence), segments=segments)


def _measured(known: pl.DataFrame, *, confidence: float) -> Measured:
    treated, held_out = (_arm(known.filter(pl.col("is_treated") == arm)) for arm in (True, False))
    arms, cost = _arms(known), treated.cost + held_out.cost
    good = _estimate(known["is_good"], arms, confidence=confidence)
    gross = _estimate(known["profit"], arms, confidence=confidence)
    per_customer = gross.scaled(1.0, less=cost / treated.customers)
    profit = gross.scaled(treated.customers, less=cost)
    risk = float(known.filter("is_treated")["risk"].to_numpy().mean())
    return Measured(
        treated=treated,
        held_out=held_out,
        good_share=good,
        gained=good.scaled(treated.customers),
        profit_per_customer=per_customer,
        profit=profit,
        return_on_budget=profit.scaled(1.0 / cost) if cost > 0 else None,
        effect=good.scaled(1.0 / risk) if risk > 0 else None,
        expected_profit=math.fsum(known.filter("is_treated")["expected_profit"]),
        customers_needed=_needed(known) if good.low is None else 0,
        campaigns=tuple(known["campaign"].drop_nulls().unique().sort()),
    )


def _arm(part: pl.DataFrame) -> Arm:
    good = int(part["is_good"].sum())
    return Arm(
        customers=part.height,
        good_count=good,
        good_share=good / part.height,
        mean_profit=math.fsum(part["profit"]) / part.height,
        cost=math.fsum(part["cost"]),
    )


def _arms(known: pl.DataFrame) -> Arms:
    """Strata, and what was known when the customers were assigned: the prediction, spend before, and their product."""
    risk, spend = (known[name].to_numpy() for name in ("risk", "spend_before"))
    return Arms(
        is_treated=known["is_treated"].to_numpy(),
        stratum=stratified(known).to_numpy(),
        known_before=np.column_stack([risk, spend, risk * spend]),
    )


def _estimate(outcome: pl.Series, arms: Arms, *, confidence: float) -> Estimate:
    """The difference between the arms; its interval only where normal theory can be trusted with it.

    That is where each arm has `MIN_CUSTOMERS`, and the smaller one would have `MIN_RARER` of the rarer outcome (of
    profits: any but zero) at the rate of both arms together. Its own count would not do: chance keeps it small where
    the held-out mean is wrong too.
    """
    values = outcome.cast(pl.Float64).to_numpy()
    found = difference(values, arms)
    smaller = min(int(arms.is_treated.sum()), int((~arms.is_treated).sum()))
    nonzero = float((values != 0).mean())
    rarer = min(nonzero, 1.0 - nonzero) if outcome.dtype == pl.Boolean else nonzero
    # Where all are alike nothing is known of how they differ; what is left of the error then is rounding.
    differ = found.standard_error > 1e-12 * np.abs(values).max()
    enough = smaller >= MIN_CUSTOMERS and smaller * rarer >= MIN_RARER and differ
    margin = found.margin(confidence) if enough else None
    return Estimate(
        mean=found.mean,
        standard_error=found.standard_error,
        low=None if margin is None else found.mean - margin,
        high=None if margin is None else found.mean + margin,
        variance_reduction=found.variance_reduction,
    )


def _needed(known: pl.DataFrame) -> int | None:
    """How many must be assigned for the smaller arm to be large enough; by the predictions while nothing was seen."""
    columns = ("is_treated", "is_good", "risk")
    treated, seen, predicted = (float(known[name].cast(pl.Float64).to_numpy().mean()) for name in columns)
    rarer = min(seen, 1.0 - seen) or min(predicted, 1.0 - predicted)
    if rarer <= 0:
        return None
    return math.ceil(max(MIN_CUSTOMERS, MIN_RARER / rarer) / min(treated, 1.0 - treated))
