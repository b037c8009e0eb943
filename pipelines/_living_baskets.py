"""What is in the baskets of the living shop, and what is an order worth? Lines drawn, and their expectation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from scipy.special import ndtri

from pipelines._living_chance import Chance, Flags, Indices, Numbers, counted
from pipelines._living_day import Columns, World
from pipelines.simulated_shop import (
    CATEGORIES,
    LATE_ORDER_SHARE,
    LATE_RETURN_SHARE,
    ONLINE_RETURN_SHARE,
    OPEN_HOURS,
    OPENS_AT_UTC_HOUR,
    PRODUCTS_PER_CATEGORY,
    RETURN_SHARE,
    TYPICAL_PRICES,
)

LINES_PER_BASKET, PIECES_PER_BASKET = 0.6, 0.3
LEAST_DISCOUNT_SHARE, DISCOUNT_SHARE_OF_SENSITIVITY = 0.05, 0.5
DISCOUNTS = np.array([0.1, 0.2, 0.3])
CHANNELS = ("shop", "web", "app")


def transactions(world: World, orders: Columns) -> pl.DataFrame:
    """One row per line bought or brought back, in the columns of the contract, with those to be recorded later.

    `ordered_on`, the day of the order in the world's count, and `customer`, the person's number, stand beside them.
    """
    who, day = orders["customer"], orders["day"]
    ordinary = 1 + counted(world.chance.of("lines", who, day), LINES_PER_BASKET * world.people.basket[who])
    counts = ordinary + orders["new_line"]
    order = np.repeat(np.arange(len(who)), counts)
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    is_new = (orders["new_line"][order] > 0) & (place == counts[order] - 1)
    made = pl.DataFrame({"customer": who[order], "ordered_on": day[order], "place": place})
    timed = _timed(world, who=who[order], day=day[order])
    spend = orders["spend"][order]
    filled = _filled(world, who=who[order], day=day[order], place=place, spend=spend, is_new=is_new)
    lines = pl.concat([made, timed, filled], how="horizontal").with_columns(
        customer_id=customer_ids(who[order]),
        order_id=pl.format("O{}-{}", pl.col("customer") + 1, "ordered_on"),
        transaction_id=pl.format("T{}-{}-{}", pl.col("customer") + 1, "ordered_on", pl.col("place") + 1),
    )
    return pl.concat([lines, _brought_back(world, lines)]).drop("place")


def order_values(world: World) -> tuple[Numbers, Numbers]:
    """What an ordinary order is worth on average, and what a line from the next category is: net of returns.

    Both are by person and, where an action raises what is spent, to be multiplied with its factor.
    """
    people = world.people
    bestsellers = np.diff(np.sqrt(np.arange(PRODUCTS_PER_CATEGORY + 1) / PRODUCTS_PER_CATEGORY))
    price = (list_prices(world.origin).reshape(len(CATEGORIES), PRODUCTS_PER_CATEGORY) * bestsellers).sum(axis=1)
    paid = 1 - _discount_shares(people.price_sensitivity) * DISCOUNTS.mean()
    returned = RETURN_SHARE * (1 - people.online) + ONLINE_RETURN_SHARE * people.online
    per_line = (1 + PIECES_PER_BASKET * people.basket) * paid * (1 - returned)
    ordinary: Numbers = (1 + LINES_PER_BASKET * people.basket) * per_line * (people.taste * price).sum(axis=1)
    new: Numbers = per_line * price[people.next_category]
    return ordinary, new


def list_prices(origin: Chance) -> Numbers:
    """One price per product, the same for everybody."""
    spread = np.exp(0.4 * ndtri(origin.of("list price", np.arange(len(CATEGORIES) * PRODUCTS_PER_CATEGORY))))
    prices: Numbers = (np.repeat(TYPICAL_PRICES, PRODUCTS_PER_CATEGORY) * spread).round(1)
    return prices


def moments(begin: date, day: Indices | Numbers, fraction: Numbers) -> pl.Series:
    """UTC times, to the second, at a fraction of the opening hours of a day; null where either is NaN."""
    days = (begin - date(1970, 1, 1)).days + np.asarray(day, dtype=np.float64)
    seconds = days * 86_400 + OPENS_AT_UTC_HOUR * 3600 + np.floor(fraction * OPEN_HOURS * 3600)
    return (_whole(seconds) * 1_000_000).cast(pl.Datetime("us", "UTC"))


def after(times: pl.Series, hours: Numbers) -> pl.Series:
    """The times so many hours later, to the second; null where either is unknown."""
    return times + (_whole(hours * 3600) * 1_000_000).cast(pl.Duration("us"))


def customer_ids(customer: Indices) -> pl.Series:
    """C00001 for the first customer; null for none (-1)."""
    number = pl.Series(customer, dtype=pl.Int64)
    return pl.select(pl.when(number >= 0).then(pl.lit("C") + (number + 1).cast(pl.String).str.zfill(5))).to_series()


def picked(names: Sequence[str], index: Indices) -> pl.Series:
    """The names at the given places."""
    return pl.Series(names, dtype=pl.String)[pl.Series(index, dtype=pl.Int64)]


def _whole(seconds: Numbers) -> pl.Series:
    return pl.Series(np.rint(seconds), dtype=pl.Float64).fill_nan(None).cast(pl.Int64)


def _timed(world: World, *, who: Indices, day: Indices) -> pl.DataFrame:
    """When and where each line's order was made; tills that were offline record it up to three days late."""
    chance = world.chance
    occurred_at = moments(world.nature.begin, day, chance.of("order time", who, day))
    late = chance.of("recorded late", who, day)
    late_hours = np.where(late < LATE_ORDER_SHARE, 1 + 71 * chance.of("hours late", who, day), 0.0)
    is_online = chance.of("online", who, day) < world.people.online[who]
    return pl.DataFrame(
        {
            "occurred_at": occurred_at,
            "recorded_at": after(occurred_at, late_hours),
            "channel": picked(CHANNELS, np.where(is_online, 1 + who % 2, 0)),
        }
    )


