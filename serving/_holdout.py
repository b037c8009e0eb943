"""Who is held out, so that the effect can be measured? Drawn by a salted hash of campaign and customer."""

from __future__ import annotations

import hashlib
from math import floor

import polars as pl

ARMS = ("treated", "held_out")
"""What may become of an assignment: contacted, or only recorded."""


def draw(salt: str, campaign: str, customer_id: str) -> float:
    """A number in [0, 1) that salt, campaign and customer settle: the same every time, another in every campaign."""
    digest = hashlib.sha256("\x1f".join((salt, campaign, customer_id)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def arms(assigned: pl.DataFrame, *, before: pl.DataFrame) -> pl.Series:
    """The arm of each row of `assigned`, in its order: `treated` or `held_out`.

    `assigned` has `customer_id`, `campaign`, `segment`, `holdout_share` (0 to 1) and `salt`, one each per campaign;
    `before` the assignments of earlier nights with `customer_id`, `campaign`, `segment` and `arm`. Within a campaign a
    customer keeps the arm of the first night. In each value segment of a campaign the share held out, counted over all
    its nights, is the holdout share as nearly as whole customers allow (a stratum's first one is drawn too), and among
    the new ones those with the lowest draws are held out.
    """
    held = assigned.join(
        before.select("customer_id", "campaign", "arm"),
        on=["customer_id", "campaign"],
        how="left",
        maintain_order="left",
    )["arm"]
    made = held.to_list()
    new = assigned.with_row_index("place").filter(held.is_null())
    for (campaign, segment), rows in new.sort("customer_id").group_by("campaign", "segment", maintain_order=True):
        there = before.filter((pl.col("campaign") == campaign) & (pl.col("segment") == segment))
        share, salt = float(rows["holdout_share"][0]), str(rows["salt"][0])
        wanted = floor(share * (there.height + rows.height) + draw(salt, str(campaign), f"segment {segment}"))
        count = min(max(wanted - there.filter(pl.col("arm") == "held_out").height, 0), rows.height)
        drawn = sorted(
            (draw(salt, str(campaign), customer), place)
            for customer, place in rows.select("customer_id", "place").rows()
        )
        for number, (_, place) in enumerate(drawn):
            made[place] = "held_out" if number < count else "treated"
    return pl.Series("arm", made, dtype=pl.String)
