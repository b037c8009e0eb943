"""Which models does a night use? Trains what has no champion or has grown old, and lets the gate decide."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from features import Lake, SnapshotStore
from models import NoChampion, NotEnoughHistory, Target, Terms, population, targets
from models._drift import Reference, reference
from models._examples import Recipe, plan_for
from models._gate import Override, Verdict, against_base_rate, against_champion, base_rate_instead
from models._parameters import USUAL
from models._registry import Champion, Registry
from models._scoring import is_too_old
from models._target import PROBABILITY
from models._training import Trained, train
from pipelines._parameters import champion_among, with_parameters
from pipelines._progress import stage
from pipelines._question_terms import terms_of
from pipelines._settings import Settings
from pipelines._snapshot import engine_tables
from pipelines._touched import touched
from serving import Ledger

log = logging.getLogger(__name__)

_KNOWN_DATES = 13
"""Of so many training dates a model keeps what its customers looked like: about one a month of a year."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What a training found, and what the gate made of it.

    `report` has the figures on the later test date by contender (`model` and the baselines); `served` names the one
    that is served.
    `instead` is the version of the base rate that is served where the model was refused and no other can score. `tuned`
    says which parameters a search led to, and why.
    """

    name: str
    version: int
    test_on: date
    row_count: int
    report: Mapping[str, Mapping[str, float]]
    served: str
    verdict: Verdict
    instead: int | None
    tuned: str | None = None


def recipe_of(settings: Settings) -> Recipe:
    """How the settings say to learn."""
    chosen = settings.training
    return Recipe(
        step_days=chosen.step_days,
        max_dates=chosen.max_dates,
        max_rows=chosen.max_rows,
        seed=chosen.seed,
        trusted=chosen.trusted_features,
        list_size=settings.list.size,
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


def rows_of(customers: pl.DataFrame, known: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """The rows of the snapshot `known` of the customers, in their order, with `as_of`."""
    rows = customers.join(known, on="customer_id", how="left", validate="1:1", maintain_order="left")
    return rows.with_columns(as_of=pl.lit(as_of))


def without_champion(registry: Registry, lake: Lake) -> list[Target]:
    """The questions that a company with these tables can be asked, and for which no model is in use yet."""
    return [target for target in targets(lake.arrived).values() if not registry.has_champion(target.name)]


def grown_old(settings: Settings, registry: Registry, lake: Lake, *, as_of: date) -> list[Target]:
    """The questions with a champion that are due to be learned anew.

    Due are those whose latest training, promoted or not, is `retrain_after_days` old; and those whose champion is
    older than it may be and that were not trained on `as_of` itself.
    """
    return [target for target in targets(lake.arrived).values() if _is_due(settings, registry, target.name, as_of)]


def _is_due(settings: Settings, registry: Registry, name: str, as_of: date) -> bool:
    versions = registry.versions(name)
    champion = champion_among(versions)
    if champion is None:
        return False
    waited = (as_of - max(one.trained_on for one in versions)).days
    too_old = is_too_old(champion, as_of=as_of, max_age_days=settings.models.max_age_days)
    return waited >= settings.training.retrain_after_days or (too_old and waited > 0)


def learn(
    settings: Settings,
    lake: Lake,
    registry: Registry,
    *,
    as_of: date,
    questions: Iterable[Target],
    override: Override | None = None,
    trials: int | None = None,
) -> tuple[list[Learned], list[str]]:
    """Trains each question on what was known before `as_of` began; the gate says which models become champions.

    All are trained and judged before the first is registered, so that one that cannot be learned leaves every champion
    as it is. With an `override` a refused model becomes the champion all the same, and that is recorded. Parameters are
    those of the champion; with `trials`, those that a search of so many leads to. Nobody is learned from in whose
    answer a campaign had a hand (see `pipelines/_touched.py`). Beside what was learned comes a note
    on each question that waits, for it cannot be learned yet.
    """
    store, ledger = snapshot_store(settings, lake), Ledger(settings.ledger.url, settings.home)
    made, notes = [], list[str]()
    for target in questions:
        terms, recipe = terms_of(settings, target), recipe_of(settings)
        leave_out = _left_out(target, store, ledger, as_of=as_of, terms=terms, recipe=recipe)
        recipe, search = with_parameters(
            recipe,
            target,
            registry=registry,
            store=store,
            as_of=as_of,
            terms=terms,
            trials=trials,
            leave_out=leave_out,
        )
        with stage(f"training {target.name}"), _noted_too_early(target, notes):
            trained = train(target, store, known_by=as_of, terms=terms, recipe=recipe, leave_out=leave_out)
            trained = replace(trained, search=search)
            verdict = _judged(trained, registry, store, max_age_days=settings.models.max_age_days, as_of=as_of)
            made.append((trained, verdict.overridden(override) if override else verdict, _reference(trained, store)))
    return [_registered(registry, *each, trained_on=as_of) for each in made], notes


def _left_out(
    target: Target, store: SnapshotStore, ledger: Ledger, *, as_of: date, terms: Terms, recipe: Recipe
) -> pl.DataFrame:
    """Who is not learned from, and when, as far back as training dates reach; where none are, only of late."""
    try:
        since = plan_for(target, store, known_by=as_of, terms=terms, recipe=recipe).final[0]
    except NotEnoughHistory:
        # The training raises the same, in its own words.
        since = as_of
    return touched(ledger, target, terms=terms, before=as_of, since=since)


def _registered(
    registry: Registry, trained: Trained, verdict: Verdict, known: Reference, *, trained_on: date
) -> Learned:
    version, instead = registry.register(trained, verdict, reference=known, trained_on=trained_on), None
    if verdict.alone and not verdict.takes_over and trained.target.answer == PROBABILITY:
        flat, promoted = base_rate_instead(_untuned(trained), verdict)
        instead = registry.register(flat, promoted, reference=replace(known, columns={}), trained_on=trained_on)
    return Learned(
        name=trained.target.name,
        version=version,
        test_on=trained.plan.test,
        row_count=trained.row_count,
        report=trained.report,
        served=trained.served,
        verdict=verdict,
        instead=instead,
        tuned=trained.search.why if trained.search else None,
    )


def _untuned(trained: Trained) -> Trained:
    """The same without what a search found: nothing of it shall be learned with again."""
    return replace(trained, recipe=replace(trained.recipe, parameters=USUAL), search=None)


def _judged(trained: Trained, registry: Registry, store: SnapshotStore, *, max_age_days: int, as_of: date) -> Verdict:
    if not registry.has_champion(trained.target.name):
        return against_base_rate(trained)
    try:
        champion = registry.champion(trained.target.name)
    except NoChampion as gone:
        return against_base_rate(trained, why=str(gone))
    if is_too_old(champion, as_of=as_of, max_age_days=max_age_days):
        why = f"the champion (version {champion.version}) learned until {champion.learned_until}, too long ago to score"
        return against_base_rate(trained, champion=champion.version, why=why)
    return against_champion(trained, champion, registry.rehearsal(champion), store)


def _reference(trained: Trained, store: SnapshotStore) -> Reference:
    """What the populations looked like on training dates that span all of them, and on the day of the training."""
    final, known_by = trained.plan.final, trained.plan.known_by
    days = [final[number * (len(final) - 1) // (_KNOWN_DATES - 1)] for number in range(_KNOWN_DATES)]
    return reference(
        trained.model,
        _populations(trained, store, [*dict.fromkeys(days), known_by]),
        trained.columns,
        seed=trained.recipe.seed,
    )


def _populations(trained: Trained, store: SnapshotStore, days: Iterable[date]) -> Iterator[tuple[date, pl.DataFrame]]:
    for day in days:
        asked = population(trained.target, store.tables, as_of=day, terms=trained.terms)
        yield day, rows_of(asked, store.at(day), as_of=day)


@contextmanager
def _noted_too_early(target: Target, notes: list[str]) -> Iterator[None]:
    """A question without which there still is a night waits until there is something to learn from; that is noted."""
    try:
        yield
    except NotEnoughHistory as error:
        if target.essential:
            raise
        notes.append(f"{target.name} is not learned: {error}")
        log.warning("%s", notes[-1])


def champions(registry: Registry, lake: Lake) -> dict[str, Champion]:
    """The champion of every question asked of a company with these tables; raises NoChampion without an essential one.

    Any other question may wait for its first champion.
    """
    asked = targets(lake.arrived).items()
    return {name: registry.champion(name) for name, each in asked if each.essential or registry.has_champion(name)}
