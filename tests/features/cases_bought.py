"""What is each feature of purchases for a tiny table? Claims with their tables and answers, written out by hand.

As-of date 10 March 2026 (a Tuesday) unless a claim says otherwise; 1 is yesterday.
"""

from __future__ import annotations

from tests.features.tables import Case

ORDER = {"order_id": "o1"}
TOYS, BOOKS = {"category": "toys"}, {"category": "books"}

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
)

MONETARY = (
    *(
        Case(
            claim=f"spend_is_net_of_returns_each_dated_when_it_happened_{days}",
            column=f"spend_{days}d",
            bought=(
                ("anna", days, 10.0),
                ("anna", 2, -2.5),
                ("anna", days + 1, 99.0),
                ("ben", days + 1, 10.0, ORDER),
                ("ben", days, -10.0, ORDER),
            ),
            is_={"anna": 7.5, "ben": -10.0, "never bought": 0},
        )
        for days in (28, 84, 182, 364)
    ),
    Case(
        claim="tenths_add_up_exactly",
        column="spend_28d",
        bought=(*(("anna", 3, 0.1) for _ in range(3)), ("ben", 3, 0.1), ("ben", 3, 0.2), ("cara", 2, 1e9 + 0.01)),
        is_={"anna": 0.3, "ben": 0.3, "cara": 1000000000.01},
    ),
    Case(
        claim="average_net_value_of_a_purchase",
        column="mean_purchase_value",
        bought=(
            ("anna", 9, 10.0, ORDER),
            ("anna", 8, -4.0, ORDER),
            ("anna", 400, 12.0),
            ("anna", 300, -99.0),
            ("ben", 300, -99.0),
        ),
        is_={"anna": 9.0, "ben": None, "never bought": None},
    ),
    Case(
        claim="largest_purchase_is_an_order_net_of_its_returns",
        column="largest_purchase",
        bought=(
            ("anna", 9, 30.0, ORDER),
            ("anna", 9, 2.0, ORDER),
            ("anna", 8, -20.0, ORDER),
            ("anna", 400, 11.0),
            ("ben", 4, -1.0),
        ),
        is_={"anna": 12.0, "ben": None, "never bought": None},
    ),
    *(
        Case(
            claim=f"discounts_count_on_the_day_of_their_line_and_unknown_ones_as_nothing_{days}",
            column=f"discount_total_{days}d",
            bought=(
                ("anna", days, 10.0, {"discount": 0.1}),
                ("anna", 3, 10.0, {"discount": 0.2}),
                ("anna", 2, 10.0),
                ("anna", days + 1, 10.0, {"discount": 99.0}),
                ("ben", 2, 10.0),
                ("cara", days + 1, 10.0, ORDER | {"discount": 3.0}),
                ("cara", days, 10.0, ORDER | {"discount": 3.0}),
            ),
            is_={"anna": 0.3, "ben": 0, "cara": 3, "never bought": 0},
        )
        for days in (84, 364)
    ),
    Case(
        claim="share_of_the_spend_of_84_days_that_fell_in_28",
        column="recent_spend_ratio",
        bought=(
            ("anna", 28, 10.0),
            ("anna", 84, 30.0),
            ("ben", 29, 10.0),
            ("cara", 85, 10.0),
            ("dora", 30, 10.0),
            ("dora", 2, -10.0),
        ),
        is_={"anna": 0.25, "ben": 0.0, "cara": None, "dora": None, "never bought": None},
    ),
    Case(
        claim="share_of_the_spend_of_364_days_that_fell_in_84",
        column="recent_quarter_spend_ratio",
        bought=(("anna", 84, 10.0), ("anna", 364, 30.0), ("ben", 365, 10.0), ("cara", 99, 30.0), ("cara", 9, -10.0)),
        is_={"anna": 0.25, "ben": None, "cara": -0.5, "never bought": None},
    ),
)

GAPS = (
    ("anna", 30, 1.0),
    ("anna", 20, 1.0),
    ("anna", 16, 1.0),
    ("anna", 15, -5.0),
    ("anna", 12, 1.0),
    ("once", 12, 1.0),
    ("same day", 9, 1.0, {"order_id": "o1"}),
    ("same day", 9, 1.0, {"order_id": "o2"}),
    ("twice a day", 30, 1.0, {"order_id": "o1"}),
    ("twice a day", 30, 1.0, {"order_id": "o2"}),
    ("twice a day", 20, 1.0),
    ("steady", 28, 1.0),
    ("steady", 21, 1.0),
    ("steady", 14, 1.0),
)
"""Gaps in days. anna: 10, 4, 4; twice a day: 0, 10; same day: 0; steady: 7, 7; the others have none."""

