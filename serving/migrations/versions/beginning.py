"""How did the ledger begin? With campaigns, lists, assignments, contacts, receipts and outcomes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Takes the step."""
    _lists()
    _campaigns()
    _assignments()
    _contacts()
    _receipts()
    _outcomes()


def _lists() -> None:
    op.create_table(
        "lists",
        sa.Column("as_of", sa.Date, nullable=False, comment="The as-of date of the night."),
        sa.Column("digest", sa.Text, nullable=False, comment="Digest of the published bundle."),
        sa.Column("counts", sa.Text, nullable=False, comment="What became of the population, as JSON."),
        sa.Column(
            "content",
            sa.Text,
            nullable=False,
            comment="SHA-256 of all that the night recorded: whether a replay differs.",
        ),
        sa.PrimaryKeyConstraint("as_of", name=op.f("pk_lists")),
        comment="One row per night that was recorded.",
    )


def _campaigns() -> None:
    terms = "The settings of the action when the campaign began, as JSON."
    op.create_table(
        "campaigns",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False, comment="First day."),
        sa.Column("ends_on", sa.Date, nullable=False, comment="The day after the last."),
        sa.Column("salt", sa.Text, nullable=False, comment="What arms are drawn with."),
        sa.Column("holdout_share", sa.Float, nullable=False),
        sa.Column("terms", sa.Text, nullable=False, comment=terms),
        sa.Column("as_of", sa.Date, nullable=False, comment="The night it began on."),
        sa.CheckConstraint("holdout_share >= 0 AND holdout_share <= 1", name=op.f("ck_campaigns_holdout_share")),
        sa.CheckConstraint("starts_on < ends_on", name=op.f("ck_campaigns_period")),
        sa.ForeignKeyConstraint(["as_of"], ["lists.as_of"], name=op.f("fk_campaigns_as_of")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_campaigns")),
        comment="One row per campaign: one action over one period.",
    )
    op.create_index(op.f("ix_campaigns_as_of"), "campaigns", ["as_of"])


def _assignments() -> None:
    expected = "Of those with whom it would end badly, the share with whom contact was expected to end it well."
    cost = "Expected cost of contact and offer, for whoever is contacted."
    op.create_table(
        "assignments",
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False, comment="The first night."),
        sa.Column("arm", sa.Text, nullable=False),
        sa.Column("segment", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("probability", sa.Float, nullable=False, comment="Calibrated probability of the action's outcome."),
        sa.Column("stake", sa.Float, nullable=False, comment="Money that the outcome is worth."),
        sa.Column("effect", sa.Float, nullable=False, comment=expected),
        sa.Column("expected_profit", sa.Float, nullable=False),
        sa.Column("cost", sa.Float, nullable=False, comment=cost),
        sa.Column("spend_before", sa.Float, comment="Behaviour before the first night; null: unknown."),
        sa.CheckConstraint("arm IN ('treated', 'held_out')", name=op.f("ck_assignments_arm")),
        sa.CheckConstraint("probability >= 0 AND probability <= 1", name=op.f("ck_assignments_probability")),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_assignments_cost")),
        sa.ForeignKeyConstraint(["as_of"], ["lists.as_of"], name=op.f("fk_assignments_as_of")),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.name"], name=op.f("fk_assignments_campaign")),
        sa.PrimaryKeyConstraint("campaign", "customer_id", name=op.f("pk_assignments")),
        comment="One row per customer and campaign: what was known, and drawn, on the first night. It never changes.",
    )
    op.create_index(op.f("ix_assignments_as_of"), "assignments", ["as_of"])


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("rank", sa.Integer, comment="Place on the list, 1 first; null: the list has no order."),
        sa.ForeignKeyConstraint(["as_of"], ["lists.as_of"], name=op.f("fk_contacts_as_of")),
        _assigned("contacts"),
        sa.PrimaryKeyConstraint("campaign", "customer_id", "as_of", name=op.f("pk_contacts")),
        comment="One row per customer whom the list of a night asks to contact.",
    )
    op.create_index(op.f("ix_contacts_as_of"), "contacts", ["as_of"])


def _assigned(table: str) -> sa.ForeignKeyConstraint:
    """Whom a row speaks of must have been assigned."""
    return sa.ForeignKeyConstraint(
        ["campaign", "customer_id"],
        ["assignments.campaign", "assignments.customer_id"],
        name=op.f(f"fk_{table}_campaign_customer_id"),
    )


def _receipts() -> None:
    happened_on = "The day of happened_at in the business time zone."
    recorded_on = "The day of recorded_at in the business time zone."
    statuses = "status IN ('delivered', 'refused', 'reached', 'accepted')"
    op.create_table(
        "receipts",
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False, comment="The list it answers."),
        sa.Column("happened_on", sa.Date, nullable=False, comment=happened_on),
        sa.Column("channel", sa.Text, comment="Null: the campaign's."),
        sa.Column("note", sa.Text),
        sa.Column("file", sa.Text, nullable=False, comment="Name of the file it came in."),
        sa.Column("line", sa.Integer, nullable=False, comment="Line of that file."),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_on", sa.Date, nullable=False, comment=recorded_on),
        sa.CheckConstraint(statuses, name=op.f("ck_receipts_status")),
        sa.ForeignKeyConstraint(["as_of"], ["lists.as_of"], name=op.f("fk_receipts_as_of")),
        _assigned("receipts"),
        sa.PrimaryKeyConstraint("campaign", "customer_id", "status", "happened_at", name=op.f("pk_receipts")),
        comment="One row per acknowledgement: what became of one contact, and when.",
    )
    op.create_index(op.f("ix_receipts_as_of"), "receipts", ["as_of"])


def _outcomes() -> None:
    profit = "Margin on spend over the horizon, before the campaign's costs."
    op.create_table(
        "outcomes",
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False, comment="The as-of date of the night that measured it."),
        sa.Column("is_good", sa.Boolean, nullable=False, comment="Whether the customer stayed, grew or came back."),
        sa.Column("profit", sa.Float, nullable=False, comment=profit),
        sa.Column("measured_until", sa.Date, nullable=False, comment="The day after the last that was measured."),
        _assigned("outcomes"),
        sa.PrimaryKeyConstraint("campaign", "customer_id", "as_of", name=op.f("pk_outcomes")),
        comment="One row per customer, campaign and night that measured what became of the customer.",
    )
