"""What was predicted for whom? One row per customer of the population, published every night."""

from data_contracts._contract import Column, Contract

scores = Contract(
    name="scores",
    grain="one row per customer of the population on the as-of date",
    key=("customer_id",),
    max_bad_share=0.0,
    keeps_other_columns=True,
    columns=(
        Column(name="customer_id", type="text", required=True, meaning="Names the customer."),
        Column(
            name="as_of",
            type="date",
            required=True,
            meaning="The as-of date: everything known before this day began was used.",
        ),
        Column(
            name="churn_probability",
            type="number",
            required=True,
            at_least=0,
            at_most=1,
            unit="probability",
            meaning="Probability that the customer makes no purchase within the horizon.",
        ),
        Column(
            name="upsell_probability",
            type="number",
            required=True,
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
            name="yearly_spend",
            type="number",
            required=True,
            at_least=0,
            unit="currency",
            meaning="Spend over the 364 days before the as-of date, net of returns, never below zero.",
        ),
        Column(
            name="value_at_risk",
            type="number",
            required=True,
            at_least=0,
            unit="currency",
            meaning="Churn probability times yearly spend.",
        ),
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
