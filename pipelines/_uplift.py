"""Which uplift models do tonight's campaigns go by, and what do they say of each customer?"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl

from features import Lake
from models import FeaturesChanged, NoChampion
from models._matrix import Numbers
from models._randomised import Randomised, within
from models._ranked import Ranked
from models._takers import FEWEST_TOLD, Habits, Leaning, Takers, are_told
from models._uplift import PROBABILITY, learn_uplift
from models._uplift_power import short_of
from models._uplift_traits import PRONE, traits_of
from pipelines._besides import lessons_tonight
from pipelines._learning import snapshot_store
from pipelines._progress import stage
from pipelines._settings import Settings
from pipelines._uplift_lessons import Lesson, traits_about
from pipelines._uplift_terms import HABIT_SPREAD, QINI, UPLIFT, WHY_NOT, terms_told
from serving import PURPOSES, Effect, Ledger, take_column, uplift_column

if TYPE_CHECKING:
    from models._uplift_registry import KeptUplift

log = logging.getLogger(__name__)

_DECIMALS = 6
_AT_ONCE = 100_000
"""Of so many customers an uplift is foretold at once; more would take gigabytes."""


def learned_terms(
    settings: Settings,
    lake: Lake,
    ledger: Ledger,
    beliefs: Mapping[str, float],
    scores: pl.DataFrame,
    rows: pl.DataFrame,
    *,
    as_of: date,
) -> dict[str, dict[str, object]]:
    """What the terms of campaigns that begin tonight say of an uplift model, by action; nothing where none can be.

    `beliefs` is the effect believed of each action whose campaign begins, `scores` the scored list and
    `rows` the snapshot rows in the same order. What was learned from the same before is taken from the registry. A look
    back learns nothing.
    """
    spread = settings.decisions.habit_spread
    lessons = lessons_tonight(ledger, beliefs, scores, habit_spread=spread, as_of=as_of) if beliefs else {}
    is_late = ledger.is_look_back(as_of)
    found = dict[str, dict[str, object]]()
    for action in beliefs:
        kept = _learned(settings, lake, lessons[action], is_late=is_late) if action in lessons else None
        found[action] = _missing(lessons.get(action)) if kept is None else terms_told(kept)
        # Where something was learned, it is known whether habits may speak.
        if kept is None and _habits_say(action, spread, scores, rows):
            found[action][HABIT_SPREAD] = spread
    return {name: terms for name, terms in found.items() if terms}


def _habits_say(action: str, spread: float, scores: pl.DataFrame, rows: pl.DataFrame) -> bool:
    """Whether habits of taking offers say anything of the customers whom tonight the action could be done to."""
    if not PURPOSES[action].is_promotion or PURPOSES[action].probability not in scores.columns:
        return False
    return _leaning(action, spread, scores, rows)[0].says_anything


def _missing(lesson: Lesson | None) -> dict[str, object]:
    """What the terms say where nothing is learned: what is missing, of an action that was tried."""
    counted = lesson.trial(None) if lesson else None
    why_not = short_of(counted) if counted else ""
    return {WHY_NOT: why_not} if why_not else {}


def _learned(settings: Settings, lake: Lake, lesson: Lesson, *, is_late: bool) -> KeptUplift | None:
    """What came of a lesson, tonight or before; None where there is too little to learn from, or a look back would."""
    counted = lesson.trial(None)
    if short_of(counted) and not _can_teach(lesson, counted):
        return None
    # MLflow takes seconds to load, which only nights with something to learn from have to wait for.
    from models._uplift_registry import UpliftRegistry

    registry, digest = UpliftRegistry(settings.home, tracking_uri=settings.mlflow.tracking_uri), lesson.digest
    kept = registry.known(lesson.action, lesson=digest)
    if kept is None and not is_late:
        with stage(f"learning the uplift of {lesson.action}"):
            store = snapshot_store(settings, lake)
            trial = lesson.trial(store)
            learned = learn_uplift(trial, lesson.offered(store), lesson.besides(store))
            kept = registry.keep(lesson.action, trial, learned, lesson=digest)
    return kept


def _can_teach(lesson: Lesson, counted: Randomised) -> bool:
    """Whether enough were offered this or something else to say who takes it, or of whom the effect is."""
    is_spread = lesson.habit_spread > 0 and counted.is_treated.sum() >= FEWEST_TOLD
    return lesson.is_told or are_told(lesson.besides(None).others) or bool(is_spread)


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

    `rows` are the snapshot rows in the same order. Where the effect of all is spread, it is the one that the campaign
    began with, moved by what is believed of it tonight. A model that cannot be read, or that learned from other
    features than today's, is noted, and the effect that is believed takes its place.
    """
    notes = []
    for action, terms in campaigns.select("action", "terms").iter_rows():
        told = json.loads(terms)
        if PURPOSES[action].probability not in scores.columns or not {UPLIFT, HABIT_SPREAD} & {*told}:
            continue
        moved = 0.0 if QINI in told else beliefs[action].mean - told["effect"]
        if UPLIFT not in told:
            spread = told[HABIT_SPREAD]
            scores = scores.with_columns(_said_by_habits(action, told["effect"], moved, spread, scores, rows))
            continue
        version = told[UPLIFT]
        try:
            scores = scores.with_columns(_said(settings, action, version, moved, scores, rows))
        except (NoChampion, FeaturesChanged) as trouble:
            notes.append(
                f"{action}: uplift model {version} does not speak tonight, the effect is as believed: {trouble}"
            )
            log.warning("%s", notes[-1])
    return scores, notes


