"""Which models does a night use? Trains the questions that have no champion, or all when asked to."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from features import Lake, SnapshotStore
from models import NotEnoughHistory, Target, Terms, targets
from models._registry import Champion, Registry
from models._training import Recipe, train
from pipelines._progress import stage
from pipelines._settings import Settings
from pipelines._snapshot import engine_tables

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What a training found: figures on the later test date by estimator (`model`, `recency_rule`, `logistic_rfm`)."""

    name: str
    version: int
    test_on: date
    row_count: int
    report: Mapping[str, Mapping[str, float]]


def terms_of(settings: Settings, target: Target) -> Terms:
    """What the settings say about a question; a horizon that is not set for it is that of churn."""
    own = getattr(settings, target.name, None)
    return Terms(
        active_days=settings.population.active_days,
        horizon_days=getattr(own, "horizon_days", None) or settings.churn.horizon_days,
        more_share=settings.upsell.more_share,
        time_zone=settings.time_zone,
        grace_days=getattr(own, "grace_days", 0),
    )


def recipe_of(settings: Settings) -> Recipe:
    """How the settings say to learn."""
    chosen = settings.training
    return Recipe(
        step_days=chosen.step_days,
        max_dates=chosen.max_dates,
        max_rows=chosen.max_rows,
        seed=chosen.seed,
        trusted=chosen.trusted_features,
    )


def snapshot_store(settings: Settings, lake: Lake) -> SnapshotStore:
    """The stored snapshots of the home folder, made from the lake's tables on the engine that the settings name."""
    return SnapshotStore(
        folder=settings.home / "snapshots",
        tables=lake.arrived,
        versions=lake.versions,
        time_zone=settings.time_zone,
        computed_on=engine_tables(settings, lake.versions),
    )


def without_champion(registry: Registry, lake: Lake) -> list[Target]:
    """The questions that a company with these tables can be asked, and that no model has been registered for yet."""
    return [target for target in targets(lake.arrived).values() if not registry.has_champion(target.name)]


def learn(
    settings: Settings, lake: Lake, registry: Registry, *, as_of: date, questions: Iterable[Target]
) -> list[Learned]:
    """Trains each question on what was known before `as_of` began and makes the models champions.

    All are trained before the first is registered, so that one that cannot be learned leaves every champion as it is.
    """
    store = snapshot_store(settings, lake)
    recipe = recipe_of(settings)
    trained = []
    for target in questions:
        with stage(f"training {target.name}"), _unasked_too_early(target):
            trained.append(train(target, store, known_by=as_of, terms=terms_of(settings, target), recipe=recipe))
    return [
        Learned(
            name=made.target.name,
            version=registry.register(made),
            test_on=made.plan.test,
            row_count=made.row_count,
            report=made.report,
        )
        for made in trained
    ]


@contextmanager
def _unasked_too_early(target: Target) -> Iterator[None]:
    """A question about a table that began to come lately waits until there is something to learn from."""
    try:
        yield
    except NotEnoughHistory as error:
        if not target.needs:
            raise
        log.warning("%s is not asked yet: %s", target.name, error)


def champions(registry: Registry, lake: Lake) -> dict[str, Champion]:
    """The champion of every question asked of a company with these tables; raises NoChampion when one has none.

    A question about a table that only some companies have may wait for its first champion.
    """
    asked = targets(lake.arrived).items()
    return {name: registry.champion(name) for name, each in asked if not each.needs or registry.has_champion(name)}
