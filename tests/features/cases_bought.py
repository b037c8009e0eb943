"""What is each feature of purchases for a tiny table? Claims with their tables and answers, written out by hand.

As-of date 10 March 2026 (a Tuesday) unless a claim says otherwise; 1 is yesterday.
"""

from __future__ import annotations

from datetime import date

from tests.features.tables import Case

ORDER, OTHER = {"order_id": "o1"}, {"order_id": "o2"}
TOYS, BOOKS = {"category": "toys"}, {"category": "books"}

HOURS = (
    ("anna", "2026-03-05 09:00", 10.0, ORDER | {"quantity": 1.0, "discount": 1.0}),
    ("anna", "2026-03-05 09:30", 20.0, ORDER | {"quantity": 2.0, "discount": 2.0}),
    ("anna", "2026-03-05 15:00", 40.0, ORDER | {"quantity": 4.0, "discount": 4.0}),
    ("anna", "2026-03-05 09:00", -7.0, OTHER),
    ("anna", "2026-03-05 09:30", -14.0, OTHER),
    ("anna", "2026-03-05 15:00", -14.0, OTHER),
)
"""Two lines of an order in one hour and a third one later that day; and so in another order, returned."""

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
        claim="money_is_rounded_to_ten_thousandths_half_up",
        column="spend_28d",
        bought=(("anna", 3, 0.00005), ("ben", 3, 0.000049), ("cara", 3, -0.00005), ("dora", 3, -0.000051)),
        is_={"anna": 0.0001, "ben": 0, "cara": 0, "dora": -0.0001},
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
    Case(
        claim="share_of_the_spend_of_364_days_that_fell_in_182",
        column="recent_half_year_spend_ratio",
        bought=(
            ("anna", 182, 10.0),
            ("anna", 183, 10.0),
            ("anna", 364, 20.0),
            ("anna", 365, 99.0),
            ("ben", 365, 10.0),
            ("cara", 183, 30.0),
            ("cara", 9, -10.0),
        ),
        is_={"anna": 0.25, "ben": None, "cara": -0.5, "never bought": None},
    ),
    Case(
        claim="spend_in_all_is_net_of_returns_over_the_whole_history",
        column="spend_ever",
        bought=(("anna", 1, 10.0), ("anna", 900, -2.5), ("anna", 3000, 1.0), ("ben", 5, -1.0)),
        is_={"anna": 8.5, "ben": -1, "never bought": 0},
    ),
    Case(
        claim="spend_per_28_days_since_the_first_purchase",
        column="spend_rate",
        bought=(("anna", 56, 10.0), ("anna", 3, 5.0), ("anna", 2, -1.0), ("ben", 56, -1.0)),
        is_={"anna": 7, "ben": None, "never bought": None},
    ),
)

