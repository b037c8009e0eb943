"""Why, by the rhythm of purchases: silence, and buying less or more often than before."""

import polars as pl

from models._reason import Reason, Wording
from models._reason_numbers import clearly_more

_of = pl.col
_wait, _gap, _buying_days = _of("days_since_last_purchase"), _of("usual_gap"), _of("purchase_day_count_ever")
_lately, _before = _of("purchase_count_28d"), _of("purchases_4_weeks_before")
_two_months_before = _of("purchases_8_weeks_before")
_half_year, _half_year_before = _of("purchase_count_182d"), _of("purchases_half_year_before")
_quarter, _tenure = _of("purchase_count_84d"), _of("tenure_days")

_HAS_RHYTHM = (_buying_days >= 3) & (_gap >= 1)
"""Two gaps are the fewest from which anything is usual."""
_IS_OVERDUE = (_wait >= 1.25 * _gap) & (_wait >= _gap + 2)


silence = Reason(
    name="silence",
    meaning="Has not bought for longer than usual; for growth: the next order is near.",
    claims=(
        "days_since_last_purchase",
        "overdue_ratio",
        "overdue_median_ratio",
        "overdue_deviation",
        "longest_pause_ratio",
        "purchase_count_7d",
        "purchase_count_14d",
        "alive_probability",
        "expected_purchases_in_4_weeks",
        "expected_purchases_in_12_weeks",
        "no_purchase_in_4_weeks_probability",
    ),
    loses=(
        Wording(
            says=(
                "has not bought for {days_since_last_purchase:days}, longer than ever before; "
                "usually {usual_gap:every}",
                "已有{days_since_last_purchase:days}没有购买，为历来最久；通常{usual_gap:every}购买一次",
            ),
            when=_HAS_RHYTHM & _IS_OVERDUE & (_wait > _of("longest_gap_days")),
            tells=("last purchase", "rhythm"),
        ),
        Wording(
            says=(
                "has not bought for {days_since_last_purchase:days}; usually {usual_gap:every}",
                "已有{days_since_last_purchase:days}没有购买；通常{usual_gap:every}购买一次",
            ),
            when=_HAS_RHYTHM & _IS_OVERDUE,
            tells=("last purchase", "rhythm"),
        ),
        Wording(
            says=(
                "has not bought for {days_since_last_purchase:days}; came back after {usual_gap:days} the first time",
                "已有{days_since_last_purchase:days}没有购买；第一次复购只隔了{usual_gap:days}",
            ),
            when=(_buying_days == 2) & (_gap >= 1) & _IS_OVERDUE,
            tells=("last purchase", "rhythm"),
        ),
        Wording(
            says=(
                "bought once, {days_since_last_purchase:ago}, and has not come back",
                "只在{days_since_last_purchase:ago}购买过一次，之后没有再来",
            ),
            when=(_of("purchase_count_ever") == 1) & (_wait >= 14),
            tells=("last purchase", "count", "tenure"),
        ),
        Wording(
            says=("buys seldom: usually {usual_gap:every}", "购买不频繁：通常{usual_gap:every}才购买一次"),
            when=_HAS_RHYTHM & (_gap >= 28),
            tells=("rhythm", "seldom"),
        ),
    ),
    grows=(
        Wording(
            says=(
                "next order about due: usually {usual_gap:every}, last bought {days_since_last_purchase:ago}",
                "即将到下次购买时间：通常{usual_gap:every}购买一次，上次是{days_since_last_purchase:ago}",
            ),
            when=_HAS_RHYTHM & (_gap >= 3) & _wait.is_between(0.75 * _gap, 1.5 * _gap),
            tells=("last purchase", "rhythm"),
        ),
        Wording(
            says=(
                "has come back after {longest_gap_days:days} before; last bought {days_since_last_purchase:ago}",
                "曾在间隔{longest_gap_days:days}后回来购买；上次购买是{days_since_last_purchase:ago}",
            ),
            when=_HAS_RHYTHM & (_wait >= 28) & (_of("longest_gap_days") >= 1.25 * _wait),
            tells=("last purchase", "rhythm"),
        ),
        Wording(
            says=("bought recently: {days_since_last_purchase:ago}", "最近刚购买过：{days_since_last_purchase:ago}"),
            when=_wait <= 28,
            tells=("last purchase",),
        ),
        Wording(
            says=(
                "not long gone: last bought {days_since_last_purchase:ago}",
                "离开不久：{days_since_last_purchase:ago}还购买过",
            ),
            when=_wait.is_between(85, 140),
            tells=("last purchase",),
        ),
    ),
)

