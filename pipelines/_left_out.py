"""Whom does a look at a past date leave out? Who was contacted: models say what happens if nothing is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features import open_lake
from models import Target, Terms, population
from models._examples import NOBODY, LeftOut
from models._known import reach
from pipelines._campaigns_known import ledger_with_campaigns
from pipelines._settings import Settings
from pipelines._touched import contacts_about, touched, windows
from serving import Ledger, list_folder, manifest_of


def left_out(settings: Settings, target: Target, *, as_of: date, terms: Terms) -> LeftOut:
    """Whom campaigns reached: of learning by what was known on `as_of`, as its night did; of judging by all on record.

    Nobody while there is no campaign. On customers of lists that were made in hindsight models are judged all the same.
    """
    ledger = ledger_with_campaigns(settings)
    if ledger is None:
        return NOBODY
    return LeftOut(
        learning=touched(ledger, target, terms=terms, before=as_of),
        judging=windows(_contacts_around(ledger, settings.home, target, as_of=as_of, terms=terms), terms),
    )


def reached_words(asked: int, *, judged: int) -> list[str]:
    """How many of the customers asked about were reached, and are not judged, in a sentence; none where none was."""
    if judged == asked:
        return []
    return [f"{asked - judged:,} of {asked:,} customers were reached by campaigns within the horizon and are left out"]


def reached_by_date(target: Target, tables: Mapping[str, pl.LazyFrame], rows: pl.DataFrame, *, terms: Terms) -> str:
    """On how many customers the `rows` of several as-of dates say nothing, in a sentence; empty where all are there."""
    told = []
    for day, count in rows.group_by("as_of", maintain_order=True).len().rows():
        everybody = population(target, tables, as_of=day, terms=terms).height
        told += [f"{everybody - count:,} of {everybody:,} on {day}"] if count < everybody else []
    if not told:
        return ""
    return (
        f" Customers whom campaigns reached within the horizon are neither learned from nor judged: {', '.join(told)}."
    )


def _contacts_around(ledger: Ledger, home: Path, target: Target, *, as_of: date, terms: Terms) -> pl.DataFrame:
    """Contacts that may work on within the horizon of `as_of`, whenever they became known."""
    ahead = timedelta(days=terms.ahead_days)
    contacts = contacts_about(ledger, target, before=date.max, since=as_of - ahead)
    near = contacts.filter(pl.col("contacted_on") < as_of + ahead)
    unused = [day for day in near["list_as_of"].unique().sort() if _made_in_hindsight(home, day, terms)]
    return near.filter(~pl.col("list_as_of").is_in(pl.Series(unused, dtype=pl.Date).implode()))


def _made_in_hindsight(home: Path, as_of: date, terms: Terms) -> bool:
    """Whether the list of a day was made when the data reached to the end of its horizon: it has changed no answer."""
    versions = manifest_of(list_folder(home, as_of)).get("tables")
    if not versions:
        return False
    data = reach(open_lake(home, versions=versions).tables, time_zone=terms.time_zone)
    return data is not None and data.over_by >= as_of + timedelta(days=terms.ahead_days)
