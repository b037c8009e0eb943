"""Why, by the relationship: seldom or regular, new or old, and the season of the customer."""

import polars as pl

from models._reason import Reason, Wording
from models._reason_numbers import clearly_more

_of = pl.col
_wait, _gap, _buying_days = _of("days_since_last_purchase"), _of("usual_gap"), _of("purchase_day_count_ever")
_quarter, _quarter_a_year_ago = _of("purchase_count_84d"), _of("purchases_12_weeks_a_year_ago")
_ever, _year, _tenure = _of("purchase_count_ever"), _of("purchase_count_364d"), _of("tenure_days")

frequency = Reason(
    name="frequency",
    meaning="Buys seldom or irregularly; for growth: a regular.",
    claims=(
        "purchase_count",
        "purchase_count_ever",
        "purchase_day_count_364d",
        "purchase_day_count_ever",
        "purchase_week_count",
        "purchase_week_share",
        "purchase_rate",
        "mean_gap_days",
        "median_gap_days",
        "longest_gap_days",
        "gap_variance",
        "gap_spread_days",
        "gap_spread_share",
    ),
    loses=(
        Wording(
            says=(
                "buys rarely: {purchase_count_364d:purchase} in the last 12 months",
                "很少购买：最近 12 个月只购买 {purchase_count_364d:times}",
            ),
            when=_year.is_between(1, 6) & (_tenure >= 364),
            tells=("count", "seldom"),
        ),
        Wording(
            says=(
                "buys rarely: {purchase_count_ever:purchase} since the first one {tenure_days:ago}",
                "很少购买：自{tenure_days:ago}首次购买以来只有 {purchase_count_ever:times}",
            ),
            when=(_ever >= 2) & _tenure.is_between(84, 363) & (_ever <= _tenure / 42),
            tells=("count", "tenure", "seldom"),
        ),
        Wording(
            says=("buys seldom: usually {usual_gap:every}", "购买不频繁：通常{usual_gap:every}才购买一次"),
            when=(_buying_days >= 3) & (_gap >= 28),
            tells=("rhythm", "seldom"),
        ),
        Wording(
            says=(
                "buys irregularly: usually {usual_gap:every}, but has paused for {longest_gap_days:days}",
                "购买不规律：通常{usual_gap:every}购买一次，最长曾隔{longest_gap_days:days}",
            ),
            when=(_buying_days >= 4)
            & (_gap >= 1)
            & (_of("longest_gap_days") >= 3 * _gap)
            & (_of("longest_gap_days") >= _gap + 14),
            tells=("rhythm",),
        ),
        Wording(
            says=("only {purchase_count_ever:purchase} so far", "至今只购买过 {purchase_count_ever:times}"),
            when=_ever.is_between(2, 4),
            tells=("count", "seldom"),
        ),
    ),
    grows=(
        Wording(
            says=(
                "a regular: {purchase_count_364d:purchase} in the last 12 months",
                "常客：最近 12 个月购买 {purchase_count_364d:times}",
            ),
            when=(_year >= 12) & (_wait <= 84),
            tells=("count",),
        ),
        Wording(
            says=("comes back often: usually {usual_gap:every}", "经常回来购买：通常{usual_gap:every}一次"),
            when=(_buying_days >= 4) & (_gap >= 1) & (_gap <= 28) & (_wait <= 2 * _gap),
            tells=("rhythm",),
        ),
        Wording(
            says=("has bought {purchase_count_ever:times} in all", "累计购买过 {purchase_count_ever:times}"),
            when=_ever >= 3,
            tells=("count",),
        ),
    ),
)

tenure = Reason(
    name="tenure",
    meaning="A short relationship, perhaps a single purchase; for growth: new, or of long standing.",
    claims=("tenure_days", "days_since_joined"),
    loses=(
        Wording(
            says=("has bought only once so far", "至今只购买过一次"),
            when=_ever == 1,
            tells=("count", "tenure", "seldom"),
        ),
        Wording(
            says=(
                "joined {days_since_joined:ago}, but first bought {tenure_days:ago}",
                "{days_since_joined:ago}加入，{tenure_days:ago}才首次购买",
            ),
            when=(_of("days_since_joined") >= _tenure + 60) & (_tenure <= 182) & (_buying_days >= 2),
            tells=("tenure",),
        ),
        Wording(
            says=("a short relationship: first bought {tenure_days:ago}", "成为客户不久：{tenure_days:ago}首次购买"),
            when=(_tenure <= 91) & (_buying_days >= 2),
            tells=("tenure",),
        ),
    ),
    grows=(
        Wording(
            says=("a new customer: first bought {tenure_days:ago}", "新客户：{tenure_days:ago}首次购买"),
            when=(_tenure <= 91) & (_buying_days >= 2),
            tells=("tenure",),
        ),
        Wording(
            says=("knows us well: first bought {tenure_days:ago}", "老客户：{tenure_days:ago}首次购买"),
            when=(_tenure >= 365) & (_tenure - _wait >= 182) & (_buying_days >= 3),
            tells=("tenure",),
        ),
    ),
)

season = Reason(
    name="season",
    meaning="Buys less than a year ago, or not in this season; for growth: the season of the customer begins.",
    claims=("same_weeks_purchase_count", "same_weeks_spend", "same_weeks_purchase_share", "yearly_purchase_change"),
    loses=(
        Wording(
            says=(
                "bought {purchase_count_84d:times} in the last 12 weeks, "
                "{purchases_12_weeks_a_year_ago:times} in the same weeks last year",
                "最近 12 周购买 {purchase_count_84d:times}，去年同期为 {purchases_12_weeks_a_year_ago:times}",
            ),
            when=(_quarter >= 1) & clearly_more(_quarter_a_year_ago, _quarter),
            tells=("count", "trend"),
        ),
        Wording(
            says=(
                "bought nothing last year in the four weeks now ahead",
                "去年同期（未来四周对应的四周）没有购买",
            ),
            when=_of("same_weeks_purchase_count") == 0,
            tells=("season",),
        ),
    ),
    grows=(
        Wording(
            says=(
                "bought {same_weeks_purchase_count:times} last year in the four weeks now ahead",
                "去年同期（未来四周对应的四周）购买过 {same_weeks_purchase_count:times}",
            ),
            when=_of("same_weeks_purchase_count") >= 1,
            tells=("season",),
        ),
        Wording(
            says=(
                "buys more than a year ago: {purchase_count_84d:times} in 12 weeks, "
                "{purchases_12_weeks_a_year_ago:times} then",
                "比去年购买更多：最近 12 周 {purchase_count_84d:times}，去年同期 {purchases_12_weeks_a_year_ago:times}",
            ),
            when=clearly_more(_quarter, _quarter_a_year_ago),
            tells=("count", "trend"),
        ),
    ),
)