pace = Reason(
    name="pace",
    meaning="Buys less often lately; for growth: more often.",
    claims=(
        "purchase_count_28d",
        "purchase_count_56d",
        "purchase_count_84d",
        "purchase_day_count_28d",
        "purchase_day_count_84d",
        "purchase_week_count_84d",
        "recent_purchase_share",
        "recent_quarter_purchase_share",
        "recent_half_year_purchase_share",
        "recent_gap_days",
        "recent_gap_ratio",
        "last_gap_days",
        "last_gap_ratio",
    ),
    loses=(
        Wording(
            says=(
                "bought {purchase_count_28d:times} in the last 4 weeks, "
                "{purchases_4_weeks_before:times} in the 4 weeks before",
                "最近 4 周购买 {purchase_count_28d:times}，此前 4 周为 {purchases_4_weeks_before:times}",
            ),
            when=(_lately >= 1) & clearly_more(_before, _lately),
            tells=("count", "trend"),
        ),
        Wording(
            says=(
                "bought {purchase_count_28d:times} in the last 4 weeks, "
                "{purchases_8_weeks_before:times} in the 8 weeks before",
                "最近 4 周购买 {purchase_count_28d:times}，此前 8 周为 {purchases_8_weeks_before:times}",
            ),
            when=(_lately >= 1) & clearly_more(_two_months_before, 2 * _lately),
            tells=("count", "trend"),
        ),
        Wording(
            says=(
                "no purchase in the last 4 weeks, {purchases_8_weeks_before:whole} in the 8 weeks before",
                "最近 4 周没有购买，此前 8 周购买 {purchases_8_weeks_before:times}",
            ),
            when=(_lately == 0) & (_two_months_before >= 3),
            tells=("count", "trend", "last purchase"),
        ),
        Wording(
            says=(
                "bought {purchase_count_182d:times} in the last half year, "
                "{purchases_half_year_before:times} in the half year before",
                "最近半年购买 {purchase_count_182d:times}，此前半年为 {purchases_half_year_before:times}",
            ),
            when=(_half_year >= 1) & clearly_more(_half_year_before, _half_year),
            tells=("count", "trend"),
        ),
        Wording(
            says=(
                "let {last_gap_days:days} pass before the last purchase; usually {usual_gap:days}",
                "最近一次购买前隔了{last_gap_days:days}；通常间隔{usual_gap:days}",
            ),
            when=_HAS_RHYTHM & (_of("last_gap_days") >= 1.5 * _gap) & (_of("last_gap_days") >= _gap + 3),
            tells=("rhythm",),
        ),
        Wording(
            says=(
                "only {purchase_count_84d:purchase} in the last 12 weeks",
                "最近 12 周只购买 {purchase_count_84d:times}",
            ),
            when=_quarter.is_between(1, 3) & (_tenure >= 84),
            tells=("count", "seldom"),
        ),
    ),
    grows=(
        Wording(
            says=(
                "buys more lately: {purchase_count_28d:purchase} in the last 4 weeks, "
                "{purchases_4_weeks_before:many} in the 4 before",
                "近期购买更多：最近 4 周 {purchase_count_28d:times}，此前 4 周 {purchases_4_weeks_before:times}",
            ),
            when=clearly_more(_lately, _before) & (_tenure > 56),
            tells=("count", "trend"),
        ),
        Wording(
            says=(
                "buys more lately: {purchase_count_182d:purchase} in the last half year, "
                "{purchases_half_year_before:many} in the one before",
                "近期购买更多：最近半年 {purchase_count_182d:times}，此前半年 {purchases_half_year_before:times}",
            ),
            when=clearly_more(_half_year, _half_year_before) & (_tenure > 364),
            tells=("count", "trend"),
        ),
        Wording(
            says=(
                "used to buy more: {purchases_half_year_before:times} in the half year before, "
                "{purchase_count_182d:times} in the last",
                "曾经购买更多：此前半年 {purchases_half_year_before:times}，最近半年 {purchase_count_182d:times}",
            ),
            when=(_half_year >= 1) & clearly_more(_half_year_before, _half_year),
            tells=("count", "trend"),
        ),
        Wording(
            says=(
                "{purchase_count_28d:purchase} in the last 4 weeks alone",
                "仅最近 4 周就购买了 {purchase_count_28d:times}",
            ),
            when=_lately >= 3,
            tells=("count",),
        ),
    ),
)
