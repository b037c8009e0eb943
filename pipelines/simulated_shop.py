"""What does the simulated shop hand over? Raw tables of a world of 3,000 customers and two years, the same every time.

All timestamps are UTC. The shop is open from 9 to 21 o'clock in Shanghai, which is 1 to 13 o'clock UTC, so its business
day is the same day in both. The tables are what an export on 2026-01-01 would hold: nothing in them was recorded later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipelines._shop_world import Events, Flags, Indices, Numbers, Shop, World, simulate, stream
from pipelines._sources import RawTables, source

if TYPE_CHECKING:
    from pipelines._settings import Settings

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
EXPORTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
OPENS_AT_UTC_HOUR, OPEN_HOURS = 1, 12

CATEGORIES = ("生鲜", "饮料", "零食", "家居", "美妆", "baby", "pets", "wine")
TYPICAL_PRICES = (18.0, 12.0, 15.0, 35.0, 90.0, 75.0, 60.0, 130.0)
PRODUCTS_PER_CATEGORY = 25
REGIONS = ("华东", "华北", "华南", "华中", "西南", "东北")
TOPICS = ("delivery", "quality", "price", "staff")

LATE_ORDER_SHARE = 0.03
DISCOUNT_SHARE = 0.2
RETURN_SHARE, ONLINE_RETURN_SHARE = 0.03, 0.08
LATE_RETURN_SHARE = 0.3
LATE_COMPLAINT_SHARE = 0.05
TASTE_STEPS = 40


@source("simulated-shop")
def simulated_shop(settings: Settings) -> RawTables:
    """A made-up shop with 3,000 customers and two years of receipts, visits, complaints and campaigns; no download."""
    shop = Shop()
    world = cache(lambda: simulate(shop))
    return {
        "customers": lambda: customers(shop, world()),
        "transactions": lambda: transactions(shop, world()),
        "interactions": lambda: interactions(shop, world()),
    }


def customers(shop: Shop, world: World) -> pl.DataFrame:
    """One row per customer, in the order they joined; `region` is an attribute that the contract does not name."""
    draw, people, n = stream(shop, "customer attributes"), world.people, shop.customers
    cost = np.where(people.referred_by >= 0, 15.0, 60.0) * draw.lognormal(0.0, 0.4, n)
    cost[draw.random(n) < 0.1] = np.nan
    return pl.DataFrame(
        {
            "customer_id": _customer_ids(np.arange(n)),
            "joined_at": _moments(people.joined),
            "referred_by": _customer_ids(people.referred_by),
            "acquisition_cost": pl.Series(cost.round(2)).fill_nan(None),
            "consent_at": _moments(people.consent),
            "withdrawn_at": _moments(people.withdrawn),
            "language": _pick(("zh", "en"), (draw.random(n) < 0.3).astype(np.int64)),
            "region": _pick(REGIONS, draw.integers(len(REGIONS), size=n)),
        }
    )


def transactions(shop: Shop, world: World) -> pl.DataFrame:
    """One row per line bought or returned. Orders from tills that were offline, and many returns, are recorded late."""
    bought = _lines(shop, world, _orders(shop, world))
    lines = pl.concat([bought, _returned(shop, bought)])
    return _exported(lines, key="transaction_id", prefix="T")


def _orders(shop: Shop, world: World) -> pl.DataFrame:
    """One row per order, in time order: who, when, how, and when it was recorded."""
    draw, orders = stream(shop, "order details"), world.orders
    in_time = np.argsort(orders.day, kind="stable")
    customer, day = orders.customer[in_time], orders.day[in_time]
    n = len(day)
    late_hours = np.where(draw.random(n) < LATE_ORDER_SHARE, 1 + 71 * draw.random(n), 0.0)
    is_online = draw.random(n) < world.people.online[customer]
    occurred_at = _moments(day)
    return pl.DataFrame(
        {
            "order_id": _ids("O", n),
            "customer": customer,
            "occurred_at": occurred_at,
            "recorded_at": _after(occurred_at, late_hours),
            "channel": _pick(("shop", "web", "app"), np.where(is_online, draw.integers(1, 3, size=n), 0)),
        }
    )


def _lines(shop: Shop, world: World, orders: pl.DataFrame) -> pl.DataFrame:
    """One row per line bought: products of the customer's favourite categories, with their list prices."""
    draw, people = stream(shop, "baskets"), world.people
    basket = people.basket[orders["customer"].to_numpy()]
    order = np.repeat(np.arange(len(orders)), 1 + draw.poisson(0.7 * basket))
    lines, n = orders[order], len(order)
    customer = lines["customer"].to_numpy()
    category = _favourite_categories(shop)[customer, draw.integers(TASTE_STEPS, size=n)]
    # Squared, so that a category's first products are its bestsellers.
    product = category * PRODUCTS_PER_CATEGORY + np.floor(PRODUCTS_PER_CATEGORY * draw.random(n) ** 2).astype(np.int64)
    quantity = 1.0 + draw.poisson(0.4 * basket[order])
    listed = _list_prices(shop)[product] * quantity
    discount = np.where(draw.random(n) < DISCOUNT_SHARE, listed * draw.choice([0.1, 0.2, 0.3], n), 0.0).round(2)
    return lines.with_columns(
        customer_id=_customer_ids(customer),
        amount=(listed - discount).round(2),
        quantity=quantity,
        discount=discount,
        product_id=_pick([f"P{number:03d}" for number in range(len(CATEGORIES) * PRODUCTS_PER_CATEGORY)], product),
        category=_pick(CATEGORIES, category),
    ).drop("customer")


