"""How broadly? Different categories and products a customer buys."""

import narwhals as nw

from features._events import lines
from features._feature import distinct, feature


@feature(
    of=lines,
    unit="categories",
    missing=0,
    days=(84, 364),
    says=("categories bought in the last {days} days: {value:.0f}", "最近 {days} 天购买 {value:.0f} 个品类"),
)
def category_count(days: int) -> nw.Expr:
    """Different categories bought in the last {days} days; 0 as well when the source names no categories."""
    return distinct(lines.category, lines.within(days) & (lines.amount > 0))


@feature(
    of=lines,
    unit="products",
    missing=0,
    days=(28, 84, 364),
    says=("different products bought in the last {days} days: {value:.0f}", "最近 {days} 天购买 {value:.0f} 种商品"),
)
def product_count(days: int) -> nw.Expr:
    """Different products bought in the last {days} days; 0 as well when the source names no products."""
    return distinct(lines.product_id, lines.within(days) & (lines.amount > 0))
