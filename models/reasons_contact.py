"""Why, by how we stay in touch: visits, enquiries, campaigns and referrals; and what explains nothing."""

import polars as pl

from models._reason import Reason, Wording

_of = pl.col
_wait = _of("days_since_last_purchase")
_visits, _visits_before = _of("visit_count_28d"), _of("visits_8_weeks_before")

visits = Reason(
    name="visits",
    meaning="Visits less lately; for growth: visits.",
    claims=("visit_count", "visit_count_ever", "days_since_last_visit", "recent_visit_share"),
    loses=(
        Wording(
            says=(
                "no visit in the last 4 weeks, {visits_8_weeks_before:whole} in the 8 weeks before",
                "最近 4 周没有访问，此前 8 周访问 {visits_8_weeks_before:times}",
            ),
            when=(_visits == 0) & (_visits_before >= 2),
            tells=("visits",),
        ),
        Wording(
            says=(
                "visited {visit_count_28d:times} in the last 4 weeks, "
                "{visits_8_weeks_before:times} in the 8 weeks before",
                "最近 4 周访问 {visit_count_28d:times}，此前 8 周访问 {visits_8_weeks_before:times}",
            ),
            when=(_visits >= 1) & (_visits_before >= 3 * _visits),
            tells=("visits",),
        ),
        Wording(
            says=("has not visited for {days_since_last_visit:days}", "已有{days_since_last_visit:days}没有访问"),
            when=(_of("days_since_last_visit") >= 28) & (_of("days_since_last_visit") <= _wait + 7),
            tells=("visits",),
        ),
    ),
    grows=(
        Wording(
            says=(
                "visits more lately: {visit_count_28d:times} in the last 4 weeks, "
                "{visits_8_weeks_before:times} in the 8 weeks before",
                "近期访问更多：最近 4 周 {visit_count_28d:times}，此前 8 周 {visits_8_weeks_before:times}",
            ),
            when=(_visits >= 2) & (_visits > _visits_before) & (_visits_before >= 0) & (_of("tenure_days") > 84),
            tells=("visits",),
        ),
        Wording(
            says=("visited {days_since_last_visit:ago}", "{days_since_last_visit:ago}刚访问过"),
            when=_of("days_since_last_visit") <= 14,
            tells=("visits",),
        ),
        Wording(
            says=("visited {visit_count_84d:times} in the last 12 weeks", "最近 12 周访问 {visit_count_84d:times}"),
            when=_of("visit_count_84d") >= 1,
            tells=("visits",),
        ),
    ),
)

enquiries = Reason(
    name="enquiries",
    meaning="Asks us something, or no longer does; for growth: shows interest.",
    claims=("enquiry_count",),
    loses=(
        Wording(
            says=(
                "no longer asks: no enquiry in the last 12 weeks, {enquiries_40_weeks_before:whole} in the 40 before",
                "不再咨询：最近 12 周没有咨询，此前 40 周咨询 {enquiries_40_weeks_before:times}",
            ),
            when=(_of("enquiry_count_84d") == 0) & (_of("enquiries_40_weeks_before") >= 3),
            tells=("enquiries",),
        ),
        Wording(
            says=(
                "asked us something {enquiry_count_84d:times} in the last 12 weeks",
                "最近 12 周咨询 {enquiry_count_84d:times}",
            ),
            when=_of("enquiry_count_84d") >= 1,
            tells=("enquiries",),
        ),
    ),
    grows=(
        Wording(
            says=(
                "shows interest: {enquiry_count_84d:enquiry} in the last 12 weeks",
                "有兴趣：最近 12 周咨询 {enquiry_count_84d:times}",
            ),
            when=_of("enquiry_count_84d") >= 1,
            tells=("enquiries",),
        ),
    ),
)

campaigns = Reason(
    name="campaigns",
    meaning="No longer reacts to campaigns, or hears from none; for growth: reacts to them.",
    claims=(
        "campaign_contact_count",
        "days_since_last_campaign_contact",
        "unanswered_contact_count",
        "campaign_response_count",
        "campaign_response_ratio",
    ),
    loses=(
        Wording(
            says=(
                "no longer answers campaigns: never in the last 12 weeks, "
                "{responses_40_weeks_before:times} in the 40 before",
                "不再响应营销：最近 12 周没有响应，此前 40 周响应 {responses_40_weeks_before:times}",
            ),
            when=(_of("campaign_contact_count_84d") >= 1)
            & (_of("campaign_response_count_84d") == 0)
            & (_of("responses_40_weeks_before") >= 1),
            tells=("campaigns",),
        ),
        Wording(
            says=(
                "left the last {unanswered_contact_count:whole} campaign contacts unanswered",
                "最近 {unanswered_contact_count:whole} 次营销触达均未响应",
            ),
            when=_of("unanswered_contact_count") >= 3,
            tells=("campaigns",),
        ),
        Wording(
            says=(
                "not contacted by any campaign for {days_since_last_campaign_contact:days}",
                "已有{days_since_last_campaign_contact:days}没有收到营销触达",
            ),
            when=_of("days_since_last_campaign_contact") >= 84,
            tells=("campaigns",),
        ),
    ),
    grows=(
        Wording(
            says=(
                "answered campaigns {campaign_response_count_84d:times} in the last 12 weeks",
                "最近 12 周响应营销 {campaign_response_count_84d:times}",
            ),
            when=_of("campaign_response_count_84d") >= 1,
            tells=("campaigns",),
        ),
        Wording(
            says=(
                "answered campaigns {campaign_response_count_364d:times} in the last 12 months",
                "最近 12 个月响应营销 {campaign_response_count_364d:times}",
            ),
            when=_of("campaign_response_count_364d") >= 1,
            tells=("campaigns",),
        ),
        Wording(
            says=(
                "a campaign reached out {days_since_last_campaign_contact:ago}",
                "{days_since_last_campaign_contact:ago}刚收到营销触达",
            ),
            when=_of("days_since_last_campaign_contact") <= 28,
            tells=("campaigns",),
        ),
    ),
)

referred = Reason(
    name="referred",
    meaning="For growth: brings other customers. Having brought nobody explains no loss.",
    claims=("referral_count", "referral_count_ever", "referred_spend"),
    grows=(
        Wording(
            says=(
                "brought {referral_count_364d:customer} to us in the last 12 months",
                "最近 12 个月推荐了 {referral_count_364d:whole} 位客户",
            ),
            when=_of("referral_count_364d") >= 1,
            tells=("referrals",),
        ),
        Wording(
            says=("has brought {referral_count_ever:customer} to us", "累计推荐了 {referral_count_ever:whole} 位客户"),
            when=_of("referral_count_ever") >= 1,
            tells=("referrals",),
        ),
    ),
)

timing = Reason(
    name="timing",
    meaning="Weekday, hour and part of the month at which the customer buys.",
    claims=(
        "weekend_purchase_share",
        "morning_purchase_share",
        "evening_purchase_share",
        "month_end_purchase_share",
        "same_weekday_share",
    ),
    silent="a habit tells people of other customers like this one, but nothing that they could act on",
)

cost_of_winning = Reason(
    name="cost_of_winning",
    meaning="What it cost to win the customer.",
    claims=("acquisition_cost",),
    silent="what was paid for the customer is no doing of the customer's",
)