def _favourite_categories(shop: Shop) -> Indices:
    """For each customer, 40 categories to pick from at random: few favourites often, the others seldom or never."""
    draw = stream(shop, "tastes")
    liking = draw.standard_gamma(0.5, (shop.customers, len(CATEGORIES)))
    upto = np.cumsum(liking, axis=1) / liking.sum(axis=1, keepdims=True)
    steps = (np.arange(TASTE_STEPS) + 0.5) / TASTE_STEPS
    # Rounding may leave the last sum a hair below 1; the last category then takes the rest.
    picked: Indices = (steps[None, :, None] > upto[:, None, :-1]).sum(axis=2)
    return picked


def _list_prices(shop: Shop) -> Numbers:
    spread = stream(shop, "prices").lognormal(0.0, 0.5, len(CATEGORIES) * PRODUCTS_PER_CATEGORY)
    prices: Numbers = (np.repeat(TYPICAL_PRICES, PRODUCTS_PER_CATEGORY) * spread).round(1)
    return prices


def _returned(shop: Shop, bought: pl.DataFrame) -> pl.DataFrame:
    """Whole lines brought back one to twenty days later, under the order they were bought with."""
    draw, n = stream(shop, "returns"), len(bought)
    share = np.where((bought["channel"] == "shop").to_numpy(), RETURN_SHARE, ONLINE_RETURN_SHARE)
    lines = bought.filter(pl.Series(draw.random(n) < share))
    back_after_hours = 24 * draw.integers(1, 21, len(lines)) + draw.random(len(lines))
    is_late = draw.random(len(lines)) < LATE_RETURN_SHARE
    occurred_at = _after(lines["occurred_at"], back_after_hours)
    return lines.with_columns(
        occurred_at=occurred_at,
        recorded_at=_after(occurred_at, np.where(is_late, 24 * (2 + 13 * draw.random(len(lines))), 0.0)),
        amount=-pl.col("amount"),
        quantity=-pl.col("quantity"),
        discount=-pl.col("discount"),
    )


def interactions(shop: Shop, world: World) -> pl.DataFrame:
    """One row per visit, enquiry, complaint, campaign contact, campaign response or survey."""
    draw = stream(shop, "interaction details")
    complaints = _complaints(shop, world)
    parts = [
        _happened(world.visits, "visit", draw, channels=("shop", "web", "app")),
        _happened(world.enquiries, "enquiry", draw, channels=("phone", "mail", "web")).with_columns(
            topic=_pick(TOPICS, draw.integers(len(TOPICS), size=len(world.enquiries.day)))
        ),
        complaints,
        _happened(world.contacts, "campaign_contact", draw, channels=("mail", "sms")).with_columns(
            topic=pl.col("occurred_at").dt.strftime("monthly offer %Y-%m")
        ),
        _happened(world.responses, "campaign_response", draw, channels=("mail", "sms")),
        _surveys(shop, world),
        _surveys_after(shop, complaints, world.complaints.is_hurt),
    ]
    return _exported(pl.concat(parts, how="diagonal"), key="interaction_id", prefix="I")


def _happened(events: Events, kind: str, draw: np.random.Generator, *, channels: Sequence[str]) -> pl.DataFrame:
    occurred_at = _moments(events.day)
    return pl.DataFrame(
        {
            "customer_id": _customer_ids(events.customer),
            "occurred_at": occurred_at,
            "recorded_at": occurred_at,
            "kind": pl.repeat(kind, len(occurred_at), eager=True),
            "channel": _pick(channels, draw.integers(len(channels), size=len(occurred_at))),
        }
    )


