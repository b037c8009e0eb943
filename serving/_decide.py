"""What do we do tomorrow, for whom? One action per customer, the most profit under the limits, some held out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from serving._actions import stakes, uplift_column
from serving._arbitration import Plan
from serving._filled import filled
from serving._holdout import arms
from serving._respect import REASONS, left_alone
from serving._rules import RECOVERY, Rules
from serving._segments import value_segments
from serving._stages import lifecycle_stage, relation_type
from serving._worth import Worth, worth_of


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What earlier nights left: `contacted` and `assigned` from the ledger, `segments` of the night before, and whom
    the company wants left alone (`suppressed`, with `customer_id`)."""

    contacted: pl.DataFrame
    assigned: pl.DataFrame
    segments: pl.DataFrame | None
    suppressed: pl.DataFrame


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What became of each customer: `customers` has a row for each of the scored list, in its order.

    Beside segment, stage and relation type it has `action`, `campaign`, `arm`, `expected_profit` with `_low` and
    `_high`, `expected_cost`, `effect`, `probability` and `stake`, null without an action, and `outcome`: `listed`,
    `held_out`, or why not. `counts` add up to the population. `plan` is what the arbitration found beside
    complaints and exploration; `explored` is how many customers got each action by that.
    """

    customers: pl.DataFrame
    counts: Mapping[str, int]
    plan: Plan
    explored: Mapping[str, int]


def decide(scores: pl.DataFrame, *, rules: Rules, memory: Memory, campaigns: Mapping[str, str], as_of: date) -> Decided:
    """Decides for each customer of the scored list; `campaigns` names the running campaign of each action.

    Complaints first: who has an open one gets service recovery, whatever it earns, as far as channels and the list
    reach, and nothing else. Among all others the total expected profit is made greatest; nobody gets an action that is
    not expected to pay. The limits count those held out like the others, so that they are never exceeded.
    """
    # Whom a limit leaves out among customers who are alike must not depend on the order in which they come.
    order = scores["customer_id"].arg_sort().to_numpy()
    sorted_out = _decided(scores[order], rules=rules, memory=memory, campaigns=campaigns, as_of=as_of)
    back = np.argsort(order)
    plan = replace(sorted_out.plan, chosen=sorted_out.plan.chosen[back])
    return replace(sorted_out, customers=sorted_out.customers[back], plan=plan)


def described(scores: pl.DataFrame, *, rules: Rules, segments: pl.DataFrame | None) -> pl.DataFrame:
    """The scored list with who each customer is, and what is at stake."""
    segment = value_segments(scores, margin=rules.margin, before=segments)
    named = scores.with_columns(segment, stage=lifecycle_stage(rules.borders), relation=relation_type(rules.borders))
    return named.with_columns(stakes(margin=rules.margin))


_DECIMALS = 6
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def _decided(
    scores: pl.DataFrame, *, rules: Rules, memory: Memory, campaigns: Mapping[str, str], as_of: date
) -> Decided:
    """What becomes of the customers in the order of their names."""
    rules = replace(rules, actions=[one for one in rules.actions if one.purpose.probability in scores.columns])
    customers = described(scores, rules=rules, segments=memory.segments)
    alone = left_alone(
        customers,
        contacted=memory.contacted,
        suppressed=memory.suppressed,
        as_of=as_of,
        manners=rules.manners,
    )
    worth = worth_of(customers, rules.actions)
    complains = (customers["open_complaint_count"].fill_null(0) > 0).to_numpy()
    free = alone.is_null().to_numpy()
    urgent = _complaints_first(customers, worth, rules, free & complains, contacted=memory.contacted, as_of=as_of)
    rest = filled(worth, rules, urgent, open_to=free & ~complains)
    chosen = np.select([urgent >= 0, rest.explored >= 0], [urgent, rest.explored], rest.plan.chosen)
    made = _with_choice(customers, chosen, worth, rules, campaigns)
    made = _with_arms(made, memory)
    made = made.with_columns(outcome=_outcome(made, alone, worth, free=free, complains=complains))
    counts = {action.name: int((rest.explored == number).sum()) for number, action in enumerate(rules.actions)}
    found = {name: count for name, count in counts.items() if count}
    return Decided(customers=made, counts=_counts(made), plan=rest.plan, explored=found)


def _complaints_first(
    customers: pl.DataFrame, worth: Worth, rules: Rules, who: Flags, *, contacted: pl.DataFrame, as_of: date
) -> Numbers:
    """The number of service recovery for those who get it, else -1: in their turn, as far as limits go."""
    chosen = np.full(len(who), -1, dtype=np.int64)
    names = [action.name for action in rules.actions]
    if RECOVERY not in names:
        return chosen
    number = names.index(RECOVERY)
    action = rules.actions[number]
    most = [rules.limits.size, rules.limits.capacity.get(action.channel), action.capacity]
    places = np.flatnonzero(who)
    order = places[_turns(customers.filter(who), worth.profit[places, number], contacted, as_of=as_of)]
    chosen[order[: min(limit for limit in most if limit is not None)]] = number
    _at_cost(worth, places, number, action.contact_cost)
    return chosen


def _turns(
    complaining: pl.DataFrame, profit: npt.NDArray[np.float64], contacted: pl.DataFrame, *, as_of: date
) -> Numbers:
    """The order in which complaints are answered.

    Who was on no list since the oldest open complaint was made goes first, so that nobody waits for calls that were
    made already; then who is most worth it, then whose complaint is oldest.
    """
    if "oldest_open_complaint_hours" not in complaining.columns:
        complaining = complaining.with_columns(oldest_open_complaint_hours=pl.lit(0.0))
    calls = contacted.filter(pl.col("arm") == "treated").group_by("customer_id").agg(pl.col("contacted_on").max())
    waited = complaining.join(calls, on="customer_id", how="left", maintain_order="left").select(
        hours=pl.col("oldest_open_complaint_hours").cast(pl.Float64).fill_null(0.0),
        days=(as_of - pl.col("contacted_on")).dt.total_days(),
    )
    called = (waited["days"] * 24 <= waited["hours"]).fill_null(False)
    return np.lexsort((-waited["hours"].to_numpy(), -np.nan_to_num(profit, nan=-np.inf), called.to_numpy()))


def _at_cost(worth: Worth, places: Numbers, number: int, cost: float) -> None:
    """Whose stay is worth nothing that is known (customers lost already): answering them is expected to cost that."""
    unknown = places[np.isnan(worth.profit[places, number])]
    for values in (worth.profit, worth.low, worth.high):
        values[unknown, number] = -cost
    worth.cost[unknown, number] = cost


def _with_choice(
    customers: pl.DataFrame, chosen: Numbers, worth: Worth, rules: Rules, campaigns: Mapping[str, str]
) -> pl.DataFrame:
    """Adds what was chosen for each customer, and what it is worth; null where nothing was."""
    some = np.flatnonzero(chosen >= 0)

    def picked(values: npt.NDArray[np.float64]) -> pl.Series:
        found = np.full(len(chosen), np.nan)
        found[some] = values[some, chosen[some]]
        return pl.Series(found).fill_nan(None).round(2)

    names = pl.Series([action.name for action in rules.actions], dtype=pl.String)
    nothing = pl.repeat(None, len(chosen), dtype=pl.String, eager=True)
    action = nothing.scatter(some, names.gather(chosen[some]))
    made = customers.with_columns(
        action=action,
        expected_profit=picked(worth.profit),
        expected_profit_low=picked(worth.low),
        expected_profit_high=picked(worth.high),
        expected_cost=picked(worth.cost),
    )
    return made.with_columns(_per_action(rules, campaigns, made.columns)).with_columns(
        effect=_effect_of_each(made, rules)
    )


def _per_action(rules: Rules, campaigns: Mapping[str, str], columns: Collection[str]) -> list[pl.Expr]:
    """Columns that follow from the action: campaign, channel, holdout share, effect, and its probability and stake."""
    by = {action.name: action for action in rules.actions}
    action = pl.col("action")
    probability, stake = pl.lit(None, dtype=pl.Float64), pl.lit(None, dtype=pl.Float64)
    for name, one in by.items():
        is_it = action == name
        probability = pl.when(is_it).then(pl.col(one.purpose.weighed_by(columns))).otherwise(probability)
        stake = pl.when(is_it).then(one.purpose.stake).otherwise(stake)

    def told(values: Mapping[str, object], kind: type[pl.DataType]) -> pl.Expr:
        return action.replace_strict(values, default=None, return_dtype=kind)

    return [
        told(campaigns, pl.String).alias("campaign"),
        told({name: one.channel for name, one in by.items()}, pl.String).alias("channel"),
        told({name: one.holdout_share for name, one in by.items()}, pl.Float64).alias("holdout_share"),
        told({name: one.salt for name, one in by.items()}, pl.String).alias("salt"),
        told({name: one.effect.mean for name, one in by.items()}, pl.Float64).alias("effect"),
        pl.when(action.is_not_null()).then(probability.fill_null(0.0)).alias("probability"),
        pl.when(action.is_not_null()).then(stake.fill_null(0.0)).alias("stake"),
    ]


def _effect_of_each(made: pl.DataFrame, rules: Rules) -> pl.Expr:
    """The believed effect, or what an uplift model makes of it for the customer: uplift over risk."""
    effect = pl.col("effect")
    for action in rules.actions:
        name, risk = uplift_column(action.name), action.purpose.risk_in(made.columns)
        if name in made.columns:
            speaks = (pl.col("action") == action.name) & pl.col(name).is_not_null() & (risk > 0)
            effect = pl.when(speaks).then((pl.col(name) / risk).round(_DECIMALS)).otherwise(effect)
    return effect


def _with_arms(made: pl.DataFrame, memory: Memory) -> pl.DataFrame:
    assigned = made.filter(pl.col("action").is_not_null())
    drawn = assigned.select("customer_id").with_columns(arms(assigned, before=memory.assigned))
    return made.join(drawn, on="customer_id", how="left", maintain_order="left")


OUTCOMES: Mapping[str, tuple[str, str]] = {
    "listed": ("on the list", "已列入名单"),
    "held_out": ("held out, to measure the effect", "对照组（用于衡量效果）"),
    **REASONS,
    "complaint_beyond_limits": ("open complaint, but no place left", "投诉未结，但名额已满"),
    "not_worth_it": ("no action is expected to pay", "没有值得采取的动作"),
    "beyond_limits": ("would pay, but no place or money is left", "值得联系，但名额或预算已用完"),
}
"""What may become of a customer."""


def _outcome(made: pl.DataFrame, alone: pl.Series, worth: Worth, *, free: Flags, complains: Flags) -> pl.Series:
    with np.errstate(invalid="ignore"):
        pays = (worth.profit > 0).any(axis=1)
    told = np.select(
        [
            (made["arm"] == "treated").fill_null(False).to_numpy(),
            (made["arm"] == "held_out").fill_null(False).to_numpy(),
            ~free,
            complains,
            ~pays,
        ],
        ["listed", "held_out", "left alone", "complaint_beyond_limits", "not_worth_it"],
        default="beyond_limits",
    )
    both = pl.DataFrame({"told": told, "alone": alone})
    return both.select(outcome=pl.when(pl.col("told") == "left alone").then("alone").otherwise("told")).to_series()


def _counts(made: pl.DataFrame) -> dict[str, int]:
    found = dict(made["outcome"].value_counts().iter_rows())
    return {"population": made.height, **{name: found.get(name, 0) for name in OUTCOMES}}
