"""Features that are not in the catalogue, which ask what none of those asks; and what they must say."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw

from features import (
    Events,
    Feature,
    Where,
    average,
    complaints,
    count,
    distinct,
    interactions,
    least,
    most,
    products,
    purchases,
    receipts,
    total,
)
from tests.features.cases_money import HOURS
from tests.features.tables import Case


def _own(name: str, of: Events, summary: Any) -> Feature:
    """A feature that is not in the catalogue; it asks what none of those asks."""
    more = {"unit": "", "missing": None, "days": (), "says": None, "module": __name__}
    return Feature(name=name, description="", of=of, build=lambda: summary, **more)


_col = nw.col
_FEATURES = (
    _own("purchases_over_5", purchases, count(_col("amount") > 5)),
    _own("purchases_of_more_money_than_lines", purchases, count(_col("amount") > _col("line_count"))),
    _own("products_of_two_months", products, count(products.within(84, after=28))),
    _own("products_of_long_ago", products, count(Where(after=28))),
    _own("talk_channels", interactions, distinct(_col("channel"))),
    _own("talk_topics_of_a_month", interactions, distinct(_col("topic"), interactions.within(28))),
    _own("evening_talks", interactions, count(_col("hour") >= 18)),
    _own("pieces", receipts, total(_col("quantity"))),
    _own("lines", receipts, total(_col("line_count"))),
    _own("first_hour", receipts, least(_col("hour"))),
    _own("squared_amounts", purchases, total(_col("amount") * _col("amount"))),
    _own("gap_and_a_day", purchases, average(_col("gap_days") + 1)),
    _own("short_gaps", purchases, count(_col("gap_days") < 9)),
    _own("late_in_the_month", purchases, most(_col("day_of_month"))),
    _own("hours_to_resolution", complaints, total(_col("resolution_hours"))),
    _own("money_by_pieces", receipts, total(_col("amount")) * total(_col("quantity"))),
    _own("money_and_pieces", receipts, total(_col("amount")) + total(_col("quantity"))),
)
OWN = {each.name: each for each in _FEATURES}

_ON_FOUR_DAYS = tuple(("anna", day, 1.0, {"product_id": f"p{day}"}) for day in (85, 84, 29, 28))
_SAID = (*(("anna", 9, "visit", {"channel": name}) for name in ("web", "phone", "web", None)), ("ben", 9, "visit"))
_ABOUT_18 = tuple(("anna", when, "visit") for when in ("2026-03-28 17:59", "2026-03-29 17:00", "2026-03-29 16:59"))
_ASKED: tuple[tuple[str, dict[str, float], dict[str, Any]], ...] = (
    ("purchases_over_5", {"anna": 2}, {"bought": (("anna", 9, 5.0), ("anna", 8, 5.01), ("anna", 7, 9.0))}),
    ("purchases_of_more_money_than_lines", {"anna": 1}, {"bought": (("anna", 9, 0.5), ("anna", 8, 2.0))}),
    ("products_of_two_months", {"anna": 2}, {"bought": _ON_FOUR_DAYS}),
    ("products_of_long_ago", {"anna": 3}, {"bought": _ON_FOUR_DAYS}),
    ("talk_channels", {"anna": 2, "ben": 0}, {"said": _SAID}),
    ("talk_topics_of_a_month", {"anna": 0}, {"said": (("anna", 40, "visit", {"topic": "price"}),)}),
    ("evening_talks", {"anna": 1}, {"said": _ABOUT_18, "as_of": date(2026, 4, 2), "time_zone": "Europe/London"}),
    ("pieces", {"anna": 7}, {"bought": HOURS}),
    ("lines", {"anna": 6}, {"bought": HOURS}),
    ("first_hour", {"anna": 9}, {"bought": HOURS}),
    ("squared_amounts", {"anna": 9}, {"bought": (("anna", 9, 3.0),)}),
    ("gap_and_a_day", {"anna": 3}, {"bought": (("anna", 9, 1.0), ("anna", 7, 1.0))}),
    ("short_gaps", {"anna": 1}, {"bought": (("anna", 9, 1.0), ("anna", 7, 1.0))}),
    ("late_in_the_month", {"anna": 28}, {"bought": (("anna", 10, 1.0), ("anna", 9, 1.0))}),
    ("hours_to_resolution", {"anna": 24}, {"said": (("anna", 9, "complaint", {"resolved_at": 8}),)}),
    ("money_by_pieces", {"anna": 245}, {"bought": HOURS}),
    ("money_and_pieces", {"anna": 42}, {"bought": HOURS}),
)
OWN_CASES = [Case(claim=name, column=name, is_=is_, **there) for name, is_, there in _ASKED]