def _complaints(shop: Shop, world: World) -> pl.DataFrame:
    """Complaints with their answer; some are entered up to three days late, some are reviewed in the week after."""
    draw, complaints = stream(shop, "complaint details"), world.complaints
    made = _happened(complaints.events, "complaint", draw, channels=("phone", "mail", "web", "shop"))
    n, hours = len(made), complaints.answer_hours
    late_hours = np.where(draw.random(n) < LATE_COMPLAINT_SHARE, 72 * draw.random(n), 0.0)
    review_hours = np.where(draw.random(n) < 0.3, hours + 24 * (1 + 6 * draw.random(n)), np.nan)
    return made.with_columns(
        recorded_at=_after(made["occurred_at"], late_hours),
        topic=_pick(TOPICS, draw.integers(len(TOPICS), size=n)),
        resolved_at=_after(made["occurred_at"], hours),
        reviewed_at=_after(made["occurred_at"], review_hours),
    )


def _surveys(shop: Shop, world: World) -> pl.DataFrame:
    """Answers to the yearly survey: lower after a badly answered complaint, and a little lower before leaving."""
    draw, surveys, hurt = stream(shop, "survey details"), world.surveys, world.complaints
    hurt_on = np.full(shop.customers, np.inf)
    np.minimum.at(hurt_on, hurt.events.customer[hurt.is_hurt], hurt.events.day[hurt.is_hurt])
    is_hurt = hurt_on[surveys.customer] < surveys.day
    leaves_soon = world.left[surveys.customer] - surveys.day < 60
    points = 4.0 - 1.2 * is_hurt - 0.5 * leaves_soon + 0.8 * draw.standard_normal(len(is_hurt))
    return _happened(surveys, "survey", draw, channels=("web", "phone")).with_columns(satisfaction=_points(points))


def _surveys_after(shop: Shop, complaints: pl.DataFrame, is_hurt: Flags) -> pl.DataFrame:
    """What customers say of how a complaint was handled, one to three days after its answer.

    It is an event of its own and not a column of the complaint, so that it is known from the day it was said.
    """
    draw, n = stream(shop, "surveys after complaints"), len(complaints)
    answered_at = _after(complaints["resolved_at"], 24 * (1 + 2 * draw.random(n)))
    points = np.where(is_hurt, 1.9, 4.0) + 0.8 * draw.standard_normal(n)
    surveys = complaints.select("customer_id", "channel").with_columns(
        occurred_at=answered_at,
        recorded_at=answered_at,
        kind=pl.lit("survey"),
        topic=pl.lit("complaint"),
        satisfaction=_points(points),
    )
    return surveys.filter(pl.Series(draw.random(n) < 0.4) & answered_at.is_not_null())


def _exported(events: pl.DataFrame, *, key: str, prefix: str) -> pl.DataFrame:
    """What is recorded when the tables are exported, in time order, named by a key; later answers are not there yet."""
    later = [name for name in ("resolved_at", "reviewed_at") if name in events.columns]
    known = events.filter(pl.col("recorded_at") < EXPORTED_AT)
    known = known.with_columns(pl.when(pl.col(name) < EXPORTED_AT).then(pl.col(name)) for name in later)
    in_time = known.sort("occurred_at", "recorded_at", maintain_order=True)
    return in_time.select(_ids(prefix, len(in_time)).alias(key), pl.all())


def _moments(days: Numbers) -> pl.Series:
    """Days since the world began, as whole seconds within the opening hours; NaN becomes null."""
    whole = np.floor(days)
    since_opening = np.floor((days - whole) * OPEN_HOURS * 3600)
    begin = pl.Series([BEGIN], dtype=pl.Datetime("us", "UTC")).new_from_index(0, len(days))
    return _after(begin, 24 * whole + OPENS_AT_UTC_HOUR + since_opening / 3600)


def _after(moments: pl.Series, hours: Numbers) -> pl.Series:
    """The moments so many hours later, to the second; null where either is unknown."""
    microseconds = pl.Series(np.rint(hours * 3600) * 1_000_000).fill_nan(None).cast(pl.Int64)
    return moments + microseconds.cast(pl.Duration("us"))


def _points(satisfaction: Numbers) -> pl.Series:
    return pl.Series(np.clip(np.rint(satisfaction), 1, 5))


def _customer_ids(customer: Indices) -> pl.Series:
    """C00001 for the first customer; null for none (-1)."""
    number = pl.Series(customer)
    return pl.select(pl.when(number >= 0).then(pl.lit("C") + (number + 1).cast(pl.String).str.zfill(5))).to_series()


def _ids(prefix: str, n: int) -> pl.Series:
    numbers = pl.Series(np.arange(1, n + 1))
    return prefix + numbers.cast(pl.String).str.zfill(7)


def _pick(names: Sequence[str], index: Indices) -> pl.Series:
    return pl.Series(names)[index]
