"""How does a test write down a company's history? Short tuples in, contract tables out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl

from data_contracts import contracts
from features import snapshot

AS_OF = date(2026, 3, 10)

Row = tuple[Any, ...]
"""`(customer, when, amount)`, `(customer, when, kind)`, `(customer, when a term began, when it renews)` or `(customer,
when joined)`, and then perhaps a dict of other columns.

`when` is a number of days before the as-of date (at noon), or a UTC time such as "2026-03-09 23:30".
"""
TIMES = (
    *("occurred_at", "recorded_at", "resolved_at", "reviewed_at"),
    *("renews_at", "started_at", "ended_at", "cancelled_at"),
)


def moment(when: int | str | datetime | None, *, as_of: date = AS_OF) -> datetime | None:
    """The UTC moment that a test's `when` stands for."""
    if when is None or isinstance(when, datetime):
        return when
    if isinstance(when, int):
        return datetime.combine(as_of - timedelta(days=when), time(12), tzinfo=UTC)
    return datetime.fromisoformat(when).replace(tzinfo=UTC)


def transaction_rows(rows: Iterable[Row], *, as_of: date = AS_OF) -> list[dict[str, Any]]:
    """The lines as dicts with every column of the contract; recorded as they happened unless a row says otherwise."""
    return [_row("transactions", place, row, {"amount": row[2]}, as_of) for place, row in enumerate(rows)]


def interaction_rows(rows: Iterable[Row], *, as_of: date = AS_OF) -> list[dict[str, Any]]:
    """The interactions as dicts with every column of the contract."""
    return [_row("interactions", place, row, {"kind": row[2]}, as_of) for place, row in enumerate(rows)]


def subscription_rows(rows: Iterable[Row], *, as_of: date = AS_OF) -> list[dict[str, Any]]:
    """The terms of subscriptions as dicts with every column of the contract; a renewal date of None was not agreed."""
    return [_row("subscriptions", place, row, {"renews_at": row[2]}, as_of) for place, row in enumerate(rows)]


def customer_rows(rows: Iterable[Row], *, as_of: date = AS_OF) -> list[dict[str, Any]]:
    """The customers table as dicts with every column of the contract; `when` None means joined nobody knows when."""
    blank = dict.fromkeys(contracts()["customers"].column_names)
    made = [blank | {"customer_id": row[0], "joined_at": row[1]} | dict(*row[2:]) for row in rows]
    return [row | {"joined_at": moment(row["joined_at"], as_of=as_of)} for row in made]


def _row(table: str, place: int, row: Row, own: dict[str, Any], as_of: date) -> dict[str, Any]:
    more = dict(row[3]) if len(row) > 3 else {}
    made = dict.fromkeys(contracts()[table].column_names) | own | {"customer_id": row[0], "occurred_at": row[1]}
    made |= {contracts()[table].key[0]: f"row {place}", "recorded_at": row[1]} | more
    return made | {name: moment(made[name], as_of=as_of) for name in TIMES if name in made}


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pl.LazyFrame:
    """A contract table with these rows."""
    return pl.LazyFrame(list(rows), schema=contracts()[table].polars_schema)


def tables(
    bought: Iterable[Row] = (),
    said: Iterable[Row] = (),
    joined: Iterable[Row] | None = None,
    subscribed: Iterable[Row] | None = None,
    *,
    as_of: date = AS_OF,
) -> dict[str, pl.LazyFrame]:
    """The transactions `bought`, the interactions `said`, the customers who `joined` and the terms `subscribed`.

    Without the last two there are no such tables.
    """
    made = {
        "transactions": frame("transactions", transaction_rows(bought, as_of=as_of)),
        "interactions": frame("interactions", interaction_rows(said, as_of=as_of)),
    }
    if joined is not None:
        made["customers"] = frame("customers", customer_rows(joined, as_of=as_of))
    if subscribed is not None:
        made["subscriptions"] = frame("subscriptions", subscription_rows(subscribed, as_of=as_of))
    return made


@dataclass(frozen=True, kw_only=True)
class Case:
    """One claim about one feature: what was bought, said, subscribed, who joined, and what it is for each customer."""

    claim: str
    column: str
    is_: Mapping[str, float | None]
    bought: tuple[Row, ...] = ()
    said: tuple[Row, ...] = ()
    joined: tuple[Row, ...] | None = None
    subscribed: tuple[Row, ...] | None = None
    as_of: date = AS_OF
    time_zone: str = "UTC"

    def found(self) -> dict[str, float | None]:
        """What the pipeline says: `{customer: value}` for the customers of the claim."""
        made = snapshot(
            tables(self.bought, self.said, self.joined, self.subscribed, as_of=self.as_of),
            as_of=self.as_of,
            time_zone=self.time_zone,
            customers=pl.DataFrame({"customer_id": list(self.is_)}),
        )
        return dict(made.select("customer_id", self.column).iter_rows())

    def holds(self) -> bool:
        """Whether the pipeline says what is claimed, exactly."""
        return self.found() == dict(self.is_)
