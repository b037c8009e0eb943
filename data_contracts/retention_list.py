"""Whom should the retention team call tomorrow, and why? One row per listed customer."""

from data_contracts._contract import Column, Contract
from data_contracts._published import (
    AVERAGE_PURCHASE_VALUE,
    CUSTOMER_ID,
    LIFETIME_VALUE,
    NEXT_ORDER,
    VALUE_TO_LOSE,
    YEARLY_SPEND,
)

retention_list = Contract(
    name="retention_list",
    grain="one row per customer on the list of the as-of date",
    key=("customer_id",),
    min_rows=0,
    max_bad_share=0.0,
    columns=(
        Column(name="rank", type="integer", required=True, at_least=1, meaning="1 is the most urgent customer."),
        CUSTOMER_ID,
        Column(
            name="churn_probability",
            type="number",
            required=True,
            at_least=0,
            at_most=1,
            unit="probability",
            meaning="Probability that the customer makes no purchase within the horizon.",
        ),
        YEARLY_SPEND,
        AVERAGE_PURCHASE_VALUE,
        *LIFETIME_VALUE,
        VALUE_TO_LOSE,
        Column(
            name="value_at_risk",
            type="number",
            required=True,
            at_least=0,
            unit="currency",
            meaning="Churn probability times value to lose: what the list is ranked by.",
        ),
        *NEXT_ORDER,
        Column(
            name="reason_1",
            type="text",
            null_means="nothing is known to say",
            meaning="The strongest reason, in plain words; one that begins with 'note:' is a fact and no cause.",
        ),
        Column(
            name="reason_2",
            type="text",
            null_means="no second reason",
            meaning="The second reason, of another kind.",
        ),
        Column(
            name="reason_3",
            type="text",
            null_means="no third reason",
            meaning="The third reason; a note where nothing more that is true raises the probability.",
        ),
        Column(
            name="may_contact",
            type="boolean",
            null_means="the company gave no consent data: check before contacting",
            meaning="Whether consent was given and not withdrawn before the as-of date.",
        ),
        Column(name="as_of", type="date", required=True, meaning="The as-of date of the list."),
    ),
)
