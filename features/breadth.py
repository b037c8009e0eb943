"""How broadly? Categories, products and channels a customer buys: how many, the favourite, and new ones lately."""

import narwhals as nw

from features._aggregate import Summary, count, least, most, total
from features._events import categories, channels, products
from features._feature import feature


@feature(
    of=categories,
    unit="categories",
    missing=0,
    days=(84, 364),
    says=("categories bought in the last {days} days: {value:.0f}", "最近 {days} 天购买 {value:.0f} 个品类"),
)
def category_count(days: int) -> Summary:
    """Different categories bought in the last {days} days."""
    return count(categories.within(days))


@feature(
    of=products,
    unit="products",
    missing=0,
    days=(28, 84, 364),
    says=("different products bought in the last {days} days: {value:.0f}", "最近 {days} 天购买 {value:.0f} 种商品"),
)
def product_count(days: int) -> Summary:
    """Different products bought in the last {days} days."""
    return count(products.within(days))


@feature(
    of=categories,
    unit="categories",
    missing=0,
    says=("categories bought in all: {value:.0f}", "累计购买 {value:.0f} 个品类"),
)
def category_count_ever() -> Summary:
    """Different categories ever bought."""
    return count()


@feature(
    of=products,
    unit="products",
    missing=0,
    says=("different products bought in all: {value:.0f}", "累计购买 {value:.0f} 种商品"),
)
def product_count_ever() -> Summary:
    """Different products ever bought."""
    return count()


@feature(
    of=channels,
    unit="channels",
    missing=0,
    says=("channels bought through in all: {value:.0f}", "累计通过 {value:.0f} 个渠道购买"),
)
def channel_count_ever() -> Summary:
    """Different channels ever bought through."""
    return count()


@feature(
    of=categories,
    unit="share",
    missing=None,
    says=("{value:.0%} of what was bought is of one category", "购买的 {value:.0%} 属于同一品类"),
)
def favourite_category_share() -> Summary:
    """Share of the favourite category in the lines ever bought; null when the category of none is known."""
    return most(categories.line_count) / total(categories.line_count)


@feature(
    of=products,
    unit="share",
    missing=None,
    says=("{value:.0%} of what was bought is one product", "购买的 {value:.0%} 是同一种商品"),
)
def favourite_product_share() -> Summary:
    """Share of the favourite product in the lines ever bought; null when the product of none is known."""
    return most(products.line_count) / total(products.line_count)


@feature(
    of=channels,
    unit="share",
    missing=None,
    says=("{value:.0%} of what was bought came through one channel", "购买的 {value:.0%} 来自同一渠道"),
)
def favourite_channel_share() -> Summary:
    """Share of the favourite channel in the lines ever bought; null when the channel of none is known."""
    return most(channels.line_count) / total(channels.line_count)


@feature(
    of=products,
    unit="share",
    missing=None,
    says=("{value:.0%} of the products were bought again on another day", "{value:.0%} 的商品曾在另一天再次购买"),
)
def rebought_product_share() -> Summary:
    """Share of the products ever bought that were bought on more than one day; null when none is known."""
    return count(products.first_age_days > products.age_days) / count()


@feature(
    of=products,
    unit="products",
    missing=0,
    days=(28, 84),
    says=(
        "products bought for the first time in the last {days} days: {value:.0f}",
        "最近 {days} 天首次购买 {value:.0f} 种商品",
    ),
)
def new_product_count(days: int) -> Summary:
    """Different products bought for the first time in the last {days} days."""
    return count(products.within(days) & (products.first_age_days <= days))


@feature(
    of=categories,
    unit="categories",
    missing=0,
    days=(84,),
    says=(
        "categories bought for the first time in the last {days} days: {value:.0f}",
        "最近 {days} 天首次购买 {value:.0f} 个品类",
    ),
)
def new_category_count(days: int) -> Summary:
    """Different categories bought for the first time in the last {days} days."""
    return count(categories.within(days) & (categories.first_age_days <= days))


@feature(
    of=products,
    unit="days",
    missing=None,
    says=("last bought something new {value:.0f} days ago", "{value:.0f} 天前最近一次购买新商品"),
)
def days_since_new_product() -> Summary:
    """Days since a product was last bought for the first time; null when no product is known."""
    return least(products.first_age_days)


@feature(
    unit="share",
    missing=None,
    says=(
        "{value:.0%} of the products of the last 84 days were new to the customer",
        "最近 84 天购买的商品中 {value:.0%} 为首次购买",
    ),
)
def new_product_share(new_product_count_84d: nw.Expr, product_count_84d: nw.Expr) -> nw.Expr:
    """Share of the products of the last 84 days that were bought for the first time then; null without any."""
    return new_product_count_84d / product_count_84d


@feature(
    unit="share",
    missing=None,
    says=(
        "bought from {category_count_84d:.0f} of {category_count_ever:.0f} categories in the last 84 days",
        "累计购买 {category_count_ever:.0f} 个品类，最近 84 天购买了其中 {category_count_84d:.0f} 个",
    ),
)
def recent_category_share(category_count_84d: nw.Expr, category_count_ever: nw.Expr) -> nw.Expr:
    """Share of the categories ever bought that were bought in the last 84 days; null when none is known."""
    return category_count_84d / category_count_ever
