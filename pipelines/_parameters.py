"""By which parameters is a question learned? By those of its champion, or those that a search leads to."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import polars as pl

from features import SnapshotStore
from models import Target, Terms
from models._examples import Recipe
from models._parameters import USUAL
from models._registry import CHAMPION, Registry
from models._target import PROBABILITY
from models._tuning import Search, Trial, tune
from models._versions import Version
from pipelines._progress import going_on, stage

log = logging.getLogger(__name__)


def with_parameters(
    recipe: Recipe,
    target: Target,
    *,
    registry: Registry,
    store: SnapshotStore,
    as_of: date,
    terms: Terms,
    trials: int | None,
    leave_out: pl.DataFrame | None = None,
) -> tuple[Recipe, Search | None]:
    """The recipe with the parameters of the champion, so that what was found once is not lost by the next training.

    With `trials` it has those that a search of so many leads to, and the search is returned beside it.
    """
    champion = champion_among(registry.versions(target.name))
    recipe = replace(recipe, parameters=champion.parameters if champion else USUAL)
    if not trials or target.answer != PROBABILITY:
        return recipe, None
    doing = f"tuning {target.name}"

    def watch(trial: Trial, best: Trial) -> None:
        by_now = f"log loss {trial.loss:.4f}, the best {best.loss:.4f} of trial {best.number}"
        going_on(f"{doing}: trial {trial.number} of {trials}, {by_now}")

    with stage(doing):
        search = tune(
            target,
            store,
            known_by=as_of,
            terms=terms,
            recipe=recipe,
            trials=trials,
            watch=watch,
            leave_out=leave_out,
        )
    log.log(logging.INFO if search.trials else logging.WARNING, "%s is learned with %s", target.name, search.why)
    return replace(recipe, parameters=search.parameters), search


def champion_among(versions: Iterable[Version]) -> Version | None:
    """The version in use; None where there is none."""
    return next((one for one in versions if one.alias == CHAMPION), None)
