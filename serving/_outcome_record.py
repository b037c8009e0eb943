"""May what a night measured be recorded? Outcomes are of customers who were assigned, after they were, and for good."""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Connection, exists, func, or_, select

from serving._errors import HistoryWouldChange
from serving._ledger_rows import ask_none, fetched, insert
from serving._ledger_tables import assignments, campaigns, lists, outcomes

_KEY = ["campaign", "customer_id"]


def record_outcomes(connection: Connection, rows: pl.DataFrame, *, as_of: date) -> int:
    """Writes the outcomes that the night of `as_of` measured; see `Ledger.record_outcomes`."""
    ask_none(rows, pl.struct(_KEY).is_duplicated(), of="outcomes", says="are of a customer who has another")
    names = list(rows["campaign"].unique())
    _ask_possible(rows, _first_nights(connection, names), as_of)
    mine = (outcomes.c.as_of == as_of) & outcomes.c.campaign.in_(names)
    recorded = fetched(connection, select(outcomes).where(mine), by=_KEY)
    if recorded.equals(rows.sort(_KEY)):
        return 0
    latest = connection.scalar(select(func.max(lists.c.as_of)))
    if recorded.height and latest is not None and latest > as_of:
        raise HistoryWouldChange(
            f"the outcomes that the night of {as_of} measured are not what the ledger has of it, and the night of "
            f"{latest} builds on those. Nothing was recorded; measure them as of a later night."
        )
    connection.execute(outcomes.delete().where(mine))
    insert(connection, outcomes, rows)
    return rows.height


def to_measure(connection: Connection, *, before: date, since: date) -> pl.DataFrame:
    """Whose outcome may be new, or another than was measured; see `Ledger.to_measure`."""
    both = (outcomes.c.campaign == assignments.c.campaign) & (outcomes.c.customer_id == assignments.c.customer_id)
    is_measured = exists().where(both, outcomes.c.as_of < before)
    key = (assignments.c.campaign, assignments.c.customer_id, assignments.c.as_of, campaigns.c.action)
    asked = select(*key).join(campaigns, campaigns.c.name == assignments.c.campaign)
    asked = asked.where(assignments.c.as_of < before, or_(assignments.c.as_of >= since, ~is_measured))
    figures = (outcomes.c.is_good, outcomes.c.profit, outcomes.c.measured_until, outcomes.c.as_of.label("measured_on"))
    known = select(outcomes.c.campaign, outcomes.c.customer_id, *figures).join(assignments, both)
    known = known.where(assignments.c.as_of >= since, outcomes.c.as_of < before)
    told = fetched(connection, known, by=["measured_on"]).unique(_KEY, keep="last", maintain_order=True)
    rows = fetched(connection, asked, by=_KEY)
    return rows.join(told.drop("measured_on"), on=_KEY, how="left", maintain_order="left")


def _first_nights(connection: Connection, names: list[str]) -> pl.DataFrame:
    key = (assignments.c.campaign, assignments.c.customer_id, assignments.c.as_of.label("assigned_as_of"))
    return fetched(connection, select(*key).where(assignments.c.campaign.in_(names)), by=_KEY)


def _ask_possible(rows: pl.DataFrame, first_nights: pl.DataFrame, as_of: date) -> None:
    both = rows.join(first_nights, on=_KEY, how="left")
    first = pl.col("assigned_as_of")
    ask_none(both, first.is_null(), of="outcomes", says="are of a customer who was not assigned in that campaign")
    early = pl.col("measured_until") <= first
    ask_none(both, early, of="outcomes", says="were measured before the customer could be contacted")
    later = f"are measured until a day after {as_of}, of which nothing was known"
    ask_none(both, pl.col("measured_until") > as_of, of="outcomes", says=later)
