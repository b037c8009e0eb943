"""Whom may anybody contact tonight in the living shop, under which limits, and what is each contact truly worth?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from features import day_start
from pipelines._living_actions import Terms
from pipelines._living_rivals import PAIR, Limits
from pipelines._living_shop import LivingShop
from pipelines._living_truth import knowable, truth
from pipelines._settings import Settings
from serving import Manners, with_consent
from serving._respect import left_alone
from serving._rules import RECOVERY

Worth = Callable[..., pl.DataFrame]
"""`truth` or `knowable`."""

WORTHS: Mapping[str, Worth] = {"truth": truth, "knowable": knowable}


def terms_in(settings: Settings) -> dict[str, Terms]:
    """What each action that is used costs, as the settings say."""
    return {
        name: Terms(contact_cost=one.contact_cost, offer_cost=one.offer_cost)
        for name, one in settings.actions.used.items()
    }


def limits_in(settings: Settings) -> Limits:
    """The limits of one night as the rivals count them: the budget, the list, channels and actions."""
    used, chosen = settings.actions.used, settings.decisions
    by_channel = {
        tuple(name for name, one in used.items() if one.channel == channel): most
        for channel, most in chosen.capacity.items()
    }
    return Limits(
        budget=float("inf") if chosen.budget is None else chosen.budget,
        capacities={name: one.capacity for name, one in used.items() if one.capacity is not None},
        together={tuple(used): settings.list.size} | {names: most for names, most in by_channel.items() if names},
        terms=terms_in(settings),
    )


def known_of_respect(shop: LivingShop) -> pl.DataFrame:
    """One row per customer who has joined: `customer_id`, `may_contact`, `open_complaint_count`, as known this morning.

    Straight from the exports, so that it can be held against what the night made of them.
    """
    tables = shop.tables()
    interactions = tables["interactions"]
    opened = interactions.filter(pl.col("kind") == "complaint", pl.col("resolved_at").is_null())
    counts = opened.group_by("customer_id").agg(open_complaint_count=pl.len())
    customers = tables["customers"]
    morning = day_start(shop.day, time_zone="UTC")
    return with_consent(customers.select("customer_id"), customers.lazy(), before=morning).join(
        counts, on="customer_id", how="left", maintain_order="left"
    )


def candidates(shop: LivingShop, settings: Settings, *, contacted: pl.DataFrame) -> pl.DataFrame:
    """One row per customer and action that respect allows this morning: `customer_id`, `action`.

    `contacted` (customer_id, day) are the contacts made so far. A customer with an open complaint may get service
    recovery and nothing else, all others anything else: the rules that our own lists keep.
    """
    known = known_of_respect(shop)
    chosen = settings.decisions
    alone = left_alone(
        known,
        contacted=contacted.select("customer_id", contacted_on="day", arm=pl.lit("treated"), is_running=pl.lit(False)),
        suppressed=pl.DataFrame(schema={"customer_id": pl.String}),
        as_of=shop.day,
        manners=Manners(cool_down_days=chosen.cool_down_days, yearly_cap=chosen.yearly_cap),
    )
    free = known.filter(alone.is_null())
    pairs = free.join(pl.DataFrame({"action": list(settings.actions.used)}), how="cross")
    complains = pl.col("open_complaint_count").fill_null(0) > 0
    return pairs.filter((pl.col("action") == RECOVERY) == complains).select(PAIR)


def worth_tonight(shop: LivingShop, settings: Settings, *, kind: str, days: int) -> pl.DataFrame:
    """Per customer and action what a contact brings within `days`, and is expected to cost, by `truth` or `knowable`.

    Columns: customer_id, action, incremental_profit, expected_cost.
    """
    return WORTHS[kind](shop, as_of=shop.day, horizon_days=days, terms=terms_in(settings))
