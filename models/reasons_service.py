"""Why, by how we serve: complaints, how they were handled, and satisfaction."""

import polars as pl

from models._reason import Reason, Wording

_of = pl.col
_wait = _of("days_since_last_purchase")
_open_hours, _last_complaint = _of("oldest_open_complaint_hours"), _of("days_since_last_complaint")

handling = Reason(
    name="handling",
    meaning="A complaint is open, or was handled late; for growth: complaints are resolved fast.",
    claims=(
        "open_complaint_count",
        "oldest_open_complaint_hours",
        "mean_resolution_hours",
        "worst_resolution_hours",
        "last_resolution_hours",
        "slow_complaint_count",
        "resolved_within_24h_share",
        "unreviewed_complaint_count",
    ),
    loses=(
        Wording(
            says=(
                "{open_complaint_count:complaint} open, the oldest for {oldest_open_complaint_hours:hours}",
                "有 {open_complaint_count:whole} 件投诉未解决，最久已{oldest_open_complaint_hours:hours}",
            ),
            when=(_of("open_complaint_count") >= 2) & (_open_hours >= 0),
            tells=("handling", "latest complaint"),
        ),
        Wording(
            says=(
                "complaint open for {oldest_open_complaint_hours:hours}",
                "有一件投诉已{oldest_open_complaint_hours:hours}未解决",
            ),
            when=(_of("open_complaint_count") == 1) & (_open_hours >= 0),
            tells=("handling", "latest complaint"),
        ),
        Wording(
            says=(
                "the last complaint took {last_resolution_hours:hours} to resolve",
                "最近一次投诉用了{last_resolution_hours:hours}才解决",
            ),
            when=_of("last_resolution_hours") > 24,
            tells=("handling",),
        ),
        Wording(
            says=(
                "a complaint once took {worst_resolution_hours:hours} to resolve",
                "曾有一件投诉用了{worst_resolution_hours:hours}才解决",
            ),
            when=_of("worst_resolution_hours") > 24,
            tells=("handling",),
        ),
        Wording(
            says=(
                "{unreviewed_complaint_count_364d:complaint} of the last 12 months not reviewed by anybody",
                "最近 12 个月有 {unreviewed_complaint_count_364d:whole} 件投诉无人复核",
            ),
            when=_of("unreviewed_complaint_count_364d") >= 1,
            tells=("handling",),
        ),
    ),
    grows=(
        Wording(
            says=(
                "every complaint of the last 12 months was resolved within a day",
                "最近 12 个月的投诉都在一天内解决",
            ),
            when=(_of("resolved_within_24h_share_364d") == 1) & (_of("open_complaint_count") == 0),
            tells=("handling",),
        ),
    ),
)

complaints = Reason(
    name="complaints",
    meaning="Complained, perhaps repeatedly, perhaps without having bought since.",
    claims=(
        "complaint_count",
        "days_since_last_complaint",
        "repeated_complaint_count",
        "has_complained_since_purchase",
        "complaints_per_purchase",
    ),
    loses=(
        Wording(
            says=(
                "came back with the same complaint {repeated_complaint_count_364d:times} in the last 12 months",
                "最近 12 个月就同一问题重复投诉 {repeated_complaint_count_364d:times}",
            ),
            when=_of("repeated_complaint_count_364d") >= 1,
            tells=("complaints",),
        ),
        Wording(
            says=(
                "complained {days_since_last_complaint:ago} and has not bought since",
                "{days_since_last_complaint:ago}投诉，之后没有再购买",
            ),
            when=_last_complaint < _wait,
            tells=("complaints", "latest complaint", "last purchase"),
        ),
        Wording(
            says=(
                "complained {complaint_count_84d:times} in the last 12 weeks",
                "最近 12 周投诉 {complaint_count_84d:times}",
            ),
            when=_of("complaint_count_84d") >= 2,
            tells=("complaints",),
        ),
        Wording(
            says=("complained {days_since_last_complaint:ago}", "{days_since_last_complaint:ago}有过投诉"),
            when=_last_complaint <= 84,
            tells=("complaints", "latest complaint"),
        ),
        Wording(
            says=(
                "complained {complaint_count_364d:times} in the last 12 months",
                "最近 12 个月投诉 {complaint_count_364d:times}",
            ),
            when=_of("complaint_count_364d") >= 2,
            tells=("complaints",),
        ),
    ),
)

satisfaction = Reason(
    name="satisfaction",
    meaning="Is dissatisfied, or less satisfied than before; for growth: satisfied.",
    claims=("mean_satisfaction", "last_satisfaction", "satisfaction_change"),
    loses=(
        Wording(
            says=(
                "rated us {last_satisfaction:tenths} of 5 when last asked; {satisfaction_before:tenths} before that",
                "最近一次评分 {last_satisfaction:tenths}（满分 5）；此前平均 {satisfaction_before:tenths}",
            ),
            when=(_of("satisfaction_change") <= -0.5) & (_of("last_satisfaction") <= 4),
            tells=("satisfaction",),
        ),
        Wording(
            says=(
                "rated us only {last_satisfaction:tenths} of 5 when last asked",
                "最近一次评分只有 {last_satisfaction:tenths}（满分 5）",
            ),
            when=_of("last_satisfaction") < 3,
            tells=("satisfaction",),
        ),
        Wording(
            says=(
                "dissatisfied on average: {mean_satisfaction_364d:tenths} of 5 in the last 12 months",
                "总体不满意：最近 12 个月平均评分 {mean_satisfaction_364d:tenths}（满分 5）",
            ),
            when=_of("mean_satisfaction_364d") < 3,
            tells=("satisfaction",),
        ),
    ),
    grows=(
        Wording(
            says=(
                "satisfied: rated us {last_satisfaction:tenths} of 5 when last asked",
                "满意：最近一次评分 {last_satisfaction:tenths}（满分 5）",
            ),
            when=_of("last_satisfaction") >= 4,
            tells=("satisfaction",),
        ),
    ),
)
