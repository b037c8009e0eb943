"""Do habits say who takes an offer? Of customers contacted by campaigns, held against a home's log.

`PYTHONPATH=. python tests/benchmarks/offer_habits.py HOME`, with a home whose interactions name campaigns by topic
(Complete Journey; the home of any of its nights). Whoever was contacted took the offer if a response of the same topic
followed. How they stand in habits of taking offers (`models._takers.Habits`) is as known on the morning of the contact,
among those contacted by the same campaign.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

from features import open_lake
from models._ranked import Ranked
from models._uplift_traits import PRONE, features_of, traits_of
from pipelines._learning import snapshot_store
from pipelines._settings import load_settings

THIRDS = ("lowest", "middle", "highest")
FEWEST = 5


def main() -> None:
    """Prints the share who took the offer, by thirds of each habit and of the mean of all, and how well it orders."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("home", type=Path)
    asked.add_argument("--settings", type=Path)
    told = asked.parse_args()
    settings = load_settings(told.settings, environment=os.environ, overrides={"home": told.home})
    store = snapshot_store(settings, open_lake(told.home))
    offers = _offers(store.tables["interactions"], settings.time_zone)
    parts = []
    for (_, day), contacted in sorted(offers.partition_by("topic", "day", as_dict=True).items()):
        if FEWEST <= contacted["took"].sum() < contacted.height:
            (known,) = store.among(contacted.select("customer_id"), [day])
            parts.append(_standing(contacted.join(known.select("customer_id", *features_of(PRONE)), on="customer_id")))
    found = pl.concat(parts)
    print(f"{found.height:,} contacts by {len(parts)} campaigns, {found['took'].sum():,} took the offer")
    print(f"{'':36s}{'AUC':>6s}  " + "".join(f"{third:>9s}" for third in THIRDS))
    for name in (*PRONE, "all"):
        print(f"{name:36s}{_auc(found, name):6.2f}  " + "".join(f"{share:9.1%}" for share in _by_thirds(found, name)))
    print(f"one standard deviation more, so much more often: {_slope(found):.2f}")


def _offers(interactions: pl.LazyFrame, time_zone: str) -> pl.DataFrame:
    """One row per campaign and customer contacted: `topic`, `customer_id`, `day` (of the contact), `took`."""
    day = pl.col("occurred_at").dt.convert_time_zone(time_zone).dt.date()
    events = interactions.select("customer_id", "topic", "kind", day=day).collect()
    contacts = (
        events.filter(pl.col("kind") == "campaign_contact").group_by("customer_id", "topic").agg(pl.col("day").min())
    )
    taken = events.filter(pl.col("kind") == "campaign_response").select("customer_id", "topic", took=1).unique()
    return contacts.join(taken, on=["customer_id", "topic"], how="left").with_columns(pl.col("took").fill_null(0))


def _standing(contacted: pl.DataFrame) -> pl.DataFrame:
    """How those contacted by one campaign stand in each habit, and in the mean of all."""
    traits = traits_of(contacted, PRONE)
    ranks = Ranked.of(traits).apply(traits)
    mean = ranks.mean(axis=1)
    columns = {name: ranks[:, number] for number, name in enumerate(PRONE)} | {"all": mean / (mean.std() or 1.0)}
    return contacted.select("topic", "took").with_columns(pl.Series(name, values) for name, values in columns.items())


def _auc(found: pl.DataFrame, name: str) -> float:
    """How often who took the offer stands higher than who did not, of the same campaign."""
    parts = found.partition_by("topic")
    each = [roc_auc_score(part["took"], part[name]) for part in parts]
    return float(np.average(each, weights=[part["took"].sum() for part in parts]))


def _by_thirds(found: pl.DataFrame, name: str) -> list[float]:
    third = (pl.col(name).rank(method="ordinal").over("topic") - 1) * len(THIRDS) // pl.len().over("topic")
    return found.group_by(third=third).agg(pl.col("took").mean()).sort("third")["took"].to_list()


def _slope(found: pl.DataFrame) -> float:
    """The slope of the share who took it, over the mean share, within campaigns."""
    beyond = (pl.col("took") - pl.col("took").mean().over("topic")) / pl.col("took").mean().over("topic")
    return float(found.select((beyond * pl.col("all")).sum() / (pl.col("all") ** 2).sum()).item())


if __name__ == "__main__":
    main()
