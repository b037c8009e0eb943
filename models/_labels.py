"""What really happened? The population of a question on a day and its labels, once they are known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from models._errors import LabelNotMature
from models._target import Future, Past, Target, Terms


def population(target: Target, tables: Mapping[str, pl.LazyFrame], *, as_of: date, terms: Terms) -> pl.DataFrame:
    """The customers asked about on `as_of`: one column, `customer_id`, sorted, each once."""
    past = Past(tables=tables, as_of=as_of, time_zone=terms.time_zone)
    frame: pl.LazyFrame = target.population(past, terms).to_native()
    return frame.select("customer_id").unique().sort("customer_id").collect()


def labels(
    target: Target,
    tables: Mapping[str, pl.LazyFrame],
    *,
    as_of: date,
    terms: Terms,
    known_by: date,
    among: pl.DataFrame,
) -> pl.DataFrame:
    """One row per customer of `among`, in its order: `customer_id`, boolean `label`.

    Raises LabelNotMature when the horizon after `as_of` is not over when `known_by` begins.
    """
    ask_mature(target, as_of=as_of, terms=terms, known_by=known_by)
    past = Past(tables=tables, as_of=as_of, time_zone=terms.time_zone)
    future = Future(tables=tables, as_of=as_of, days=terms.horizon_days, known_by=known_by, time_zone=terms.time_zone)
    answered: pl.LazyFrame = target.label(past, future, terms).to_native()
    joined = among.select("customer_id").join(
        answered.select("customer_id", "label").collect(),
        on="customer_id",
        how="left",
        validate="1:1",
        maintain_order="left",
    )
    return joined.with_columns(pl.col("label").fill_null(target.otherwise))


def ask_mature(target: Target, *, as_of: date, terms: Terms, known_by: date) -> None:
    """Raises LabelNotMature when the horizon after `as_of` is not over when `known_by` begins."""
    over = as_of + timedelta(days=terms.horizon_days)
    if over > known_by:
        raise LabelNotMature(
            f"{target.name} is not known yet: the {terms.horizon_days} days after {as_of} are over on "
            f"{over}, but only what was known "
            f"before {known_by} may be used. Choose an as-of date on or before "
            f"{known_by - timedelta(days=terms.horizon_days)}."
        )
