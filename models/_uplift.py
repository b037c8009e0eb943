"""What would contact change, customer by customer? An uplift model, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models._doubly_robust import Answers, answers_to, doubly_robust
from models._matrix import Numbers
from models._qini import Qini, qini
from models._randomised import Randomised, by_customer, folds_of, within
from models._ranked import Ranked
from models._uplift_calibration import Part, calibration
from models._uplift_members import Deviation, fitted
from models._uplift_power import short_of

PROBABILITY = "probability"
"""The column beside the traits: the calibrated probability of the outcome that the action acts on."""
FOLDS, INNER_FOLDS = 5, 4
NEEDED = 1.282
"""Standard errors by which a model must be ahead: of models that are no better, one in ten would be."""
SHARE = 1 / 3
"""So much of what is learned counts when it is held against the belief.

Changes of an effect are small beside the luck of single customers: counted in full, what is learned often foretells
worse than the belief though it puts customers in the right order; a third keeps the order, and wins far more often.
"""
SEED = 7
LEARNING = 2
"""The way in which is learned and served; raised whenever that changes, for what was learned otherwise says another
thing."""
_COUNTED_TWICE = 2**0.5
"""Two customers in different folds each have a say in what is foretold of the other, so that their chance agreement
counts twice: the variance of the sum is twice that of as many rows on their own (exactly so for linear learners)."""


@dataclass(frozen=True, kw_only=True)
class Taught:
    """What a trial taught: the effect of all, and what is added to it customer by customer."""

    effect: float
    deviation: Deviation

    def believed(self, trial: Randomised) -> Numbers:
        """The change of each row by the effect of all."""
        return replace(trial, effect=self.effect).believed

    def added(self, trial: Randomised) -> Numbers:
        """What is added to that."""
        return self.deviation.of(trial.traits, trial.probability)


class Uplift:
    """By how much contact raises the probability of a good outcome, customer by customer.

    What was learned of all, and what the customer's traits add to it. A trait beyond those that were learned from
    counts as the last of these; of an unknown one nothing is added.
    """

    def __init__(self, trial: Randomised, ranked: Ranked, taught: Taught) -> None:
        self.columns, self.effect, self.is_bad = trial.columns, taught.effect, trial.is_bad
        self.knots, self.deviation = ranked.knots, taught.deviation

    def predict(self, X: pd.DataFrame) -> Numbers:
        """The change of each row, from its traits and its `probability`; it leaves a probability between 0 and 1."""
        probability = X[PROBABILITY].to_numpy(dtype=np.float64)
        traits = Ranked(knots=self.knots).apply(X[list(self.columns)].to_numpy(dtype=np.float64))
        by_itself = 1.0 - probability if self.is_bad else probability
        return within(within(self.effect * probability, by_itself) + self.deviation.of(traits, probability), by_itself)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """How well models foretold the answers of customers whom they had not seen, against what is believed of all.

    `ahead` is by how many standard errors (of the paired difference of the losses, by customer) they were ahead.
    `share` is how much of what is learned is to count, as far as that is sure. With it, `qini` is theirs; `believed` is
    that of the belief, and `parts` compare what was foretold with what was measured.
    """

    ahead: float
    share: float
    qini: Qini
    believed: Qini
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Learned:
    """An uplift model that has won, or `why_not`; `judged` is None where there was not enough to learn from."""

    uplift: Uplift | None
    why_not: str
    judged: Judged | None


def learn_uplift(trial: Randomised) -> Learned:
    """The uplift model of a trial, if it has the power and the model wins against what is believed of all.

    Judged are models that were learned in the same way from four fifths of the customers each, on the others; the one
    that is returned has learned from all.
    """
    why_not = short_of(trial)
    if why_not:
        return Learned(uplift=None, why_not=why_not, judged=None)
    ranked = Ranked.of(trial.traits)
    shown = replace(trial, traits=ranked.apply(trial.traits))
    found = judged(shown)
    if found.ahead <= NEEDED:
        return Learned(uplift=None, why_not=_not_ahead(found), judged=found)
    return Learned(
        uplift=Uplift(trial, ranked, learned_from(shown, seed=SEED, share=found.share)), why_not="", judged=found
    )


def _not_ahead(found: Judged) -> str:
    return (
        "on customers whom it had not seen, it foretold no better than the belief "
        f"({found.ahead:.2f} standard errors ahead, {NEEDED} needed; {found.qini})"
    )


def judged(trial: Randomised) -> Judged:
    """Judges what is learned from a trial, whose traits are ranks, by customers who were not learned from."""
    fold = folds_of(trial, FOLDS, seed=SEED)
    levelled, added, change, weight = (np.empty(len(trial)) for _ in range(4))
    for number in range(FOLDS):
        rows = fold == number
        asked, known = trial.among(rows), trial.among(~rows)
        taught = learned_from(known, seed=SEED + 1 + number, share=1.0)
        levelled[rows], added[rows] = taught.believed(asked), taught.added(asked)
        answers = answers_to(asked, known)
        change[rows], weight[rows] = answers.change, answers.weight
    answers = Answers(change=change, weight=weight)
    ahead = _ahead(trial, answers, within(levelled + SHARE * added, trial.by_itself), levelled)
    share = _share(trial, answers, added, levelled) if ahead > NEEDED else SHARE
    foretold = within(levelled + share * added, trial.by_itself)
    return Judged(
        ahead=ahead,
        share=share,
        qini=qini(foretold, change, trial.customers),
        believed=qini(trial.believed, change, trial.customers),
        parts=calibration(foretold, change, trial),
    )


def _ahead(trial: Randomised, answers: Answers, foretold: Numbers, levelled: Numbers) -> float:
    """By how many standard errors what is foretold is ahead of the belief, or of that put right for all alike if it is
    better.

    A belief that is wrong for everybody is put right by its own update; it is no sign that customers differ.
    """
    losses = [loss(rival, answers) for rival in (trial.believed, levelled)]
    best = min(losses, key=lambda each: float(each.sum()))
    mean, error = by_customer(best - loss(foretold, answers), trial.customers)
    return mean / error / _COUNTED_TWICE if error > 0 else 0.0


def _share(trial: Randomised, answers: Answers, added: Numbers, levelled: Numbers) -> float:
    """By how much the answers move with what was learned from others, less one standard error; from a third to all."""
    beyond = answers.change - levelled
    size = float((answers.weight * added**2).mean())
    slope = float((answers.weight * added * beyond).mean()) / size
    error = by_customer(answers.weight * added * (beyond - slope * added), trial.customers)[1] / size
    return float(np.clip(slope - _COUNTED_TWICE * error, SHARE, 1.0))


def loss(foretold: Numbers, answers: Answers) -> Numbers:
    """How far a foretold change is from the answer of each row, squared, in variances of its noise.

    Least, on average, for whoever knows the true change: the noise is the same for all who foretell.
    """
    return np.asarray((answers.change - foretold) ** 2 * answers.weight)


def learned_from(trial: Randomised, *, seed: int, share: float) -> Taught:
    """What is learned from a trial whose traits are ranks, and how much of what differs between customers is to count.

    First the effect of all is put right, so that a belief that is off for everybody does not stand in the way of what
    differs.
    """
    answers = doubly_robust(trial, count=INNER_FOLDS, seed=seed)
    levelled = replace(trial, effect=trial.effect + _level(trial, answers))
    return Taught(effect=levelled.effect, deviation=fitted(levelled, answers, share=share))


def _level(trial: Randomised, answers: Answers) -> float:
    """By how much the relative effect of all is off, as the answers say."""
    beyond = answers.weight * trial.probability * (answers.change - trial.believed)
    return float(beyond.sum() / (answers.weight * trial.probability**2).sum())
