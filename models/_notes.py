"""What is said of a customer for whom too few reasons are true? Notes: plain facts that explain nothing."""

import polars as pl

from models._reason import Wording

_of = pl.col
_quarter, _year = _of("purchase_count_84d"), _of("purchase_count_364d")

NOTES = (
    Wording(
        says=("note: last bought {days_since_last_purchase:ago}", "备注：上次购买在{days_since_last_purchase:ago}"),
        when=_of("days_since_last_purchase") >= 0,
        tells=("last purchase",),
    ),
    Wording(
        says=(
            "note: {purchase_count_84d:purchase} in the last 12 weeks",
            "备注：最近 12 周购买 {purchase_count_84d:times}",
        ),
        when=_quarter >= 1,
        tells=("count",),
    ),
    Wording(
        says=(
            "note: {purchase_count_364d:purchase} in the last 12 months",
            "备注：最近 12 个月购买 {purchase_count_364d:times}",
        ),
        when=_year >= 1,
        tells=("count",),
    ),
    Wording(
        says=("note: {purchase_count_ever:purchase} in all", "备注：累计购买 {purchase_count_ever:times}"),
        when=_of("purchase_count_ever") >= 1,
        tells=("count",),
    ),
    Wording(
        says=("note: spent {spend_364d:money} in the last 12 months", "备注：最近 12 个月消费 {spend_364d:money}"),
        when=_of("spend_364d") > 0,
        tells=("spend",),
    ),
    Wording(
        says=("note: spent {spend_ever:money} in all", "备注：累计消费 {spend_ever:money}"),
        when=_of("spend_ever") > 0,
        tells=("spend",),
    ),
    Wording(
        says=("note: first bought {tenure_days:ago}", "备注：首次购买在{tenure_days:ago}"),
        when=_of("purchase_day_count_ever") >= 2,
        tells=("tenure",),
    ),
    Wording(
        says=(
            "note: typically spends {median_purchase_value:money} per purchase",
            "备注：通常每次消费 {median_purchase_value:money}",
        ),
        when=(_of("median_purchase_value") > 0) & (_of("purchase_count_ever") >= 2),
        tells=("purchase value",),
    ),
    Wording(
        says=("note: usually buys {usual_gap:every}", "备注：通常{usual_gap:every}购买一次"),
        when=(_of("purchase_day_count_ever") >= 3) & (_of("usual_gap") >= 1),
        tells=("rhythm",),
    ),
    Wording(
        says=(
            "note: has bought {product_count_ever:product} so far",
            "备注：至今购买过 {product_count_ever:whole} 种商品",
        ),
        when=_of("product_count_ever") >= 1,
        tells=("products",),
    ),
)
"""In the order in which they are told."""
