"""How much of a customer's value goes with a churn? Measured in the history of a home: `lost_share` of the settings.

`PYTHONPATH=. python tests/benchmarks/lost_share.py HOME 2024-12-29`, with the settings of the home's nights beside
it where they are not the default ones (`--settings FILE`). A year must have passed since the date.
"""

from __future__ import annotations

import argparse
import os
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features import open_lake
from models import population, targets
from models._labels import labels
from pipelines._learning import snapshot_store
from pipelines._question_terms import terms_of
from pipelines._settings import load_settings

YEAR = timedelta(days=364)


def main() -> None:
    """Prints the figures and the share."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("home", type=Path)
    asked.add_argument("as_of", type=date.fromisoformat)
    asked.add_argument("--settings", type=Path)
    told = asked.parse_args()
    settings = load_settings(told.settings, environment=os.environ, overrides={"home": told.home})
    store = snapshot_store(settings, open_lake(told.home))
    churn = targets()["churn"]
    terms = terms_of(settings, churn)
    asked_about = population(churn, store.tables, as_of=told.as_of, terms=terms)
    answers = labels(churn, store.tables, as_of=told.as_of, terms=terms, known_by=told.as_of + YEAR, among=asked_about)
    before, after = (store.at(day).select("customer_id", spend="spend_364d") for day in (told.as_of, told.as_of + YEAR))
    known = answers.join(before, on="customer_id").join(after, on="customer_id", how="left", suffix="_after")
    sums = known.group_by("label").agg(
        customers=pl.len(), before=pl.col("spend").sum(), after=pl.col("spend_after").fill_null(0).sum()
    )
    sums = sums.with_columns(share=pl.col("after") / pl.col("before")).sort("label")
    print(sums)
    stayed, left = sums["share"]
    print(f"lost_share = {1 - left / stayed:.2f}")


if __name__ == "__main__":
    main()
