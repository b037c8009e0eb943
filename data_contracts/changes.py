"""What is different from the list of the night before, and why? One row per customer who came, went or moved."""

from data_contracts._contract import Column, Contract
from data_contracts._published import ACTION_NAMES, CUSTOMER_ID

changes = Contract(
    name="changes",
    grain="one row per customer whose place on the list changed",
    key=("customer_id",),
    min_rows=0,
    max_bad_share=0.0,
    columns=(
        CUSTOMER_ID,
        Column(
            name="change",
            type="text",
            required=True,
            one_of=("new", "gone", "moved"),
            meaning="New on the list, gone from it, or on it with another action.",
        ),
        Column(name="rank", type="integer", at_least=1, null_means="not on the list", meaning="The rank on this list."),
        Column(
            name="rank_before",
            type="integer",
            at_least=1,
            null_means="not on the list of the night before",
            meaning="The rank on the list of the night before.",
        ),
        Column(
            name="action", type="text", one_of=ACTION_NAMES, null_means="not on the list", meaning="What is to be done."
        ),
        Column(
            name="action_before",
            type="text",
            one_of=ACTION_NAMES,
            null_means="not on the list of the night before",
            meaning="What was to be done the night before.",
        ),
        Column(name="why_en", type="text", required=True, meaning="Why, in English."),
        Column(name="why_zh", type="text", required=True, meaning="Why, in Chinese."),
    ),
)
