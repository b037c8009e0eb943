"""What was predicted for whom? One row per customer of the population, published every night."""

from data_contracts._contract import Column, Contract
from data_contracts._published import (
    ACTION_NAMES,
    AVERAGE_PURCHASE_VALUE,
    CUSTOMER_ID,
    FACTS,
    LIFETIME_VALUE,
    NEXT_ORDER,
    VALUE_TO_LOSE,
    VALUE_TO_WIN,
    YEARLY_SPEND,
)

UPLIFTS = tuple(
    Column(
        name=f"{action}_uplift",
        type="number",
        at_least=-1,
        at_most=1,
        unit="probability",
        null_means="the question on which the action acts is not asked of the customer",
        meaning="By how much contact raises the probability of a good outcome, by the uplift model of the running "
        "campaign, or by the effect of all, spread by who takes its offer; below zero it does harm. Without either "
        "there is no column.",
    )
    for action in ACTION_NAMES
)
"""What each action changes, customer by customer, as far as randomised campaigns have taught it."""

TAKES = tuple(
    Column(
        name=f"{action}_take",
        type="number",
        at_least=0,
        at_most=1,
        unit="probability",
        null_means="the question on which the action acts is not asked of the customer",
        meaning="Probability that the customer, contacted, takes what is offered, as receipts of earlier campaigns "
        "tell. Where they do not, there is no column.",
    )
    for action in ACTION_NAMES
)
"""Who takes what each action offers."""

scores = Contract(
    name="scores",
    grain="one row per customer whom a question is asked about on the as-of date",
    key=("customer_id",),
    max_bad_share=0.0,
    keeps_other_columns=True,
    columns=(
        CUSTOMER_ID,
        Column(
            name="as_of",
            type="date",
            required=True,
            meaning="The as-of date: everything known before this day began was used.",
        ),
        Column(
            name="is_active",
            type="boolean",
            required=True,
            meaning="Whether the customer bought within the active window; others are not asked for churn or growth.",
        ),
        Column(
            name="churn_probability",
            type="number",
            null_means="the customer is not active, so that the question is not asked",
            at_least=0,
            at_most=1,
            unit="probability",
            meaning="Probability that the customer makes no purchase within the horizon.",
        ),
        Column(
            name="upsell_probability",
            type="number",
            null_means="the customer is not active, so that the question is not asked",
            at_least=0,
            at_most=1,
            unit="probability",
            meaning="Probability that the customer spends clearly more per month within the horizon than before.",
        ),
        Column(
            name="contract_churn_probability",
            type="number",
            at_least=0,
            at_most=1,
            unit="probability",
            null_means="no running subscription, or its end has been announced",
            meaning="Probability that the last subscription ends within the horizon and is not renewed in time.",
        ),
        Column(
            name="contract_upsell_probability",
            type="number",
            at_least=0,
            at_most=1,
            unit="probability",
            null_means="no running subscription, or its end has been announced",
            meaning="Probability that the subscriber takes a dearer plan within the horizon.",
        ),
        YEARLY_SPEND,
        Column(
            name="expected_spend",
            type="number",
            null_means="no purchase of anybody has a known value",
            unit="currency",
            meaning="Spend to be expected within the horizon of churn, net of returns: by the model of the question "
            "`value`, or by the purchase process where that is not asked.",
        ),
        Column(
            name="expected_spend_low",
            type="number",
            null_means="no purchase of anybody has a known value",
            unit="currency",
            meaning="At most one customer of ten spends less within the horizon of churn: nothing of somebody who may "
            "well not buy.",
        ),
        Column(
            name="expected_spend_high",
            type="number",
            null_means="no purchase of anybody has a known value",
            unit="currency",
            meaning="One customer of ten spends more within the horizon of churn, by the model of spend alone. Nothing "
            "where a purchase is that unlikely: the expectation may then lie above it.",
        ),
        Column(
            name="expected_yearly_spend",
            type="number",
            null_means="no purchase of anybody has a known value",
            unit="currency",
            meaning="Spend to be expected within the next 364 days, net of returns: within the horizon as "
            "`expected_spend`, after it by the purchase process.",
        ),
        Column(
            name="expected_yearly_spend_low",
            type="number",
            null_means="no purchase of anybody has a known value",
            unit="currency",
            meaning="At most one customer of ten spends less within the next 364 days.",
        ),
        Column(
            name="expected_yearly_spend_high",
            type="number",
            null_means="no purchase of anybody has a known value",
            unit="currency",
            meaning="One customer of ten spends more within the next 364 days; nothing where a purchase is that "
            "unlikely.",
        ),
        Column(
            name="expected_purchases",
            type="number",
            required=True,
            at_least=0,
            unit="purchases",
            meaning="Days with purchases to be expected within the years that count ([value] years).",
        ),
        AVERAGE_PURCHASE_VALUE,
        Column(
            name="value_to_come",
            type="number",
            null_means="no purchase of anybody has a known value",
            unit="currency",
            meaning="Profit on the purchases to come less what keeping the customer costs, discounted to today.",
        ),
        VALUE_TO_LOSE,
        VALUE_TO_WIN,
        Column(
            name="referral_value",
            type="number",
            null_means="nothing is known of referrals; the lifetime value leaves them out",
            unit="currency",
            meaning="Net income so far and to come, discounted, from the customers whom this one brought.",
        ),
        *LIFETIME_VALUE,
        *NEXT_ORDER,
        Column(
            name="value_at_risk",
            type="number",
            null_means="the customer is not active",
            at_least=0,
            unit="currency",
            meaning="Churn probability times value to lose.",
        ),
        Column(
            name="referral_probability",
            type="number",
            null_means="nothing is known of referrals",
            at_least=0,
            at_most=1,
            unit="probability",
            meaning="Probability that a customer brings another within the horizon of churn: the share of all who did "
            "within 364 days, by the length of the horizon; one share of those who had brought somebody before, one "
            "of others.",
        ),
        Column(
            name="wavering_probability",
            type="number",
            null_means="the customer is not active",
            at_least=0,
            at_most=1,
            unit="probability",
            meaning="Probability that a customer is slowing down: comes less often than is their own way, as customers "
            "do before they leave. There where `decisions.retention_by` asks for it and the log shows it.",
        ),
        Column(
            name="upsell_spend",
            type="number",
            null_means="the customer is not active",
            at_least=0,
            unit="currency",
            meaning="What a customer who grows spends more within the horizon of upsell than one who does not: a share "
            "of the spend expected of the customer in as many days, as in the latest horizons that are over.",
        ),
        Column(
            name="suggested_category",
            type="text",
            null_means="no category is known, or none goes with those bought",
            meaning="The category, not bought from yet, that goes best with those that the customer bought from.",
        ),
        *FACTS,
        *UPLIFTS,
        *TAKES,
        Column(
            name="has_announced_leaving",
            type="boolean",
            null_means="no subscriptions are known",
            meaning="Whether the end of every running subscription had been announced before the as-of date.",
        ),
        Column(
            name="may_contact",
            type="boolean",
            null_means="the company gave no consent data",
            meaning="Whether consent was given and not withdrawn before the as-of date.",
        ),
    ),
)
