"""What did every policy bring in several worlds together? One table, and how often campaigns were measured rightly."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines._simulate import Simulated


def together(found: Mapping[int, Simulated]) -> pl.DataFrame:
    """One row per policy: its share of the oracle's expected profit, quarter by quarter, over all worlds.

    `quarter_1` and so on are the profits of all worlds added up, as a share of the oracle's in the same `worlds`;
    `least` and `most` the shares of the last quarter in single worlds; `realised` the share of what was really caused,
    in the end. `respect_broken` counts contacts that break respect. Shares are null where the oracle did not play.
    """
    quarters = pl.concat([one.quarters.with_columns(seed=pl.lit(seed)) for seed, one in found.items()])
    policies = pl.concat([one.policies.with_columns(seed=pl.lit(seed)) for seed, one in found.items()])
    ended = policies.group_by("policy", maintain_order=True).agg(
        worlds=pl.len(), contacts=pl.col("contacts").sum(), respect_broken=pl.col("respect_broken").sum()
    )
    last = quarters.filter(pl.col("quarter") == pl.col("quarter").max())
    spread = last.group_by("policy").agg(least=pl.col("of_oracle").min(), most=pl.col("of_oracle").max())
    profits = quarters.select("policy", "seed", name=pl.format("quarter_{}", "quarter"), profit="expected_profit")
    realised = policies.select("policy", "seed", name=pl.lit("realised"), profit="realised_profit")
    table = ended
    for shares in (_shares(profits), spread, _shares(realised)):
        table = table.join(shares, on="policy", how="left", maintain_order="left")
    return table.select(pl.exclude("respect_broken"), "respect_broken")


def coverage(found: Mapping[int, Simulated]) -> str:
    """In how many campaigns the measured interval holds the true profit, in a sentence."""
    campaigns = [one.campaigns for one in found.values() if one.campaigns is not None]
    covers = pl.concat(campaigns)["covers"].drop_nulls() if campaigns else pl.Series(dtype=pl.Boolean)
    if covers.is_empty():
        return "No campaign has an interval yet."
    held = int(covers.sum())
    return (
        f"The 95% interval of the measured profit holds the truth in {held} of {len(covers)} campaigns "
        f"({held / len(covers):.0%})."
    )


def _shares(profits: pl.DataFrame) -> pl.DataFrame:
    """One row per policy and a column per `name`: its profits as a share of the oracle's in the same worlds."""
    best = profits.filter(pl.col("policy") == "oracle").select("seed", "name", best="profit")
    summed = (
        profits.join(best, on=["seed", "name"], how="left")
        .group_by("policy", "name", maintain_order=True)
        .agg(pl.col("profit").sum(), pl.col("best").sum())
    )
    share = pl.when(pl.col("best") > 0).then((pl.col("profit") / pl.col("best")).round(3))
    return summed.with_columns(share=share).sort("name").pivot(on="name", index="policy", values="share")
