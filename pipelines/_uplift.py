"""Which uplift models do tonight's campaigns go by, and what do they say of each customer?"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
import polars as pl

from features import Lake
from models import FeaturesChanged, NoChampion
from models._matrix import Numbers
from models._takers import Offered, are_told
from models._uplift import PROBABILITY, learn_uplift
from models._uplift_power import short_of
from models._uplift_traits import traits_of
from pipelines._learning import snapshot_store
from pipelines._lent_lessons import lessons_tonight
from pipelines._progress import stage
from pipelines._settings import Settings
from pipelines._uplift_lessons import Lesson
from pipelines._uplift_terms import UPLIFT, WHY_NOT, terms_told
from serving import PURPOSES, Ledger, take_column, uplift_column

log = logging.getLogger(__name__)

_DECIMALS = 6
_AT_ONCE = 100_000
"""Of so many customers an uplift is foretold at once; more would take gigabytes."""


def learned_terms(
    settings: Settings, lake: Lake, ledger: Ledger, beliefs: Mapping[str, float], scores: pl.DataFrame, *, as_of: date
) -> dict[str, dict[str, object]]:
    """What the terms of campaigns that begin tonight say of an uplift model, by action; nothing where none can be.

    `beliefs` is the effect believed of each action whose campaign begins, `scores` the scored list. What was learned
    from the same before is taken from the registry. A look back learns nothing.
    """
    lessons = lessons_tonight(ledger, beliefs, scores, as_of=as_of) if beliefs else {}
    is_late = ledger.is_look_back(as_of)
    found = {name: _terms(settings, lake, lesson, is_late=is_late) for name, lesson in lessons.items()}
    return {name: terms for name, terms in found.items() if terms}


def _terms(settings: Settings, lake: Lake, lesson: Lesson, *, is_late: bool) -> dict[str, object]:
    counted = lesson.trial(None)
    why_not = short_of(counted)
    own, lent = Offered.of(counted).and_of(lesson.offered(None)), lesson.lent(None)
    if why_not and not are_told(own) and not (lent and are_told(lent.offered)):
        return {WHY_NOT: why_not} if len(counted) else {}
    # MLflow takes seconds to load, which only nights with something to learn from have to wait for.
    from models._uplift_registry import UpliftRegistry

    registry, digest = UpliftRegistry(settings.home, tracking_uri=settings.mlflow.tracking_uri), lesson.digest
    kept = registry.known(lesson.action, lesson=digest)
    if kept is None and is_late:
        return {}
    if kept is None:
        with stage(f"learning the uplift of {lesson.action}"):
            store = snapshot_store(settings, lake)
            trial = lesson.trial(store)
            learned = learn_uplift(trial, lesson.offered(store), lesson.lent(store))
            kept = registry.keep(lesson.action, trial, learned, lesson=digest)
    return terms_told(kept)


def with_uplifts(
    settings: Settings, scores: pl.DataFrame, rows: pl.DataFrame, campaigns: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    """The scored list with a column `ACTION_uplift` for each campaign that goes by an uplift model or by who takes the
    offer, and `ACTION_take` where that is known; and what to note.

    `rows` are the snapshot rows in the same order. A model that cannot be read, or that learned from other features
    than today's, is noted, and the effect that is believed takes its place.
    """
    notes = []
    for action, terms in campaigns.select("action", "terms").iter_rows():
        version = json.loads(terms).get(UPLIFT)
        if version is None or PURPOSES[action].probability not in scores.columns:
            continue
        try:
            scores = scores.with_columns(_said(settings, action, version, scores, rows))
        except (NoChampion, FeaturesChanged) as trouble:
            notes.append(
                f"{action}: uplift model {version} does not speak tonight, the effect is as believed: {trouble}"
            )
            log.warning("%s", notes[-1])
    return scores, notes


def _said(settings: Settings, action: str, version: int, scores: pl.DataFrame, rows: pl.DataFrame) -> list[pl.Series]:
    """By how much contact raises the probability of a good outcome, and who takes the offer as far as that is known;
    null where the question is not asked."""
    from models._uplift_registry import UpliftRegistry

    uplift = UpliftRegistry(settings.home, tracking_uri=settings.mlflow.tracking_uri).uplift(action, version=version)
    purpose = PURPOSES[action]
    probability = scores[purpose.probability]
    asked = scores.select(purpose.risk(pl.col(purpose.probability)).fill_null(0.0) > 0).to_series()
    places, said = asked.arg_true(), dict[str, list[Numbers]]()
    for first in range(0, len(places), _AT_ONCE):
        some = places[first : first + _AT_ONCE]
        X = pd.DataFrame(traits_of(rows[some], uplift.columns), columns=list(uplift.columns))
        X[PROBABILITY] = probability.gather(some).to_numpy()
        for name, values in ((uplift_column(action), uplift.predict(X)), (take_column(action), uplift.take(X))):
            if values is not None:
                said.setdefault(name, []).append(values)
    return [_placed(name, places, parts, length=scores.height) for name, parts in said.items()]


def _placed(name: str, places: pl.Series, parts: list[Numbers], *, length: int) -> pl.Series:
    values = np.full(length, np.nan)
    values[places.to_numpy()] = np.concatenate(parts)
    return pl.Series(name, values).fill_nan(None).round(_DECIMALS)
