"""May tonight's champions score tonight's customers, and is it time to learn anew?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial

from features import Lake
from models import (
    FeaturesChanged,
    InputsDrifted,
    ModelFromTheFuture,
    ModelTooOld,
    NoChampion,
    NotEnoughHistory,
    Target,
    targets,
)
from models._drift import ask_steady, drift
from models._registry import Champion, Registry
from models._scoring import ask_fit, check
from pipelines._asked import Asked, asked_on
from pipelines._learning import Learned, grown_old, learn
from pipelines._question_terms import terms_of
from pipelines._settings import Settings

log = logging.getLogger(__name__)


def usable(settings: Settings, champions: Mapping[str, Champion], *, as_of: date) -> dict[str, Champion]:
    """The champions that fit tonight's features and terms and are young enough, found out before anything is computed.

    Raises FeaturesChanged, ModelFromTheFuture or ModelTooOld; but a question without which there still is a night is
    left out with a warning where its champion does not fit or is too old.
    """

    def ask(champion: Champion) -> None:
        target, oldest = targets()[champion.name], settings.models.max_age_days
        check(champion, target, as_of=as_of, terms=terms_of(settings, target), max_age_days=oldest)

    return _sorted_out(champions, ask, "is not asked tonight")[0]


def familiar(settings: Settings, champions: Mapping[str, Champion], tonight: Asked) -> dict[str, Champion]:
    """The champions that know customers like tonight's.

    Raises InputsDrifted; but a question without which there still is a night is left out with a warning.
    """
    ask = partial(_ask_steady_inputs, settings, tonight)
    return _sorted_out(champions, ask, "is not asked tonight")[0]


def learn_anew(settings: Settings, lake: Lake, registry: Registry, *, as_of: date) -> tuple[list[Learned], list[str]]:
    """Trains the questions whose models have grown old, and what to note where that could not be done.

    The champions' inputs must be steady before: what a broken feed brings is refused, not learned. A question without
    which there still is a night is left out with a note where its customers have drifted. History that is no longer
    enough to learn from leaves the champions in place.
    """
    due = grown_old(settings, registry, lake, as_of=as_of)
    if not due:
        return [], []
    due, notes = _steadily_fed(settings, lake, registry, due, as_of=as_of)
    try:
        learned, waiting = learn(settings, lake, registry, as_of=as_of, questions=due)
        return learned, [*notes, *waiting]
    except NotEnoughHistory as trouble:
        return [], [*notes, f"the models are due to be trained anew, but could not: {trouble}"]


def _steadily_fed(
    settings: Settings, lake: Lake, registry: Registry, due: Sequence[Target], *, as_of: date
) -> tuple[list[Target], list[str]]:
    """The questions to learn anew, and a note on each that is left out because its customers have drifted."""
    fitting = _still_fitting(settings, registry, due)
    ask = partial(_ask_steady_inputs, settings, asked_on(settings, lake, fitting, as_of=as_of))
    steady, notes = _sorted_out(fitting, ask, "is due to be trained anew, but is left out")
    return [target for target in due if target.name in steady or target.name not in fitting], notes


def _still_fitting(settings: Settings, registry: Registry, questions: Iterable[Target]) -> dict[str, Champion]:
    """The champions that were trained on today's features and terms; others know nothing of today's columns."""
    found = {}
    for target in questions:
        with suppress(FeaturesChanged, NoChampion):
            champion = registry.champion(target.name)
            ask_fit(champion, target, terms=terms_of(settings, target))
            found[target.name] = champion
    return found


def _sorted_out(
    champions: Mapping[str, Champion], ask: Callable[[Champion], None], otherwise: str
) -> tuple[dict[str, Champion], list[str]]:
    """The champions that pass, and a note on each other one, also logged; an essential one's trouble is raised."""
    kept, notes = {}, []
    for name, champion in champions.items():
        try:
            ask(champion)
            kept[name] = champion
        except (FeaturesChanged, ModelFromTheFuture, ModelTooOld, InputsDrifted) as trouble:
            if targets()[name].essential:
                raise
            notes.append(f"{name} {otherwise}: {trouble}")
            log.warning("%s", notes[-1])
    return kept, notes


def _ask_steady_inputs(settings: Settings, tonight: Asked, champion: Champion) -> None:
    """Raises InputsDrifted when the customers of a question are too far from those that its champion knows."""
    if champion.reference is None or tonight.about[champion.name].is_empty():
        return
    ask_steady(
        drift(champion.reference, tonight.rows_about(champion.name), as_of=tonight.as_of),
        question=champion.name,
        version=champion.version,
        learned_until=champion.learned_until,
        max_drift=settings.models.max_drift,
        max_change=settings.models.max_customers_change,
    )
