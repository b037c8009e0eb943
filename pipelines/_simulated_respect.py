"""Was anybody contacted who must not be? Each night's list held against what was known that morning."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from pipelines._errors import PipelineError
from pipelines._living_shop import LivingShop
from pipelines._simulated_rules import known_of_respect
from serving import PURPOSES


class RespectBroken(PipelineError):
    """A list asked to contact somebody who must not be contacted."""


def faults(shop: LivingShop, listed: pl.DataFrame, *, contacted: pl.DataFrame, cool_down_days: int) -> pl.Series:
    """What is wrong with each row of `listed` (customer_id, action) on the shop's day; null where nothing is.

    `no_consent`: none, or withdrawn; `open_complaint`, `cool_down`: a promotion all the same; `twice`: one customer in
    two rows. Worked out from the exports and from `contacted` (customer_id, day: the contacts before), not by the code
    that decides. Customers of whom nothing is known count as without consent.
    """
    known = listed.select("customer_id", "action").join(
        known_of_respect(shop), on="customer_id", how="left", maintain_order="left"
    )
    promotes = pl.col("action").is_in([name for name, purpose in PURPOSES.items() if purpose.is_promotion])
    lately = contacted.filter(pl.col("day") >= shop.day - timedelta(days=cool_down_days))["customer_id"].unique()
    wrong = {
        "no_consent": ~pl.col("may_contact").fill_null(False),
        "open_complaint": promotes & (pl.col("open_complaint_count").fill_null(0) > 0),
        "cool_down": promotes & pl.col("customer_id").is_in(lately.implode()),
        "twice": pl.col("customer_id").is_duplicated(),
    }
    told = [pl.when(is_wrong).then(pl.lit(name)) for name, is_wrong in wrong.items()]
    return known.select(fault=pl.coalesce(told)).to_series()