VALUES = (
    Case(
        claim="typical_purchase_is_the_middle_one_net_of_its_returns",
        column="median_purchase_value",
        bought=(
            ("anna", 9, 12.0, ORDER),
            ("anna", 8, -2.0, ORDER),
            ("anna", 7, 90.0),
            ("anna", 400, 20.0),
            ("ben", 9, 1.0),
            ("ben", 8, 4.0),
            ("cara", 8, -4.0),
        ),
        is_={"anna": 20, "ben": 2.5, "cara": None, "never bought": None},
    ),
    Case(
        claim="several_first_purchases_are_averaged_and_what_nets_to_nothing_is_no_first_purchase",
        column="first_purchase_value",
        bought=(
            ("anna", 400, 10.0, ORDER),
            ("anna", 400, 20.0, OTHER),
            ("anna", 3, 99.0),
            ("ben", 500, 10.0, ORDER),
            ("ben", 499, -10.0, ORDER),
            ("ben", 3, 7.0),
            ("cara", 3, -7.0),
        ),
        is_={"anna": 15, "ben": 7, "cara": None, "never bought": None},
    ),
    Case(
        claim="the_first_purchase_of_a_one_time_buyer_is_the_average_one",
        column="first_purchase_ratio",
        bought=(("anna", 400, 10.0), ("anna", 3, 30.0), ("ben", 9, 10.0)),
        is_={"anna": 0.5, "ben": 1, "never bought": None},
    ),
    Case(
        claim="several_last_purchases_are_averaged_and_a_later_return_is_no_purchase",
        column="last_purchase_value",
        bought=(
            ("anna", 400, 99.0),
            ("anna", 3, 10.0, ORDER),
            ("anna", 3, 20.0, OTHER),
            ("anna", 2, -5.0),
            ("ben", 3, -7.0),
        ),
        is_={"anna": 15, "ben": None, "never bought": None},
    ),
    Case(
        claim="the_last_purchase_is_compared_with_the_typical_one",
        column="last_purchase_ratio",
        bought=(("anna", 400, 10.0), ("anna", 300, 20.0), ("anna", 3, 40.0), ("ben", 3, 7.0)),
        is_={"anna": 2, "ben": 1, "never bought": None},
    ),
    Case(
        claim="share_of_all_purchase_money_in_the_largest_purchase",
        column="largest_purchase_share",
        bought=(("anna", 400, 10.0), ("anna", 3, 30.0), ("anna", 2, -9.0), ("ben", 3, 7.0)),
        is_={"anna": 0.75, "ben": 1, "never bought": None},
    ),
    Case(
        claim="the_average_purchase_of_84_days_against_the_average_of_all",
        column="purchase_value_ratio_84d",
        bought=(("anna", 84, 30.0), ("anna", 85, 10.0), ("ben", 85, 10.0), ("cara", 84, 5.0)),
        is_={"anna": 1.5, "ben": None, "cara": 1, "never bought": None},
    ),
    Case(
        claim="returned_pieces_are_taken_off_and_unknown_ones_add_nothing",
        column="mean_purchase_quantity",
        bought=(
            ("anna", 9, 9.0, ORDER | {"quantity": 3.0}),
            ("anna", 8, -3.0, ORDER | {"quantity": -1.0}),
            ("anna", 3, 1.0),
            ("ben", 3, 1.0),
            ("cara", 3, -1.0, {"quantity": -1.0}),
        ),
        is_={"anna": 1, "ben": 0, "cara": None, "never bought": None},
    ),
    Case(
        claim="every_line_of_a_purchase_counts_the_free_and_the_returned_one_too",
        column="mean_purchase_line_count",
        bought=(
            ("anna", 9, 9.0, ORDER),
            ("anna", 9, 0.0, ORDER),
            ("anna", 8, -3.0, ORDER),
            ("anna", 3, 1.0),
            ("ben", 3, -1.0),
        ),
        is_={"anna": 2, "ben": None, "never bought": None},
    ),
    *(
        Case(
            claim=f"discount_is_a_share_of_the_value_before_it_{days}",
            column=f"discount_share_{days}d",
            bought=(
                ("anna", days, 9.0, {"discount": 1.0}),
                ("anna", days + 1, 9.0, {"discount": 99.0}),
                ("ben", 3, 9.0),
                ("cara", days + 1, 9.0, ORDER | {"discount": 1.0}),
                ("cara", days, 9.0, ORDER | {"discount": 1.0}),
                ("dora", 3, 2.0, ORDER | {"discount": 1.0}),
                ("dora", 2, -1.0, ORDER),
                ("eva", 3, -1.0, {"discount": 1.0}),
            ),
            is_={"anna": 0.1, "ben": 0, "cara": None, "dora": 0.5, "eva": None, "never bought": None},
        )
        for days in (84, 364)
    ),
    Case(
        claim="an_unknown_discount_and_one_of_nothing_are_no_discount",
        column="discounted_purchase_share_364d",
        bought=(
            ("anna", 364, 9.0, {"discount": 0.01}),
            ("anna", 3, 9.0, {"discount": 0.0}),
            ("anna", 365, 9.0, {"discount": 1.0}),
            ("ben", 3, 9.0),
            ("cara", 365, 9.0, {"discount": 1.0}),
        ),
        is_={"anna": 0.5, "ben": 0, "cara": None, "never bought": None},
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

OF_HOURS = tuple(
    Case(claim=f"lines_of_some_hours_add_up_to_their_{column}", column=column, bought=HOURS, is_={"anna": value})
    for column, value in (
        ("purchase_count_28d", 1),
        ("spend_28d", 35),
        ("largest_purchase", 70),
        ("discount_total_84d", 7),
        ("return_count_28d", 3),
        ("return_value_ratio_364d", 0.5),
        ("mean_purchase_quantity", 7),
        ("mean_purchase_line_count", 3),
    )
)

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
    Case(
        claim="days_between_the_last_two_days_with_a_purchase",
        column="last_gap_days",
        bought=(*GAPS, ("twice at last", 20, 1.0), ("twice at last", 9, 1.0, ORDER), ("twice at last", 9, 1.0, OTHER)),
        is_={"anna": 4, "same day": None, "twice a day": 10, "twice at last": 11, "steady": 7} | NO_GAP,
    ),
    Case(
        claim="a_gap_is_of_the_half_year_in_which_it_ended",
        column="recent_gap_days",
        bought=(
            ("anna", 300, 1.0),
            ("anna", 183, 1.0),
            ("anna", 182, 1.0),
            ("anna", 177, 1.0),
            ("ben", 200, 1.0),
            ("ben", 183, 1.0),
            ("cara", 182, 1.0),
            ("dora", 9, 1.0, ORDER),
            ("dora", 9, 1.0, OTHER),
        ),
        is_={"anna": 3, "ben": None, "cara": None, "dora": 0, "never bought": None},
    ),
    Case(
        claim="standard_deviation_of_the_days_between_purchases",
        column="gap_spread_days",
        bought=GAPS,
        is_={"anna": 8**0.5, "same day": 0, "twice a day": 5, "steady": 0} | NO_GAP,
    ),
    Case(
        claim="days_since_the_last_purchase_over_the_typical_gap",
        column="overdue_median_ratio",
        bought=GAPS,
        is_={"anna": 3, "same day": None, "twice a day": 4, "steady": 2} | NO_GAP,
    ),
    Case(
        claim="the_wait_beyond_the_usual_gap_in_deviations_of_it",
        column="overdue_deviation",
        bought=(*GAPS, ("early", 13, 1.0), ("early", 3, 1.0), ("early", 3, 1.0, ORDER)),
        is_={"anna": 6 / 8**0.5, "early": -0.4, "same day": None, "twice a day": 3, "steady": None} | NO_GAP,
    ),
    Case(
        claim="the_last_gap_over_the_usual_one",
        column="last_gap_ratio",
        bought=GAPS,
        is_={"anna": 4 / 6, "same day": None, "twice a day": 2, "steady": 1} | NO_GAP,
    ),
    Case(
        claim="the_gaps_of_the_half_year_over_the_usual_one",
        column="recent_gap_ratio",
        bought=(
            ("anna", 303, 1.0),
            ("anna", 183, 1.0),
            ("anna", 182, 1.0),
            ("anna", 177, 1.0),
            ("ben", 200, 1.0),
            ("ben", 183, 1.0),
            ("cara", 9, 1.0, ORDER),
            ("cara", 9, 1.0, OTHER),
        ),
        is_={"anna": 3 / 42, "ben": None, "cara": None, "never bought": None},
    ),
)

HABIT = (
    Case(
        claim="the_weekend_is_saturday_and_sunday",
        column="weekend_purchase_share_364d",
        # Friday, Saturday, Sunday, Monday; a Tuesday 364 days ago; a Saturday 367 days ago.
        bought=(*(("anna", when, 1.0) for when in (4, 3, 2, 1)), ("ben", 364, 1.0), ("cara", 367, 1.0)),
        is_={"anna": 0.5, "ben": 0, "cara": None, "never bought": None},
    ),
    Case(
        claim="the_weekend_begins_at_midnight_of_the_business_time_zone",
        column="weekend_purchase_share_364d",
        time_zone="Asia/Shanghai",
        # 7 March is a Saturday; it begins in Shanghai at 16:00 UTC on 6 March.
        bought=(
            ("anna", "2026-03-06 15:59", 1.0),
            ("ben", "2026-03-06 16:00", 1.0),
            ("cara", "2026-03-08 15:59", 1.0),
            ("dora", "2026-03-08 16:00", 1.0),
        ),
        is_={"anna": 0, "ben": 1, "cara": 1, "dora": 0},
    ),
    Case(
        claim="the_morning_ends_at_noon",
        column="morning_purchase_share_364d",
        bought=(
            ("anna", "2026-03-05 00:00", 1.0, ORDER),
            ("anna", "2026-03-05 11:59", 1.0, OTHER),
            ("anna", "2026-03-05 12:00", 1.0, {"order_id": "o3"}),
            ("ben", 364, 1.0),
            ("cara", 365, 1.0),
        ),
        is_={"anna": 2 / 3, "ben": 0, "cara": None, "never bought": None},
    ),
    Case(
        claim="the_evening_begins_at_18_on_the_clocks_of_the_business_in_summer_too",
        column="evening_purchase_share_364d",
        time_zone="Europe/London",
        as_of=date(2026, 4, 2),
        # London is an hour ahead of UTC since 29 March.
        bought=(
            ("anna", "2026-03-28 17:59", 1.0),
            ("ben", "2026-03-28 18:00", 1.0),
            ("cara", "2026-03-29 16:59", 1.0),
            ("dora", "2026-03-29 17:00", 1.0),
            ("eva", "2026-03-29 22:59", 1.0),
            ("fay", "2026-03-29 23:00", 1.0),
        ),
        is_={"anna": 0, "ben": 1, "cara": 0, "dora": 1, "eva": 1, "fay": 0, "never bought": None},
    ),
    Case(
        claim="a_purchase_is_made_at_the_hour_of_its_first_line",
        column="evening_purchase_share_364d",
        bought=(
            ("anna", "2026-03-05 19:00", 1.0, ORDER),
            ("anna", "2026-03-05 17:00", 1.0, ORDER),
            ("ben", "2026-03-05 19:00", 1.0, ORDER),
            ("ben", "2026-03-06 09:00", 1.0, ORDER),
        ),
        is_={"anna": 0, "ben": 1},
    ),
    Case(
        claim="the_end_of_february_is_its_last_seven_days",
        column="month_end_purchase_share_364d",
        # 21, 22 and 28 February, 1 March.
        bought=(*(("anna", when, 1.0) for when in (17, 16, 10, 9)), ("ben", 364, 1.0), ("cara", 375, 1.0)),
        is_={"anna": 0.5, "ben": 0, "cara": None, "never bought": None},
    ),
    Case(
        claim="the_end_of_february_is_a_day_later_in_a_leap_year",
        column="month_end_purchase_share_364d",
        as_of=date(2024, 3, 10),
        # 22, 23 and 29 February, 1 March; 24 and 25 December.
        bought=(
            *(("anna", when, 1.0) for when in (17, 16, 10, 9)),
            ("ben", 77, 1.0),
            ("cara", 76, 1.0),
        ),
        is_={"anna": 0.5, "ben": 0, "cara": 1},
    ),
    Case(
        claim="pairs_of_purchase_days_on_one_weekday_and_two_purchases_of_one_day_are_no_pair",
        column="same_weekday_share",
        bought=(*GAPS, ("mostly tuesdays", 21, 1.0), ("mostly tuesdays", 20, 1.0), ("mostly tuesdays", 14, 1.0)),
        is_={"mostly tuesdays": 1 / 3, "steady": 1, "same day": None, "twice a day": 0} | NO_GAP,
    ),
)

SEASON = (
    Case(
        claim="the_same_weeks_last_year_are_337_to_364_days_ago",
        column="same_weeks_purchase_count",
        bought=(
            *(("anna", when, 1.0) for when in (365, 364, 337, 336)),
            ("ben", 336, 1.0),
            ("cara", 337, 1.0),
            ("dora", 365, 1.0),
            ("eva", 400, -1.0),
            ("eva", 9, 1.0),
        ),
        is_={"anna": 2, "ben": None, "cara": 1, "dora": 0, "eva": None, "never bought": None},
    ),
    Case(
        claim="spend_in_the_same_weeks_last_year_is_net_of_returns",
        column="same_weeks_spend",
        bought=(
            ("anna", 365, 99.0),
            ("anna", 364, 10.0),
            ("anna", 337, -2.5),
            ("anna", 336, 99.0),
            ("ben", 336, 99.0),
            ("cara", 365, 99.0),
        ),
        is_={"anna": 7.5, "ben": None, "cara": 0, "never bought": None},
    ),
    Case(
        claim="share_of_the_year_in_the_same_weeks_last_year",
        column="same_weeks_purchase_share",
        bought=(
            *(("anna", when, 1.0) for when in (365, 364, 336, 9, 1)),
            ("ben", 336, 1.0),
            ("cara", 365, 1.0),
            ("dora", 400, 1.0),
            ("dora", 337, 1.0),
            ("eva", 400, 1.0),
            ("eva", 9, 1.0),
        ),
        is_={"anna": 0.25, "ben": None, "cara": None, "dora": 1, "eva": 0, "never bought": None},
    ),
    Case(
        claim="purchases_of_84_days_less_those_of_the_84_days_a_year_before",
        column="yearly_purchase_change",
        bought=(
            *(("anna", when, 1.0) for when in (449, 448, 365, 364, 85, 84)),
            ("ben", 364, 1.0),
            ("ben", 3, 1.0),
            ("cara", 449, 1.0),
            ("dora", 449, 1.0),
            ("dora", 3, 1.0),
        ),
        is_={"anna": -1, "ben": None, "cara": 0, "dora": 1, "never bought": None},
    ),
    Case(
        claim="spend_of_84_days_less_that_of_the_84_days_a_year_before",
        column="yearly_spend_change",
        bought=(
            ("anna", 449, 99.0),
            ("anna", 448, 10.0),
            ("anna", 365, -2.5),
            ("anna", 364, 99.0),
            ("anna", 85, 99.0),
            ("anna", 84, 1.0),
            ("ben", 364, 9.0),
            ("ben", 3, 9.0),
            ("cara", 449, 9.0),
            ("cara", 3, 7.0),
        ),
        is_={"anna": -6.5, "ben": None, "cara": 7, "never bought": None},
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
        for days in (28, 84, 364)
    ),
    Case(
        claim="a_crumb_of_rounding_is_no_return",
        column="return_count_28d",
        bought=(("anna", 3, -0.00001), ("anna", 3, 0.1 + 0.2 - 0.3), ("ben", 3, -0.0001)),
        is_={"anna": 0, "ben": 1},
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
    Case(
        claim="returns_of_earlier_purchases_can_outweigh_what_was_paid",
        column="return_value_ratio_364d",
        bought=(
            ("anna", 364, 10.0),
            ("anna", 2, -2.5),
            ("anna", 365, -99.0),
            ("ben", 365, 10.0, ORDER),
            ("ben", 364, -10.0, ORDER),
            ("cara", 3, 1.0),
            ("cara", 2, -2.0),
            ("dora", 3, 1.0),
        ),
        is_={"anna": 0.25, "ben": None, "cara": 2, "dora": 0, "never bought": None},
    ),
    Case(
        claim="returned_lines_per_purchase_of_a_year",
        column="return_rate",
        bought=(
            ("anna", 364, 9.0),
            ("anna", 9, 9.0),
            ("anna", 365, 9.0),
            ("anna", 365, -1.0, OTHER),
            ("anna", 364, -1.0, OTHER),
            ("anna", 3, -1.0),
            ("anna", 3, -1.0),
            ("ben", 3, -1.0),
            ("cara", 3, 1.0),
        ),
        is_={"anna": 1.5, "ben": None, "cara": 0, "never bought": None},
    ),
    Case(
        claim="a_return_on_the_day_of_the_last_purchase_is_not_after_it",
        column="has_returned_since_purchase",
        bought=(
            ("anna", 9, 9.0),
            ("anna", 8, -1.0),
            ("ben", 9, 9.0, ORDER),
            ("ben", 9, -1.0, OTHER),
            ("cara", 9, -1.0),
            ("cara", 8, 9.0),
            ("dora", 8, 9.0),
            ("eva", 8, -9.0),
        ),
        is_={"anna": 1, "ben": 0, "cara": 0, "dora": 0, "eva": None, "never bought": None},
    ),
)

WINDOWED_BREADTH = tuple(
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

KINDS = (("category", "category"), ("product", "product_id"), ("channel", "channel"))

BREADTH = (
    *WINDOWED_BREADTH,
    *(
        Case(
            claim=f"different_{column}_ever_and_neither_unknown_nor_returned_nor_free_ones",
            column=f"{kind}_count_ever",
            bought=(
                ("anna", 900, 1.0, {column: "toys"}),
                ("anna", 3, 1.0, {column: "toys"}),
                ("anna", 3, 1.0, {column: "books"}),
                ("anna", 3, 1.0),
                ("anna", 3, -1.0, {column: "music"}),
                ("anna", 3, 0.0, {column: "samples"}),
                ("ben", 3, 1.0),
            ),
            is_={"anna": 2, "ben": 0, "never bought": 0},
        )
        for kind, column in KINDS
    ),
    *(
        Case(
            claim=f"share_of_the_lines_of_the_favourite_{column}_in_those_where_it_is_known",
            column=f"favourite_{kind}_share",
            bought=(
                ("anna", 900, 1.0, {column: "toys"}),
                ("anna", 3, 1.0, {column: "toys"}),
                ("anna", 3, 9.0, {column: "toys"}),
                ("anna", 3, 1.0, {column: "books"}),
                ("anna", 3, 1.0),
                ("anna", 3, -1.0, {column: "books"}),
                ("ben", 3, 1.0),
                ("cara", 3, 1.0, {column: "toys"}),
            ),
            is_={"anna": 0.75, "ben": None, "cara": 1, "never bought": None},
        )
        for kind, column in KINDS
    ),
    Case(
        claim="a_product_bought_twice_on_one_day_was_not_bought_again",
        column="rebought_product_share",
        bought=(
            ("anna", 9, 1.0, {"product_id": "p1"}),
            ("anna", 3, 1.0, {"product_id": "p1"}),
            ("anna", 3, 1.0, {"product_id": "p2"}),
            ("anna", 3, 1.0, {"product_id": "p2"}),
            ("anna", 2, -1.0, {"product_id": "p2"}),
            ("ben", 3, 1.0),
        ),
        is_={"anna": 0.5, "ben": None, "never bought": None},
    ),
    *(
        Case(
            claim=f"a_{column}_bought_before_the_window_is_not_new_in_it_{days}",
            column=f"new_{kind}_count_{days}d",
            bought=(
                ("anna", days + 1, 1.0, {column: "old"}),
                ("anna", 3, 1.0, {column: "old"}),
                ("anna", days, 1.0, {column: "new"}),
                ("anna", 3, 1.0, {column: "new"}),
                ("anna", 1, 1.0, {column: "newest"}),
                ("anna", 1, 1.0),
                ("anna", days + 1, -1.0, {column: "newest"}),
            ),
            is_={"anna": 2, "never bought": 0},
        )
        for kind, column, days in (
            ("product", "product_id", 28),
            ("product", "product_id", 84),
            ("category", "category", 84),
        )
    ),
    Case(
        claim="days_since_the_latest_first_time",
        column="days_since_new_product",
        bought=(
            ("anna", 40, 1.0, {"product_id": "p1"}),
            ("anna", 3, 1.0, {"product_id": "p1"}),
            ("anna", 9, 1.0, {"product_id": "p2"}),
            ("ben", 3, 1.0),
        ),
        is_={"anna": 9, "ben": None, "never bought": None},
    ),
    Case(
        claim="share_of_the_products_of_84_days_that_were_new",
        column="new_product_share",
        bought=(
            ("anna", 85, 1.0, {"product_id": "p1"}),
            ("anna", 84, 1.0, {"product_id": "p1"}),
            ("anna", 84, 1.0, {"product_id": "p2"}),
            ("ben", 85, 1.0, {"product_id": "p1"}),
        ),
        is_={"anna": 0.5, "ben": None, "never bought": None},
    ),
    Case(
        claim="share_of_the_categories_ever_bought_that_were_bought_in_84_days",
        column="recent_category_share",
        bought=(("anna", 84, 1.0, TOYS), ("anna", 85, 1.0, BOOKS), ("ben", 85, 1.0, TOYS), ("cara", 3, 1.0)),
        is_={"anna": 0.5, "ben": 0, "cara": None, "never bought": None},
    ),
)

BOUGHT = (*RECENCY, *FREQUENCY, *MONETARY, *VALUES, *OF_HOURS, *RHYTHM, *HABIT, *SEASON, *RETURNS, *BREADTH)
