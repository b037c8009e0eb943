"""Which guards of subscriptions are broken, and what must notice?"""

from __future__ import annotations

from features import _makers, _subscriptions
from tests.features.paths import PORTABLE, Broken

_stands = _subscriptions.subscription_terms_of
_named = _subscriptions._with_subscription

BROKEN_SUBSCRIBED: dict[str, tuple[Broken, ...]] = {
    "a_subscription_runs_until_its_term_is_over_and_through_the_midnight_of_the_as_of_date": (
        ("what ends with the day before the as-of date runs", PORTABLE, _stands, ">= start", "> start - 2"),
        ("what ends at midnight is over", PORTABLE, _stands, ">= start", "> start"),
        ("the last of renewal and end counts", PORTABLE, _subscriptions._first_of, "moment < found", "moment > found"),
    ),
    "a_term_that_was_ended_runs_no_more_from_the_day_after_and_an_announcement_ends_nothing": (
        ("an end is no matter", PORTABLE, _stands, '"ended_us", ', ""),
        ("an announcement is an end", PORTABLE, _stands, '"ended_us", ', '"cancelled_us", "ended_us", '),
    ),
    "the_last_term_of_a_subscription_says_whether_it_runs_and_each_subscription_counts": (
        ("nothing takes the place of a term", PORTABLE, _stands, ', "next_us")', ")"),
        (
            "all subscriptions are one",
            PORTABLE,
            _subscriptions._in_turn,
            "(*_SUBSCRIPTION, order",
            '("customer_id", order',
        ),
        ("what has no name is the other", PORTABLE, _named, 'nw.lit("")', 'nw.lit("one")'),
    ),
    "subscribed_since_the_first_term_of_what_runs_or_since_it_is_said_to_have_begun": (
        ("the beginning that is said is no matter", PORTABLE, _named, "then(started)", "then(occurred)"),
    ),
    "a_renewal_at_midnight_after_the_clocks_will_have_changed_is_on_its_own_day": (
        ("clocks change no more", PORTABLE, _makers._clocks, "366 * _YEARS_AHEAD", "0"),
    ),
    "of_two_rows_of_one_term_the_one_with_a_renewal_date_holds": (
        (
            "what says less holds",
            PORTABLE,
            _named,
            'nw.col("renews_us").fill_null(0)',
            'nw.col("renews_us").fill_null(FAR)',
        ),
        ("the first record holds", PORTABLE, _named, "otherwise(recorded)", "otherwise(-recorded)"),
    ),
    "every_term_after_the_first_of_its_subscription_is_a_renewal": (
        (
            "another row of a term is a renewal",
            PORTABLE,
            _stands,
            ' & (nw.col("before_us") < nw.col("occurred_us"))',
            "",
        ),
    ),
    "a_change_of_plan_is_one_from_a_known_plan_to_another_of_the_same_subscription": (
        ("an unknown plan is another", PORTABLE, _stands, "fill_null(False)", "fill_null(True)"),
    ),
}
