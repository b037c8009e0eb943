"""By how much did contact change the outcome of each customer? One noisy, unbiased answer per customer of a trial.

Kennedy (2020), "Towards optimal doubly robust estimation of heterogeneous causal effects": what a customer did is
compared with what was to be expected of both arms, and the difference counts by how rarely that arm was drawn. As the
shares drawn are known, these answers are right on average however poor the expectations are; good ones make them less
noisy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import RidgeCV

from models._matrix import Labels, Numbers
from models._randomised import Randomised, folds_of

_STRENGTHS = tuple(10.0**power for power in range(6))
_SURE = 0.02
"""No expectation is nearer to 0 or 1 than this when it says how noisy an outcome is."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """`change`: by how much contact changed the probability of a good outcome, of one customer each, unbiased but
    noisy; `weight`: one over the variance of that noise."""

    change: Numbers
    weight: Numbers


def doubly_robust(trial: Randomised, *, count: int, seed: int) -> Answers:
    """The answer of each row; what is expected of a customer was learned from other customers (`count` folds)."""
    fold = folds_of(trial, count, seed=seed)
    change, weight = np.empty(len(trial)), np.empty(len(trial))
    for number in range(count):
        asked = fold == number
        found = answers_to(trial.among(asked), trial.among(~asked))
        change[asked], weight[asked] = found.change, found.weight
    return Answers(change=change, weight=weight)


def answers_to(asked: Randomised, known: Randomised) -> Answers:
    """The answers of the rows asked about, with expectations that were learned from the `known` ones only."""
    held_out, treated = expected(asked, known)
    share, good = asked.propensity, asked.is_good.astype(np.float64)
    beyond = np.where(asked.is_treated, (good - treated) / share, -(good - held_out) / (1.0 - share))
    noise = _variance(treated) / share + _variance(held_out) / (1.0 - share)
    return Answers(change=treated - held_out + beyond, weight=1.0 / noise)


def expected(asked: Randomised, known: Randomised) -> tuple[Numbers, Numbers]:
    """The probability of a good outcome of each row if held out, and if treated, between 0 and 1.

    What was predicted and believed, put right by a ridge regression of what happened beyond that on the traits, with
    both arms weighing the same; its strength is the best at leaving one out.
    """
    beyond = known.is_good - known.by_itself - np.where(known.is_treated, known.believed, 0.0)
    weights = np.where(known.is_treated, 1.0 / known.propensity, 1.0 / (1.0 - known.propensity))
    fitted = RidgeCV(alphas=_STRENGTHS).fit(
        _block(known, known.is_treated), beyond, sample_weight=weights / weights.mean()
    )
    held_out, treated = (fitted.predict(_block(asked, np.full(len(asked), arm))) for arm in (False, True))
    return (
        np.clip(asked.by_itself + held_out, 0.0, 1.0),
        np.clip(asked.by_itself + asked.believed + treated, 0.0, 1.0),
    )


def _block(trial: Randomised, is_treated: Labels) -> Numbers:
    arm = np.where(is_treated, 0.5, -0.5)
    spread = (trial.probability - 0.5) * 2.0
    return np.column_stack([trial.traits, spread, arm, arm * spread])


def _variance(probability: Numbers) -> Numbers:
    sure = np.clip(probability, _SURE, 1.0 - _SURE)
    return sure * (1.0 - sure)
