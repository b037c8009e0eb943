"""What is each feature of interactions, referrals and customers for a tiny table? Claims with tables and answers.

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
            ("visit_count", "visit", (28, 84, 364)),
            ("enquiry_count", "enquiry", (84, 364)),
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
        claim="visits_of_28_days_as_a_share_of_those_of_84",
        column="recent_visit_share",
        said=(
            *(("anna", days, "visit") for days in (28, 29, 84, 60, 85)),
            ("ben", 29, "visit"),
            ("cara", 85, "visit"),
        ),
        is_={"anna": 0.25, "ben": 0, "cara": None, "silent": None},
    ),
    Case(
        claim="days_since_a_campaign_last_reached_out_whoever_answered",
        column="days_since_last_campaign_contact",
        said=(
            ("anna", 400, "campaign_contact"),
            ("anna", 30, "campaign_contact"),
            ("anna", 2, "campaign_response"),
            ("ben", 1, "service"),
            ("cara", 3, "campaign_contact", {"recorded_at": "2026-03-10 00:00"}),
        ),
        is_={"anna": 30, "ben": None, "cara": None, "silent": None},
    ),
    Case(
        claim="contacts_after_the_day_of_the_latest_response_wait_for_an_answer",
        column="unanswered_contact_count",
        said=(
            *(("anna", days, "campaign_contact") for days in (900, 10, 9, 8, 7)),
            ("anna", 30, "campaign_response"),
            ("anna", 9, "campaign_response"),
            ("ben", 900, "campaign_contact"),
            ("ben", 3, "campaign_contact"),
            ("cara", 3, "campaign_response"),
            ("dora", 5, "campaign_contact"),
            ("dora", 3, "campaign_response", {"recorded_at": "2026-03-10 00:00"}),
            ("emil", 5, "campaign_contact"),
            ("emil", 3, "enquiry"),
        ),
        is_={"anna": 2, "ben": 2, "cara": 0, "dora": 1, "emil": 1, "silent": 0},
    ),
    Case(
        claim="a_contact_on_the_day_of_a_response_waits_for_nothing_even_after_it",
        column="unanswered_contact_count",
        said=(
            ("anna", 9, "campaign_response"),
            ("anna", 9, "campaign_contact"),
            ("anna", 8, "campaign_contact"),
        ),
        is_={"anna": 1},
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
    Case(
        claim="satisfaction_of_the_latest_answer_and_of_several_at_one_moment_the_average",
        column="last_satisfaction",
        said=(
            ("anna", 900, "survey", {"satisfaction": 5.0}),
            ("anna", 500, "service", {"satisfaction": 2.0}),
            ("anna", 3, "survey"),
            ("ben", 3, "survey", {"satisfaction": 2.0}),
            ("ben", 3, "service", {"satisfaction": 5.0}),
            ("cara", 3, "survey"),
            ("dora", 3, "survey", {"satisfaction": 4.0}),
            ("dora", 2, "survey", {"satisfaction": 1.0, "recorded_at": "2026-03-10 00:00"}),
            ("emil", 3, "survey", {"satisfaction": 4.0}),
            ("emil", 2, "complaint", {"satisfaction": 1.0, "resolved_at": "2026-03-10 00:00"}),
        ),
        is_={"anna": 2, "ben": 3.5, "cara": None, "dora": 4, "emil": 4, "silent": None},
    ),
    Case(
        claim="the_latest_answer_of_an_hour_is_so_by_the_minute",
        column="last_satisfaction",
        said=(
            ("anna", "2026-03-05 12:30", "survey", {"satisfaction": 5.0}),
            ("anna", "2026-03-05 12:00", "survey", {"satisfaction": 2.0}),
        ),
        is_={"anna": 5},
    ),
    Case(
        claim="the_latest_answer_against_the_average_of_all_before_it",
        column="satisfaction_change",
        said=(
            ("anna", 900, "survey", {"satisfaction": 5.0}),
            ("anna", 30, "survey", {"satisfaction": 4.0}),
            ("anna", 3, "survey", {"satisfaction": 2.0}),
            ("anna", 2, "survey"),
            ("ben", 30, "survey", {"satisfaction": 2.0}),
            ("ben", 3, "visit", {"satisfaction": 2.0}),
            ("cara", 3, "survey", {"satisfaction": 2.0}),
            ("cara", 3, "service", {"satisfaction": 5.0}),
        ),
        is_={"anna": -2.5, "ben": 0, "cara": None, "silent": None},
    ),
)

REFERRED = (
    Case(
        claim="everyone_known_to_be_brought_by_the_customer_counts_once",
        column="referral_count_ever",
        bought=(
            ("gus", 900, 1.0),
            ("gus", 3, 1.0),
            ("hal", 3, 1.0, {"recorded_at": "2026-03-10 00:00"}),
            ("ira", 3, 1.0),
        ),
        joined=(
            ("anna", 9, {"referred_by": "anna"}),
            ("ben", 5, {"referred_by": "anna"}),
            ("cara", "2026-03-09 23:59:59.999999", {"referred_by": "anna"}),
            ("dora", "2026-03-10 00:00", {"referred_by": "anna"}),
            ("emil", -3, {"referred_by": "anna"}),
            ("finn", 2000, {"referred_by": "ben"}),
            ("gus", None, {"referred_by": "ben"}),
            ("hal", None, {"referred_by": "ben"}),
            ("ira", -3, {"referred_by": "ben"}),
            ("jon", 9, {"referred_by": "who has no row"}),
        ),
        is_={"anna": 2, "ben": 2, "cara": 0, "emil": None, "gus": 0, "silent": None, "who has no row": 1},
    ),
    Case(
        claim="while_no_referral_is_known_nobody_has_zero_of_them",
        column="referral_count_ever",
        joined=(
            ("anna", 9),
            ("ben", 9, {"referred_by": "ben"}),
            ("cara", "2026-03-10 00:00", {"referred_by": "anna"}),
            ("dora", None, {"referred_by": "anna"}),
        ),
        is_={"anna": None, "ben": None, "silent": None},
    ),
    Case(
        claim="without_a_customers_table_nothing_is_known_of_referrals",
        column="referral_count_ever",
        bought=(("anna", 3, 1.0),),
        is_={"anna": None},
    ),
    Case(
        claim="a_referral_is_dated_by_joining_and_else_by_the_first_line",
        column="referral_count_364d",
        bought=(
            ("dora", 365, 1.0),
            ("dora", 3, 1.0),
            ("emil", 364, 1.0),
            ("finn", 3, 1.0),
        ),
        joined=(
            ("anna", 9),
            ("ben", 364, {"referred_by": "anna"}),
            ("cara", 365, {"referred_by": "anna"}),
            ("dora", None, {"referred_by": "ben"}),
            ("emil", None, {"referred_by": "anna"}),
            ("finn", 365, {"referred_by": "ben"}),
        ),
        is_={"anna": 2, "ben": 0, "cara": 0, "silent": None},
    ),
    Case(
        claim="joining_is_dated_in_the_business_time_zone",
        column="referral_count_ever",
        time_zone="Asia/Shanghai",
        # 10 March begins in Shanghai at 16:00 UTC on 9 March.
        joined=(
            ("anna", None),
            ("ben", "2026-03-09 15:59", {"referred_by": "anna"}),
            ("cara", "2026-03-09 16:00", {"referred_by": "anna"}),
        ),
        is_={"anna": 1, "ben": 0, "cara": None},
    ),
    Case(
        claim="spend_of_all_who_were_brought_net_of_returns_and_as_known",
        column="referred_spend",
        bought=(
            ("anna", 3, 1000.0),
            ("ben", 900, 10.0, {"order_id": "o1"}),
            ("ben", 3, -2.5, {"order_id": "o1"}),
            ("ben", 2, 100.0, {"recorded_at": "2026-03-10 00:00"}),
            ("ben", "2026-03-10 00:00", 100.0),
            ("cara", 30, 0.1),
            ("cara", 20, 0.15),
            ("dora", 3, 50.0),
        ),
        joined=(
            ("anna", 2000),
            ("ben", 950, {"referred_by": "anna"}),
            ("cara", 5, {"referred_by": "anna"}),
            ("dora", -1, {"referred_by": "anna"}),
            ("emil", 5, {"referred_by": "cara"}),
        ),
        is_={"anna": 7.75, "ben": 0, "cara": 0, "silent": None},
    ),
)

PROFILE = (
    Case(
        claim="days_since_joining_however_much_later_the_first_purchase_was",
        column="days_since_joined",
        bought=(("anna", 3, 1.0), ("dora", 5, 1.0)),
        joined=(
            ("anna", 400),
            ("ben", "2026-03-09 23:59:59.999999"),
            ("cara", "2026-03-10 00:00"),
            ("dora", None),
        ),
        is_={"anna": 400, "ben": 1, "cara": None, "dora": None, "silent": None},
    ),
    Case(
        claim="the_day_of_joining_begins_at_the_midnight_of_the_business",
        column="days_since_joined",
        time_zone="America/New_York",
        # 10 March begins in New York (summer time since 8 March) at 04:00 UTC.
        joined=(("anna", "2026-03-10 03:59"), ("ben", "2026-03-10 04:00"), ("cara", "2026-03-08 04:59")),
        is_={"anna": 1, "ben": None, "cara": 3},
    ),
    Case(
        claim="the_cost_of_winning_is_known_once_the_customer_is_won",
        column="acquisition_cost",
        joined=(
            ("anna", 400, {"acquisition_cost": 12.5}),
            ("ben", "2026-03-09 23:59:59.999999", {"acquisition_cost": 0.0}),
            ("cara", "2026-03-10 00:00", {"acquisition_cost": 3.0}),
            ("dora", None, {"acquisition_cost": 3.0}),
            ("emil", 3),
        ),
        is_={"anna": 12.5, "ben": 0, "cara": None, "dora": None, "emil": None, "silent": None},
    ),
)

SAID = (*COMPLAINTS, *ENGAGEMENT, *REFERRED, *PROFILE)
