"""Why, by the contract: a renewal that comes near, a price that rose, a subscription that is still young."""

import polars as pl

from models._reason import Reason, Wording

_of = pl.col
_running, _since, _renewal = _of("running_subscription_count"), _of("subscribed_days"), _of("next_renewal_days")
_renewals, _change = _of("renewal_count_ever"), _of("subscription_amount_change")

KEPT_AS_AGREED = (
    "running_subscription_count",
    "subscribed_days",
    "next_renewal_days",
    "longest_term_days",
    "renewal_count_ever",
    "days_since_last_renewal",
    "monthly_subscription_amount",
    "subscription_amount_change",
    "plan_change_count_ever",
)
"""The features made of a subscription's terms, which are never written over."""

subscription = Reason(
    name="subscription",
    meaning="What the subscription says: when it must be renewed, what became dearer, how long it has lasted.",
    claims=KEPT_AS_AGREED,
    loses=(
        Wording(
            says=(
                "the subscription has become dearer: {subscription_amount_change:money} more a month",
                "订阅涨价：每月多付 {subscription_amount_change:money}",
            ),
            when=_change > 0,
            tells=("subscription price",),
        ),
        Wording(
            says=(
                "the subscription must be renewed within {next_renewal_days:days}",
                "订阅还有 {next_renewal_days:days}需要续订",
            ),
            when=(_running > 0) & _renewal.is_between(1, 60),
            tells=("renewal",),
        ),
        Wording(
            says=("a young subscription: began {subscribed_days:ago}", "新订阅：{subscribed_days:ago}开始"),
            when=(_running > 0) & (_renewals == 0) & (_since <= 182),
            tells=("subscription age",),
        ),
    ),
    grows=(
        Wording(
            says=(
                "a loyal subscriber for {subscribed_days:days}: {renewal_count_ever:renewal}",
                "忠实订户：已订阅{subscribed_days:days}，续订 {renewal_count_ever:times}",
            ),
            when=(_running > 0) & (_renewals >= 2) & (_since >= 182),
            tells=("subscription age", "renewal"),
        ),
    ),
)
