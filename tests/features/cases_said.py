"""What is each feature of interactions for a tiny table? Claims with their tables and answers, written out by hand.

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
)

ENGAGEMENT = (
    *(
        Case(
            claim=f"{feature}_counts_its_own_kind_in_{days}_days",
            column=f"{feature}_{days}d",
            said=(
                ("anna", days, kind),
                ("anna", 1, kind),
                ("anna", 1, "other"),
                ("anna", days + 1, kind),
                ("ben", 1, "other"),
            ),
            is_={"anna": 2, "ben": 0, "silent": 0},
        )
        for feature, kind, windows in (
            ("visit_count", "visit", (28, 84)),
            ("enquiry_count", "enquiry", (84,)),
            ("campaign_contact_count", "campaign_contact", (28, 84, 364)),
            ("campaign_response_count", "campaign_response", (84, 364)),
        )
        for days in windows
    ),
    Case(
        claim="days_since_the_latest_visit",
        column="days_since_last_visit",
        said=(("anna", 30, "visit"), ("anna", 400, "visit"), ("anna", 1, "complaint"), ("ben", 1, "complaint")),
        is_={"anna": 30, "ben": None, "silent": None},
    ),
    Case(
        claim="responses_per_contact_over_364_days",
        column="campaign_response_ratio",
        said=(
            *(("anna", 2 + n, "campaign_contact") for n in range(4)),
            ("anna", 1, "campaign_response"),
            ("ben", 364, "campaign_contact"),
            ("cara", 1, "campaign_response"),
            ("dora", 365, "campaign_contact"),
        ),
        is_={"anna": 0.25, "ben": 0, "cara": None, "dora": None, "silent": None},
    ),
    Case(
        claim="average_satisfaction_of_those_who_answered",
        column="mean_satisfaction_364d",
        said=(
            ("anna", 364, "survey", {"satisfaction": 5.0}),
            ("anna", 9, "service", {"satisfaction": 2.0}),
            ("anna", 9, "survey"),
            ("anna", 365, "survey", {"satisfaction": 1.0}),
            ("ben", 9, "survey"),
        ),
        is_={"anna": 3.5, "ben": None, "silent": None},
    ),
    Case(
        claim="satisfaction_with_a_complaint_or_enquiry_is_unknown_before_it_is_resolved",
        column="mean_satisfaction_364d",
        said=(
            ("anna", 9, "complaint", {"satisfaction": 1.0, "resolved_at": "2026-03-10 00:00"}),
            ("ben", 9, "complaint", {"satisfaction": 1.0, "resolved_at": "2026-03-09 23:59"}),
            ("cara", 9, "complaint", {"satisfaction": 1.0}),
            ("dora", 9, "enquiry", {"satisfaction": 1.0}),
            ("emil", 9, "visit", {"satisfaction": 1.0}),
        ),
        is_={"anna": None, "ben": 1, "cara": None, "dora": None, "emil": 1},
    ),
)

SAID = (*COMPLAINTS, *ENGAGEMENT)
