"""Whom have we contacted, and when, as far as was known? What cool-downs and yearly caps count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from serving._ledger_tables import assignments, campaigns, contacts, receipts

_DELIVERY = ("delivered", "reached")
_LIST = ("as_of", "campaign")
_CUSTOMER = (*_LIST, "customer_id")


def contacted(
    *, before: date, since: date | None = None, names: Sequence[str] | None = None
) -> Select[tuple[object, ...]]:
    """One row per contact: `customer_id`, `contacted_on`, `campaign`, `action`, `channel`, `list_as_of`.

    Where a receipt speaks of the customer, its day counts (the first, of several), and its channel if it names one;
    also for a customer who was held out and contacted all the same. Everybody else on a list counts as contacted on
    its as-of date, unless delivery (`delivered` or `reached`) is reported for that campaign of that list: then whom no
    report names was not contacted. Answers alone (`refused`, `accepted`) say nothing of those who did not answer.
    Receipts that came on `before` or later, and lists of these days, are left out; so are contacts before `since`, and
    those of other campaigns than `names`.
    """
    told = _told(before, names)
    first_on = date.min if since is None else since
    every = union_all(
        _silent(told, before, names).where(contacts.c.as_of >= first_on),
        select(told).where(told.c.contacted_on >= first_on),
    ).subquery()
    return select(
        every.c.customer_id,
        every.c.contacted_on,
        every.c.campaign,
        campaigns.c.action,
        func.coalesce(every.c.channel, campaigns.c.channel).label("channel"),
        every.c.as_of.label("list_as_of"),
    ).join(campaigns, campaigns.c.name == every.c.campaign)


def approached(*, before: date, since: date) -> Select[tuple[object, ...]]:
    """Whoever was on a list, or was held out; see `Ledger.approached`."""
    is_running = campaigns.c.ends_on > before
    held_out = (
        select(
            assignments.c.customer_id,
            assignments.c.as_of.label("contacted_on"),
            assignments.c.arm,
            is_running.label("is_running"),
        )
        .join(campaigns, campaigns.c.name == assignments.c.campaign)
        .where(assignments.c.arm == "held_out", assignments.c.as_of < before)
        .where(or_(assignments.c.as_of >= since, is_running))
    )
    # Nobody is on a list but those who are treated.
    listed = select(
        contacts.c.customer_id,
        contacts.c.as_of.label("contacted_on"),
        literal("treated", Text).label("arm"),
        false().label("is_running"),
    ).where(contacts.c.as_of >= since, contacts.c.as_of < before)
    return select(union_all(held_out, listed).subquery())


def _silent(told: Subquery, before: date, names: Sequence[str] | None) -> Select[tuple[object, ...]]:
    """Those on a list of whom no receipt speaks, where none would."""
    day, channel = contacts.c.as_of.label("contacted_on"), literal(None, Text).label("channel")
    delivery = _delivery_reported(before, names)
    return (
        select(*(contacts.c[name] for name in _CUSTOMER), day, channel)
        .join(told, _same(contacts, told, _CUSTOMER), isouter=True)
        .join(delivery, _same(contacts, delivery, _LIST), isouter=True)
        .where(contacts.c.as_of < before, told.c.as_of.is_(None), delivery.c.as_of.is_(None), _of(contacts, names))
    )


def _told(before: date, names: Sequence[str] | None) -> Subquery:
    """The first receipt of each customer of a list."""
    key = [receipts.c[name] for name in _CUSTOMER]
    first, channel = func.min(receipts.c.happened_on), func.max(receipts.c.channel)
    query = select(*key, first.label("contacted_on"), channel.label("channel"))
    return query.where(receipts.c.recorded_on < before, _of(receipts, names)).group_by(*key).subquery()


def _delivery_reported(before: date, names: Sequence[str] | None) -> Subquery:
    """The campaigns of lists for which delivery is reported; a contact with somebody held out is no such report."""
    both = and_(assignments.c.campaign == receipts.c.campaign, assignments.c.customer_id == receipts.c.customer_id)
    query = select(*(receipts.c[name] for name in _LIST)).join(assignments, both).distinct()
    reported = receipts.c.status.in_(_DELIVERY)
    known = (receipts.c.recorded_on < before, assignments.c.arm == "treated", _of(receipts, names))
    return query.where(reported, *known).subquery()


def _of(table: FromClause, names: Sequence[str] | None) -> ColumnElement[bool]:
    return true() if names is None else table.c.campaign.in_(names)


def _same(one: FromClause, other: FromClause, names: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(*(one.c[name] == other.c[name] for name in names))
