"""How is the customer bound to us? Claims about terms of subscriptions.

As-of date 10 March 2026 (a Tuesday); 1 is yesterday, -1 is tomorrow.
"""

from __future__ import annotations

from tests.features.tables import Case

ONE, TWO = {"subscription_id": "one"}, {"subscription_id": "two"}

SUBSCRIBED = (
    Case(
        claim="a_subscription_runs_until_its_term_is_over_and_through_the_midnight_of_the_as_of_date",
        column="running_subscription_count",
        subscribed=(
            ("anna", 30, "2026-03-10 00:00"),
            ("ben", 30, "2026-03-09 23:59:59.999999"),
            ("cara", 30, None),
            ("dora", "2026-03-10 00:00", -30),
            ("eve", "2026-03-09 23:59:59.999999", -30),
            ("late", 30, -30, {"recorded_at": "2026-03-10 00:00"}),
        ),
        is_={"anna": 1, "ben": 0, "cara": 1, "dora": 0, "eve": 1, "late": 0, "nobody": 0},
    ),
    Case(
        claim="a_term_that_was_ended_runs_no_more_from_the_day_after_and_an_announcement_ends_nothing",
        column="running_subscription_count",
        subscribed=(
            ("anna", 30, -30, {"ended_at": "2026-03-09 23:59:59.999999"}),
            ("ben", 30, -30, {"ended_at": "2026-03-10 00:00"}),
            ("cara", 30, -30, {"cancelled_at": 5, "ended_at": -20}),
        ),
        is_={"anna": 0, "ben": 1, "cara": 1},
    ),
    Case(
        claim="the_last_term_of_a_subscription_says_whether_it_runs_and_each_subscription_counts",
        column="running_subscription_count",
        subscribed=(
            ("anna", 200, -165, ONE),
            ("anna", 40, 10, ONE),
            ("ben", 40, 10, ONE),
            ("ben", 10, -20, ONE),
            ("ben", 300, None, TWO),
            ("cara", 40, -20),
            ("cara", 10, -10, ONE),
        ),
        is_={"anna": 0, "ben": 2, "cara": 2},
    ),
    Case(
        claim="subscribed_since_the_first_term_of_what_runs_or_since_it_is_said_to_have_begun",
        column="subscribed_days",
        subscribed=(
            ("anna", 40, 10),
            ("anna", 10, -20),
            ("ben", 10, -20, {"started_at": 700}),
            ("cara", 900, 800, ONE),
            ("cara", 10, -20, TWO),
            ("dora", 40, 10),
        ),
        is_={"anna": 40, "ben": 700, "cara": 10, "dora": None},
    ),
    Case(
        claim="the_next_renewal_is_the_nearest_of_what_runs",
        column="next_renewal_days",
        subscribed=(
            ("anna", 10, -20, ONE),
            ("anna", 10, -5, TWO),
            ("ben", 10, 0),
            ("cara", 10, None),
            ("dora", 40, 10),
            ("eve", 340, -25),
            ("eve", 10, -20),
        ),
        is_={"anna": 5, "ben": 0, "cara": None, "dora": None, "eve": 20},
    ),
    Case(
        claim="a_renewal_at_midnight_after_the_clocks_will_have_changed_is_on_its_own_day",
        column="next_renewal_days",
        time_zone="Europe/London",
        # 1 April begins in London at 23:00 UTC on 31 March.
        subscribed=(("anna", 10, "2026-03-31 23:00"), ("ben", 10, "2026-03-31 22:59:59")),
        is_={"anna": 22, "ben": 21},
    ),
    Case(
        claim="of_two_rows_of_one_term_the_one_with_a_renewal_date_holds",
        column="next_renewal_days",
        subscribed=(("anna", 10, -20), ("anna", 10, None), ("ben", 10, -20), ("ben", 10, -50, {"recorded_at": 3})),
        is_={"anna": 20, "ben": 50},
    ),
    Case(
        claim="the_longest_of_the_terms_that_run",
        column="longest_term_days",
        subscribed=(("anna", 10, -20, ONE), ("anna", 100, -264, TWO), ("ben", 400, 36), ("cara", 10, None)),
        is_={"anna": 364, "ben": None, "cara": None},
    ),
    Case(
        claim="every_term_after_the_first_of_its_subscription_is_a_renewal",
        column="renewal_count_ever",
        subscribed=(
            ("anna", 70, 40, ONE),
            ("anna", 40, 10, ONE),
            ("anna", 10, -20, ONE),
            ("anna", 10, -20, TWO),
            ("ben", 40, 10),
            ("ben", 40, 10, {"monthly_amount": 3.0}),
        ),
        is_={"anna": 2, "ben": 0, "nobody": 0},
    ),
    Case(
        claim="days_since_the_latest_renewal",
        column="days_since_last_renewal",
        subscribed=(("anna", 70, 40), ("anna", 40, 10), ("anna", 12, -18), ("ben", 12, -18)),
        is_={"anna": 12, "ben": None},
    ),
    Case(
        claim="what_runs_costs_together_so_much_a_month",
        column="monthly_subscription_amount",
        subscribed=(
            ("anna", 40, 10, {"monthly_amount": 7.5}),
            ("anna", 10, -20, {"monthly_amount": 9.0}),
            ("anna", 10, -20, {"monthly_amount": 0.99} | TWO),
            ("ben", 10, -20),
            ("cara", 40, 10, {"monthly_amount": 9.0}),
        ),
        is_={"anna": 9.99, "ben": 0, "cara": 0},
    ),
    Case(
        claim="how_much_more_the_running_term_costs_than_the_one_before",
        column="subscription_amount_change",
        subscribed=(
            ("anna", 70, 40, {"monthly_amount": 5.0}),
            ("anna", 40, 10, {"monthly_amount": 7.5}),
            ("anna", 10, -20, {"monthly_amount": 9.0}),
            ("ben", 40, 10, {"monthly_amount": 9.0}),
            ("ben", 10, -20, {"monthly_amount": 5.0}),
            ("cara", 40, 10),
            ("cara", 10, -20, {"monthly_amount": 5.0}),
        ),
        is_={"anna": 1.5, "ben": -4, "cara": 0},
    ),
    Case(
        claim="a_change_of_plan_is_one_from_a_known_plan_to_another_of_the_same_subscription",
        column="plan_change_count_ever",
        subscribed=(
            ("anna", 70, 40, {"plan": "basic"}),
            ("anna", 40, 10, {"plan": "plus"}),
            ("anna", 10, -20, {"plan": "basic"}),
            ("ben", 40, 10, {"plan": "basic"}),
            ("ben", 10, -20),
            ("cara", 40, 10, {"plan": "basic"} | ONE),
            ("cara", 10, -20, {"plan": "plus"} | TWO),
        ),
        is_={"anna": 2, "ben": 0, "cara": 0},
    ),
)
