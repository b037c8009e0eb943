"""What share of the customers does it pay to contact? The expected maximum profit of a retention campaign."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import betainc, ndtr

from serving._prior import Effect

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BetaAcceptance:
    """The share of would-be leavers who stay when made the offer, unknown and Beta distributed.

    The default, around 0.3, is that of Verbraken, Verbeke and Baesens (2013).
    """

    alpha: float = 6.0
    beta: float = 14.0

    def __post_init__(self) -> None:
        if not (self.alpha > 0 and self.beta > 0):
            raise ValueError(f"a Beta distribution has parameters above 0, not {self.alpha} and {self.beta}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class OptimalShare:
    """The share (0 to 1) of the population to contact, best first, and the profit that it brings per customer of it.

    Both are means over what the effect may be, each time with the share that is best for that effect (the expected
    maximum profit, and the optimal fraction, of the paper). `share_at_mean` and `profit_at_mean` take the mean effect
    for true: whom to contact tonight.
    """

    share: float
    profit: float
    share_at_mean: float
    profit_at_mean: float


def optimal_share(
    probability: pl.Series,
    stake: pl.Series,
    *,
    contact_cost: float,
    offer_cost: float,
    effect: Effect | BetaAcceptance,
    score: pl.Series | None = None,
) -> OptimalShare:
    """The share to contact by calibrated probabilities and what each customer is worth, before any outcome is known.

    One entry per customer: `probability` of leaving, `stake` in money if the customer stays because of the contact.
    Expected counts stand where the paper counts labels. Best first means by `score`, or by expected profit at the mean
    effect without one; customers of one score are contacted together or not at all. Whoever would have stayed takes
    the offer, and of would-be leavers those who stay, as in the paper; with an effect below zero nobody is contacted.
    Raises ValueError for what cannot be.
    """
    leaves, worth = (column.cast(pl.Float64).to_numpy() for column in (probability, stake))
    _check(leaves, worth, costs=(contact_cost, offer_cost))
    gain = leaves * (worth - offer_cost)
    cost = contact_cost + (1.0 - leaves) * offer_cost
    order = _mean(effect) * gain - cost if score is None else score.cast(pl.Float64).to_numpy()
    if len(order) != len(gain) or not np.isfinite(order).all():
        raise ValueError(f"{len(gain):,} customers need as many finite scores.")
    return _best(gain, cost, order, effect=effect)


def expected_maximum_profit(
    is_churn: pl.Series,
    score: pl.Series,
    *,
    customer_value: float = 200.0,
    contact_cost: float = 1.0,
    offer_cost: float = 10.0,
    acceptance: BetaAcceptance = BetaAcceptance(),
) -> OptimalShare:
    """The expected maximum profit of a score whose outcomes are known (Verbraken, Verbeke and Baesens 2013).

    `is_churn`: who left; `score`: higher is likelier to leave; every customer is worth `customer_value`.
    """
    stake = pl.Series([customer_value]).new_from_index(0, len(is_churn))
    return optimal_share(
        is_churn.cast(pl.Float64),
        stake,
        contact_cost=contact_cost,
        offer_cost=offer_cost,
        effect=acceptance,
        score=score,
    )


def _check(leaves: Numbers, worth: Numbers, *, costs: tuple[float, float]) -> None:
    if len(leaves) != len(worth):
        raise ValueError(f"{len(leaves):,} probabilities and {len(worth):,} stakes; there is one of each per customer.")
    if not ((leaves >= 0) & (leaves <= 1)).all():
        raise ValueError("a probability lies outside 0 to 1, or is unknown.")
    if not np.isfinite(worth).all() or not all(0 <= cost < np.inf for cost in costs):
        raise ValueError("stakes and costs are finite, and costs not negative.")


def _mean(effect: Effect | BetaAcceptance) -> float:
    return effect.mean if isinstance(effect, Effect) else effect.alpha / (effect.alpha + effect.beta)


def _best(gain: Numbers, cost: Numbers, order: Numbers, *, effect: Effect | BetaAcceptance) -> OptimalShare:
    """With an effect g, contacting the first k brings g x their gains - their costs: a line in g for each k.

    The greatest of all lines is their upper envelope, whose corners are those of a convex hull (in the paper: of the
    ROC curve). Between two corners one cut-off is best, so that the mean over g is a sum of closed forms.
    """
    counts, gains, costs = _envelope(gain, cost, order)
    corners = np.concatenate([[0.0], np.diff(costs) / np.diff(gains), [inf]])
    shares, profits = [], []
    for known in (effect, Effect(_mean(effect), inf)):
        probability, mean = (np.diff(part) for part in _below(corners, known))
        shares.append(float((probability * counts).sum()) / max(len(gain), 1))
        profits.append(float((mean * gains - probability * costs).sum()) / max(len(gain), 1))
    return OptimalShare(share=shares[0], profit=profits[0], share_at_mean=shares[1], profit_at_mean=profits[1])


def _envelope(gain: Numbers, cost: Numbers, order: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Customers, gains and costs of the cut-offs that are best for some effect from zero up, fewest customers first."""
    best_first = np.argsort(-order, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(order[best_first]) != 0, True)) + 1 if len(order) else np.zeros(0, int)
    counts = np.concatenate([[0], ends])
    gains, costs = (np.concatenate([[0.0], np.cumsum(part[best_first])])[counts] for part in (gain, cost))
    # Costs never fall, so that whoever adds no gain to all before is best for no effect.
    adds = np.concatenate([[True], gains[1:] > np.maximum.accumulate(gains)[:-1]])
    counts, gains, costs = counts[adds], gains[adds], costs[adds]
    kept = _hull(costs.tolist(), gains.tolist())
    return counts[kept].astype(float), gains[kept], costs[kept]


def _hull(costs: list[float], gains: list[float]) -> list[int]:
    """The corners of the upper convex hull, by Andrew's monotone chain; costs do not fall, gains rise."""
    kept: list[int] = []
    for point in range(len(costs)):
        while len(kept) > 1 and _is_under(kept[-1], kept[-2], point, costs, gains):
            kept.pop()
        kept.append(point)
    return kept


def _is_under(middle: int, left: int, right: int, costs: list[float], gains: list[float]) -> bool:
    rise, run = gains[middle] - gains[left], costs[middle] - costs[left]
    return rise * (costs[right] - costs[left]) <= (gains[right] - gains[left]) * run


def _below(bounds: Numbers, effect: Effect | BetaAcceptance) -> tuple[Numbers, Numbers]:
    """The probability that the effect lies below each bound, and its mean over that part."""
    if isinstance(effect, BetaAcceptance):
        ends = np.clip(bounds, 0.0, 1.0)
        mean = _mean(effect) * betainc(effect.alpha + 1.0, effect.beta, ends)
        return betainc(effect.alpha, effect.beta, ends), mean
    if effect.deviation == 0.0:
        is_below = (bounds > effect.mean).astype(float)
        return is_below, effect.mean * is_below
    distance = (bounds - effect.mean) / effect.deviation
    density = np.exp(-0.5 * distance**2) / np.sqrt(2.0 * np.pi)
    return ndtr(distance), effect.mean * ndtr(distance) - effect.deviation * density
