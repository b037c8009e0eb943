"""In what rhythm? Claims about gaps, habits and seasons.

As-of date 10 March 2026 (a Tuesday) unless a claim says otherwise; 1 is yesterday.
"""

from __future__ import annotations

from datetime import date

from tests.features.tables import Case

ORDER, OTHER = {"order_id": "o1"}, {"order_id": "o2"}

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

BOUGHT_WHEN = (*RHYTHM, *HABIT, *SEASON)
