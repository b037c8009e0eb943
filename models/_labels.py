"""What really happened? The population of a question on a day and its labels, once they are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

import polars as pl

from features import tables_of
from models._errors import LabelNotMature
from models._known import reach
from models._target import Future, Past, Target, Terms, targets


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
    future = Future(
        tables=tables,
        start_on=as_of + timedelta(days=terms.lead_days),
        days=terms.horizon_days,
        known_by=known_by,
        time_zone=terms.time_zone,
    )
    answered: pl.LazyFrame = target.label(past, future, terms).to_native()
    joined = among.select("customer_id").join(
        answered.select("customer_id", "label").collect(),
        on="customer_id",
        how="left",
        validate="1:1",
        maintain_order="left",
    )
    return joined.with_columns(pl.col("label").fill_null(target.otherwise))


def labels_on(question: Target | str, tables: Any, *, terms: Terms) -> Callable[[date], pl.DataFrame]:
    """The labels of a question on any as-of date, by all that the tables know: what `features.compare` asks for.

    `question` is a target or the name of a declared one; `tables` are whatever `features.snapshot` takes, but frames of
    DuckDB or Spark (TypeError). Asked for a date whose horizon is not over, it raises LabelNotMature. Raises ValueError
    for a name that no target has.
    """
    target = _declared(question) if isinstance(question, str) else question
    brought = tables_of(tables, time_zone=terms.time_zone)
    if not all(isinstance(frame, pl.LazyFrame) for frame in brought.values()):
        raise TypeError("labels are made with Polars: give frames of Polars or pandas, a folder or a home")
    data = reach(brought, time_zone=terms.time_zone, needs=target.needs)

    def on(as_of: date) -> pl.DataFrame:
        ask_mature(target, as_of=as_of, terms=terms, known_by=data.over_by if data else as_of)
        among = population(target, brought, as_of=as_of, terms=terms)
        known_by = data.recorded_by if data else as_of
        return labels(target, brought, as_of=as_of, terms=terms, known_by=known_by, among=among)

    return on


def _declared(question: str) -> Target:
    known = targets()
    if question not in known:
        close = get_close_matches(question, known, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"no question is called {question!r}.{hint} Declared are {', '.join(known)}.")
    return known[question]


def ask_mature(target: Target, *, as_of: date, terms: Terms, known_by: date) -> None:
    """Raises LabelNotMature when the horizon after `as_of` is not over when `known_by` begins."""
    over = as_of + timedelta(days=terms.ahead_days)
    if over > known_by:
        raise LabelNotMature(
            f"{target.name} is not known yet: the {terms.ahead_days} days after {as_of} are over on {over}, but only "
            f"what was known before {known_by} may be used. Choose an as-of date on or before "
            f"{known_by - timedelta(days=terms.ahead_days)}."
        )
