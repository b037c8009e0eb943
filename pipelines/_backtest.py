"""Was the list right? Published scores of a past date against what happened within the horizon."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import date
from typing import Any

import polars as pl

from features import Lake, open_lake, table_path
from models import LabelNotMature, NotEnoughHistory, Target, Terms, labels, targets
from models._amounts import measured
from models._backtest import said_by_baselines
from models._examples import untouched
from models._known import reach
from models._labels import ask_mature
from models._matrix import Labels, Numbers
from pipelines._alone import alone_in
from pipelines._ingest import ingest, read_and_check
from pipelines._learning import recipe_of, rows_of, snapshot_store
from pipelines._left_out import left_out, reached_words
from pipelines._question_terms import terms_of
from pipelines._settings import Settings
from pipelines._summary import figures_row
from serving import list_folder

log = logging.getLogger(__name__)


def figures_of(settings: Settings, as_of: date) -> tuple[list[dict[str, Any]], list[str]]:
    """One mapping per question and estimator: figures of the published scores and of the baselines; and notes.

    The baselines learn from the same past. Customers whom a campaign reached within the horizon are left out, and a
    note says how many. Raises LabelNotMature when the lake does not reach a whole horizon beyond `as_of`.
    """
    lake = open_lake(settings.home)
    scores = pl.read_parquet(list_folder(settings.home, as_of) / "scores.parquet")
    rows, notes = [], list[str]()
    for target in targets(lake.arrived).values():
        if target.column in scores.columns:
            said = scores.filter(pl.col(target.column).is_not_null())
            without = left_out(settings, target, as_of=as_of, terms=terms_of(settings, target))
            judged = untouched(said, without.judging, as_of=as_of, terms=terms_of(settings, target))
            notes += [f"{target.name}: {words}" for words in reached_words(said.height, judged=judged.height)]
            if judged.height or said.is_empty():
                rows += _figures(settings, target, judged, lake, as_of, leave_out=without.learning)
    return rows, notes


def ask_over(settings: Settings, as_of: date) -> None:
    """Raises LabelNotMature when the horizon after `as_of` is not over in what has been brought in, or can be now."""
    churn = next(target for target in targets().values() if target.essential)
    terms = terms_of(settings, churn)
    if table_path(settings.home, "transactions").exists():
        with suppress(LabelNotMature):
            return _ask_mature(churn, settings, as_of, terms)
    with alone_in(settings.home):
        ingest(settings, read_and_check(settings, as_of=as_of), as_of=as_of)
    return _ask_mature(churn, settings, as_of, terms)


def _ask_mature(target: Target, settings: Settings, as_of: date, terms: Terms) -> None:
    data = reach(open_lake(settings.home).tables, time_zone=terms.time_zone, needs=target.needs)
    ask_mature(target, as_of=as_of, terms=terms, known_by=data.over_by if data else as_of)


def _figures(
    settings: Settings,
    target: Target,
    scores: pl.DataFrame,
    lake: Lake,
    as_of: date,
    *,
    leave_out: pl.DataFrame | None,
) -> list[dict[str, Any]]:
    terms, store = terms_of(settings, target), snapshot_store(settings, lake)
    label = _happened(target, scores, lake, as_of=as_of, terms=terms)
    predicted = {"model": scores[target.column].to_numpy()}
    asked = rows_of(scores.select("customer_id"), store.at(as_of), as_of=as_of)
    try:
        predicted |= said_by_baselines(
            target, store, asked, as_of=as_of, terms=terms, recipe=recipe_of(settings), leave_out=leave_out
        )
    except NotEnoughHistory as error:  # published all the same: of spend by the purchase process
        if target.essential:
            raise
        log.warning("%s stands without baselines: %s", target.name, error)
    found = {name: measured(label, values) for name, values in predicted.items()}
    return [figures_row(target.name, name, figures) for name, figures in found.items()]


def _happened(target: Target, scores: pl.DataFrame, lake: Lake, *, as_of: date, terms: Terms) -> Labels | Numbers:
    """The labels by all that is in the lake, once its days reach to the end of the horizon."""
    data = reach(lake.tables, time_zone=terms.time_zone, needs=target.needs)
    ask_mature(target, as_of=as_of, terms=terms, known_by=data.over_by if data else as_of)
    known_by = data.recorded_by if data else as_of
    happened = labels(target, lake.tables, as_of=as_of, terms=terms, known_by=known_by, among=scores)
    return happened["label"].to_numpy()
