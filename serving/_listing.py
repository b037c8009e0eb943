"""What does the team read? The list in its order, what to do in two languages, and what is new since last night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from serving._actions import PURPOSES
from serving._decide import OUTCOMES
from serving._rules import RECOVERY

ANSWER_WITHIN_DAYS = 1
"""A complaint is answered within 24 hours."""


def listing(customers: pl.DataFrame, *, as_of: date, act_within_days: int) -> pl.DataFrame:
    """The customers on the list, in its order: open complaints first, then by expected profit, the larger first.

    `customers` is what `decide` made of the scored list. Adds `rank` (1 first), `to_do_en` and `to_do_zh` and
    `until_on`, before which to act: the day after for complaints, `act_within_days` after the as-of date for the rest.
    """
    listed = customers.filter(pl.col("outcome") == "listed")
    urgent = pl.col("action") == RECOVERY
    days = pl.when(urgent).then(ANSWER_WITHIN_DAYS).otherwise(act_within_days)
    ordered = listed.with_columns(_urgent=urgent).sort(
        "_urgent", "expected_profit", "customer_id", descending=[True, True, False], nulls_last=True
    )
    return ordered.with_columns(
        rank=pl.int_range(1, ordered.height + 1, dtype=pl.Int64, eager=True),
        to_do_en=_to_do({name: purpose.words for name, purpose in PURPOSES.items()}),
        to_do_zh=_to_do({name: purpose.chinese for name, purpose in PURPOSES.items()}),
        until_on=pl.lit(as_of) + pl.duration(days=days),
    ).drop("_urgent")


def _to_do(words: Mapping[str, str]) -> pl.Expr:
    """What is to be done, with the category that is suggested in its place."""
    told = pl.col("action").replace_strict(words, default=None, return_dtype=pl.String)
    category = pl.col("suggested_category").fill_null("")
    return told.str.replace_all("{suggested_category}", category, literal=True)


def changes_since(listed: pl.DataFrame, before: pl.DataFrame | None, decided: pl.DataFrame) -> pl.DataFrame:
    """Who came onto the list, went from it or has another action than on the list `before`, and why.

    One row per such customer: `customer_id`, `change`, `rank`, `rank_before`, `action`, `action_before`, `why_en`,
    `why_zh`; new ones first, in the order of the list. `decided` says what became of those who went.
    """
    columns = ("customer_id", "rank", "action")
    now = listed.select(columns)
    then = now.clear() if before is None else before.select(columns)
    both = now.join(then, on="customer_id", how="full", coalesce=True, suffix="_before")
    both = both.join(decided.select("customer_id", "outcome"), on="customer_id", how="left")
    came, went = pl.col("rank_before").is_null(), pl.col("rank").is_null()
    made = both.with_columns(
        change=pl.when(came).then(pl.lit("new")).when(went).then(pl.lit("gone")).otherwise(pl.lit("moved"))
    ).filter(came | went | (pl.col("action") != pl.col("action_before")))
    order = pl.col("change").replace_strict({"new": 0, "moved": 1, "gone": 2}, return_dtype=pl.Int64)
    return made.with_columns(_why("why_en", 0), _why("why_zh", 1)).sort(
        order, pl.coalesce("rank", "rank_before"), "customer_id"
    )


_CHANGED = {
    "new": ("pays, and there is a place", "值得联系且有名额"),
    "moved": ("another action pays more", "改用收益更高的动作"),
}
_COMPLAINT = ("open complaint", "有未结投诉")
_LEFT = ("no longer asked about", "不再属于目标人群")


def _why(name: str, language: int) -> pl.Expr:
    """Why a customer came or moved; of one who went, what became of them."""
    became = pl.col("outcome").replace_strict(
        {outcome: words[language] for outcome, words in OUTCOMES.items()},
        default=_LEFT[language],
        return_dtype=pl.String,
    )
    changed = pl.col("change").replace_strict(
        {change: words[language] for change, words in _CHANGED.items()}, default=None, return_dtype=pl.String
    )
    complains = pl.when(pl.col("action") == RECOVERY).then(pl.lit(_COMPLAINT[language]))
    return pl.coalesce(complains, changed, became.fill_null(_LEFT[language])).alias(name)
