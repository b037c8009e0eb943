"""What does the ledger keep? Six tables: campaigns, lists, assignments, contacts, receipts, outcomes.

Days are days of the business, moments are UTC, money is in the company's currency. Text is as it came.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

ARMS = ("treated", "held_out")
STATUSES = ("delivered", "refused", "reached", "accepted")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, also where the database knows no zones (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment as the database takes it."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The moment with its zone."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)  # type: ignore[no-any-return]


def _assigned() -> ForeignKeyConstraint:
    """Whom a row speaks of must have been assigned."""
    return ForeignKeyConstraint(["campaign", "customer_id"], ["assignments.campaign", "assignments.customer_id"])


lists = Table(
    "lists",
    METADATA,
    Column("as_of", Date, primary_key=True, comment="The as-of date of the night."),
    Column("digest", Text, nullable=False, comment="Digest of the published bundle."),
    Column("counts", Text, nullable=False, comment="What became of the population, as JSON."),
    Column(
        "content", Text, nullable=False, comment="SHA-256 of all that the night recorded: whether a replay differs."
    ),
    comment="One row per night that was recorded.",
)

campaigns = Table(
    "campaigns",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("action", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("starts_on", Date, nullable=False, comment="First day."),
    Column("ends_on", Date, nullable=False, comment="The day after the last."),
    Column("salt", Text, nullable=False, comment="What arms are drawn with."),
    Column("holdout_share", Float, nullable=False),
    Column("terms", Text, nullable=False, comment="The settings of the action when the campaign began, as JSON."),
    Column("as_of", Date, ForeignKey("lists.as_of"), nullable=False, index=True, comment="The night it began on."),
    CheckConstraint("holdout_share >= 0 AND holdout_share <= 1", name="holdout_share"),
    CheckConstraint("starts_on < ends_on", name="period"),
    comment="One row per campaign: one action over one period.",
)

assignments = Table(
    "assignments",
    METADATA,
    Column("campaign", Text, ForeignKey("campaigns.name"), primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("as_of", Date, ForeignKey("lists.as_of"), nullable=False, index=True, comment="The first night."),
    Column("arm", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("probability", Float, nullable=False, comment="Calibrated probability of the action's outcome."),
    Column("stake", Float, nullable=False, comment="Money that the outcome is worth."),
    Column(
        "effect",
        Float,
        nullable=False,
        comment="Of those with whom it would end badly, the share with whom contact was expected to end it well.",
    ),
    Column("expected_profit", Float, nullable=False),
    Column("cost", Float, nullable=False, comment="Expected cost of contact and offer, for whoever is contacted."),
    Column("spend_before", Float, comment="Behaviour before the first night; null: unknown."),
    CheckConstraint("arm IN ('treated', 'held_out')", name="arm"),
    CheckConstraint("probability >= 0 AND probability <= 1", name="probability"),
    CheckConstraint("cost >= 0", name="cost"),
    comment="One row per customer and campaign: what was known, and drawn, on the first night. It never changes.",
)

contacts = Table(
    "contacts",
    METADATA,
    Column("campaign", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("as_of", Date, ForeignKey("lists.as_of"), primary_key=True, index=True),
    Column("rank", Integer, comment="Place on the list, 1 first; null: the list has no order."),
    _assigned(),
    comment="One row per customer whom the list of a night asks to contact.",
)

receipts = Table(
    "receipts",
    METADATA,
    Column("campaign", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("status", Text, primary_key=True),
    Column("happened_at", Moment, primary_key=True),
    Column("as_of", Date, ForeignKey("lists.as_of"), nullable=False, index=True, comment="The list it answers."),
    Column("happened_on", Date, nullable=False, comment="The day of happened_at in the business time zone."),
    Column("channel", Text, comment="Null: the campaign's."),
    Column("note", Text),
    Column("file", Text, nullable=False, comment="Name of the file it came in."),
    Column("line", Integer, nullable=False, comment="Line of that file."),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_on", Date, nullable=False, comment="The day of recorded_at in the business time zone."),
    CheckConstraint("status IN ('delivered', 'refused', 'reached', 'accepted')", name="status"),
    _assigned(),
    comment="One row per acknowledgement: what became of one contact, and when.",
)

outcomes = Table(
    "outcomes",
    METADATA,
    Column("campaign", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("as_of", Date, primary_key=True, comment="The as-of date of the night that measured it."),
    Column("is_good", Boolean, nullable=False, comment="Whether the customer stayed, grew or came back."),
    Column("profit", Float, nullable=False, comment="Margin on spend over the horizon, before the campaign's costs."),
    Column("measured_until", Date, nullable=False, comment="The day after the last that was measured."),
    _assigned(),
    comment="One row per customer, campaign and night that measured what became of the customer.",
)
