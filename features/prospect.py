"""What is to be expected? Purchases ahead, judged by nothing but when the customer bought.

From the purchase process MBG/NBD (Batislam, Denizel and Filiztekin 2007), fitted to all customers as they were known
on the as-of date; see `features/_process.py`.
"""

from features._feature import feature
from features._process import Numbers, PurchaseProcess


@feature(
    unit="probability",
    missing=None,
    says=("buys as if still a customer with {value:.0%} probability", "按购买节奏推断仍为客户的概率 {value:.0%}"),
)
def alive_probability(process: PurchaseProcess, repeats: Numbers, last_days: Numbers, age_days: Numbers) -> Numbers:
    """Probability that the customer has not left for good, by the rhythm of purchases; null without a purchase."""
    return process.alive_probability(repeats, last_days, age_days)


@feature(
    unit="purchases",
    missing=None,
    says=("{value:.1f} purchases to be expected in 4 weeks", "预计 4 周内购买 {value:.1f} 次"),
)
def expected_purchases_in_4_weeks(
    process: PurchaseProcess, repeats: Numbers, last_days: Numbers, age_days: Numbers
) -> Numbers:
    """Purchase days to be expected in the next 28 days, by the rhythm of purchases; null without a purchase."""
    return process.expected_purchases(repeats, last_days, age_days, days=28)


@feature(
    unit="purchases",
    missing=None,
    says=("{value:.1f} purchases to be expected in 12 weeks", "预计 12 周内购买 {value:.1f} 次"),
)
def expected_purchases_in_12_weeks(
    process: PurchaseProcess, repeats: Numbers, last_days: Numbers, age_days: Numbers
) -> Numbers:
    """Purchase days to be expected in the next 84 days, by the rhythm of purchases; null without a purchase."""
    return process.expected_purchases(repeats, last_days, age_days, days=84)


@feature(
    unit="probability",
    missing=None,
    says=("no purchase in 4 weeks with {value:.0%} probability", "4 周内不购买的概率 {value:.0%}"),
)
def no_purchase_in_4_weeks_probability(
    process: PurchaseProcess, repeats: Numbers, last_days: Numbers, age_days: Numbers
) -> Numbers:
    """Probability of no purchase in the next 28 days, by the rhythm of purchases; null without a purchase."""
    return process.no_purchase_probability(repeats, last_days, age_days, days=28)
