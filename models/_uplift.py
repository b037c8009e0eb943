"""What would contact change, customer by customer? An uplift model, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models._doubly_robust import Answers, answers_to, doubly_robust
from models._matrix import Numbers
from models._qini import Qini, qini
from models._randomised import Randomised, by_customer, folds_of, within
from models._ranked import Ranked
from models._takers import Offered, Takers, are_known_by_traits
from models._tellers import OWN, Besides, Told, told_besides
from models._uplift_calibration import Part, calibration
from models._uplift_members import Deviation, fitted
from models._uplift_power import short_of

PROBABILITY = "probability"
"""The column beside the traits: the calibrated probability of the outcome that the action acts on."""
FOLDS, INNER_FOLDS = 5, 4
NEEDED = 1.282
"""Standard errors by which traits must foretell who takes the offer, and answers speak against that: of what is no
better, one in ten would."""
AHEAD = 0.3
"""Standard errors by which a model must be ahead. One without merit is behind on average, for it is wrong twice, by its
own noise and by that of the answers; so few of them as one in ten are ahead by that (docs/uplift.md)."""
SHARE = 1 / 3
"""So much of what is learned counts when it is held against the belief.

Changes of an effect are small beside the luck of single customers: counted in full, what is learned often foretells
worse than the belief though it puts customers in the right order; a third keeps the order, and wins far more often.
"""
SEED = 7
LEARNING = 6
"""The way in which is learned and served; raised whenever that changes, for what was learned otherwise says another
thing."""
_COUNTED_TWICE = 2**0.5
"""Two customers in different folds each have a say in what is foretold of the other, so that their chance agreement
counts twice: the variance of the sum is twice that of as many rows on their own (exactly so for linear learners)."""


@dataclass(frozen=True, kw_only=True)
class Taught:
    """What a trial taught: the effect of all, and what is added to it customer by customer.

    The effect is spread by who takes the offer where `takers` says, else by the risk. `deviation` is None where
    nothing is added.
    """

    effect: float
    deviation: Deviation | None
    takers: Takers | None

    def believed(self, trial: Randomised) -> Numbers:
        """The change of each row by the effect of all."""
        return replace(self._spread(trial), effect=self.effect).believed

    def added(self, trial: Randomised) -> Numbers:
        """What is added to that."""
        if self.deviation is None:
            return np.zeros(len(trial))
        return self.deviation.of(trial.traits, trial.probability, self._spread(trial).reached)

    def _spread(self, trial: Randomised) -> Randomised:
        return self.takers.among(trial) if self.takers else trial


class Uplift:
    """By how much contact raises the probability of a good outcome, customer by customer.

    What was learned of all, and what the customer's traits add to it. A trait beyond those that were learned from
    counts as the last of these; of an unknown one nothing is added.
    """

    def __init__(self, trial: Randomised, ranked: Ranked, taught: Taught) -> None:
        self.columns, self.effect, self.is_bad = trial.columns, taught.effect, trial.is_bad
        self.knots, self.deviation, self.takers = ranked.knots, taught.deviation, taught.takers

    def predict(self, X: pd.DataFrame) -> Numbers:
        """The change of each row, from its traits and its `probability`; it leaves a probability between 0 and 1."""
        probability, traits = X[PROBABILITY].to_numpy(dtype=np.float64), self._traits(X)
        by_itself = 1.0 - probability if self.is_bad else probability
        risk = 1.0 - by_itself
        reach = self.takers.reach(traits, risk) if self.takers else risk
        believed = within(self.effect * reach, by_itself)
        added = self.deviation.of(traits, probability, reach) if self.deviation else 0.0
        return within(believed + added, by_itself)

    def take(self, X: pd.DataFrame) -> Numbers | None:
        """The share of customers like each row who take the offer; None where nobody said who takes this one."""
        return self.takers.share(self._traits(X)) if self.takers and self.takers.is_share else None

    def _traits(self, X: pd.DataFrame) -> Numbers:
        return Ranked(knots=self.knots).apply(X[list(self.columns)].to_numpy(dtype=np.float64))


@dataclass(frozen=True, kw_only=True)
class Judged:
    """How well models foretold the answers of customers whom they had not seen, against what is believed of all.

    `ahead` is by how many standard errors (of the paired difference of the losses, by customer) they were ahead.
    `share` is how much of what is learned is to count, as far as that is sure. With it, `qini` is theirs; `believed` is
    that of the belief, and `parts` compare what was foretold with what was measured. `behind` is by how many standard
    errors the effect of all, spread by who takes the offer, was behind; 0 where it is spread by the risk.
    """

    ahead: float
    behind: float
    share: float
    qini: Qini
    believed: Qini
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Learned:
    """An uplift model that has won, or `why_not`; `judged` is None where there was not enough to learn from.

    With both, the uplift is the effect of all, spread by who takes the offer. `told` is how many assignments
    told who takes it: of one customer as many as there were campaigns. `told_by` says which (`_tellers`): `OWN`,
    `OTHERS`, of other actions, or `HABITS`; empty where nothing told it.
    """

    uplift: Uplift | None
    why_not: str
    judged: Judged | None
    told: int
    told_by: str


def learn_uplift(trial: Randomised, waiting: Offered | None = None, besides: Besides | None = None) -> Learned:
    """The uplift model of a trial, if it has the power and the model wins against what is believed of all.

    `waiting` are customers contacted besides, whose outcome is not known yet or can be compared with nobody held out;
    they tell who takes the offer. Judged are models that were learned in the same way from four fifths of the customers
    each, on the others; the one that is returned has learned from all. Where none wins, but traits foretell who takes
    the offer, the effect of all is spread by that, unless answers speak against it. Where too few told it, what is
    known `besides` says it.
    """
    offered = Offered.of(trial).and_of(waiting)
    seen = trial.traits if waiting is None else np.vstack([trial.traits, waiting.traits])
    ranked, told = _ranked_and_told(trial, offered, seen, besides or Besides.nothing(trial.columns))
    shown = replace(trial, traits=ranked.apply(trial.traits))
    why_not = short_of(trial)
    found = None if why_not else judged(shown, by=told)
    if found is not None and found.behind > NEEDED:
        told = None
        found = judged(shown)
    takers = told.takers(shown) if told else None
    is_ahead = found is not None and found.ahead > AHEAD
    if found is not None and is_ahead:
        taught = learned_from(shown, seed=SEED, share=found.share, takers=takers)
    else:
        taught = Taught(effect=trial.effect, deviation=None, takers=takers)
        why_not = why_not if found is None else _not_ahead(found)
    return Learned(
        uplift=Uplift(trial, ranked, taught) if is_ahead or takers else None,
        why_not=why_not,
        judged=found,
        told=told.count if told else len(offered),
        told_by=told.by if told else "",
    )


def _ranked_and_told(
    trial: Randomised, offered: Offered, seen: Numbers, besides: Besides
) -> tuple[Ranked, Told | None]:
    """The ranks of traits, among all who are learned from, and what tells who takes the offer.

    Those `seen` by the action itself, as long as they tell it; else with them all who are known besides.
    """
    ranked = Ranked.of(seen)
    own, around = offered.ranked(ranked), besides.ranked(ranked)
    if are_known_by_traits(own, leaning=around.leaning, seed=SEED, needed=NEEDED):
        return ranked, Told(by=OWN, own=own, besides=around)
    ranked = Ranked.of(np.vstack([seen, besides.others.traits, besides.traits]))
    shown = replace(trial, traits=ranked.apply(trial.traits))
    told = told_besides(shown, offered.ranked(ranked), besides.ranked(ranked), seed=SEED, needed=NEEDED)
    return ranked, told


def _not_ahead(found: Judged) -> str:
    return (
        "on customers whom it had not seen, it foretold no better than the belief "
        f"({found.ahead:.2f} standard errors ahead, {AHEAD} needed; {found.qini})"
    )


def judged(trial: Randomised, *, by: Told | None = None) -> Judged:
    """Judges what is learned from a trial, whose traits are ranks, by customers who were not learned from.

    With `by` the effect of all is spread by who takes the offer, as these tell of others than those asked about.
    """
    fold = folds_of(trial, FOLDS, seed=SEED)
    alike, levelled, added, change, weight = (np.empty(len(trial)) for _ in range(5))
    for number in range(FOLDS):
        rows = fold == number
        asked, known = trial.among(rows), trial.among(~rows)
        takers = by.without(asked.customers).takers(known) if by else None
        taught = learned_from(known, seed=SEED + 1 + number, share=1.0, takers=takers)
        levelled[rows], added[rows] = taught.believed(asked), taught.added(asked)
        alike[rows] = _by_risk(asked, known, seed=SEED + 1 + number) if by else levelled[rows]
        answers = answers_to(asked, known)
        change[rows], weight[rows] = answers.change, answers.weight
    answers = Answers(change=change, weight=weight)
    ahead = _ahead(trial, answers, within(levelled + SHARE * added, trial.by_itself), (trial.believed, alike, levelled))
    share = _share(trial, answers, added, levelled) if ahead > AHEAD else SHARE
    foretold = within(levelled + share * added, trial.by_itself)
    return Judged(
        ahead=ahead,
        behind=-_ahead(trial, answers, levelled, (trial.believed, alike)) if by else 0.0,
        share=share,
        qini=qini(foretold, change, trial.customers),
        believed=qini(trial.believed, change, trial.customers),
        parts=calibration(foretold, change, trial),
    )


def _ahead(trial: Randomised, answers: Answers, foretold: Numbers, rivals: Sequence[Numbers]) -> float:
    """By how many standard errors what is foretold is ahead of the best of its rivals: the belief, and that put right
    for all alike.

    A belief that is wrong for everybody is put right by its own update; it is no sign that customers differ.
    """
    losses = [loss(rival, answers) for rival in rivals]
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


def learned_from(trial: Randomised, *, seed: int, share: float, takers: Takers | None = None) -> Taught:
    """What is learned from a trial whose traits are ranks, and how much of what differs between customers is to count.

    First the effect of all is put right, so that a belief that is off for everybody does not stand in the way of what
    differs; it is spread by who takes the offer where `takers` says, else by the risk.
    """
    spread = takers.among(trial) if takers else trial
    answers = doubly_robust(spread, count=INNER_FOLDS, seed=seed)
    levelled = replace(spread, effect=spread.effect + _level(spread, answers))
    return Taught(effect=levelled.effect, deviation=fitted(levelled, answers, share=share), takers=takers)


def _by_risk(asked: Randomised, known: Randomised, *, seed: int) -> Numbers:
    """The change of the rows asked about by the effect of all, put right by the known ones, spread by risk."""
    level = _level(known, doubly_robust(known, count=INNER_FOLDS, seed=seed))
    return replace(asked, effect=known.effect + level).believed


def _level(trial: Randomised, answers: Answers) -> float:
    """By how much the effect of all is off, as the answers say."""
    beyond = answers.weight * trial.reached * (answers.change - trial.believed)
    return float(beyond.sum() / (answers.weight * trial.reached**2).sum())
