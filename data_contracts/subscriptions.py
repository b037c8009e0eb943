"""What have customers subscribed to? One row per term of a subscription: each renewal is a row of its own.

A row per term, and none that is written over: so the lake knows on any past day until when each subscription had been
agreed, and a renewal date that moves cannot tell an old snapshot what came later. A source with one row per
subscription, whose renewal date moves with each renewal, gives the beginning of the present term as `occurred_at`
(see [tables.subscriptions] in examples/churn.toml): then each night's delivery adds the terms that are new.
"""

from data_contracts._contract import Column, Contract
from data_contracts.transactions import MOST

subscriptions = Contract(
    name="subscriptions",
    grain="one row per term of a subscription, from its beginning or renewal to the day on which it renews or ends",
    key=("term_id",),
    optional=True,
    columns=(
        Column(
            name="term_id",
            type="text",
            required=True,
            meaning="Names the term; when the source has none, a content key made from what was agreed.",
        ),
        Column(
            name="subscription_id",
            type="text",
            null_means="the customer's only subscription",
            meaning="Which subscription; the same for all its terms, whatever their plans.",
        ),
        Column(name="customer_id", type="text", required=True, meaning="Whose subscription it is."),
        Column(
            name="occurred_at",
            type="timestamp",
            required=True,
            meaning="When the term began: the beginning of the subscription, its renewal, or a change of plan.",
        ),
        Column(
            name="renews_at",
            type="timestamp",
            null_means="no end was agreed: the term runs until the subscription ends",
            meaning="When the term is over, and the next one would begin; fixed when the term begins.",
        ),
        Column(
            name="started_at",
            type="timestamp",
            null_means="the subscription began with the earliest term that is known",
            meaning="When the subscription began, where that was before its first row.",
        ),
        Column(name="plan", type="text", null_means="unknown plan", meaning="What was subscribed to (plan, tariff)."),
        Column(
            name="monthly_amount",
            type="number",
            at_least=0,
            at_most=MOST,
            unit="currency",
            null_means="unknown amount",
            meaning="What the term costs per month; a twelfth of a yearly price.",
        ),
        Column(
            name="ended_at",
            type="timestamp",
            null_means="not ended, or not yet",
            changes_later=True,
            meaning="When the subscription ended within this term or with it; unknown before that moment.",
        ),
        Column(
            name="cancelled_at",
            type="timestamp",
            null_means="no cancellation was announced",
            changes_later=True,
            meaning="When the customer announced to leave, which may be long before the end.",
        ),
        Column(
            name="recorded_at",
            type="timestamp",
            null_means="recorded as it began",
            changes_later=True,
            meaning="When we could have known of the term.",
        ),
    ),
)