def _said_by_habits(
    action: str, effect: float, moved: float, spread: float, scores: pl.DataFrame, rows: pl.DataFrame
) -> list[pl.Series]:
    """By how much contact raises the probability of a good outcome, as far as habits say who takes offers; nothing
    where they say nothing tonight."""
    leaning, ranks, places = _leaning(action, spread, scores, rows)
    if not leaning.says_anything:
        return []
    risk = _risk(action, scores[places])
    takers = Takers.by_habits(leaning, over=(ranks, risk))
    uplift = within(effect * takers.reach(ranks, risk) + moved * risk, 1.0 - risk)
    return [_placed(uplift_column(action), places, [uplift], length=scores.height)]


def _leaning(
    action: str, spread: float, scores: pl.DataFrame, rows: pl.DataFrame
) -> tuple[Leaning, Numbers, pl.Series]:
    """What habits say of those whom the outcome is predicted of, their ranks, and their places in the list."""
    columns = tuple(name for name in traits_about(action) if name in PRONE)
    places = _asked(action, scores)
    traits = traits_of(rows[places], columns)
    ranks = Ranked.of(traits).apply(traits)
    return Habits.among(columns, spread=spread).leaning(ranks), ranks, places


def _risk(action: str, scores: pl.DataFrame) -> Numbers:
    return scores.select(PURPOSES[action].risk_in(scores.columns)).to_series().to_numpy()


def _asked(action: str, scores: pl.DataFrame) -> pl.Series:
    """The places of the customers whom the outcome is predicted of and with whom it could end badly."""
    risk = PURPOSES[action].risk_in(scores.columns)
    return scores.select(risk.fill_null(0.0) > 0).to_series().arg_true()


def _said(
    settings: Settings, action: str, version: int, moved: float, scores: pl.DataFrame, rows: pl.DataFrame
) -> list[pl.Series]:
    """By how much contact raises the probability of a good outcome, and who takes the offer as far as that is known;
    null where the question is not asked."""
    from models._uplift_registry import UpliftRegistry

    uplift = UpliftRegistry(settings.home, tracking_uri=settings.mlflow.tracking_uri).uplift(action, version=version)
    places, said = _asked(action, scores), dict[str, list[Numbers]]()
    for first in range(0, len(places), _AT_ONCE):
        some = places[first : first + _AT_ONCE]
        X = pd.DataFrame(traits_of(rows[some], uplift.columns), columns=list(uplift.columns))
        X[PROBABILITY] = scores[PURPOSES[action].weighed_by(scores.columns)].gather(some).to_numpy()
        risk = _risk(action, scores[some])
        change = within(uplift.predict(X) + moved * risk, 1.0 - risk) if moved else uplift.predict(X)
        for name, values in ((uplift_column(action), change), (take_column(action), uplift.take(X))):
            if values is not None:
                said.setdefault(name, []).append(values)
    return [_placed(name, places, parts, length=scores.height) for name, parts in said.items()]


def _placed(name: str, places: pl.Series, parts: list[Numbers], *, length: int) -> pl.Series:
    values = np.full(length, np.nan)
    values[places.to_numpy()] = np.concatenate(parts)
    return pl.Series(name, values).fill_nan(None).round(_DECIMALS)
