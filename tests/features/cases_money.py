"""What was it worth? Claims about money, single purchases and returns.

As-of date 10 March 2026 (a Tuesday) unless a claim says otherwise; 1 is yesterday.
"""

from __future__ import annotations

from tests.features.tables import Case

ORDER, OTHER = {"order_id": "o1"}, {"order_id": "o2"}

HOURS = (
    ("anna", "2026-03-05 09:00", 10.0, ORDER | {"quantity": 1.0, "discount": 1.0}),
    ("anna", "2026-03-05 09:30", 20.0, ORDER | {"quantity": 2.0, "discount": 2.0}),
    ("anna", "2026-03-05 15:00", 40.0, ORDER | {"quantity": 4.0, "discount": 4.0}),
    ("anna", "2026-03-05 09:00", -7.0, OTHER),
    ("anna", "2026-03-05 09:30", -14.0, OTHER),
    ("anna", "2026-03-05 15:00", -14.0, OTHER),
)
"""Two lines of an order in one hour and a third one later that day; and so in another order, returned."""

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
        claim="discount_is_a_share_of_the_value_of_all_purchases_before_it",
        column="overall_discount_share",
        bought=(
            ("anna", 1000, 9.0, {"discount": 1.0}),
            ("anna", 3, 10.0),
            ("ben", 3, 9.0),
            ("dora", 700, 2.0, ORDER | {"discount": 1.0}),
            ("dora", 2, -1.0, ORDER),
            ("eva", 3, -1.0, {"discount": 1.0}),
        ),
        is_={"anna": 0.05, "ben": 0, "dora": 0.5, "eva": None, "never bought": None},
    ),
    Case(
        claim="a_discount_long_ago_counts_among_all_purchases",
        column="overall_discounted_purchase_share",
        bought=(
            ("anna", 1000, 9.0, {"discount": 0.01}),
            ("anna", 3, 9.0, {"discount": 0.0}),
            ("ben", 3, 9.0),
            ("cara", 365, 9.0, {"discount": 1.0}),
        ),
        is_={"anna": 0.5, "ben": 0, "cara": 1, "never bought": None},
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

BOUGHT_FOR = (*MONETARY, *VALUES, *OF_HOURS)
