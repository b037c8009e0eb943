"""What does a night add to the ledger, and may it? Later nights build on it: history is never rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, func, select

from serving._campaign_terms import standing
from serving._errors import HistoryWouldChange
from serving._ledger_rows import ask_assignments, ask_campaigns, ask_none, digest_of, fetched, in_shape, insert
from serving._ledger_tables import assignments, campaigns, contacts, lists, outcomes, receipts


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What became of a night: whether anything was written, how many it added, and what people should know of it.

    `is_new` is false for an identical replay, which writes nothing. `assigned_count` counts customers who are in
    their campaign for the first time; `listed_count` all who are to be contacted.
    """

    is_new: bool
    assigned_count: int
    listed_count: int
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Night:
    """The rows that a night adds, and its notes."""

    campaigns: pl.DataFrame
    assignments: pl.DataFrame
    contacts: pl.DataFrame
    notes: tuple[str, ...]


def record(
    connection: Connection, as_of: date, *, digest: str, counts: str, declared: pl.DataFrame, assigned: pl.DataFrame
) -> Recorded:
    """Writes a night in the transaction of `connection`; see `Ledger.recording`."""
    night = _night(connection, as_of, declared=declared, assigned=assigned)
    content = digest_of(digest, counts, night.campaigns, night.assignments, night.contacts)
    found = connection.scalar(select(lists.c.content).where(lists.c.as_of == as_of))
    if found != content:
        _ask_that_nothing_builds_on(connection, as_of)
        for table in (contacts, assignments, campaigns, lists):
            connection.execute(table.delete().where(table.c.as_of == as_of))
        row = {"as_of": as_of, "digest": digest, "counts": counts, "content": content}
        connection.execute(lists.insert(), row)
        insert(connection, campaigns, night.campaigns)
        insert(connection, assignments, night.assignments)
        insert(connection, contacts, night.contacts)
    return Recorded(
        is_new=found != content,
        assigned_count=night.assignments.height,
        listed_count=night.contacts.height,
        notes=night.notes,
    )


def _night(connection: Connection, as_of: date, *, declared: pl.DataFrame, assigned: pl.DataFrame) -> _Night:
    day = {"as_of": as_of}
    named = in_shape(declared, campaigns, what="campaigns", given=day)
    ask_campaigns(named)
    known = fetched(connection, select(campaigns).where(campaigns.c.as_of < as_of), by=["name"])
    stand = standing(named, known)
    rows = in_shape(assigned, assignments, what="assignments", given=day)
    ask_assignments(rows)
    _ask_running(rows, stand.campaigns, as_of)
    arms = _earlier_arms(connection, as_of, list(stand.campaigns["name"]))
    both = rows.join(arms, on=["campaign", "customer_id"], how="left", validate="1:1")
    # Who is in the campaign already stays in the arm that was drawn then.
    treated = both.filter(pl.coalesce("arm_kept", "arm") == "treated")
    order = in_shape(assigned, contacts, what="assignments", given=day)
    return _Night(
        campaigns=named.join(known, on="name", how="anti"),
        assignments=both.filter(pl.col("arm_kept").is_null()).select(rows.columns),
        contacts=order.join(treated, on=["campaign", "customer_id"], how="semi"),
        notes=(*stand.notes, *_moved_between_arms(both)),
    )


def _ask_running(rows: pl.DataFrame, stand: pl.DataFrame, as_of: date) -> None:
    both = rows.join(stand.select("starts_on", "ends_on", campaign="name"), on="campaign", how="left")
    unknown = "are of a campaign that is not among the night's campaigns"
    ask_none(both, pl.col("starts_on").is_null(), of="assignments", says=unknown)
    outside = (pl.col("starts_on") > as_of) | (pl.col("ends_on") <= as_of)
    ask_none(both, outside, of="assignments", says=f"are of a campaign that does not run on {as_of}")


def _earlier_arms(connection: Connection, as_of: date, names: list[str]) -> pl.DataFrame:
    key = (assignments.c.campaign, assignments.c.customer_id)
    query = select(*key, assignments.c.arm.label("arm_kept"))
    query = query.where(assignments.c.as_of < as_of, assignments.c.campaign.in_(names))
    return fetched(connection, query, by=["campaign", "customer_id"])


def _moved_between_arms(both: pl.DataFrame) -> list[str]:
    moved = both.filter(pl.col("arm") != pl.col("arm_kept"))
    return [
        f"campaign {row['campaign']}: {row['len']} customers keep the arm that was drawn on an earlier night "
        f"(first: {row['customer_id']})"
        for row in moved.group_by("campaign").agg(pl.len(), pl.col("customer_id").min()).sort("campaign").to_dicts()
    ]


def _ask_that_nothing_builds_on(connection: Connection, as_of: date) -> None:
    here = select(assignments.c.campaign, assignments.c.customer_id).where(assignments.c.as_of == as_of).subquery()
    both = (outcomes.c.campaign == here.c.campaign) & (outcomes.c.customer_id == here.c.customer_id)
    latest = connection.scalar(select(func.max(lists.c.as_of)))
    builds = {
        f"the night of {latest}": latest is not None and latest > as_of,
        "receipts": connection.scalar(select(receipts.c.line).where(receipts.c.as_of == as_of).limit(1)) is not None,
        "outcomes": connection.scalar(select(outcomes.c.as_of).join(here, both).limit(1)) is not None,
    }
    found = [name for name, there in builds.items() if there]
    if found:
        verb = "builds" if found == [f"the night of {latest}"] else "build"
        raise HistoryWouldChange(
            f"the night of {as_of} is not what the ledger has of it, and {' and '.join(found)} {verb} on that. What "
            "was sent cannot be decided anew: nothing was recorded. Run a later night; to try an old one out, use "
            "another home or another ledger."
        )
