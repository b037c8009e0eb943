"""Whom do we know? One row per customer; derived from the transactions when a company has no such table."""

from data_contracts._contract import Column, Contract

customers = Contract(
    name="customers",
    grain="one row per customer",
    key=("customer_id",),
    optional=True,
    keeps_other_columns=True,
    columns=(
        Column(name="customer_id", type="text", required=True, meaning="Names the customer."),
        Column(name="joined_at", type="timestamp", null_means="unknown", meaning="When the customer joined."),
        Column(
            name="referred_by",
            type="text",
            null_means="not referred, or unknown",
            meaning="The customer who brought this one.",
        ),
        Column(
            name="acquisition_cost",
            type="number",
            unit="currency",
            at_least=0,
            null_means="unknown",
            meaning="What it cost to win the customer.",
        ),
        Column(
            name="consent_at",
            type="timestamp",
            null_means="no consent",
            changes_later=True,
            meaning="When the customer agreed to be contacted.",
        ),
        Column(
            name="withdrawn_at",
            type="timestamp",
            null_means="not withdrawn",
            changes_later=True,
            meaning="When the customer took the consent back.",
        ),
        Column(name="language", type="text", null_means="unknown", meaning="Language to speak with the customer."),
    ),
)
