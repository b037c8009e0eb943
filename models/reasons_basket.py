"""Why, by what is bought: a narrow or broad basket, new things, returned goods."""

import polars as pl

from models._reason import Reason, Wording

_of = pl.col
_wait, _ever, _year = _of("days_since_last_purchase"), _of("purchase_count_ever"), _of("purchase_count_364d")
_tenure = _of("tenure_days")

breadth = Reason(
    name="breadth",
    meaning="A narrow basket, or narrower lately; for growth: a broad one, or room for more.",
    claims=(
        "category_count",
        "category_count_ever",
        "product_count",
        "product_count_ever",
        "channel_count_ever",
        "favourite_category_share",
        "favourite_product_share",
        "favourite_channel_share",
        "rebought_product_share",
        "recent_category_share",
    ),
    loses=(
        Wording(
            says=(
                "bought from {category_count_84d:category} in the last 12 weeks, "
                "from {category_count_ever:whole} in all",
                "最近 12 周只购买 {category_count_84d:whole} 个品类，历史上共购买过 {category_count_ever:whole} 个",
            ),
            when=(_of("category_count_84d") >= 1)
            & (_of("category_count_ever") >= 4)
            & (_of("category_count_84d") <= 0.25 * _of("category_count_ever")),
            tells=("categories",),
        ),
        Wording(
            says=("has only ever bought from one category", "一直只购买同一个品类"),
            when=(_of("category_count_ever") == 1) & (_ever >= 3),
            tells=("categories",),
        ),
        Wording(
            says=("has only ever bought one product", "一直只购买同一种商品"),
            when=(_of("product_count_ever") == 1) & (_ever >= 3),
            tells=("products",),
        ),
        Wording(
            says=(
                "{favourite_category_share:share} of what was bought is of one category",
                "购买的商品有 {favourite_category_share:share} 属于同一品类",
            ),
            when=_of("favourite_category_share").is_between(0.7, 0.99) & (_ever >= 3),
            tells=("categories",),
        ),
        Wording(
            says=(
                "hardly buys a thing twice: {products_bought_again:whole} of {product_count_ever:product}",
                "很少重复购买：{product_count_ever:whole} 种商品中只有 {products_bought_again:whole} 种再次购买",
            ),
            when=_of("rebought_product_share").is_between(0, 0.1)
            & (_of("product_count_ever") >= 10)
            & (_of("purchase_day_count_ever") >= 3),
            tells=("products",),
        ),
    ),
    grows=(
        Wording(
            says=(
                "buys broadly: from {category_count_84d:category} in the last 12 weeks",
                "购买面广：最近 12 周购买 {category_count_84d:whole} 个品类",
            ),
            when=_of("category_count_84d") >= 4,
            tells=("categories",),
        ),
        Wording(
            says=(
                "has bought from {category_count_ever:category} so far: room for others",
                "至今只购买过 {category_count_ever:whole} 个品类，可尝试推荐其他品类",
            ),
            when=_of("category_count_ever").is_between(1, 3) & (_ever >= 2),
            tells=("categories",),
        ),
        Wording(
            says=(
                "has bought from {category_count_ever:category} so far",
                "累计购买过 {category_count_ever:whole} 个品类",
            ),
            when=_of("category_count_ever") >= 4,
            tells=("categories",),
        ),
        Wording(
            says=(
                "buys broadly: {product_count_84d:product} in the last 12 weeks",
                "购买面广：最近 12 周购买 {product_count_84d:whole} 种商品",
            ),
            when=_of("product_count_84d") >= 5,
            tells=("products",),
        ),
        Wording(
            says=("buys through {channel_count_ever:channel}", "通过 {channel_count_ever:whole} 个渠道购买"),
            when=_of("channel_count_ever") >= 2,
            tells=("channels",),
        ),
    ),
)

novelty = Reason(
    name="novelty",
    meaning="Has stopped trying new things; for growth: tries them.",
    claims=(
        "new_product_count",
        "new_category_count",
        "new_product_share",
        "days_since_new_product",
    ),
    loses=(
        Wording(
            says=(
                "keeps buying, but has tried nothing new for {days_since_new_product:days}",
                "仍在购买，但已有{days_since_new_product:days}没有尝试新商品",
            ),
            when=(_of("days_since_new_product") >= 56) & (_of("days_since_new_product") > _wait + 7) & (_wait <= 42),
            tells=("new things",),
        ),
    ),
    grows=(
        Wording(
            says=(
                "tried {new_category_count_84d:category} for the first time in the last 12 weeks",
                "最近 12 周首次购买 {new_category_count_84d:whole} 个新品类",
            ),
            when=(_of("new_category_count_84d") >= 1) & (_tenure > 84),
            tells=("new things",),
        ),
        Wording(
            says=(
                "tried {new_product_count_28d:product} for the first time in the last 4 weeks",
                "最近 4 周首次购买 {new_product_count_28d:whole} 种新商品",
            ),
            when=(_of("new_product_count_28d") >= 1) & (_tenure > 28),
            tells=("new things",),
        ),
        Wording(
            says=(
                "tried {new_product_count_84d:product} for the first time in the last 12 weeks",
                "最近 12 周首次购买 {new_product_count_84d:whole} 种新商品",
            ),
            when=(_of("new_product_count_84d") >= 1) & (_tenure > 84),
            tells=("new things",),
        ),
    ),
)

returned = Reason(
    name="returned",
    meaning="Returned goods; for growth: keeps what is bought.",
    claims=(
        "return_count",
        "days_since_last_return",
        "return_value_share",
        "return_value_ratio",
        "return_rate",
        "has_returned_since_purchase",
    ),
    loses=(
        Wording(
            says=(
                "returned goods {days_since_last_return:ago} and has not bought since",
                "{days_since_last_return:ago}退货，之后没有再购买",
            ),
            when=_of("days_since_last_return") < _wait,
            tells=("returns", "last purchase"),
        ),
        Wording(
            says=(
                "{return_count_84d:return} in the last 12 weeks, the latest {days_since_last_return:ago}",
                "最近 12 周退货 {return_count_84d:times}，最近一次在{days_since_last_return:ago}",
            ),
            when=(_of("return_count_84d") >= 1) & (_of("days_since_last_return") <= 84),
            tells=("returns",),
        ),
        Wording(
            says=(
                "{return_value_ratio_364d:share} of what was paid in the last 12 months came back as returns",
                "最近 12 个月的消费有 {return_value_ratio_364d:share} 已退货",
            ),
            when=_of("return_value_ratio_364d").is_between(0.15, 1),
            tells=("returns",),
        ),
        Wording(
            says=("returned goods {days_since_last_return:ago}", "{days_since_last_return:ago}有过退货"),
            when=_of("days_since_last_return") <= 182,
            tells=("returns",),
        ),
    ),
    grows=(
        Wording(
            says=("has returned nothing in the last 12 months", "最近 12 个月没有退货"),
            when=(_of("return_count_364d") == 0) & (_year >= 4),
            tells=("returns",),
        ),
    ),
)
