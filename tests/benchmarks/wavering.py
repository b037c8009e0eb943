"""Is who is said to waver really wavering, and what would an offer to stay bring them? In a living shop, by mornings.

`PYTHONPATH=. python tests/benchmarks/wavering.py [--seed N] [--customers N]`. The shop lives two years without any
contact and then six times four weeks more. On each of these mornings the wavering probability is held against how
customers truly stand, and the true gain of an offer to stay is added up for those who come first by several orders.
Some four minutes for 4,000 customers.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from sklearn.metrics import average_precision_score

from features import snapshot
from models._wavering import wavering_probability
from pipelines._living_baskets import customer_ids
from pipelines._living_lives import Condition
from pipelines._living_shop import LivingShop
from pipelines._living_truth import knowable, truth

HISTORY_DAYS, STEP_DAYS, MORNINGS = 728, 28, 6
ACTIVE_DAYS, WORTH_DAYS = 56, 364
OFFER = "retention_offer"
SURE, FIRST = 0.8, 60
SPEND = "spend_364d"
SILENT = "no_purchase_in_4_weeks_probability"
ORDERS: Mapping[str, pl.Expr] = {
    "wavering x spend of a year": pl.col("wavering_probability") * pl.col(SPEND),
    "no purchase in 4 weeks (MBG/NBD) x spend": pl.col(SILENT) * pl.col(SPEND),
    "the same x (1 - the same) x spend": pl.col(SILENT) * (1 - pl.col(SILENT)) * pl.col(SPEND),
    "spend of a year": pl.col(SPEND),
    "all habits and rates known": pl.col("knowable"),
    "the truth": pl.col("gain"),
}


def main() -> None:
    """Prints, by morning, how well wavering is found, and what offers would bring by each order in all."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--customers", type=int, default=4000)
    told = asked.parse_args()
    shop = LivingShop(told.seed, told.customers)
    shop.advance(shop.world.nature.begin + timedelta(days=HISTORY_DAYS))
    gains = dict.fromkeys(ORDERS, 0.0)
    print(f"{'morning':12s}{'active':>8s}{'waver':>8s}{'AP':>6s}{'said 0.8':>10s}{'of these':>10s}{'seconds':>9s}")
    for _ in range(MORNINGS):
        known, seconds = _morning(shop)
        sure = known.filter(pl.col("wavering_probability") >= SURE)
        found = average_precision_score(known["wavers"], known["wavering_probability"])
        share, right = known["wavers"].mean(), sure["wavers"].mean()
        print(f"{shop.day!s:12s}{known.height:8,}{share:8.1%}{found:6.2f}{sure.height:10,}{right:10.1%}{seconds:9.1f}")
        for name, order in ORDERS.items():
            gains[name] += known.sort(order, descending=True, nulls_last=True).head(FIRST)["gain"].sum()
        shop.advance(shop.day + timedelta(days=STEP_DAYS))
    print(f"\nwhat an offer to stay would bring the first {FIRST} active customers, {MORNINGS} mornings:")
    for name, gain in gains.items():
        print(f"  {name:44s}{gain:10,.0f}")


def _morning(shop: LivingShop) -> tuple[pl.DataFrame, float]:
    """The active customers, how they stand and what an offer would bring; and the seconds of the model."""
    tables = {name: table.lazy() for name, table in shop.tables().items()}
    rows = snapshot(tables, as_of=shop.day, time_zone="UTC")
    active = rows.filter(pl.col("days_since_last_purchase") <= ACTIVE_DAYS).sort("customer_id")
    begun = time.monotonic()
    said = wavering_probability(tables, active["customer_id"], as_of=shop.day, time_zone="UTC")
    seconds = time.monotonic() - begun
    if said is None:
        raise SystemExit(f"slowing down does not show in this shop on {shop.day}")
    wavering = customer_ids(np.flatnonzero(shop.lives.condition == Condition.WAVERING))
    made = active.select("customer_id", SPEND, SILENT).join(said, on="customer_id", maintain_order="left")
    made = made.with_columns(wavers=pl.col("customer_id").is_in(pl.Series(wavering).implode()))
    for name, tell in (("gain", truth), ("knowable", knowable)):
        gain = tell(shop, as_of=shop.day, horizon_days=WORTH_DAYS).filter(action=OFFER)
        made = made.join(gain.select("customer_id", pl.col("incremental_profit").alias(name)), on="customer_id")
    return made, seconds


if __name__ == "__main__":
    main()
