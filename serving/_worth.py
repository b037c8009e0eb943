"""What is an action worth to us for a customer? Effect times risk times what is at stake, less what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from serving._actions import Action, take_column, uplift_column
from serving._errors import ScoresUnusable

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Worth:
    """Expected profit of each action (columns) for each customer (rows); not a number where it does not suit.

    `low` and `high` are the profits in one of ten cases each, as the effect alone makes them uncertain. `cost` is what
    contacting is expected to cost, whoever then takes the offer.
    """

    profit: Matrix
    low: Matrix
    high: Matrix
    cost: Matrix


def worth_of(customers: pl.DataFrame, actions: Sequence[Action]) -> Worth:
    """Expected profit = effect x risk x stake - contact cost - offer cost x share who take the offer.

    The risk is the probability that it ends badly without contact: p of an outcome to be prevented, 1 - p of one to be
    brought about. Where an uplift model speaks of a customer (`uplift_column`), what it says stands for effect x risk.
    Either leaves a probability between 0 and 1.

    Where receipts have taught who takes an offer (`take_column`), it costs as much for that share of customers, and for
    whoever is gained. Elsewhere whoever buys in the end takes it: 1 - risk and whoever is gained. `customers` is the
    scored list with stages and stakes; what is unknown (no probability, no value) suits no action. Raises
    ScoresUnusable for probabilities outside 0 to 1.
    """
    shape = (customers.height, len(actions))
    made = Worth(
        profit=np.full(shape, np.nan), low=np.full(shape, np.nan), high=np.full(shape, np.nan), cost=np.zeros(shape)
    )
    for number, action in enumerate(actions):
        probability, stake = _numbers(customers, action)
        good = 1 - probability if action.purpose.is_bad else probability
        uplift, take = (_told(customers, name(action.name)) for name in (uplift_column, take_column))
        sides = {"profit": action.effect.mean, "low": action.effect.low, "high": action.effect.high}
        for name, effect in sides.items():
            gained = _gained(action, good, effect, uplift=uplift)
            getattr(made, name)[:, number] = gained * stake - _cost(action, good, gained, take=take)
        made.cost[:, number] = np.nan_to_num(
            _cost(action, good, _gained(action, good, action.effect.mean, uplift=uplift), take=take)
        )
    return made


def _numbers(customers: pl.DataFrame, action: Action) -> tuple[Matrix, Matrix]:
    """Probability and stake of each customer; not a number where the action does not suit."""
    purpose = action.purpose
    if purpose.probability not in customers.columns:
        nothing = np.full(customers.height, np.nan)
        return nothing, nothing
    suits = pl.col("stage").is_in(action.stages) & purpose.suits
    name = purpose.weighed_by(customers.columns)
    found = customers.select(
        probability=pl.col(name).cast(pl.Float64),
        stake=pl.when(suits.fill_null(False)).then(purpose.stake).cast(pl.Float64),
    )
    _ask_probabilities(customers["customer_id"], found["probability"], name)
    return found["probability"].fill_null(np.nan).to_numpy(), found["stake"].fill_null(np.nan).to_numpy()


def _ask_probabilities(customers: pl.Series, probability: pl.Series, name: str) -> None:
    outside = ~probability.is_between(0, 1) | probability.is_nan()
    wrong = outside.fill_null(False)
    if wrong.any():
        first = int(wrong.arg_true()[0])
        raise ScoresUnusable(
            f"{name}: {wrong.sum()} of {len(wrong):,} are outside 0 to 1 (first: {probability[first]} of customer "
            f"{customers[first]!r}). Nothing was decided; the model of that question must be trained anew."
        )


def _told(customers: pl.DataFrame, name: str) -> Matrix:
    """What a column of the scored list says of each customer; not a number where it says nothing."""
    if name not in customers.columns:
        return np.full(customers.height, np.nan)
    return customers[name].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _gained(action: Action, good: Matrix, effect: float, *, uplift: Matrix) -> Matrix:
    """The probability that contact changes the outcome: nobody is kept twice, nor won who would have come anyway.

    `good` is the probability that it ends well without contact. An uplift is as unsure as the effect of all: it moves
    with what that is away from its mean.
    """
    risk = 1 - good
    gained: Matrix = np.where(np.isnan(uplift), effect * risk, uplift + (effect - action.effect.mean) * risk)
    return np.clip(gained, -good, risk)


def _cost(action: Action, good: Matrix, gained: Matrix, *, take: Matrix) -> Matrix:
    """What contacting somebody is expected to cost."""
    share = np.where(np.isnan(take), good + gained, np.maximum(take, gained))
    cost: Matrix = action.contact_cost + action.offer_cost * np.clip(share, 0.0, 1.0)
    return cost
