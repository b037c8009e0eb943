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
from models._randomised import Randomised, within
from models._ranked import Ranked
from models._takers import FEWEST_TOLD, Habits, Offered, Takers, are_told
from models._uplift import PROBABILITY, learn_uplift
from models._uplift_power import short_of
from models._uplift_traits import PRONE, traits_of
from pipelines._besides import lessons_tonight
from pipelines._learning import snapshot_store
from pipelines._progress import stage
from pipelines._settings import Settings
from pipelines._uplift_lessons import Lesson, traits_about
from pipelines._uplift_terms import HABITS, UPLIFT, WHY_NOT, terms_told
from serving import PURPOSES, Effect, Ledger, take_column, uplift_column

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
    spread = settings.decisions.habit_spread
    lessons = lessons_tonight(ledger, beliefs, scores, habit_spread=spread, as_of=as_of) if beliefs else {}
    is_late = ledger.is_look_back(as_of)
    found = {name: _terms(settings, lake, lesson, is_late=is_late) for name, lesson in lessons.items()}
    untried = {name: _by_habits(name, spread) for name in beliefs if name not in lessons}
    return {name: terms for name, terms in (found | untried).items() if terms}


def _by_habits(action: str, spread: float) -> dict[str, object]:
    """What the terms of a campaign say that goes by habits of taking offers."""
    return {HABITS: spread} if spread and PURPOSES[action].is_offer else {}


def _terms(settings: Settings, lake: Lake, lesson: Lesson, *, is_late: bool) -> dict[str, object]:
    counted = lesson.trial(None)
    why_not = short_of(counted)
    if why_not and not _can_teach(lesson, counted):
        return _by_habits(lesson.action, lesson.habit_spread) | ({WHY_NOT: why_not} if len(counted) else {})
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
            learned = learn_uplift(trial, lesson.offered(store), lesson.besides(store))
            kept = registry.keep(lesson.action, trial, learned, lesson=digest)
    return terms_told(kept)


def _can_teach(lesson: Lesson, counted: Randomised) -> bool:
    """Whether enough were offered this or something else to say who takes it, or of whom the effect is."""
    own, others = Offered.of(counted).and_of(lesson.offered(None)), lesson.besides(None).others
    return are_told(own) or are_told(others) or counted.is_treated.sum() >= FEWEST_TOLD


def with_uplifts(
    settings: Settings,
    scores: pl.DataFrame,
    rows: pl.DataFrame,
    campaigns: pl.DataFrame,
    beliefs: Mapping[str, Effect],
) -> tuple[pl.DataFrame, list[str]]:
    """The scored list with a column `ACTION_uplift` for each campaign that goes by an uplift model, by who takes the
    offer or by habits of taking offers, and `ACTION_take` where that is known; and what to note. `beliefs` are the
    effects believed tonight.

    `rows` are the snapshot rows in the same order. A model that cannot be read, or that learned from other features
    than today's, is noted, and the effect that is believed takes its place.
    """
    notes = []
    for action, terms in campaigns.select("action", "terms").iter_rows():
        told = json.loads(terms)
        version, spread = told.get(UPLIFT), told.get(HABITS, 0.0)
        if PURPOSES[action].probability not in scores.columns:
            continue
        if version is None:
            scores = scores.with_columns(_said_by_habits(action, beliefs[action].mean, spread, scores, rows))
            continue
        try:
            scores = scores.with_columns(_said(settings, action, version, scores, rows))
        except (NoChampion, FeaturesChanged) as trouble:
            notes.append(
                f"{action}: uplift model {version} does not speak tonight, the effect is as believed: {trouble}"
            )
            log.warning("%s", notes[-1])
    return scores, notes


def _said_by_habits(
    action: str, effect: float, spread: float, scores: pl.DataFrame, rows: pl.DataFrame
) -> list[pl.Series]:
    """By how much contact raises the probability of a good outcome, as far as habits say who takes offers; nothing
    where they say nothing."""
    columns = tuple(name for name in traits_about(action) if name in PRONE)
    habits, (places, probability) = Habits.among(columns, spread=spread), _asked(action, scores)
    ranks = _ranks(rows[places], columns)
    if not habits.say_anything or not habits.slopes(ranks).any():
        return []
    risk = scores.select(PURPOSES[action].risk(probability)).to_series().gather(places).to_numpy()
    takers = Takers.by_habits(habits, over=(ranks, risk))
    uplift = within(effect * takers.reach(ranks, risk), 1.0 - risk)
    return [_placed(uplift_column(action), places, [uplift], length=scores.height)]


def _ranks(rows: pl.DataFrame, columns: tuple[str, ...]) -> Numbers:
    traits = traits_of(rows, columns)
    return Ranked.of(traits).apply(traits)


def _asked(action: str, scores: pl.DataFrame) -> tuple[pl.Series, pl.Expr]:
    """The places of the customers whom the outcome is predicted of and with whom it could end badly; its column."""
    purpose = PURPOSES[action]
    probability = pl.col(purpose.probability).cast(pl.Float64)
    return scores.select(purpose.risk(probability).fill_null(0.0) > 0).to_series().arg_true(), probability


def _said(settings: Settings, action: str, version: int, scores: pl.DataFrame, rows: pl.DataFrame) -> list[pl.Series]:
    """By how much contact raises the probability of a good outcome, and who takes the offer as far as that is known;
    null where the question is not asked."""
    from models._uplift_registry import UpliftRegistry

    uplift = UpliftRegistry(settings.home, tracking_uri=settings.mlflow.tracking_uri).uplift(action, version=version)
    (places, probability), said = _asked(action, scores), dict[str, list[Numbers]]()
    for first in range(0, len(places), _AT_ONCE):
        some = places[first : first + _AT_ONCE]
        X = pd.DataFrame(traits_of(rows[some], uplift.columns), columns=list(uplift.columns))
        X[PROBABILITY] = scores[some].select(probability).to_series().to_numpy()
        for name, values in ((uplift_column(action), uplift.predict(X)), (take_column(action), uplift.take(X))):
            if values is not None:
                said.setdefault(name, []).append(values)
    return [_placed(name, places, parts, length=scores.height) for name, parts in said.items()]


def _placed(name: str, places: pl.Series, parts: list[Numbers], *, length: int) -> pl.Series:
    values = np.full(length, np.nan)
    values[places.to_numpy()] = np.concatenate(parts)
    return pl.Series(name, values).fill_nan(None).round(_DECIMALS)
