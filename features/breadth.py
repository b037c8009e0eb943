"""How broadly? Different categories and products a customer buys."""

from features._aggregate import Summary, count
from features._events import categories, products
from features._feature import feature


@feature(
    of=categories,
    unit="categories",
    missing=0,
    days=(84, 364),
    says=("categories bought in the last {days} days: {value:.0f}", "最近 {days} 天购买 {value:.0f} 个品类"),
)
def category_count(days: int) -> Summary:
    """Different categories bought in the last {days} days; 0 as well when the source names no categories."""
    return count(categories.within(days))


@feature(
    of=products,
    unit="products",
    missing=0,
    days=(28, 84, 364),
    says=("different products bought in the last {days} days: {value:.0f}", "最近 {days} 天购买 {value:.0f} 种商品"),
)
def product_count(days: int) -> Summary:
    """Different products bought in the last {days} days; 0 as well when the source names no products."""
    return count(products.within(days))
