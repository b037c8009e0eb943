"""Why, by the money: spent lately, at once, and at a discount."""

import polars as pl

from models._reason import Reason, Wording

_of = pl.col
_year, _quarter = _of("purchase_count_364d"), _of("purchase_count_84d")
_ever, _tenure = _of("purchase_count_ever"), _of("tenure_days")
_spent_lately, _spent_before = _of("spend_28d"), _of("spend_4_weeks_before")
_half_year, _half_year_before = _of("spend_182d"), _of("spend_half_year_before")
_last, _typical = _of("last_purchase_value"), _of("median_purchase_value")

_MORE = 1.4
"""From here on people call a sum of money more, and below its inverse less."""

spending = Reason(
    name="spending",
    meaning="Spends less lately; for growth: more.",
    claims=(
        "spend_28d",
        "spend_84d",
        "spend_182d",
        "recent_spend_ratio",
        "recent_quarter_spend_ratio",
        "recent_half_year_spend_ratio",
        "yearly_spend_change",
        "purchase_value_ratio",
        "last_purchase_value",
        "last_purchase_ratio",
    ),
    loses=(
        Wording(
            says=(
                "spent {spend_28d:money} in the last 4 weeks; "
                "before that, about {spend_4_weeks_before:roughly} in 4 weeks",
                "最近 4 周消费 {spend_28d:money}；此前平均每 4 周约 {spend_4_weeks_before:roughly}",
            ),
            when=(_spent_lately > 0) & (_spent_before >= _MORE * _spent_lately),
            tells=("spend", "trend"),
        ),
        Wording(
            says=(
                "the last purchase was small: {last_purchase_value:money}; typically {median_purchase_value:money}",
                "最近一次消费偏低：{last_purchase_value:money}；通常为 {median_purchase_value:money}",
            ),
            when=(_ever >= 4) & (_typical > 0) & (_last <= 0.6 * _typical),
            tells=("purchase value",),
        ),
        Wording(
            says=(
                "spent {spend_182d:money} in the last half year, "
                "{spend_half_year_before:money} in the half year before",
                "最近半年消费 {spend_182d:money}，此前半年为 {spend_half_year_before:money}",
            ),
            when=(_half_year > 0) & (_half_year_before >= _MORE * _half_year),
            tells=("spend", "trend"),
        ),
        Wording(
            says=(
                "spent {spend_84d:money} in the last 12 weeks, "
                "{spend_12_weeks_a_year_ago:money} in the same weeks last year",
                "最近 12 周消费 {spend_84d:money}，去年同期为 {spend_12_weeks_a_year_ago:money}",
            ),
            when=(_of("spend_84d") > 0) & (_of("spend_12_weeks_a_year_ago") >= _MORE * _of("spend_84d")),
            tells=("spend", "trend"),
        ),
    ),
    grows=(
        Wording(
            says=(
                "spends more lately: {spend_28d:money} in the last 4 weeks; "
                "before, about {spend_4_weeks_before:roughly} in 4 weeks",
                "近期消费更多：最近 4 周 {spend_28d:money}；此前平均每 4 周约 {spend_4_weeks_before:roughly}",
            ),
            when=(_spent_before > 0) & (_spent_lately >= _MORE * _spent_before) & (_tenure > 84),
            tells=("spend", "trend"),
        ),
        Wording(
            says=(
                "the last purchase was large: {last_purchase_value:money}; typically {median_purchase_value:money}",
                "最近一次消费较高：{last_purchase_value:money}；通常为 {median_purchase_value:money}",
            ),
            when=(_ever >= 4) & (_typical > 0) & (_last >= 1.5 * _typical),
            tells=("purchase value",),
        ),
        Wording(
            says=(
                "spends more lately: {spend_182d:money} in the last half year, "
                "{spend_half_year_before:money} in the one before",
                "近期消费更多：最近半年 {spend_182d:money}，此前半年 {spend_half_year_before:money}",
            ),
            when=(_half_year_before > 0) & (_half_year >= _MORE * _half_year_before) & (_tenure > 364),
            tells=("spend", "trend"),
        ),
        Wording(
            says=(
                "used to spend more: {spend_half_year_before:money} in the half year before, "
                "{spend_182d:money} in the last",
                "曾经消费更多：此前半年 {spend_half_year_before:money}，最近半年 {spend_182d:money}",
            ),
            when=(_half_year > 0) & (_half_year_before >= _MORE * _half_year),
            tells=("spend", "trend"),
        ),
        Wording(
            says=(
                "room to grow: spent {spend_28d:money} in the last 4 weeks; "
                "before, about {spend_4_weeks_before:roughly} in 4 weeks",
                "有提升空间：最近 4 周消费 {spend_28d:money}；此前平均每 4 周约 {spend_4_weeks_before:roughly}",
            ),
            when=(_spent_lately > 0) & (_spent_before >= _MORE * _spent_lately),
            tells=("spend", "trend"),
        ),
    ),
)

