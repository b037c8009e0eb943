"""What passed between us and the customer besides purchases? One row per visit, complaint, contact, ..."""

from data_contracts._contract import Column, Contract

KINDS = (
    "visit",
    "enquiry",
    "complaint",
    "service",
    "campaign_contact",
    "campaign_response",
    "survey",
    "other",
)

interactions = Contract(
    name="interactions",
    grain="one row per interaction with a customer",
    key=("interaction_id",),
    optional=True,
    columns=(
        Column(
            name="interaction_id",
            type="text",
            required=True,
            meaning="Names the interaction; when the source has none, a content key made from the row itself.",
        ),
        Column(name="customer_id", type="text", required=True, meaning="With whom."),
        Column(name="occurred_at", type="timestamp", required=True, meaning="When it happened."),
        Column(name="kind", type="text", required=True, one_of=KINDS, meaning="What kind of interaction it was."),
        Column(
            name="recorded_at",
            type="timestamp",
            null_means="recorded as it happened",
            changes_later=True,
            meaning="When we could have known of it.",
        ),
        Column(name="channel", type="text", null_means="unknown channel", meaning="Phone, mail, web, shop, ..."),
        Column(
            name="topic", type="text", null_means="unknown topic", meaning="What it was about; the campaign's name."
        ),
        Column(
            name="resolved_at",
            type="timestamp",
            null_means="not resolved yet",
            changes_later=True,
            meaning="When a complaint or enquiry was answered for good.",
        ),
        Column(
            name="reviewed_at",
            type="timestamp",
            null_means="not reviewed yet",
            changes_later=True,
            meaning="When somebody checked how a complaint was handled.",
        ),
        Column(
            name="satisfaction",
            type="number",
            unit="points",
            at_least=1,
            at_most=5,
            null_means="not asked or not answered",
            changes_later=True,
            meaning="How satisfied the customer said to be, 1 (not at all) to 5 (fully).",
        ),
    ),
)
