"""What was bought, how often and lately? Claims about recency and frequency.

As-of date 10 March 2026 (a Tuesday) unless a claim says otherwise; 1 is yesterday.
"""

from __future__ import annotations

from tests.features.tables import Case

ORDER, OTHER = {"order_id": "o1"}, {"order_id": "o2"}

RECENCY = (
    Case(
        claim="recency_counts_days_from_the_latest_purchase_and_1_means_yesterday",
        column="days_since_last_purchase",
        bought=(("anna", 3, 10.0), ("anna", 40, 10.0), ("ben", 1, 10.0)),
        is_={"anna": 3, "ben": 1, "never bought": None},
    ),
    Case(
        claim="an_order_returned_in_full_is_no_purchase",
        column="days_since_last_purchase",
        bought=(("anna", 9, 10.0), ("anna", 3, 10.0, ORDER), ("anna", 2, -10.0, ORDER), ("ben", 3, -10.0)),
        is_={"anna": 9, "ben": None},
    ),
    Case(
        claim="tenure_counts_days_from_the_first_purchase",
        column="tenure_days",
        bought=(("anna", 3, 10.0), ("anna", 400, 10.0), ("anna", 500, -10.0), ("ben", 1, 10.0)),
        is_={"anna": 400, "ben": 1, "never bought": None},
    ),
)