NO_GAP = {"once": None, "never bought": None}

RHYTHM = (
    Case(
        claim="average_days_between_purchases",
        column="mean_gap_days",
        bought=GAPS,
        is_={"anna": 6, "same day": 0, "twice a day": 5, "steady": 7} | NO_GAP,
    ),
    Case(
        claim="median_of_the_days_between_purchases",
        column="median_gap_days",
        bought=GAPS,
        is_={"anna": 4, "same day": 0, "twice a day": 5, "steady": 7} | NO_GAP,
    ),
    Case(
        claim="longest_days_between_purchases",
        column="longest_gap_days",
        bought=GAPS,
        is_={"anna": 10, "same day": 0, "twice a day": 10, "steady": 7} | NO_GAP,
    ),
    Case(
        claim="variance_of_the_days_between_purchases",
        column="gap_variance",
        bought=GAPS,
        is_={"anna": 8, "same day": 0, "twice a day": 25, "steady": 0} | NO_GAP,
    ),
    Case(
        claim="spread_of_the_gaps_over_their_mean",
        column="gap_spread_share",
        bought=GAPS,
        is_={"anna": 8**0.5 / 6, "same day": None, "twice a day": 1, "steady": 0} | NO_GAP,
    ),
    Case(
        claim="days_since_the_last_purchase_over_the_usual_gap",
        column="overdue_ratio",
        bought=GAPS,
        is_={"anna": 2, "same day": None, "twice a day": 4, "steady": 2} | NO_GAP,
    ),
    Case(
        claim="days_since_the_last_purchase_over_the_longest_gap",
        column="longest_pause_ratio",
        bought=GAPS,
        is_={"anna": 1.2, "same day": None, "twice a day": 2, "steady": 2} | NO_GAP,
    ),
)

RETURNS = (
    *(
        Case(
            claim=f"every_returned_line_counts_and_a_free_one_is_no_return_{days}",
            column=f"return_count_{days}d",
            bought=(
                ("anna", days, -1.0, ORDER),
                ("anna", days, -1.0, ORDER),
                ("anna", days + 1, -1.0),
                ("anna", 2, 0.0),
                ("anna", 2, 5.0),
            ),
            is_={"anna": 2, "never bought": 0},
        )
        for days in (84, 364)
    ),
    Case(
        claim="days_since_the_latest_return",
        column="days_since_last_return",
        bought=(("anna", 9, -1.0), ("anna", 400, -1.0), ("anna", 2, 5.0), ("ben", 2, 5.0)),
        is_={"anna": 9, "ben": None, "never bought": None},
    ),
    Case(
        claim="a_customer_with_nothing_but_returns_paid_nothing",
        column="return_value_share",
        bought=(("anna", 9, 0.1), ("anna", 9, 0.2), ("anna", 2, -0.3), ("ben", 9, -1.0), ("cara", 9, 8.0)),
        is_={"anna": 1, "ben": None, "cara": 0, "never bought": None},
    ),
)

BREADTH = tuple(
    Case(
        claim=f"different_{column}_and_neither_unknown_nor_returned_nor_free_ones_{days}",
        column=f"{feature}_{days}d",
        bought=(
            ("anna", days, 1.0, {column: "toys"}),
            ("anna", 3, 1.0, {column: "toys"}),
            ("anna", 3, 1.0, {column: "books"}),
            ("anna", 3, 1.0),
            ("anna", 3, -1.0, {column: "music"}),
            ("anna", 3, 0.0, {column: "samples"}),
            ("anna", days + 1, 1.0, {column: "garden"}),
            ("ben", 3, 1.0),
        ),
        is_={"anna": 2, "ben": 0, "never bought": 0},
    )
    for feature, column, windows in (
        ("category_count", "category", (84, 364)),
        ("product_count", "product_id", (28, 84, 364)),
    )
    for days in windows
)

BOUGHT = (*RECENCY, *FREQUENCY, *MONETARY, *RHYTHM, *RETURNS, *BREADTH)
