"""What counts on the as-of date? Claims about time and names with their tables and answers, written out by hand.

As-of date 10 March 2026 (a Tuesday) unless a claim says otherwise; 1 is yesterday.
"""

from __future__ import annotations

from datetime import date

from tests.features.tables import Case

ORDER = {"order_id": "o1"}

TIME = (
    Case(
        claim="an_event_at_the_very_midnight_of_the_as_of_date_does_not_count",
        column="purchase_count_7d",
        bought=(
            ("anna", "2026-03-10 00:00", 1.0),
            ("ben", "2026-03-09 23:59:59.999999", 1.0),
            ("cara", "2026-03-03 00:00", 1.0),
            ("dora", "2026-03-02 23:59:59.999999", 1.0),
        ),
        is_={"anna": 0, "ben": 1, "cara": 1, "dora": 0},
    ),
    Case(
        claim="an_event_recorded_before_it_happens_does_not_count_before_it_happens",
        column="purchase_count_7d",
        bought=(
            ("anna", "2026-03-10 00:00", 1.0, {"recorded_at": 2}),
            ("ben", "2026-03-12 09:00", 1.0, {"recorded_at": 2}),
            ("cara", "2026-03-10 00:00", 1.0, {"recorded_at": None}),
        ),
        is_={"anna": 0, "ben": 0, "cara": 0},
    ),
    Case(
        claim="days_begin_at_midnight_of_the_business_time_zone",
        column="days_since_last_purchase",
        time_zone="Asia/Shanghai",
        # 10 March begins in Shanghai at 16:00 UTC on 9 March.
        bought=(
            ("anna", "2026-03-09 16:00", 1.0),
            ("ben", "2026-03-09 15:59", 1.0),
            ("cara", "2026-03-08 16:00", 1.0),
            ("dora", "2026-03-08 15:59", 1.0),
        ),
        is_={"anna": None, "ben": 1, "cara": 1, "dora": 2},
    ),
    Case(
        claim="west_of_greenwich_the_day_begins_later_than_in_utc",
        column="days_since_last_purchase",
        time_zone="America/New_York",
        # 10 March begins in New York (summer time since 8 March) at 04:00 UTC.
        bought=(("anna", "2026-03-10 03:59", 1.0), ("ben", "2026-03-10 04:00", 1.0), ("cara", "2026-03-09 03:59", 1.0)),
        is_={"anna": 1, "ben": None, "cara": 2},
    ),
    Case(
        claim="the_day_of_23_hours_is_one_day_in_london",
        column="days_since_last_purchase",
        as_of=date(2026, 3, 30),
        time_zone="Europe/London",
        # 29 March lasts from 00:00 to 23:00 UTC.
        bought=(
            ("anna", "2026-03-29 23:00", 1.0),
            ("ben", "2026-03-29 22:59", 1.0),
            ("cara", "2026-03-29 00:00", 1.0),
            ("dora", "2026-03-28 23:59", 1.0),
        ),
        is_={"anna": None, "ben": 1, "cara": 1, "dora": 2},
    ),
    Case(
        claim="the_day_of_25_hours_is_one_day_in_new_york",
        column="days_since_last_purchase",
        as_of=date(2026, 11, 2),
        time_zone="America/New_York",
        # 1 November lasts from 04:00 to 05:00 UTC of the next day.
        bought=(
            ("anna", "2026-11-02 05:00", 1.0),
            ("ben", "2026-11-02 04:59", 1.0),
            ("cara", "2026-11-01 04:00", 1.0),
            ("dora", "2026-11-01 03:59", 1.0),
        ),
        is_={"anna": None, "ben": 1, "cara": 1, "dora": 2},
    ),
    Case(
        claim="a_window_over_a_clock_change_ends_at_the_same_midnight",
        column="purchase_count_7d",
        as_of=date(2026, 3, 30),
        time_zone="Europe/London",
        bought=(("anna", "2026-03-23 00:00", 1.0), ("ben", "2026-03-22 23:59", 1.0)),
        is_={"anna": 1, "ben": 0},
    ),
    Case(
        claim="the_day_of_25_hours_leaves_the_window_as_a_whole",
        column="purchase_count_7d",
        as_of=date(2026, 11, 8),
        time_zone="America/New_York",
        bought=(("anna", "2026-11-01 04:00", 1.0), ("ben", "2026-11-01 03:59", 1.0)),
        is_={"anna": 1, "ben": 0},
    ),
    Case(
        claim="a_day_that_begins_at_one_o_clock_begins_there",
        column="days_since_last_purchase",
        as_of=date(2026, 4, 24),
        time_zone="Africa/Cairo",
        # Cairo's clocks skip from 00:00 to 01:00 on 24 April 2026: 22:00 UTC on 23 April.
        bought=(("anna", "2026-04-23 22:00", 1.0), ("ben", "2026-04-23 21:59", 1.0)),
        is_={"anna": None, "ben": 1},
    ),
    Case(
        claim="hours_are_real_hours_across_a_clock_change",
        column="oldest_open_complaint_hours",
        as_of=date(2026, 3, 30),
        time_zone="Europe/London",
        said=(("anna", "2026-03-29 00:00", "complaint"),),
        is_={"anna": 23},
    ),
    Case(
        claim="a_purchase_recorded_on_the_as_of_date_does_not_count",
        column="purchase_count_28d",
        bought=(
            ("anna", 9, 1.0, {"recorded_at": "2026-03-10 00:00"}),
            ("ben", 9, 1.0, {"recorded_at": "2026-03-09 23:59:59.999999"}),
            ("cara", 9, 1.0, {"recorded_at": None}),
        ),
        is_={"anna": 0, "ben": 1, "cara": 1},
    ),
    Case(
        claim="recording_time_does_not_date_an_event",
        column="days_since_last_purchase",
        bought=(("anna", 9, 1.0, {"recorded_at": 1}),),
        is_={"anna": 9},
    ),
    Case(
        claim="a_line_recorded_after_a_clock_change_is_known_from_the_midnight_of_the_new_clocks_on",
        column="purchase_count_28d",
        as_of=date(2026, 3, 30),
        time_zone="Europe/London",
        # London is an hour ahead of UTC since 29 March: 30 March begins at 23:00 UTC.
        bought=(
            ("anna", "2026-03-20 12:00", 1.0, {"recorded_at": "2026-03-29 23:00"}),
            ("ben", "2026-03-20 12:00", 1.0, {"recorded_at": "2026-03-29 22:59:59.999999"}),
        ),
        is_={"anna": 0, "ben": 1},
    ),
    Case(
        claim="of_a_day_that_began_before_the_clocks_went_back_over_midnight_nothing_is_known",
        column="purchase_count_ever",
        as_of=date(2009, 11, 1),
        time_zone="America/St_Johns",
        # 1 November begins at 02:30 UTC; a minute later the clocks of St John's went back to 31 October, 23:01.
        bought=(
            ("anna", "2009-11-01 03:00", 1.0),
            ("ben", "2009-11-01 02:29", 1.0),
        ),
        is_={"anna": 0, "ben": 1},
    ),
    Case(
        claim="each_line_of_an_order_is_known_when_it_was_recorded",
        column="spend_28d",
        bought=(
            ("anna", 3, 4.0, ORDER),
            ("anna", 3, 5.0, ORDER | {"recorded_at": "2026-03-10 00:00"}),
            ("ben", 3, 4.0, ORDER | {"recorded_at": "2026-03-10 00:00"}),
            ("ben", 3, 5.0, ORDER),
        ),
        is_={"anna": 4, "ben": 5},
    ),
    Case(
        claim="a_product_recorded_on_the_as_of_date_is_not_known",
        column="product_count_28d",
        bought=(
            ("anna", 3, 1.0, {"product_id": "p1"}),
            ("anna", 3, 1.0, {"product_id": "p2", "recorded_at": "2026-03-10 00:00"}),
            ("anna", 3, 1.0, {"product_id": "p3", "recorded_at": "2026-03-12 09:00"}),
        ),
        is_={"anna": 1},
    ),
    Case(
        claim="a_complaint_recorded_before_it_happens_does_not_count_before_it_happens",
        column="complaint_count_28d",
        said=(
            ("anna", "2026-03-10 00:00", "complaint", {"recorded_at": 2}),
            ("ben", "2026-03-12 09:00", "complaint", {"recorded_at": 2}),
            ("cara", "2026-03-10 00:00", "complaint", {"recorded_at": None}),
            ("dora", "2026-03-09 23:59:59.999999", "complaint"),
        ),
        is_={"anna": 0, "ben": 0, "cara": 0, "dora": 1},
    ),
    Case(
        claim="a_complaint_falls_on_a_day_of_the_business_that_of_25_hours_too",
        column="days_since_last_complaint",
        as_of=date(2026, 11, 2),
        time_zone="America/New_York",
        # 1 November lasts from 04:00 to 05:00 UTC of the next day.
        said=(
            ("anna", "2026-11-02 05:00", "complaint"),
            ("ben", "2026-11-02 04:59", "complaint"),
            ("cara", "2026-11-01 04:00", "complaint"),
            ("dora", "2026-11-01 03:59", "complaint"),
        ),
        is_={"anna": None, "ben": 1, "cara": 1, "dora": 2},
    ),
    Case(
        claim="whoever_only_returned_something_complained_zero_times",
        column="complaint_count_28d",
        bought=(("anna", 5, -1.0), ("ben", 5, 1.0, {"recorded_at": "2026-03-10 00:00"})),
        said=(("cara", 3, "complaint"),),
        is_={"anna": 0},
    ),
    Case(
        claim="strange_names_are_names",
        column="purchase_count_28d",
        bought=tuple(
            (name, 3, 1.0, {"order_id": order}) for name, order in (("O'Neil; --", "%"), ("客户 一", "\n"), ("", ""))
        ),
        is_={"O'Neil; --": 1, "客户 一": 1, "": 1, " ": 0},
    ),
)