FREQUENCY = (
    *(
        Case(
            claim=f"a_purchase_{days}_days_ago_is_in_the_window_and_{days + 1}_days_ago_is_not",
            column=f"purchase_count_{days}d",
            bought=(("anna", days, 10.0), ("ben", days + 1, 10.0), ("cara", 1, 10.0), ("cara", days, 10.0)),
            is_={"anna": 1, "ben": 0, "cara": 2, "never bought": 0},
        )
        for days in (7, 14, 28, 56, 84, 182, 364)
    ),
    Case(
        claim="lines_of_one_order_are_one_purchase",
        column="purchase_count_28d",
        bought=(("anna", 3, 4.0, ORDER), ("anna", 3, 5.0, ORDER), ("anna", 3, 6.0, {"order_id": "o2"})),
        is_={"anna": 2},
    ),
    Case(
        claim="one_order_number_at_two_customers_is_two_orders",
        column="purchase_count_28d",
        bought=(("anna", 3, 4.0, ORDER), ("ben", 3, -4.0, ORDER), ("cara", 9, 1.0, ORDER)),
        is_={"anna": 1, "ben": 0, "cara": 1},
    ),
    Case(
        claim="names_that_begin_alike_are_of_two_customers",
        column="purchase_count_28d",
        bought=(("customer a", 3, 4.0, ORDER), ("customer b", 3, -4.0, ORDER)),
        is_={"customer a": 1, "customer b": 0},
    ),
    Case(
        claim="numbers_that_begin_alike_are_of_two_orders",
        column="purchase_count_28d",
        bought=(("anna", 3, 4.0, {"order_id": "order a"}), ("anna", 3, 4.0, {"order_id": "order b"})),
        is_={"anna": 2},
    ),
    Case(
        claim="an_order_whose_number_is_empty_has_one",
        column="purchase_count_28d",
        bought=(
            ("anna", 3, 4.0),
            ("anna", 3, 5.0, {"order_id": ""}),
            ("ben", 3, 4.0, {"order_id": ""}),
            ("ben", 3, 5.0),
        ),
        is_={"anna": 2, "ben": 2},
    ),
    Case(
        claim="lines_without_an_order_are_one_order_per_customer_and_day",
        column="purchase_count_28d",
        bought=(("anna", 3, 4.0), ("anna", 3, 5.0), ("anna", 2, 6.0), ("ben", 3, 7.0)),
        is_={"anna": 2, "ben": 1},
    ),
    Case(
        claim="lines_without_an_order_are_grouped_by_the_business_day_not_the_utc_day",
        column="purchase_count_28d",
        time_zone="Asia/Shanghai",
        # Shanghai is 8 hours ahead: the first two fall on 5 March there, the last two on 5 and 6 March.
        bought=(
            ("anna", "2026-03-04 17:00", 4.0),
            ("anna", "2026-03-05 09:00", 4.0),
            ("ben", "2026-03-05 15:59", 4.0),
            ("ben", "2026-03-05 16:00", 4.0),
        ),
        is_={"anna": 1, "ben": 2},
    ),
    Case(
        claim="an_order_that_nets_to_zero_or_less_is_no_purchase",
        column="purchase_count_28d",
        bought=(
            ("anna", 3, 10.0, ORDER),
            ("anna", 2, -9.99, ORDER),
            ("ben", 3, 10.0, ORDER),
            ("ben", 2, -10.0, ORDER),
            ("cara", 3, 10.0, ORDER),
            ("cara", 2, -10.01, ORDER),
            ("dora", 3, 0.0, ORDER),
        ),
        is_={"anna": 1, "ben": 0, "cara": 0, "dora": 0},
    ),
    Case(
        claim="amounts_that_cancel_in_decimals_cancel_here",
        column="purchase_count_28d",
        bought=(
            ("anna", 3, 0.1, ORDER),
            ("anna", 3, 0.2, ORDER),
            ("anna", 3, -0.3, ORDER),
        ),
        is_={"anna": 0},
    ),
    Case(
        claim="a_refund_not_known_yet_leaves_the_purchase_standing",
        column="purchase_count_28d",
        bought=(
            ("anna", 3, 10.0, ORDER),
            ("anna", 2, -10.0, ORDER | {"recorded_at": "2026-03-10 00:00"}),
            ("ben", 3, 10.0, ORDER),
            ("ben", 2, -10.0, ORDER | {"recorded_at": "2026-03-09 23:59"}),
        ),
        is_={"anna": 1, "ben": 0},
    ),
    Case(
        claim="a_refund_under_a_number_of_its_own_leaves_the_purchase_standing",
        column="purchase_count_28d",
        bought=(("anna", 3, 10.0, ORDER), ("anna", 2, -10.0, {"order_id": "r1"})),
        is_={"anna": 1},
    ),
    Case(
        claim="an_order_is_dated_by_its_first_line",
        column="purchase_count_7d",
        bought=(("anna", 8, 10.0, ORDER), ("anna", 2, 10.0, ORDER), ("ben", 7, 10.0, ORDER), ("ben", -1, 9.0, ORDER)),
        is_={"anna": 0, "ben": 1},
    ),
    Case(
        claim="purchases_in_all_count_the_whole_history",
        column="purchase_count_ever",
        bought=(("anna", 1, 1.0), ("anna", 900, 1.0), ("anna", 3000, 1.0), ("ben", 5, -1.0)),
        is_={"anna": 3, "ben": 0, "never bought": 0},
    ),
    *(
        Case(
            claim=f"two_purchases_on_one_day_are_one_purchase_day_{days}",
            column=f"purchase_day_count_{days}d",
            bought=(
                ("anna", days, 1.0, {"order_id": "o1"}),
                ("anna", days, 1.0, {"order_id": "o2"}),
                ("anna", 2, 1.0),
                ("anna", days + 1, 1.0),
            ),
            is_={"anna": 2, "never bought": 0},
        )
        for days in (28, 84, 364)
    ),
    *(
        Case(
            claim=f"weeks_are_counted_back_from_the_as_of_date_{days}",
            column=f"purchase_week_count_{days}d",
            bought=(
                ("anna", 1, 1.0),
                ("anna", 7, 1.0),
                ("ben", 7, 1.0),
                ("ben", 8, 1.0),
                ("ben", days, 1.0),
                ("ben", days + 1, 1.0),
            ),
            is_={"anna": 1, "ben": 3, "never bought": 0},
        )
        for days in (84, 182)
    ),
    Case(
        claim="share_of_the_purchases_of_84_days_that_fell_in_28",
        column="recent_purchase_share",
        bought=(("anna", 28, 1.0), ("anna", 29, 1.0), ("anna", 84, 1.0), ("anna", 85, 1.0), ("ben", 85, 1.0)),
        is_={"anna": 1 / 3, "ben": None, "never bought": None},
    ),
    Case(
        claim="share_of_the_purchases_of_364_days_that_fell_in_84",
        column="recent_quarter_purchase_share",
        bought=(("anna", 84, 1.0), ("anna", 85, 1.0), ("anna", 365, 1.0), ("ben", 365, 1.0)),
        is_={"anna": 0.5, "ben": None, "never bought": None},
    ),
    Case(
        claim="purchases_per_28_days_since_the_first_one",
        column="purchase_rate",
        bought=(("anna", 56, 1.0), ("anna", 3, 1.0), ("anna", 2, 1.0), ("ben", 1, 1.0)),
        is_={"anna": 1.5, "ben": 28, "never bought": None},
    ),
    Case(
        claim="days_with_a_purchase_in_all_count_each_day_once",
        column="purchase_day_count_ever",
        bought=(("anna", 5, 1.0, ORDER), ("anna", 5, 1.0, OTHER), ("anna", 900, 1.0), ("ben", 5, -1.0)),
        is_={"anna": 2, "ben": 0, "never bought": 0},
    ),
    Case(
        claim="share_of_the_purchases_of_364_days_that_fell_in_182",
        column="recent_half_year_purchase_share",
        bought=(("anna", 182, 1.0), ("anna", 183, 1.0), ("anna", 364, 1.0), ("anna", 365, 1.0), ("ben", 365, 1.0)),
        is_={"anna": 1 / 3, "ben": None, "never bought": None},
    ),
    Case(
        claim="weeks_before_the_first_purchase_are_no_weeks_without_one",
        column="purchase_week_share",
        bought=(
            ("anna", 14, 1.0),
            ("ben", 15, 1.0),
            ("ben", 1, 1.0),
            ("cara", 182, 1.0),
            ("cara", 183, 1.0),
            ("dora", 183, 1.0),
            ("eva", 1, 1.0),
        ),
        is_={"anna": 1 / 2, "ben": 2 / 3, "cara": 1 / 26, "dora": 0, "eva": 1, "never bought": None},
    ),
)

BOUGHT_OFTEN = (*RECENCY, *FREQUENCY)
