"""What went wrong, and was it put right? Claims about complaints.

As-of date 10 March 2026 (a Tuesday) unless a claim says otherwise; 1 is yesterday.
"""

from __future__ import annotations

from tests.features.tables import Case

COMPLAINTS = (
    *(
        Case(
            claim=f"complaints_of_{days}_days_and_nothing_else",
            column=f"complaint_count_{days}d",
            said=(
                ("anna", days, "complaint"),
                ("anna", 1, "complaint"),
                ("anna", 1, "enquiry"),
                ("anna", days + 1, "complaint"),
                ("ben", 1, "visit"),
            ),
            is_={"anna": 2, "ben": 0, "silent": 0},
        )
        for days in (28, 84, 364)
    ),
    Case(
        claim="a_complaint_recorded_after_the_as_of_date_does_not_count",
        column="complaint_count_28d",
        said=(
            ("anna", 2, "complaint", {"recorded_at": "2026-03-12 08:00"}),
            ("ben", 2, "complaint", {"recorded_at": "2026-03-10 00:00"}),
            ("cara", 2, "complaint", {"recorded_at": "2026-03-09 23:59:59.999999"}),
            ("dora", 2, "complaint", {"recorded_at": None}),
        ),
        is_={"anna": 0, "ben": 0, "cara": 1, "dora": 1},
    ),
    Case(
        claim="days_since_the_latest_complaint",
        column="days_since_last_complaint",
        said=(("anna", 500, "complaint"), ("anna", 40, "complaint"), ("anna", 1, "visit"), ("ben", 1, "visit")),
        is_={"anna": 40, "ben": None, "silent": None},
    ),
    Case(
        claim="a_complaint_is_open_until_it_is_known_to_be_resolved",
        column="open_complaint_count",
        said=(
            ("anna", 500, "complaint"),
            ("anna", 2, "complaint", {"resolved_at": 1}),
            ("anna", 2, "complaint", {"resolved_at": "2026-03-10 00:00"}),
            ("anna", 2, "enquiry"),
            ("ben", 2, "complaint", {"resolved_at": "2026-03-09 23:59:59"}),
        ),
        is_={"anna": 2, "ben": 0, "silent": 0},
    ),
    Case(
        claim="age_of_the_oldest_open_complaint_when_the_as_of_date_begins",
        column="oldest_open_complaint_hours",
        said=(
            ("anna", 3, "complaint"),
            ("anna", 2, "complaint"),
            ("anna", 9, "complaint", {"resolved_at": 8}),
            ("ben", 9, "complaint", {"resolved_at": 8}),
        ),
        is_={"anna": 60, "ben": None, "silent": None},
    ),
    Case(
        claim="average_hours_to_resolution_of_what_was_resolved",
        column="mean_resolution_hours",
        said=(
            ("anna", 9, "complaint", {"resolved_at": 8}),
            ("anna", 9, "complaint", {"resolved_at": 7}),
            ("anna", 9, "complaint", {"resolved_at": -2}),
            ("ben", 9, "complaint"),
        ),
        is_={"anna": 36, "ben": None, "silent": None},
    ),
    Case(
        claim="a_complaint_that_is_said_to_be_resolved_before_it_came_took_no_time",
        column="mean_resolution_hours",
        said=(("anna", 9, "complaint", {"resolved_at": 10}), ("ben", 9, "complaint", {"resolved_at": 8})),
        is_={"anna": 0, "ben": 24},
    ),
    Case(
        claim="the_longest_of_all_resolutions",
        column="worst_resolution_hours",
        said=(
            ("anna", 900, "complaint", {"resolved_at": 897}),
            ("anna", 9, "complaint", {"resolved_at": 8}),
            ("anna", 20, "complaint"),
            ("anna", 9, "enquiry", {"resolved_at": 1}),
            ("ben", 9, "complaint", {"resolved_at": "2026-03-10 00:00"}),
        ),
        is_={"anna": 72, "ben": None, "silent": None},
    ),
    Case(
        claim="hours_of_the_latest_complaint_and_nothing_while_it_is_open",
        column="last_resolution_hours",
        said=(
            ("anna", 9, "complaint", {"resolved_at": 6}),
            ("anna", 5, "complaint", {"resolved_at": 4}),
            ("anna", 2, "enquiry", {"resolved_at": 1}),
            ("ben", 9, "complaint", {"resolved_at": 8}),
            ("ben", 5, "complaint"),
            ("cara", 9, "complaint", {"resolved_at": 8}),
            ("cara", 9, "complaint", {"resolved_at": 7}),
            ("cara", 9, "complaint"),
            ("dora", 9, "complaint", {"resolved_at": 8}),
            ("dora", 2, "complaint", {"recorded_at": "2026-03-10 00:00"}),
        ),
        is_={"anna": 24, "ben": None, "cara": 48, "dora": 24, "silent": None},
    ),
    Case(
        claim="the_latest_complaint_of_an_hour_is_so_by_the_minute",
        column="last_resolution_hours",
        said=(
            ("anna", "2026-03-05 12:30", "complaint", {"resolved_at": "2026-03-05 13:30"}),
            ("anna", "2026-03-05 12:00", "complaint", {"resolved_at": "2026-03-05 14:00"}),
        ),
        is_={"anna": 1},
    ),
    Case(
        claim="slow_is_longer_than_24_hours_to_the_second_resolved_or_open",
        column="slow_complaint_count_364d",
        said=(
            ("anna", "2026-03-01 00:00:00", "complaint", {"resolved_at": "2026-03-02 00:00:00"}),
            ("ben", "2026-03-01 00:00:00", "complaint", {"resolved_at": "2026-03-02 00:00:30"}),
            ("cara", "2026-03-08 23:59:30", "complaint"),
            ("dora", "2026-03-09 00:00:00", "complaint"),
            ("emil", 365, "complaint"),
            ("emil", 364, "complaint"),
        ),
        is_={"anna": 0, "ben": 1, "cara": 1, "dora": 0, "emil": 1, "silent": 0},
    ),
    Case(
        claim="resolved_within_24_hours_to_the_second_of_those_that_had_the_time",
        column="resolved_within_24h_share_364d",
        said=(
            ("anna", "2026-03-01 00:00:00", "complaint", {"resolved_at": "2026-03-02 00:00:00"}),
            ("anna", "2026-03-01 00:00:00", "complaint", {"resolved_at": "2026-03-02 00:00:01"}),
            ("anna", 9, "complaint"),
            ("anna", 9, "complaint", {"resolved_at": 3}),
            ("ben", "2026-03-09 00:00:00", "complaint"),
            ("cara", "2026-03-09 00:00:00", "complaint"),
            ("cara", "2026-03-09 22:00:00", "complaint", {"resolved_at": "2026-03-09 23:00:00"}),
            ("dora", 364, "complaint", {"resolved_at": 364}),
            ("dora", 365, "complaint"),
            ("emil", 9, "enquiry", {"resolved_at": 9}),
        ),
        is_={"anna": 0.25, "ben": None, "cara": 1, "dora": 1, "emil": None, "silent": None},
    ),
    Case(
        claim="every_complaint_after_the_first_on_its_topic_repeats_it",
        column="repeated_complaint_count_364d",
        said=(
            *(("anna", days, "complaint", {"topic": "delivery"}) for days in (364, 30, 2)),
            ("anna", 9, "complaint", {"topic": "price"}),
            ("ben", 9, "complaint", {"topic": "delivery"}),
            ("ben", 8, "complaint", {"topic": "price"}),
            ("cara", 365, "complaint", {"topic": "delivery"}),
            ("cara", 8, "complaint", {"topic": "delivery"}),
            ("dora", 9, "enquiry", {"topic": "delivery"}),
            ("dora", 8, "complaint", {"topic": "delivery"}),
            ("emil", 9, "complaint"),
            ("emil", 8, "complaint"),
            ("finn", 8, "complaint", {"topic": "delivery"}),
            ("finn", 8, "complaint", {"topic": "delivery"}),
        ),
        is_={"anna": 2, "ben": 0, "cara": 0, "dora": 0, "emil": 0, "finn": 1, "silent": 0},
    ),
    Case(
        claim="unreviewed_until_a_review_before_the_as_of_date_and_resolved_is_not_reviewed",
        column="unreviewed_complaint_count_364d",
        said=(
            ("anna", 364, "complaint"),
            ("anna", 9, "complaint", {"resolved_at": 8}),
            ("anna", 9, "complaint", {"reviewed_at": "2026-03-10 00:00"}),
            ("anna", 9, "complaint", {"reviewed_at": "2026-03-09 23:59:59"}),
            ("anna", 365, "complaint"),
            ("ben", 9, "enquiry"),
        ),
        is_={"anna": 3, "ben": 0, "silent": 0},
    ),
    Case(
        claim="complained_on_or_after_the_day_of_the_latest_purchase",
        column="has_complained_since_purchase",
        bought=(
            *((name, 9, 1.0) for name in ("anna", "ben", "cara", "dora")),
            ("ben", 4, 1.0),
            ("emil", 5, -1.0),
            ("finn", 9, 1.0),
            ("finn", 4, -1.0),
        ),
        said=(
            ("anna", 9, "complaint"),
            ("ben", 5, "complaint"),
            ("cara", 30, "complaint"),
            ("cara", 5, "enquiry"),
            ("emil", 5, "complaint"),
            ("finn", 5, "complaint"),
        ),
        is_={"anna": 1, "ben": 0, "cara": 0, "dora": 0, "emil": None, "finn": 1, "silent": None},
    ),
    Case(
        claim="complaints_of_364_days_per_purchase_of_364_days",
        column="complaints_per_purchase",
        bought=(
            *(("anna", days, 1.0) for days in (364, 90, 5, 1)),
            ("ben", 365, 1.0),
            ("cara", 5, 1.0),
        ),
        said=(
            ("anna", 364, "complaint"),
            ("anna", 365, "complaint"),
            ("anna", 4, "visit"),
            ("ben", 4, "complaint"),
        ),
        is_={"anna": 0.25, "ben": None, "cara": 0, "silent": None},
    ),
)
