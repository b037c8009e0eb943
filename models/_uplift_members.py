"""What in a customer moves the effect of contact? Lines and small trees, learned from noisy answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from xgboost import XGBRegressor

from models._doubly_robust import Answers
from models._matrix import Numbers
from models._randomised import Randomised

_SLOPE = 0.05
"""By how much the change is thought to differ with one standard deviation of a trait, in standard deviations of the
outcome."""
_LEVEL = 0.1
"""By how much the belief may be off for all alike, in the same unit."""
_SHAPE = 1.0
"""By how much of itself the belief may be off in how it grows from customer to customer: at -1 it does not at all."""
_OWN = ("level", "shape")
"""The columns of a block with sizes of their own."""
_NO_SPREAD = 1e-9
"""Probabilities that differ by less are all the same."""
_ROUNDS = 40
"""So many trees, of two questions each."""
_LEAF = 0.5
"""By how much one leaf may move the change, in standard deviations of the outcome, before the trees' slow pace."""
_LEAF_SHARE = 0.05
"""A leaf holds at least this share of all weight."""
_SLOWLY = {"learning_rate": 0.1, "max_depth": 2, "colsample_bytree": 0.5, "subsample": 0.8, "base_score": 0.0}


@dataclass(frozen=True, kw_only=True)
class Belief:
    """The effect that is believed of all, the mean change that it means for those who were learned from, and the mean
    and spread of their probabilities."""

    effect: float
    change: float
    probability: float
    spread: float

    @classmethod
    def of(cls, trial: Randomised) -> Belief:
        """The belief of a trial about its customers."""
        probability, change = trial.probability, trial.effect * float(trial.reached.mean())
        mean, spread = float(probability.mean()), float(probability.std())
        return cls(effect=trial.effect, change=change, probability=mean, spread=spread)

    def block(self, traits: Numbers, probability: Numbers, reach: Numbers) -> Numbers:
        """A column for the level, one for how the belief grows with what it is multiplied with (`reach`), one for the
        probability, and the traits."""
        beyond = probability - self.probability
        own = beyond / self.spread if self.spread > _NO_SPREAD else np.zeros(len(probability))
        return np.column_stack([np.ones(len(probability)), self.effect * reach - self.change, own, traits])


class Deviation:
    """What a customer's traits (as ranks) and probability add to the change that is believed.

    The mean of so much for each standard deviation of a trait (`slopes`) and of a sum of small trees, of which `share`
    counts.
    """

    def __init__(self, belief: Belief, slopes: Numbers, trees: Any, *, share: float) -> None:
        self.belief, self.slopes, self.trees, self.share = belief, slopes, trees, share

    def of(self, traits: Numbers, probability: Numbers, reach: Numbers) -> Numbers:
        """What is added to the believed change in the probability of a good outcome of each row."""
        block = self.belief.block(traits, probability, reach)
        both = np.asarray(self.trees.predict(block), dtype=np.float64) + block @ self.slopes
        return np.asarray(self.share * both / 2.0)


def fitted(trial: Randomised, answers: Answers, *, share: float) -> Deviation:
    """Learned from what the answers say beyond the belief.

    An answer weighs one over the variance of its noise, so that the squared size of what is added can be weighed
    against it: the fewer customers, the nearer all stays to the belief. Sizes are in standard deviations of the
    outcome and not relative to the risk: whom contact changes need not be who would have come or gone by
    themselves (Ascarza 2018).
    """
    belief = Belief.of(trial)
    block = belief.block(trial.traits, trial.probability, trial.reached)
    beyond, unit = answers.change - trial.believed, _unit(trial)
    return Deviation(
        belief,
        _slopes(block, beyond, answers.weight, unit=unit),
        _trees(block, beyond, answers.weight, unit=unit),
        share=share,
    )


def _unit(trial: Randomised) -> float:
    """The standard deviation of the outcome, both arms together; were it the same for all, that of one in as many."""
    least = 1.0 / (len(trial) + 1.0)
    share = float(np.clip(trial.is_good.mean(), least, 1.0 - least))
    return float(np.sqrt(share * (1.0 - share)))


def _slopes(block: Numbers, beyond: Numbers, weight: Numbers, *, unit: float) -> Numbers:
    """Ridge regression (Hoerl and Kennard 1970), penalised by one over the squared size that slopes are thought of."""
    sizes = np.concatenate([[_LEVEL * unit, _SHAPE], np.full(block.shape[1] - len(_OWN), _SLOPE * unit)])
    gram = (block.T * weight) @ block + np.diag(1.0 / sizes**2)
    return np.asarray(np.linalg.solve(gram, block.T @ (weight * beyond)))


def _trees(block: Numbers, beyond: Numbers, weight: Numbers, *, unit: float) -> XGBRegressor:
    made = XGBRegressor(
        **_SLOWLY,
        n_estimators=_ROUNDS,
        tree_method="hist",
        max_bin=32,
        reg_lambda=1.0 / (_LEAF * unit) ** 2,
        min_child_weight=_LEAF_SHARE * float(weight.sum()),
        n_jobs=1,
        random_state=7,
    )
    return made.fit(block, beyond, sample_weight=weight)
