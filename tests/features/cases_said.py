"""What else is known of customers? Claims about engagement, referrals and attributes.

As-of date 10 March 2026 (a Tuesday) unless a claim says otherwise; 1 is yesterday.
"""

from __future__ import annotations

from tests.features.tables import Case

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
        claim="visits_of_all_time",
        column="visit_count_ever",
        said=(("anna", 1, "visit"), ("anna", 1000, "visit"), ("anna", 2, "complaint"), ("ben", 1, "complaint")),
        is_={"anna": 2, "ben": 0, "silent": 0},
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
        joined=(("anna", 400), ("ben", "2026-03-09 23:59:59.999999"), ("cara", "2026-03-10 00:00"), ("dora", None)),
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
            *(("dora", None, {"acquisition_cost": 3.0}), ("emil", 3)),
        ),
        is_={"anna": 12.5, "ben": 0, "cara": None, "dora": None, "emil": None, "silent": None},
    ),
)

SAID = (*ENGAGEMENT, *REFERRED, *PROFILE)
