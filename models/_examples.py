"""What is there to learn from? Snapshot rows at many as-of dates with the labels that have become known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from features import SnapshotStore
from models._dates import Plan, plan_dates
from models._errors import NotEnoughHistory
from models._known import reach
from models._labels import labels, population
from models._parameters import USUAL, Parameters
from models._spend import FEWEST_SPENDERS
from models._target import AMOUNT, Target, Terms

_PARTS = 1 << 30


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """Whose answers were changed by what somebody did: one row per customer and time in which that works on.

    Columns `customer_id`, `from_on`, `until_on` (the day after the last); None: nobody. `learning` is what was known on
    the as-of date, `judging` what is known now, of what was done since then too.
    """

    learning: pl.DataFrame | None = None
    judging: pl.DataFrame | None = None


NOBODY = LeftOut()


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """How to learn: days between as-of dates (None: chosen), how many dates, how many rows, and the seed.

    `trusted` are features that the company vouches for where the leak check suspects them; at `list_size`, the length
    of the list, lift and gain are reported; `parameters` are those of the members.
    """

    step_days: int | None = None
    max_dates: int = 24
    max_rows: int = 1_000_000
    seed: int = 7
    trusted: tuple[str, ...] = ()
    list_size: int | None = None
    parameters: Parameters = USUAL


def plan_for(target: Target, store: SnapshotStore, *, known_by: date, terms: Terms, recipe: Recipe) -> Plan:
    """The as-of dates that the transactions known before `known_by` began allow; raises NotEnoughHistory."""
    data = reach(store.tables, time_zone=store.time_zone, known_by=known_by, needs=target.needs)
    if data is None:
        raise NotEnoughHistory(
            f"the as-of date {known_by} lies before the data: no transaction was known before that day began. "
            "Use a later as-of date, or bring older transactions."
        )
    return plan_dates(
        first_on=data.first_on,
        known_by=data.over_by,
        terms=terms,
        step_days=recipe.step_days,
        max_dates=recipe.max_dates,
    )


def training_rows(
    target: Target,
    store: SnapshotStore,
    *,
    plan: Plan,
    terms: Terms,
    recipe: Recipe,
    leave_out: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """All that may be learned from the dates of a plan, by what was known before `plan.known_by` began.

    One row per as-of date and customer of the population: `customer_id`, `label`, the features, `as_of`. Where that
    would be more than `max_rows`, a share of the customers, drawn by their ids, stands for all. `leave_out` has
    `customer_id`, `from_on` and `until_on` (the day after the last): rows whose horizon shares a day with one of these
    are not learned from, nor tested on, because something was done that changes the answer. Raises
    NotEnoughHistory, before any snapshot is made, when there is nobody to learn from or to test on.
    """
    asked = {day: population(target, store.tables, as_of=day, terms=terms) for day in plan.final}
    asked = {day: untouched(one, leave_out, as_of=day, terms=terms) for day, one in asked.items()}
    count = sum(one.height for one in asked.values())
    if count > recipe.max_rows:
        drawn = pl.col("customer_id").hash(recipe.seed) % _PARTS < int(_PARTS * recipe.max_rows / count)
        asked = {day: one.filter(drawn) for day, one in asked.items()}
    _ask_anybody(target, asked, plan, terms)
    store.prepare(plan.final)
    known_by = plan.known_by
    return pl.concat([_rows(target, store, asked, day, known_by=known_by, terms=terms) for day in plan.final])


def untouched(asked: pl.DataFrame, leave_out: pl.DataFrame | None, *, as_of: date, terms: Terms) -> pl.DataFrame:
    """The customers in whose horizon from `as_of` on nothing was done that changes the answer, in their order.

    `leave_out` as in `training_rows`; without it, all of them.
    """
    if leave_out is None:
        return asked
    first, end = (as_of + timedelta(days=days) for days in (terms.lead_days, terms.ahead_days))
    touched = leave_out.filter(pl.col("from_on") < end, pl.col("until_on") > first)
    return asked.join(touched, on="customer_id", how="anti", maintain_order="left")


def _ask_anybody(target: Target, asked: Mapping[date, pl.DataFrame], plan: Plan, terms: Terms) -> None:
    if target.answer == AMOUNT:
        ask_enough_spenders(target, pl.concat(asked.values())["customer_id"].n_unique(), terms)
    for purpose, days in (("train", plan.train), ("test", (plan.test,))):
        if all(asked[day].is_empty() for day in days):
            raise NotEnoughHistory(
                f"nobody to {purpose} {target.name} on: on the as-of dates {days[0]} to {days[-1]} no customer is one "
                f"of its {target.population.__name__.replace('_', ' ')} (active_days = {terms.active_days}). Check "
                "that the log has no gap and no stray early date, use another as-of date, or raise [population] "
                "active_days."
            )


def ask_enough_spenders(target: Target, customers: int, terms: Terms) -> None:
    """Raises NotEnoughHistory where so few customers spent anything, or could have, that there is nothing to learn."""
    if customers < FEWEST_SPENDERS:
        raise NotEnoughHistory(
            f"too few customers to learn {target.name} from: at most {customers} spent anything within "
            f"{terms.horizon_days} days after an as-of date; {FEWEST_SPENDERS} are needed. Until then the purchase "
            "process answers."
        )


def as_known_by(
    known_by: date, target: Target, store: SnapshotStore, rows: pl.DataFrame, *, terms: Terms
) -> pl.DataFrame:
    """The same rows with the labels that somebody who learned before `known_by` began would have had."""
    parts = []
    for day in rows["as_of"].unique().sort():
        part = rows.filter(pl.col("as_of") == day)
        then = labels(target, store.tables, as_of=day, terms=terms, known_by=known_by, among=part)
        parts.append(part.with_columns(then["label"]))
    return pl.concat(parts)


def _rows(
    target: Target,
    store: SnapshotStore,
    asked: Mapping[date, pl.DataFrame],
    as_of: date,
    *,
    known_by: date,
    terms: Terms,
) -> pl.DataFrame:
    answered = labels(target, store.tables, as_of=as_of, terms=terms, known_by=known_by, among=asked[as_of])
    joined = answered.join(store.at(as_of), on="customer_id", how="left", validate="1:1", maintain_order="left")
    return joined.with_columns(as_of=pl.lit(as_of))
