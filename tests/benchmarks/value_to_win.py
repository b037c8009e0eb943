"""Is the value to win what came? Of customers who lapsed and came back, held against a home's history.

`PYTHONPATH=. python tests/benchmarks/value_to_win.py HOME 2024-12-29 [2025-06-29 ...]`, with the settings of the home's
nights where they are not the default ones (`--settings FILE`). First what followed the reactivations before each date,
as it is learned from; then, where a year has passed since, what came.
"""

from __future__ import annotations

import argparse
import os
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features import open_lake
from models import (
    Silence,
    ValueModel,
    ValueTerms,
    fit_value,
    labels,
    learned_silence,
    lifetime_values,
    population,
    reactivations_known,
    targets,
)
from models._reactivations import foretold
from pipelines._learning import snapshot_store
from pipelines._question_terms import terms_of
from pipelines._settings import load_settings

YEAR = timedelta(days=364)
SPENT = ValueTerms(years=1, margin=1.0, discount_rate=0.0)
PARTS = 4


def main() -> None:
    """Prints, for who stayed away and for who came back, what was foretold of the year after and what they spent."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("home", type=Path)
    asked.add_argument("as_of", type=date.fromisoformat, nargs="+")
    asked.add_argument("--settings", type=Path)
    told = asked.parse_args()
    settings = load_settings(told.settings, environment=os.environ, overrides={"home": told.home})
    store = snapshot_store(settings, open_lake(told.home))
    question = targets()["win_back"]
    terms = terms_of(settings, question)
    for as_of in told.as_of:
        known = store.at(as_of)
        model, days = fit_value(known), settings.population.active_days
        before = reactivations_known(store.tables, known, silent_days=days, as_of=as_of, time_zone=settings.time_zone)
        silence = learned_silence(model.process, before, silent_days=days)
        whole, some = (_over_foretold(model, before, counts) for counts in (Silence(), silence))
        print(
            f"{as_of}: {before.height} reactivations before; bought {whole:.2f} of what was foretold where the whole "
            f"silence counts, {some:.2f} where {silence}"
        )
        if as_of + YEAR > store.tables["transactions"].select(pl.col("occurred_at").max()).collect().item().date():
            continue
        after = store.at(as_of + YEAR).select("customer_id", spent="spend_364d")
        values = lifetime_values(known, model, terms=SPENT, silence=silence)
        people = population(question, store.tables, as_of=as_of, terms=terms)
        answers = labels(question, store.tables, as_of=as_of, terms=terms, known_by=as_of + YEAR, among=people)
        silent = known.select("customer_id", "days_since_last_purchase")
        theirs = answers.join(values, on="customer_id").join(silent, on="customer_id")
        theirs = theirs.join(after, on="customer_id", how="left").with_columns(pl.col("spent").fill_null(0.0))
        for came in (True, False):
            print(f"{as_of}: {'came back' if came else 'did not come'} within {terms.horizon_days} days")
            print(_summed(theirs.filter(pl.col("label") == came)))


def _over_foretold(model: ValueModel, reactivations: pl.DataFrame, silence: Silence) -> float:
    """Purchases that followed reactivations over those that were to be expected where so much of the silence counts."""
    return float(reactivations["purchases"].sum() / foretold(model.process, reactivations, silence).sum())


def _summed(theirs: pl.DataFrame) -> pl.DataFrame:
    """By quarter of the silence and in all: what was spent over what was foretold."""
    part = (pl.col("days_since_last_purchase").rank("ordinal") - 1) * PARTS // pl.len() + 1
    parts = theirs.with_columns(part=part.cast(pl.String))
    sums = pl.concat([parts, parts.with_columns(part=pl.lit("all"))]).group_by("part")
    told = sums.agg(
        pl.len().alias("customers"),
        pl.col("days_since_last_purchase").mean().round(0).alias("silent"),
        (pl.col("spent").sum() / pl.col("value_to_lose").sum()).alias("over_value_to_lose"),
        (pl.col("spent").sum() / pl.col("value_to_win").sum()).alias("over_value_to_win"),
    )
    return told.sort("part")


if __name__ == "__main__":
    main()
