"""What is each action truly worth to the living shop? Expected for everybody, and as it came about for some.

`truth` asks what an action brings before anybody knows how it ends; `realised` lives the same days twice, with the
contacts and without, under the same luck. An order counts net of all that will be brought back of it. What a customer's
friend buys counts for the customer until the friend has joined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines._living_actions import ACTIONS, FAMILIES, TERMS, Kind, Terms
from pipelines._living_baskets import customer_ids
from pipelines._living_belief import recovered
from pipelines._living_chance import Indices, Numbers
from pipelines._living_day import World, reach
from pipelines._living_future import expected_profit_and_offers
from pipelines._living_lives import Lives, standings
from pipelines._living_people import People, kind_shares, natural_rates
from pipelines._living_shop import LivingShop


def truth(
    shop: LivingShop,
    *,
    as_of: date,
    horizon_days: int,
    terms: Mapping[str, Terms] = TERMS,
    with_friends: bool = True,
) -> pl.DataFrame:
    """One row per customer who has joined and action of `terms`: customer_id, action, incremental_profit and
    expected_cost.

    That is the expected profit of the `horizon_days` from `as_of` on, if the action reaches the customer on the morning
    of `as_of` and nothing else does later, less the same without it, in currency; what contact and offer cost, which is
    `expected_cost`, is taken off. What a friend brings counts for whoever brought the friend, unless told not to.
    Asked of the shop as it stands: raises ValueError where `as_of` is another day.
    """
    day = _day_of(shop, as_of)
    who = np.flatnonzero(shop.lives.comes_on < day)
    stands = standings(shop.lives)
    gain = _gains(shop.world, shop.lives, who=who, day=day, days=horizon_days, terms=terms, stands=stands)
    gains = {action: gain(action) for action in terms}
    return _by_customer(shop, gains, who=who, day=day, terms=terms, with_friends=with_friends)


def knowable(shop: LivingShop, *, as_of: date, horizon_days: int, terms: Mapping[str, Terms] = TERMS) -> pl.DataFrame:
    """What `truth` says to somebody who knows habits and all that happened, but no customer's condition and kind.

    Same columns. Conditions are as likely as the shop's `belief`, kinds as their shares among people of the customer's
    price sensitivity and engagement. What is earned by the best list under `truth` takes second sight; by that under
    `knowable`, only perfect learning.
    """
    day, world = _day_of(shop, as_of), shop.world
    who = np.flatnonzero(shop.lives.comes_on < day)
    likely = _of_who_is_contacted(shop, kind_shares(world.nature, world.people), day=day)
    gains = {action: np.zeros((2, len(shop.lives.condition))) for action in terms}
    for number, family in enumerate(FAMILIES):
        actions = {action: each for action, each in terms.items() if ACTIONS[action].family == family}
        for kind in Kind if actions else ():
            supposed = replace(world, people=_supposed(world, number, kind))
            gain = _gains(supposed, shop.lives, who=who, day=day, days=horizon_days, terms=terms, stands=shop.belief)
            for action in actions:
                gains[action] += likely[number, kind] * gain(action)
    return _by_customer(shop, gains, who=who, day=day, terms=terms)


def realised(
    shop: LivingShop, contacts: pl.DataFrame, *, horizon_days: int, terms: Mapping[str, Terms] = TERMS
) -> pl.DataFrame:
    """One row per contacted customer: what they brought in the days to come, and would have brought left alone.

    Columns: customer_id, `treated_profit`, `untreated_profit` and their difference `incremental_profit`, in currency,
    over `horizon_days` from the shop's day on. The shop itself does not move.
    """
    until = shop.day + timedelta(days=horizon_days)
    outcomes = []
    for given in (contacts, None):
        twin = shop.copy()
        twin.advance(until, given)
        outcomes.append(_with_friends(shop, profit_since(twin, shop.day, terms=terms), day=shop.day_number(shop.day)))
    profits = pl.DataFrame(
        {
            "customer_id": customer_ids(np.arange(len(outcomes[0]))),
            "treated_profit": outcomes[0],
            "untreated_profit": outcomes[1],
            "incremental_profit": outcomes[0] - outcomes[1],
        }
    )
    return profits.join(contacts.select("customer_id").unique(), on="customer_id", how="semi").sort("customer_id")


def profit_since(shop: LivingShop, start: date, *, terms: Mapping[str, Terms] = TERMS) -> Numbers:
    """What each person brought from `start` on, by number: margin on net orders less contacts, offers and rewards."""
    since = shop.day_number(start)
    orders = shop.lines.filter(pl.col("ordered_on") >= since)
    events = shop.team_events.filter(pl.col("day") >= since)
    costs = pl.DataFrame(
        [{"action": action, "contact": each.contact_cost, "taken": each.offer_cost} for action, each in terms.items()],
        schema={"action": pl.String, "contact": pl.Float64, "taken": pl.Float64},
    )
    cost = events.join(costs, on="action").with_columns(cost=pl.when("is_response").then("taken").otherwise("contact"))
    n = len(shop.lives.condition)
    income, costs_of = np.zeros(n), np.zeros(n)
    np.add.at(income, orders["customer"].to_numpy(), orders["amount"].to_numpy())
    np.add.at(costs_of, cost["customer"].to_numpy(), cost["cost"].to_numpy())
    return shop.world.nature.margin * income - costs_of


def _day_of(shop: LivingShop, as_of: date) -> int:
    if as_of != shop.day:
        raise ValueError(f"the shop stands at {shop.day}, not {as_of}: the truth of another day is not known to it")
    return shop.day_number(as_of)


def _gains(
    world: World, lives: Lives, *, who: Indices, day: int, days: int, terms: Mapping[str, Terms], stands: Numbers
) -> Callable[[str], Numbers]:
    """By action: what each person is expected to bring more if it reaches `who` that morning, and to take of offers.

    The cost of the contact itself is not in it.
    """
    left_alone = expected_profit_and_offers(world, lives, start=day, days=days, terms=terms, stands=stands)

    def gain(action: str) -> Numbers:
        reached = lives.copy()
        contacts = reach(world, reached, day, action=action, campaign=0, who=who)
        after = recovered(stands, world, contacts)
        told = expected_profit_and_offers(world, reached, start=day, days=days, terms=terms, stands=after)
        return np.array(told) - np.array(left_alone)

    return gain


def _by_customer(
    shop: LivingShop,
    gains: Mapping[str, Numbers],
    *,
    who: Indices,
    day: int,
    terms: Mapping[str, Terms],
    with_friends: bool = True,
) -> pl.DataFrame:
    def brought(profit: Numbers) -> Numbers:
        return _with_friends(shop, profit, day=day)[who] if with_friends else profit[who]

    frames = [
        pl.DataFrame(
            {
                "customer_id": customer_ids(who),
                "action": pl.repeat(action, len(who), eager=True),
                "incremental_profit": brought(gain) - terms[action].contact_cost,
                "expected_cost": np.maximum(brought(offers), 0.0) + terms[action].contact_cost,
            }
        )
        for action, (gain, offers) in gains.items()
    ]
    return pl.concat(frames).sort("customer_id", "action")


def _supposed(world: World, family: int, kind: Kind) -> People:
    """The same people, all of one kind in one family."""
    kinds = world.people.kinds.copy()
    kinds[family] = kind
    return replace(world.people, kinds=kinds, rates=natural_rates(world.nature, world.origin, kinds))


def _of_who_is_contacted(shop: LivingShop, shares: Numbers, *, day: int) -> Numbers:
    """The shares of kinds by which a person's gain is weighed: of friends still to be brought, those of the bringer."""
    own = shop.world.people.own
    to_come = shop.lives.comes_on[own:] >= day
    weighed = shares.copy()
    weighed[..., own:] = np.where(to_come, shares[..., :own], shares[..., own:])
    return weighed


def _with_friends(shop: LivingShop, profit: Numbers, *, day: int) -> Numbers:
    """Profit by person, in which friends who had not joined before `day` count for those who bring them."""
    own = shop.world.people.own
    to_come = np.where(shop.lives.comes_on[own:] >= day, profit[own:], 0.0)
    return np.concatenate([profit[:own] + to_come, profit[own:]])
