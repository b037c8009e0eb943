"""Where does a customer stand with us? Lifecycle stages, each with its rule, and relation types from behaviour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, kw_only=True, slots=True)
class Borders:
    """What the rules leave to the company.

    `active_days`: the active window. `new_days`: for how long after the first purchase a customer is new.
    `at_risk_probability`: from which churn probability on an overdue customer is at risk. `loyal_days` and
    `loyal_purchases`: a loyal customer has been with us so long and bought so often in 364 days. `price_led_share`:
    who bought on discount at least in so many of the purchases is price-led.
    """

    active_days: int
    new_days: int = 56
    at_risk_probability: float = 0.5
    loyal_days: int = 182
    loyal_purchases: int = 6
    price_led_share: float = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One stage or relation type: its names, its rule in words, and the rule itself on a row of the scored list."""

    name: str
    chinese: str
    words: str
    holds: Callable[[Borders], pl.Expr]


_RECENCY, _TENURE = pl.col("days_since_last_purchase"), pl.col("tenure_days")
_COUNT, _YEARLY = pl.col("purchase_count_ever"), pl.col("purchase_count_364d")
_ON_DISCOUNT = pl.col("discounted_purchase_share_364d")


def _is_at_risk(borders: Borders) -> pl.Expr:
    overdue = pl.col("overdue_ratio").fill_null(1.0) >= 1
    return overdue & (pl.col("churn_probability") >= borders.at_risk_probability)


STAGES: Sequence[Kind] = (
    Kind(
        name="prospect",
        chinese="潜在客户",
        words="has not bought yet",
        holds=lambda borders: _COUNT.fill_null(0) == 0,
    ),
    Kind(
        name="lost",
        chinese="已流失",
        words="has bought, but not within `active_days`",
        holds=lambda borders: borders.active_days < _RECENCY,
    ),
    Kind(
        name="won back",
        chinese="已赢回",
        words="bought again after a pause longer than `active_days`, and not yet a second time",
        holds=lambda borders: pl.col("last_gap_days") > borders.active_days,
    ),
    Kind(
        name="new",
        chinese="新客户",
        words="first bought within `new_days`",
        holds=lambda borders: borders.new_days >= _TENURE,
    ),
    Kind(
        name="at risk",
        chinese="有流失风险",
        words="churn probability of `at_risk_probability` or more, and the usual gap between purchases is over, or is "
        "not known",
        holds=_is_at_risk,
    ),
    Kind(
        name="loyal",
        chinese="忠诚客户",
        words="with us for `loyal_days` and `loyal_purchases` or more purchases within 364 days",
        holds=lambda borders: (borders.loyal_days <= _TENURE) & (borders.loyal_purchases <= _YEARLY),
    ),
    Kind(name="active", chinese="活跃客户", words="everybody else", holds=lambda borders: pl.lit(True)),
)
"""The lifecycle stages; a customer is in the first whose rule holds."""

RELATIONS: Sequence[Kind] = (
    Kind(
        name="one-off",
        chinese="一次性",
        words="one purchase, longer than `new_days` ago",
        holds=lambda borders: (_COUNT == 1) & (borders.new_days < _RECENCY),
    ),
    Kind(
        name="price-led",
        chinese="价格导向",
        words="`price_led_share` or more of the purchases of 364 days were on discount",
        holds=lambda borders: borders.price_led_share <= _ON_DISCOUNT,
    ),
    Kind(
        name="relation-led",
        chinese="关系导向",
        words="three or more purchases within 364 days, at most half of `price_led_share` on discount as far as that "
        "is known, and either regular (gaps differ by no more than their mean) or answering campaigns",
        holds=lambda borders: (
            (_YEARLY >= 3)
            & (_ON_DISCOUNT.fill_null(0.0) <= borders.price_led_share / 2)
            & (
                (pl.col("gap_spread_share") <= 1).fill_null(False)
                | (pl.col("campaign_response_ratio") > 0).fill_null(False)
            )
        ),
    ),
    Kind(name="mixed", chinese="混合", words="everybody else", holds=lambda borders: pl.lit(True)),
)
"""The relation types; a customer is of the first whose rule holds."""

NEEDED = (
    "days_since_last_purchase",
    "tenure_days",
    "purchase_count_ever",
    "purchase_count_364d",
    "last_gap_days",
    "gap_spread_share",
    "overdue_ratio",
    "discounted_purchase_share_364d",
    "campaign_response_ratio",
    "churn_probability",
)
"""What the rules read from the scored list; unknown never fulfils a rule, unless the rule says otherwise."""


def lifecycle_stage(borders: Borders) -> pl.Expr:
    """The lifecycle stage of each row of the scored list."""
    return _first_that_holds(STAGES, borders)


def relation_type(borders: Borders) -> pl.Expr:
    """The relation type of each row of the scored list."""
    return _first_that_holds(RELATIONS, borders)


def rules_table() -> str:
    """The rules of all stages and relation types as Markdown, one row each, in the order in which they are asked."""
    lines = []
    for title, kinds in (("lifecycle stage", STAGES), ("relation type", RELATIONS)):
        lines += [f"| {title} | 中文 | a customer who |", "|---|---|---|"]
        lines += [f"| {kind.name} | {kind.chinese} | {kind.words} |" for kind in kinds]
        lines.append("")
    return "\n".join(lines)


def in_chinese(names: str) -> pl.Expr:
    """The Chinese names of the stages or relation types in the column `names`."""
    return pl.col(names).replace({kind.name: kind.chinese for kind in (*STAGES, *RELATIONS)})


def _first_that_holds(kinds: Sequence[Kind], borders: Borders) -> pl.Expr:
    told = pl.lit(kinds[-1].name)
    for kind in reversed(kinds[:-1]):
        told = pl.when(kind.holds(borders)).then(pl.lit(kind.name)).otherwise(told)
    return told
