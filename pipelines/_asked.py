"""Whom are the questions of one day about? The population of each, beside one snapshot of all customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from features import Lake
from models import population, targets
from pipelines._learning import rows_of, snapshot_store
from pipelines._question_terms import terms_of
from pipelines._settings import Settings


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`known`: the snapshot of all customers; `about`: whom each question, by its name, is asked about."""

    as_of: date
    known: pl.DataFrame
    about: Mapping[str, pl.DataFrame]

    def rows_about(self, *questions: str) -> pl.DataFrame:
        """The snapshot rows, with `as_of`, of those whom any of the questions is asked about, by `customer_id`."""
        everyone = pl.concat(self.about[name] for name in questions).unique("customer_id").sort("customer_id")
        return rows_of(everyone, self.known, as_of=self.as_of)


def asked_on(settings: Settings, lake: Lake, questions: Iterable[str], *, as_of: date) -> Asked:
    """Fixes the populations of the named questions and reads the snapshot, each once, for all who need them."""
    declared = targets()
    about = {
        name: population(declared[name], lake.tables, as_of=as_of, terms=terms_of(settings, declared[name]))
        for name in questions
    }
    return Asked(as_of=as_of, known=snapshot_store(settings, lake).at(as_of), about=about)
