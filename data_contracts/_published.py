"""What do the scored list and the retention list say alike? The columns that both promise, each declared once."""

from data_contracts._contract import Column

CUSTOMER_ID = Column(name="customer_id", type="text", required=True, meaning="Names the customer.")
YEARLY_SPEND = Column(
    name="yearly_spend",
    type="number",
    required=True,
    at_least=0,
    unit="currency",
    meaning="Spend over the 364 days before the as-of date, net of returns, never below zero.",
)
AVERAGE_PURCHASE_VALUE = Column(
    name="average_purchase_value",
    type="number",
    null_means="no purchase of anybody has a known value",
    at_least=0,
    unit="currency",
    meaning="Expected spend of a day with purchases, net of returns; with few known, nearer to everybody's.",
)
VALUE_TO_LOSE = Column(
    name="value_to_lose",
    type="number",
    null_means="no purchase of anybody has a known value",
    at_least=0,
    unit="currency",
    meaning="Value to come if the customer has not left yet, never below zero: what leaving now would cost.",
)
LIFETIME_VALUE = (
    Column(
        name="lifetime_value",
        type="number",
        null_means="no purchase of anybody has a known value",
        unit="currency",
        meaning="Profit and costs so far, value to come and referral value.",
    ),
    Column(
        name="lifetime_value_low",
        type="number",
        null_means="no purchase of anybody has a known value",
        unit="currency",
        meaning="For one customer of ten the lifetime value will be below this.",
    ),
    Column(
        name="lifetime_value_high",
        type="number",
        null_means="no purchase of anybody has a known value",
        unit="currency",
        meaning="For one customer of ten the lifetime value will be above this.",
    ),
)
NEXT_ORDER = (
    Column(
        name="next_order_on",
        type="date",
        null_means="orders within a year with less than even chance",
        meaning="Before this day the next order comes in half of the cases where it comes within a year.",
    ),
    Column(
        name="next_order_from_on",
        type="date",
        null_means="orders within a year with less than even chance",
        meaning="Before this day the next order comes in one of ten cases where it comes within a year.",
    ),
    Column(
        name="next_order_until_on",
        type="date",
        null_means="orders within a year with less than even chance",
        meaning="After this day the next order comes in one of ten cases where it comes within a year.",
    ),
    Column(
        name="overdue_ratio",
        type="number",
        null_means="no second purchase day yet",
        at_least=0,
        unit="ratio",
        meaning="Days since the last purchase over the customer's usual gap; above 1 is overdue.",
    ),
)
