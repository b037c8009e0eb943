"""What was decided about whom, and why not? One row per customer of the scored list."""

from data_contracts._contract import Column, Contract
from data_contracts._published import (
    ACTION_NAMES,
    CAMPAIGN,
    CHANNEL,
    CUSTOMER_ID,
    EXPECTED_PROFIT,
    RELATION,
    SEGMENT,
    STAGE,
)

OUTCOMES = (
    "listed",
    "held_out",
    "no_consent",
    "suppressed",
    "cool_down",
    "yearly_cap",
    "complaint_beyond_limits",
    "not_worth_it",
    "beyond_limits",
)

decisions = Contract(
    name="decisions",
    grain="one row per customer of the scored list",
    key=("customer_id",),
    max_bad_share=0.0,
    columns=(
        CUSTOMER_ID,
        Column(name="as_of", type="date", required=True, meaning="The as-of date of the decision."),
        SEGMENT,
        STAGE,
        RELATION,
        Column(
            name="outcome",
            type="text",
            required=True,
            one_of=OUTCOMES,
            meaning="Listed, held out, or the first reason why not.",
        ),
        Column(
            name="action",
            type="text",
            one_of=ACTION_NAMES,
            null_means="no action",
            meaning="What is to be done; of those held out, what would have been done.",
        ),
        CAMPAIGN,
        CHANNEL,
        Column(
            name="arm",
            type="text",
            one_of=("treated", "held_out"),
            null_means="no action",
            meaning="Contacted, or held out so that the effect can be measured.",
        ),
        Column(
            name="probability",
            type="number",
            at_least=0,
            at_most=1,
            unit="probability",
            null_means="no action",
            meaning="Probability of the outcome that the action acts on: of what is to be prevented, else of what is "
            "hoped for.",
        ),
        Column(
            name="stake",
            type="number",
            unit="currency",
            null_means="no action, or no value is known",
            meaning="What that outcome is worth.",
        ),
        Column(
            name="effect",
            type="number",
            null_means="no action",
            unit="share",
            meaning="Of those with whom it would end badly without contact, the share with whom it is believed to end "
            "well because of it; below zero contact does harm.",
        ),
        Column(
            name="expected_cost",
            type="number",
            null_means="no action",
            at_least=0,
            unit="currency",
            meaning="What the contact is expected to cost, offers taken included.",
        ),
        *EXPECTED_PROFIT,
    ),
)
