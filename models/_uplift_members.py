"""What in a customer moves the effect of contact? Lines and small trees, learned from noisy answers."""

from __future__ import annotations

from typing import Any

import numpy as np
from xgboost import XGBRegressor

from models._doubly_robust import Answers
from models._matrix import Numbers
from models._randomised import Randomised

_SLOPE = 0.03
"""By how much the relative effect is thought to change with one standard deviation of a trait."""
_ROUNDS = 40
"""So many trees, of two questions each."""
_LEAF = 0.3
"""By how much one leaf may change the relative effect, before the trees' slow pace."""
_LEAF_SHARE = 0.05
"""A leaf holds at least this share of all weight."""
_SLOWLY = {"learning_rate": 0.1, "max_depth": 2, "colsample_bytree": 0.5, "subsample": 0.8, "base_score": 0.0}


class Deviation:
    """What a customer's traits (as ranks) and probability add to the effect that is believed of all.

    The mean of so much for each standard deviation of a trait (`slopes`) and of a sum of small trees, of which `share`
    counts.
    """

    def __init__(self, slopes: Numbers, trees: Any, *, share: float) -> None:
        self.slopes, self.trees, self.share = slopes, trees, share

    def of(self, traits: Numbers, probability: Numbers) -> Numbers:
        """What is added to the relative effect of each row."""
        block = _block(traits, probability)
        both = np.asarray(self.trees.predict(block), dtype=np.float64) + block @ self.slopes
        return np.asarray(self.share * both / 2.0)


def fitted(trial: Randomised, answers: Answers, *, share: float) -> Deviation:
    """Learned from what the answers say beyond the belief, relative to the probability.

    An answer weighs one over the variance of its noise, so that the squared size of what is added can be weighed
    against it: the fewer customers, the nearer all stays to the belief.
    """
    block = _block(trial.traits, trial.probability)
    beyond = (answers.change - trial.believed) / trial.probability
    weight = answers.weight * trial.probability**2
    return Deviation(_slopes(block, beyond, weight), _trees(block, beyond, weight), share=share)


def _block(traits: Numbers, probability: Numbers) -> Numbers:
    return np.column_stack([np.ones(len(probability)), probability * 2.0 - 1.0, traits])


def _slopes(block: Numbers, beyond: Numbers, weight: Numbers) -> Numbers:
    """Ridge regression (Hoerl and Kennard 1970), penalised by one over the squared size that slopes are thought of."""
    gram = (block.T * weight) @ block + np.eye(block.shape[1]) / _SLOPE**2
    return np.asarray(np.linalg.solve(gram, block.T @ (weight * beyond)))


def _trees(block: Numbers, beyond: Numbers, weight: Numbers) -> XGBRegressor:
    made = XGBRegressor(
        **_SLOWLY,
        n_estimators=_ROUNDS,
        tree_method="hist",
        max_bin=32,
        reg_lambda=1.0 / _LEAF**2,
        min_child_weight=_LEAF_SHARE * float(weight.sum()),
        n_jobs=1,
        random_state=7,
    )
    return made.fit(block, beyond, sample_weight=weight)
