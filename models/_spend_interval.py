"""Between which sums will a customer's spend lie? Whether alive, how often they buy, and how much, taken together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from models._ahead import Ahead
from models._purchase_value import PurchaseValue

Numbers = npt.NDArray[np.float64]

LEAST = 1e-12
"""Nothing is divided by a smaller chance or variation than this."""


def spend_interval(
    ahead: Ahead, alive: Numbers, values: PurchaseValue, purchases: Numbers, *, at: tuple[float, float]
) -> tuple[Numbers, Numbers]:
    """The quantiles `at` of a customer's spend in the periods ahead, over the expected spend.

    `alive`: the chance to be a customer still; `purchases`: how many are known. With the chance of no purchase the
    spend is nothing; otherwise it is taken as gamma-distributed with the mean and the variance that follow exactly
    from the purchase process and from gamma-gamma: of the number of purchases, of each one's value, and of the
    customer's true mean value, which few purchases leave unsure. Nothing is drawn at random. That the parameters
    themselves were learned, and that times change, is not in it.
    """
    some = np.maximum(1.0 - ahead.none, LEAST)
    number = ahead.purchases.sum(axis=1) / some
    second = number * (1.0 + 1.0 / values.p) + ahead.pairs / some
    spread = np.maximum((1.0 + values.unsureness(purchases)) * second / number**2 - 1.0, LEAST)
    low, high = (_over_expected(level, some * alive, spread) for level in at)
    return low, high


def _over_expected(level: float, some: Numbers, spread: Numbers) -> Numbers:
    """The quantile over the mean of what is zero but for the chance `some`, and else has that squared variation."""
    inside = np.clip((level - (1.0 - some)) / some, 0.0, 1.0)
    return np.asarray(gammaincinv(1.0 / spread, inside) * spread / some)
