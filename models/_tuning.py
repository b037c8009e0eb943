"""Would other parameters suit this company better? A search by Optuna, judged on dates before the one that tests.

The figures of a training, and the gate's verdict, stay those of a day by which nothing was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.stats import norm

from features import SnapshotStore
from models._errors import NotEnoughHistory, TuningUnavailable
from models._examples import Recipe
from models._held_out import standard_error
from models._later_dates import LaterDate, later_dates
from models._members import at_once
from models._parameters import USUAL, Parameters
from models._target import Target, Terms

if TYPE_CHECKING:
    import optuna

FIRST_AT_RANDOM = 8
"""So many trials look around before the sampler believes what it has seen."""
DOUBT = 0.1
"""How often chance alone may let any one of the trials look clearly better than the usual parameters."""
STRENGTHS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One set of parameters, and the mean log loss with them on each later date; trials count from 1."""

    number: int
    parameters: Parameters
    losses: Mapping[date, float]

    @property
    def loss(self) -> float:
        """The mean over the later dates."""
        return float(np.mean([*self.losses.values()]))


@dataclass(frozen=True, kw_only=True)
class Search:
    """What a search found: the parameters to learn with, why these, and every trial, the usual parameters first."""

    parameters: Parameters
    why: str
    trials: tuple[Trial, ...] = ()


Watch = Callable[[Trial, Trial], None]
"""Is told of every trial as it ends, and of the best so far."""


def ask_for_optuna() -> None:
    """Raises TuningUnavailable, which says what to install, where Optuna is missing."""
    try:
        import optuna
    except ImportError as error:
        raise TuningUnavailable(
            f"parameters are searched by Optuna, which is not installed ({error}). "
            "Install it: pip install 'churn-pipeline[tune]'."
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def tune(
    target: Target,
    store: SnapshotStore,
    *,
    known_by: date,
    terms: Terms,
    recipe: Recipe,
    trials: int,
    watch: Watch | None = None,
    leave_out: pl.DataFrame | None = None,
) -> Search:
    """Looks for parameters by so many trials; the first has the usual ones, the second those of the recipe.

    The usual ones are kept unless the best trial's log loss is lower by more than chance (see `concluded`), and where
    history is too short to search, or the model is too simple to have parameters; `why` says so. Raises LeakFound as
    the training would, and TuningUnavailable without Optuna.
    """
    ask_for_optuna()
    try:
        later = later_dates(target, store, known_by=known_by, terms=terms, recipe=recipe, leave_out=leave_out)
    except NotEnoughHistory as error:
        return Search(parameters=USUAL, why=f"the usual parameters, as nothing can be searched: {error}".rstrip("."))
    study, made = _study(recipe, trials), list[Trial]()
    for number in range(1, trials + 1):
        asked = study.ask()
        made.append(_tried(number, _suggested(asked), later))
        study.tell(asked, made[-1].loss)
        if watch is not None:
            watch(made[-1], _best(made))
    return concluded(made, later)


def _study(recipe: Recipe, trials: int) -> optuna.Study:
    import optuna

    sampler = optuna.samplers.TPESampler(seed=recipe.seed, n_startup_trials=FIRST_AT_RANDOM)
    study = optuna.create_study(sampler=sampler)
    for parameters in dict.fromkeys((USUAL, recipe.parameters)):
        study.enqueue_trial(asdict(parameters))
    return study


def _suggested(trial: optuna.Trial) -> Parameters:
    """The sampler's next proposal, in three digits: more would be noise."""
    found = {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.1, log=True),
        "min_child_weight": trial.suggest_float("min_child_weight", 10, 200, log=True),
        "subsample": trial.suggest_float("subsample", 0.5, 0.9, step=0.1),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.1, 0.6, step=0.1),
        "reg_lambda": trial.suggest_float("reg_lambda", 1, 50, log=True),
    }
    return Parameters(
        n_estimators=trial.suggest_int("n_estimators", 50, 300, step=50),
        max_depth=trial.suggest_int("max_depth", 3, 8),
        linear_strength=trial.suggest_categorical("linear_strength", STRENGTHS),
        **{name: float(f"{value:.3g}") for name, value in found.items()},
    )


def _tried(number: int, parameters: Parameters, later: Sequence[LaterDate]) -> Trial:
    by_customer = at_once(lambda one: one.losses(parameters), later)
    means = {one.day: float(loss.mean()) for one, loss in zip(later, by_customer, strict=True)}
    return Trial(number=number, parameters=parameters, losses=means)


def _best(trials: Sequence[Trial]) -> Trial:
    return min(trials, key=lambda trial: trial.loss)


def concluded(trials: Sequence[Trial], later: Sequence[LaterDate]) -> Search:
    """The best trial, if it beats the usual parameters by more than chance on the same customers; else these.

    The gain is divided by its standard error over customers, each date counting as much as another, and held to a bound
    that grows with the number of trials, as the best of many looks good by luck (Bonferroni's; Dunn 1961).
    """
    usual, best = trials[0], _best(trials)
    figures = f"log loss {best.loss:.4f} against {usual.loss:.4f} on {len(later)} dates, the last {later[-1].day}"
    if best is usual:
        why = f"the usual parameters: no trial of {len(trials)} was better ({figures})"
        return Search(parameters=USUAL, why=why, trials=tuple(trials))
    gain, error = _gain(usual, best, later)
    if gain <= norm.ppf(1 - DOUBT / (len(trials) - 1)) * error:
        why = f"the usual parameters: the best of {len(trials)} trials was better by no more than chance ({figures})"
        return Search(parameters=USUAL, why=why, trials=tuple(trials))
    why = f"the parameters of trial {best.number} of {len(trials)}, better than the usual ones ({figures})"
    return Search(parameters=best.parameters, why=why, trials=tuple(trials))


def _gain(usual: Trial, best: Trial, later: Sequence[LaterDate]) -> tuple[float, float]:
    """By how much the log loss is lower, and the standard error of that."""
    count = sum(len(one.customers) for one in later)
    gain = np.concatenate(
        [
            (one.losses(usual.parameters) - one.losses(best.parameters)) * count / (len(later) * len(one.customers))
            for one in later
        ]
    )
    return float(gain.mean()), standard_error(gain, np.concatenate([one.customers for one in later]))
