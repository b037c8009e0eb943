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
VALUE_TO_WIN = Column(
    name="value_to_win",
    type="number",
    null_means="the customer is active, or no purchase of anybody has a known value",
    at_least=0,
    unit="currency",
    meaning="What winning a lapsed customer back is worth: what the value to come would be if they bought again on the "
    "as-of date.",
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

FACTS = (
    Column(
        name="days_since_last_purchase",
        type="number",
        null_means="no purchase is known",
        unit="days",
        meaning="Days from the latest purchase to the as-of date.",
    ),
    Column(
        name="tenure_days",
        type="number",
        null_means="no purchase is known",
        unit="days",
        meaning="Days from the first known purchase to the as-of date.",
    ),
    Column(
        name="purchase_count_ever",
        type="number",
        null_means="unknown",
        at_least=0,
        unit="purchases",
        meaning="Purchases so far.",
    ),
    Column(
        name="purchase_count_364d",
        type="number",
        null_means="unknown",
        at_least=0,
        unit="purchases",
        meaning="Purchases in the last 364 days.",
    ),
    Column(
        name="last_gap_days",
        type="number",
        null_means="no second purchase day yet",
        unit="days",
        meaning="Days between the two latest days with purchases.",
    ),
    Column(
        name="gap_spread_share",
        type="number",
        null_means="too few purchase days",
        unit="ratio",
        meaning="Standard deviation of the gaps between purchase days over their mean: how irregular they are.",
    ),
    Column(
        name="discounted_purchase_share_364d",
        type="number",
        null_means="no purchase in 364 days, or discounts are not known",
        unit="share",
        meaning="Share of the purchases of the last 364 days that were on discount.",
    ),
    Column(
        name="campaign_response_ratio",
        type="number",
        null_means="not contacted, or contacts are not known",
        unit="ratio",
        meaning="Responses to campaigns over contacts, in the last 364 days.",
    ),
    Column(
        name="open_complaint_count",
        type="number",
        null_means="complaints are not known",
        at_least=0,
        unit="complaints",
        meaning="Complaints not known to be resolved before the as-of date.",
    ),
    Column(
        name="oldest_open_complaint_hours",
        type="number",
        null_means="none is open",
        at_least=0,
        unit="hours",
        meaning="Age of the oldest open complaint when the as-of date began.",
    ),
    Column(
        name="days_since_last_campaign_contact",
        type="number",
        null_means="not contacted, or contacts are not known",
        unit="days",
        meaning="Days since the latest campaign contact that the interactions tell of.",
    ),
    Column(
        name="campaign_contact_count_364d",
        type="number",
        null_means="contacts are not known",
        at_least=0,
        unit="contacts",
        meaning="Campaign contacts in the last 364 days that the interactions tell of.",
    ),
)
"""What decisions are made from beside the scores: features of the as-of date, under their own names."""

SEGMENT = Column(
    name="segment",
    type="text",
    required=True,
    one_of=("VIP", "major", "ordinary", "small"),
    meaning="Value segment by share of profit: VIP customers bring the first half of it, major ones up to four fifths, "
    "ordinary ones up to 95%, small ones the rest.",
)
STAGE = Column(
    name="stage",
    type="text",
    required=True,
    one_of=("prospect", "new", "active", "loyal", "at risk", "lost", "won back"),
    meaning="Lifecycle stage; the rules stand in docs/decisions.md.",
)
RELATION = Column(
    name="relation",
    type="text",
    required=True,
    one_of=("price-led", "relation-led", "one-off", "mixed"),
    meaning="Relation type from behaviour; the rules stand in docs/decisions.md.",
)
ACTION_NAMES = (
    "service_recovery",
    "retention_offer",
    "win_back_offer",
    "upsell",
    "cross_sell",
    "referral_invitation",
    "thank_you",
)
CAMPAIGN = Column(
    name="campaign",
    type="text",
    null_means="no action",
    meaning="The campaign that the action belongs to: its action and its period.",
)
CHANNEL = Column(name="channel", type="text", null_means="no action", meaning="How the customer is contacted.")
EXPECTED_PROFIT = (
    Column(
        name="expected_profit",
        type="number",
        null_means="no action",
        unit="currency",
        meaning="Effect times risk times stake, less what the contact is expected to cost. The risk is the probability "
        "that it ends badly without contact; effect times risk counts as far as it leaves a probability.",
    ),
    Column(
        name="expected_profit_low",
        type="number",
        null_means="no action",
        unit="currency",
        meaning="The same if the effect is as low as it is believed to be in one of ten cases.",
    ),
    Column(
        name="expected_profit_high",
        type="number",
        null_means="no action",
        unit="currency",
        meaning="The same if the effect is as high as it is believed to be in one of ten cases.",
    ),
)
