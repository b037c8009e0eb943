"""Who comes first? Churn probability times what leaving now would cost."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """The list and what became of everybody else; `counts` add up to the population."""

    listed: pl.DataFrame
    counts: dict[str, int]


def rank(scores: pl.DataFrame, *, size: int) -> Ranked:
    """The `size` customers with the greatest value at risk whom we may contact, `rank` 1 first.

    `scores` has one row per scored customer with `is_active`, `value_at_risk` and `may_contact` (null: unknown); others
    are not on this list.
    Customers without value at risk are not listed. Ties are broken by churn probability, then by customer id.
    """
    active = scores.filter("is_active")
    allowed = active.filter(pl.col("may_contact").fill_null(True))
    worth = allowed.filter(pl.col("value_at_risk") > 0)
    order = worth.sort(
        "value_at_risk", "churn_probability", "customer_id", descending=[True, True, False], maintain_order=True
    )
    listed = order.head(size).with_row_index("rank", offset=1).with_columns(pl.col("rank").cast(pl.Int64))
    counts = {
        "population": scores.height,
        "listed": listed.height,
        "beyond_list_size": worth.height - listed.height,
        "no_value_at_risk": allowed.height - worth.height,
        "no_consent": active.height - allowed.height,
        "not_active": scores.height - active.height,
    }
    return Ranked(listed=listed, counts=counts)
