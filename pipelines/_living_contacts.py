"""Which contacts does the team make, and can the living shop act on them? Checked as a whole before a day is lived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines._errors import PipelineError
from pipelines._living_actions import ACTIONS
from pipelines._living_baskets import customer_ids
from pipelines._living_chance import Indices
from pipelines._living_day import World
from pipelines._living_lives import Lives


class ContactsWrong(PipelineError):
    """The contacts name an action, a customer or a day that the shop cannot act on; nothing was lived."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wave:
    """Customers who are contacted on one day with one action for one campaign, in order of their numbers."""

    day: int
    action: str
    campaign: str
    who: Indices


def waves(contacts: pl.DataFrame, world: World, lives: Lives, *, start: date, until: date) -> list[Wave]:
    """The contacts by day, action and campaign, in an order that does not depend on the order of the rows.

    `contacts` has customer_id, action and day, and `campaign` where campaigns are not the action and month. Raises
    ContactsWrong for a column that is missing, an action or customer that is unknown, a day outside
    [start, until), a customer who joins on that day or later, and a row that stands twice.
    """
    _check_columns(contacts)
    begin = world.nature.begin
    default = pl.format("{}-{}", "action", pl.col("day").dt.strftime("%Y-%m"))
    named = contacts.with_columns(campaign="campaign" if "campaign" in contacts.columns else default)
    people = pl.DataFrame({"who": range(len(lives.comes_on)), "comes_on": lives.comes_on})
    known = named.join(
        people.with_columns(customer_id=customer_ids(people["who"].to_numpy())), "customer_id", how="left"
    )
    _check_rows(known, start=start, until=until, begin=begin)
    by_wave = known.sort("day", "action", "campaign", "who").partition_by(
        "day", "action", "campaign", as_dict=True, maintain_order=True
    )
    return [
        Wave(day=(day - begin).days, action=action, campaign=campaign, who=rows["who"].to_numpy())
        for (day, action, campaign), rows in by_wave.items()
    ]


def _check_columns(contacts: pl.DataFrame) -> None:
    for column, kind in (("customer_id", pl.String), ("action", pl.String), ("day", pl.Date)):
        if contacts.schema.get(column) != kind:
            found = contacts.schema.get(column, "none")
            raise ContactsWrong(f"contacts need a column {column!r} of type {kind.__name__}; found: {found}.")


def _check_rows(contacts: pl.DataFrame, *, start: date, until: date, begin: date) -> None:
    joined_on = pl.lit(begin) + pl.duration(days=pl.min_horizontal("comes_on", 100_000))
    faults = {
        f"name an action other than {', '.join(ACTIONS)}": ~pl.col("action").is_in(list(ACTIONS)),
        f"lie outside [{start}, {until}), the days to be lived": ~pl.col("day").is_between(start, until, closed="left"),
        "are to customers who are unknown or have not joined before": ~(joined_on < pl.col("day")),
        "stand twice": pl.struct("customer_id", "action", "day").is_duplicated(),
    }
    for fault, is_wrong in faults.items():
        wrong = contacts.filter(is_wrong.fill_null(value=True))
        if len(wrong):
            customer, action, day = wrong.select("customer_id", "action", "day").row(0)
            example = f"first: customer {customer!r}, {action!r} on {day}"
            raise ContactsWrong(f"{len(wrong):,} of {len(contacts):,} contacts {fault} ({example}).")
