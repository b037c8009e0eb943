"""Whom did they bring? Customers who came through this one, and what those spend."""

from features._aggregate import Summary, count, total
from features._events import referrals
from features._feature import feature


@feature(
    of=referrals,
    unit="customers",
    missing=None,
    says=("customers brought to us: {value:.0f}", "累计推荐 {value:.0f} 位客户"),
)
def referral_count_ever() -> Summary:
    """Customers whom this one brought, each counted from the day of joining (or of the first line, if unknown).

    0 for a customer who brought nobody; null while no referral of anyone is known, and for a customer of whom the
    customers table says nothing yet.
    """
    return count(referrals.is_referral)


@feature(
    of=referrals,
    unit="customers",
    missing=None,
    days=(364,),
    says=("customers brought to us in the last {days} days: {value:.0f}", "最近 {days} 天推荐 {value:.0f} 位客户"),
)
def referral_count(days: int) -> Summary:
    """Customers whom this one brought in the last {days} days; null as in referral_count_ever."""
    return count(referrals.within(days) & referrals.is_referral)


@feature(
    of=referrals,
    unit="currency",
    missing=None,
    says=("the customers they brought spent {value:,.0f}", "所推荐的客户消费 {value:,.0f}"),
)
def referred_spend() -> Summary:
    """Spend, net of returns, of the customers whom this one brought; 0 without any, null as in referral_count_ever."""
    return total(referrals.spend, referrals.is_referral)
