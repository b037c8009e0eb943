"""What was returned, and how broadly was it bought? Claims about returns, products, categories and channels.

As-of date 10 March 2026 (a Tuesday) unless a claim says otherwise; 1 is yesterday.
"""

from __future__ import annotations

from tests.features.tables import Case

ORDER, OTHER = {"order_id": "o1"}, {"order_id": "o2"}
TOYS, BOOKS = {"category": "toys"}, {"category": "books"}

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

BOUGHT_WHAT = (*RETURNS, *BREADTH)