def _filled(world: World, *, who: Indices, day: Indices, place: Indices, spend: Numbers, is_new: Flags) -> pl.DataFrame:
    """What each line holds: a product of the customer's taste, or of the next category where the line is new."""
    people, chance = world.people, world.chance
    upto = np.cumsum(people.taste, axis=1)[:, :-1]
    liked = (chance.of("category", who, day, place)[:, None] > upto[who]).sum(axis=1)
    category = np.where(is_new, people.next_category[who], liked)
    # Squared, so that a category's first products are its bestsellers.
    in_category = np.floor(PRODUCTS_PER_CATEGORY * chance.of("product", who, day, place) ** 2).astype(np.int64)
    product = category * PRODUCTS_PER_CATEGORY + in_category
    mean_pieces = spend * (1 + PIECES_PER_BASKET * people.basket[who])
    quantity = 1.0 + counted(chance.of("pieces", who, day, place), mean_pieces - 1)
    listed = list_prices(world.origin)[product] * quantity
    is_cheaper = chance.of("discounted", who, day, place) < _discount_shares(people.price_sensitivity[who])
    level = np.floor(len(DISCOUNTS) * chance.of("discount", who, day, place)).astype(np.int64)
    discount = np.where(is_cheaper, listed * DISCOUNTS[level], 0.0).round(2)
    return pl.DataFrame(
        {
            "amount": (listed - discount).round(2),
            "quantity": quantity,
            "discount": discount,
            "product_id": picked([f"P{n:03d}" for n in range(len(CATEGORIES) * PRODUCTS_PER_CATEGORY)], product),
            "category": picked(CATEGORIES, category),
        }
    )


def _discount_shares(price_sensitivity: Numbers) -> Numbers:
    """Which share of lines a customer buys at a discount: the more sensitive to prices, the more."""
    shares: Numbers = LEAST_DISCOUNT_SHARE + DISCOUNT_SHARE_OF_SENSITIVITY * price_sensitivity
    return shares


def _brought_back(world: World, bought: pl.DataFrame) -> pl.DataFrame:
    """Whole lines brought back one to twenty days later, under the order they were bought with."""
    chance = world.chance
    coordinates = [bought[name].to_numpy() for name in ("customer", "ordered_on", "place")]
    share = np.where((bought["channel"] == "shop").to_numpy(), RETURN_SHARE, ONLINE_RETURN_SHARE)
    is_back = chance.of("brought back", *coordinates) < share
    lines, (who, day, place) = bought.filter(pl.Series(is_back)), (each[is_back] for each in coordinates)
    back_on = day + 1 + np.floor(20 * chance.of("back after", who, day, place)).astype(np.int64)
    occurred_at = moments(world.nature.begin, back_on, chance.of("back at", who, day, place))
    late = chance.of("back recorded late", who, day, place)
    return lines.with_columns(
        occurred_at=occurred_at,
        # Most are known at once; the others two to fifteen days later.
        recorded_at=after(occurred_at, np.where(late < LATE_RETURN_SHARE, 24 * (2 + 13 * late / LATE_RETURN_SHARE), 0)),
        amount=-pl.col("amount"),
        quantity=-pl.col("quantity"),
        discount=-pl.col("discount"),
        transaction_id=pl.col("transaction_id") + "-R",
    )
