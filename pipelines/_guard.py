"""May tonight's champions score tonight's customers, and is it time to learn anew?"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date

from features import Lake
from models import FeaturesChanged, InputsDrifted, ModelTooOld, NoChampion, NotEnoughHistory, Target, targets
from models._drift import ask_steady, drift
from models._registry import Champion, Registry
from models._scoring import ask_fit, check
from pipelines._learning import Learned, grown_old, learn, population_rows, snapshot_store, terms_of
from pipelines._settings import Settings

log = logging.getLogger(__name__)


def ask_usable(settings: Settings, champions: Mapping[str, Champion], *, as_of: date) -> None:
    """Raises FeaturesChanged, ModelFromTheFuture or ModelTooOld when a champion must not score `as_of`."""
    for name, champion in champions.items():
        terms, oldest = terms_of(settings, targets()[name]), settings.models.max_age_days
        check(champion, targets()[name], as_of=as_of, terms=terms, max_age_days=oldest)


def usable(settings: Settings, lake: Lake, champions: Mapping[str, Champion], *, as_of: date) -> dict[str, Champion]:
    """The champions that may score tonight: they fit, are young enough, and know customers like tonight's.

    Raises what `ask_usable` and `ask_steady_inputs` raise; but a question without which there still is a night is left
    out with a warning where its champion is too old or its customers have drifted.
    """
    kept = {}
    for name, champion in champions.items():
        try:
            ask_usable(settings, {name: champion}, as_of=as_of)
            ask_steady_inputs(settings, lake, {name: champion}, as_of=as_of)
        except (ModelTooOld, InputsDrifted) as trouble:
            if targets()[name].essential:
                raise
            log.warning("%s is not asked tonight: %s", name, trouble)
            continue
        kept[name] = champion
    return kept


def learn_anew(settings: Settings, lake: Lake, registry: Registry, *, as_of: date) -> tuple[list[Learned], list[str]]:
    """Trains the questions whose models have grown old, and what to note where that could not be done.

    The champions' inputs must be steady before: what a broken feed brings is refused, not learned. History that is no
    longer enough to learn from leaves the champions in place.
    """
    due = grown_old(settings, registry, lake, as_of=as_of)
    if not due:
        return [], []
    ask_steady_inputs(settings, lake, _still_fitting(settings, registry, due), as_of=as_of)
    try:
        return learn(settings, lake, registry, as_of=as_of, questions=due), []
    except NotEnoughHistory as trouble:
        return [], [f"the models are due to be trained anew, but could not: {trouble}"]


def _still_fitting(settings: Settings, registry: Registry, questions: Iterable[Target]) -> dict[str, Champion]:
    """The champions that were trained on today's features and terms; others know nothing of today's columns."""
    found = {}
    for target in questions:
        with suppress(FeaturesChanged, NoChampion):
            champion = registry.champion(target.name)
            ask_fit(champion, target, terms=terms_of(settings, target))
            found[target.name] = champion
    return found


def ask_steady_inputs(settings: Settings, lake: Lake, champions: Mapping[str, Champion], *, as_of: date) -> None:
    """Raises InputsDrifted when the customers of a question are too far from those that its champion knows."""
    store = snapshot_store(settings, lake)
    for name, champion in champions.items():
        if champion.reference is None:
            continue
        rows = population_rows(targets()[name], store, as_of=as_of, terms=terms_of(settings, targets()[name]))
        if rows.is_empty():
            continue
        ask_steady(
            drift(champion.reference, rows, as_of=as_of),
            question=name,
            version=champion.version,
            learned_until=champion.learned_until,
            max_drift=settings.models.max_drift,
            max_change=settings.models.max_customers_change,
        )
