"""What should a snapshot say? The definitions of the docstrings and the glossary, once more, slowly.

Plain loops over dicts, exact decimals, one customer after the other: to be read, not to be fast. Written from the
words of the definitions, not from their code, so that both would have to be wrong in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from tests.features.reference_bought import bought
from tests.features.reference_numbers import Answer
from tests.features.reference_prospect import PROSPECTS, prospects
from tests.features.reference_said import both, brought, profile, said
from tests.features.reference_subscribed import bound

Row = Mapping[str, Any]


def reference_snapshot(
    transactions: Iterable[Row],
    interactions: Iterable[Row],
    joined: Iterable[Row] = (),
    subscribed: Iterable[Row] = (),
    *,
    as_of: date,
    time_zone: str,
    customers: Iterable[str],
) -> dict[str, dict[str, Answer]]:
    """`{customer: {column: value}}` for these `customers`; `joined` are the rows of the customers table.

    `subscribed` are the terms of subscriptions.
    """
    clock = Clock(as_of, time_zone)
    lines = [clock.as_known(row) for row in transactions if clock.knows(row)]
    talks = [clock.as_known(row) for row in interactions if clock.knows(row)]
    people = [clock.with_age(row) for row in joined if clock.has_not_yet_to_join(row)]
    agreed = [clock.as_known(row) for row in subscribed if clock.knows(row)]
    expected = prospects(lines)
    return {
        customer: _with_both(
            bought([line for line in lines if line["customer_id"] == customer])
            | said([talk for talk in talks if talk["customer_id"] == customer], clock.start)
        )
        | expected.get(customer, dict.fromkeys(PROSPECTS))
        | brought(customer, people, lines)
        | profile([person for person in people if person["customer_id"] == customer])
        | bound([term for term in agreed if term["customer_id"] == customer], clock)
        for customer in customers
    }


def _with_both(found: dict[str, Answer]) -> dict[str, Answer]:
    return found | both(found)


class Clock:
    """The as-of date in the business time zone."""

    def __init__(self, as_of: date, time_zone: str) -> None:
        self.as_of = as_of
        self.zone = ZoneInfo(time_zone)
        self.start = datetime.combine(as_of, time(0), tzinfo=self.zone).astimezone(UTC)

    def knows(self, row: Row) -> bool:
        """Both times lie before the as-of date began; no recording time means recorded as it happened."""
        recorded_at = row["recorded_at"] or row["occurred_at"]
        return bool(row["occurred_at"] < self.start and recorded_at < self.start)

    def as_known(self, row: Row) -> dict[str, Any]:
        """The row as it was then: what was filled in later is not there yet."""
        at = row["occurred_at"]
        known = dict(row) | {"age": self.age(at), "local": at.astimezone(self.zone).replace(tzinfo=None)}
        for name in ("resolved_at", "reviewed_at", "ended_at", "cancelled_at"):
            if known.get(name) is not None and known[name] >= self.start:
                known[name] = None
        if known.get("kind") in ("complaint", "enquiry") and known["resolved_at"] is None:
            known["satisfaction"] = None
        return known

    def has_not_yet_to_join(self, row: Row) -> bool:
        """Everyone of whom it is not known that they joined at or after the as-of date."""
        return row["joined_at"] is None or bool(row["joined_at"] < self.start)

    def with_age(self, row: Row) -> dict[str, Any]:
        """The row of a customer, with the days since joining where they are known."""
        return dict(row) | {"age": None if row["joined_at"] is None else self.age(row["joined_at"])}

    def age(self, moment: datetime) -> int:
        """Days from the business day of a moment to the as-of date."""
        return (self.as_of - moment.astimezone(self.zone).date()).days
