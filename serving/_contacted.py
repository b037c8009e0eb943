"""Whom have we contacted, and when, as far as was known? What cool-downs and yearly caps count."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, Text, and_, func, literal, select, union_all

from serving._ledger_tables import assignments, campaigns, contacts, receipts

_DELIVERY = ("delivered", "reached")
_LIST = ("as_of", "campaign")
_CUSTOMER = (*_LIST, "customer_id")


def contacted(*, before: date, since: date | None = None) -> Select[tuple[object, ...]]:
    """One row per contact: `customer_id`, `contacted_on`, `campaign`, `action`, `channel`, `list_as_of`.

    Where a receipt speaks of the customer, its day counts (the first, of several), and its channel if it names one;
    also for a customer who was held out and contacted all the same. Everybody else on a list counts as contacted on
    its as-of date, unless delivery (`delivered` or `reached`) is reported for that campaign of that list: then whom no
    report names was not contacted. Answers alone (`refused`, `accepted`) say nothing of those who did not answer.
    Receipts that came on `before` or later, and lists of these days, are left out.
    """
    told = _told(before)
    day, channel = contacts.c.as_of.label("contacted_on"), literal(None, Text).label("channel")
    delivery = _delivery_reported(before)
    silent = (
        select(*(contacts.c[name] for name in _CUSTOMER), day, channel)
        .join(told, _same(contacts, told, _CUSTOMER), isouter=True)
        .join(delivery, _same(contacts, delivery, _LIST), isouter=True)
        .where(contacts.c.as_of < before, told.c.as_of.is_(None), delivery.c.as_of.is_(None))
    )
    every = union_all(silent, select(told)).subquery()
    query = select(
        every.c.customer_id,
        every.c.contacted_on,
        every.c.campaign,
        campaigns.c.action,
        func.coalesce(every.c.channel, campaigns.c.channel).label("channel"),
        every.c.as_of.label("list_as_of"),
    ).join(campaigns, campaigns.c.name == every.c.campaign)
    return query if since is None else query.where(every.c.contacted_on >= since)


def _told(before: date) -> Subquery:
    """The first receipt of each customer of a list."""
    key = [receipts.c[name] for name in _CUSTOMER]
    first, channel = func.min(receipts.c.happened_on), func.max(receipts.c.channel)
    query = select(*key, first.label("contacted_on"), channel.label("channel"))
    return query.where(receipts.c.recorded_on < before).group_by(*key).subquery()


def _delivery_reported(before: date) -> Subquery:
    """The campaigns of lists for which delivery is reported; a contact with somebody held out is no such report."""
    both = and_(assignments.c.campaign == receipts.c.campaign, assignments.c.customer_id == receipts.c.customer_id)
    query = select(*(receipts.c[name] for name in _LIST)).join(assignments, both).distinct()
    reported = receipts.c.status.in_(_DELIVERY)
    return query.where(reported, receipts.c.recorded_on < before, assignments.c.arm == "treated").subquery()


def _same(one: FromClause, other: FromClause, names: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(*(one.c[name] == other.c[name] for name in names))
