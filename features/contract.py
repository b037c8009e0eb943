"""How is the customer bound to us? Running subscriptions, since when, until when, and what changed."""

from features._aggregate import Summary, count, least, most, total
from features._events import subscription_terms
from features._feature import feature


@feature(
    of=subscription_terms,
    unit="subscriptions",
    missing=0,
    says=("running subscriptions: {value:.0f}", "有效订阅 {value:.0f} 个"),
)
def running_subscription_count() -> Summary:
    """Subscriptions whose latest term is not over when the as-of date begins, whatever the customer has announced."""
    return count(subscription_terms.is_running)


@feature(
    of=subscription_terms,
    unit="days",
    missing=None,
    says=("subscribed {value:.0f} days ago", "{value:.0f} 天前开始订阅"),
)
def subscribed_days() -> Summary:
    """Days since the oldest running subscription began; null without a running one."""
    return most(subscription_terms.subscribed_days, subscription_terms.is_running)


@feature(
    of=subscription_terms,
    unit="days",
    missing=None,
    says=("the subscription renews in {value:.0f} days", "订阅将在 {value:.0f} 天后续订"),
)
def next_renewal_days() -> Summary:
    """Days from the as-of date to the next renewal date, 0 on the day itself; null where none was agreed."""
    return least(subscription_terms.days_to_renewal, subscription_terms.is_running)


@feature(
    of=subscription_terms,
    unit="days",
    missing=None,
    says=("subscribed for {value:.0f} days at a time", "每期订阅 {value:.0f} 天"),
)
def longest_term_days() -> Summary:
    """Length in days of the longest term that runs; null without one whose end was agreed."""
    return most(subscription_terms.term_days, subscription_terms.is_running)


@feature(
    of=subscription_terms,
    unit="renewals",
    missing=0,
    says=("renewals so far: {value:.0f}", "累计续订 {value:.0f} 次"),
)
def renewal_count_ever() -> Summary:
    """Terms of the customer's subscriptions after the first of each."""
    return count(subscription_terms.is_renewal)


@feature(
    of=subscription_terms,
    unit="days",
    missing=None,
    says=("last renewed {value:.0f} days ago", "{value:.0f} 天前最近一次续订"),
)
def days_since_last_renewal() -> Summary:
    """Days since the latest renewal of any subscription; null before the first."""
    return least(subscription_terms.age_days, subscription_terms.is_renewal)


@feature(
    of=subscription_terms,
    unit="currency",
    missing=0,
    says=("subscriptions cost {value:,.2f} a month", "订阅费每月 {value:,.2f}"),
)
def monthly_subscription_amount() -> Summary:
    """What the running subscriptions cost per month together; an unknown amount adds nothing."""
    return total(subscription_terms.monthly_amount, subscription_terms.is_running)


@feature(
    of=subscription_terms,
    unit="currency",
    missing=0,
    says=("the monthly amount changed by {value:,.2f} with the last term", "最近一期月费变化 {value:,.2f}"),
)
def subscription_amount_change() -> Summary:
    """How much more (below 0: less) the running terms cost per month than those before them; 0 for first terms."""
    return total(subscription_terms.amount_change, subscription_terms.is_running)


@feature(
    of=subscription_terms,
    unit="changes",
    missing=0,
    says=("changes of plan so far: {value:.0f}", "累计更换套餐 {value:.0f} 次"),
)
def plan_change_count_ever() -> Summary:
    """Terms of another plan than the term before them in the same subscription."""
    return count(subscription_terms.is_plan_change)