purchase_size = Reason(
    name="purchase_size",
    meaning="One large purchase and little else, or few things at a time; for growth: what the customer can spend.",
    claims=(
        "spend",
        "spend_ever",
        "spend_rate",
        "mean_purchase_value",
        "median_purchase_value",
        "largest_purchase",
        "largest_purchase_share",
        "first_purchase_value",
        "first_purchase_ratio",
        "mean_purchase_quantity",
        "mean_purchase_line_count",
    ),
    loses=(
        Wording(
            says=(
                "one purchase of {largest_purchase:money} makes up {largest_purchase_share:share} of all spending",
                "最大一次消费 {largest_purchase:money}，占全部消费的 {largest_purchase_share:share}",
            ),
            when=(_ever >= 3) & _of("largest_purchase_share").is_between(0.5, 1),
            tells=("purchase value",),
        ),
        Wording(
            says=(
                "began with {first_purchase_value:money}; later purchases were smaller, "
                "on average {mean_purchase_value:money}",
                "首次消费 {first_purchase_value:money}；之后的消费更低，平均每次 {mean_purchase_value:money}",
            ),
            when=(_ever >= 4)
            & (_of("mean_purchase_value") > 0)
            & (_of("first_purchase_value") >= 2 * _of("mean_purchase_value")),
            tells=("purchase value",),
        ),
        Wording(
            says=(
                "buys few things at a time: {mean_purchase_line_count:tenths} items on average",
                "每次购买的商品很少：平均 {mean_purchase_line_count:tenths} 种",
            ),
            when=(_ever >= 3) & _of("mean_purchase_line_count").is_between(1.05, 2.5),
            tells=("basket",),
        ),
    ),
    grows=(
        Wording(
            says=(
                "has spent {largest_purchase:money} in one go; typically {median_purchase_value:money}",
                "曾一次消费 {largest_purchase:money}；通常每次 {median_purchase_value:money}",
            ),
            when=(_ever >= 3) & (_typical > 0) & (_of("largest_purchase") >= 2 * _typical),
            tells=("purchase value",),
        ),
        Wording(
            says=("spent {spend_364d:money} in the last 12 months", "最近 12 个月消费 {spend_364d:money}"),
            when=(_of("spend_364d") > 0) & (_ever >= 2),
            tells=("spend",),
        ),
        Wording(
            says=(
                "typically spends {median_purchase_value:money} per purchase",
                "通常每次消费 {median_purchase_value:money}",
            ),
            when=(_ever >= 2) & (_typical > 0),
            tells=("purchase value",),
        ),
    ),
)

discounts = Reason(
    name="discounts",
    meaning="Buys for the discount, or gets fewer of them; for growth: takes offers up.",
    claims=(
        *("discount_total", "discount_share", "discounted_purchase_share"),
        *("overall_discount_share", "overall_discounted_purchase_share"),
    ),
    loses=(
        Wording(
            says=(
                "saves less lately: {discount_share_84d:share} discount in the last 12 weeks, "
                "{discount_share_364d:share} over 12 months",
                "近期优惠减少：最近 12 周优惠 {discount_share_84d:share}，最近 12 个月为 {discount_share_364d:share}",
            ),
            when=(_quarter >= 2)
            & (_tenure > 168)
            & (_of("discount_share_84d") >= 0)
            & _of("discount_share_364d").is_between(0.03, 1)
            & (_of("discount_share_84d") <= 0.6 * _of("discount_share_364d")),
            tells=("discounts",),
        ),
        Wording(
            says=(
                "buys mostly at a discount: {discounted_purchase_share_364d:share} of the last 12 months' purchases",
                "主要在优惠时购买：最近 12 个月 {discounted_purchase_share_364d:share} 的购买享受优惠",
            ),
            when=(_year >= 3) & _of("discounted_purchase_share_364d").is_between(0.6, 1),
            tells=("discounts",),
        ),
    ),
    grows=(
        Wording(
            says=(
                "takes up offers: {discounted_purchase_share_364d:share} of the last 12 months' "
                "purchases at a discount",
                "乐于使用优惠：最近 12 个月 {discounted_purchase_share_364d:share} 的购买享受优惠",
            ),
            when=(_year >= 3) & _of("discounted_purchase_share_364d").is_between(0.3, 1),
            tells=("discounts",),
        ),
        Wording(
            says=(
                "takes up offers: saved {discount_total_364d:money} in the last 12 months",
                "乐于使用优惠：最近 12 个月共节省 {discount_total_364d:money}",
            ),
            when=_of("discount_total_364d") > 0,
            tells=("discounts",),
        ),
    ),
)
