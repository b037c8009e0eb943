"""How long ago? Time since the customer's last and first purchase."""

from features._aggregate import Summary, least, most
from features._events import purchases
from features._feature import feature


@feature(
    of=purchases,
    unit="days",
    missing=None,
    says=("has not bought for {value:.0f} days", "已有 {value:.0f} 天没有购买"),
)
def days_since_last_purchase() -> Summary:
    """Days since the latest purchase; null for a customer who never bought."""
    return least(purchases.age_days)


@feature(
    of=purchases,
    unit="days",
    missing=None,
    says=("customer for {value:.0f} days", "成为客户 {value:.0f} 天"),
)
def tenure_days() -> Summary:
    """Days since the first purchase; null for a customer who never bought."""
    return most(purchases.age_days)
