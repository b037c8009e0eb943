"""How much is a purchase of this customer worth on average? Their own purchases, and those of everybody as far as few.

The model is gamma-gamma (Fader, Hardie and Lee 2005, "RFM and CLV: using iso-value curves for customer base analysis",
Journal of Marketing Research 42; Fader and Hardie 2013, "The gamma-gamma model of monetary value"): the values of one
customer's purchases are gamma-distributed with shape p around a mean of their own, and these means differ between
customers as the inverse of a gamma variable with shape q and rate gamma does. As everywhere beside the purchase
process, a purchase is a day with purchases, and its value is the spend of that day, net of returns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

Numbers = npt.NDArray[np.float64]

ENOUGH_CUSTOMERS = 20_000
"""Three parameters are known to about one percent from so many customers."""
TYPICAL = np.log([2.0, 2.0, 1.0])
"""Mode of the prior: p, q - 1 and the mean purchase over the typical customer's, as published fits have them."""
SPREAD = 1.5
"""Standard deviation of the prior of each logarithm: parameters twenty times as large or small remain plausible."""
LEAST_FREEDOM = 1.0
"""The least q + p x - 2, on which the variance of a mean value rests: beyond, a mean is at most as unsure as large."""


@dataclass(frozen=True, slots=True)
class PurchaseValue:
    """How the customers of one company differ in what they spend per purchase: the parameters of gamma-gamma.

    `p`: shape of one customer's purchase values. `q` (above 1), `gamma` (currency): shape and scale of the means.
    """

    p: float
    q: float
    gamma: float

    def average(self, purchases: Numbers, mean_value: Numbers) -> Numbers:
        """Expected value of a customer's next purchase, from `purchases` known ones of `mean_value` on average.

        (gamma + x m) p / (p x + q - 1): between the customer's own mean and that of all, nearer to their own the more
        they bought. Never negative; a customer whose returns outweigh their purchases counts as if these were free.
        """
        spend = purchases * np.maximum(mean_value, 0.0)
        return np.asarray(self.p * (self.gamma + spend) / (self.p * purchases + self.q - 1.0))

    def unsureness(self, purchases: Numbers) -> Numbers:
        """Variance of a customer's true mean value over its squared expectation, after so many purchases."""
        return np.asarray(1.0 / np.maximum(self.p * purchases + self.q - 2.0, LEAST_FREEDOM))


def fit_purchase_value(purchases: Numbers, mean_value: Numbers) -> PurchaseValue | None:
    """Learns from all customers how much their purchases differ, between customers and from one to the next.

    Penalised maximum likelihood: weak priors keep three customers, one-time buyers alone, and purchases of all one
    value finite. Logarithms of values count, so that a few wholesalers do not set the mean of everybody. The order of
    customers changes no bit, and the currency nothing but gamma. None when no purchase has a value above zero: then
    nothing is known of values.
    """
    x, mean = (np.asarray(values, dtype=np.float64) for values in (purchases, mean_value))
    known = (x > 0) & (mean > 0) & np.isfinite(mean)
    x, mean = x[known], mean[known]
    if not len(x):
        return None
    order = np.lexsort((mean, x))
    unit = float(np.median(mean))
    taken = _equally_spaced(order)
    x, mean = x[taken], mean[taken] / unit
    bounds = [(middle - 12.0, middle + 12.0) for middle in TYPICAL]
    options = {"ftol": 0.0, "gtol": 1e-9}
    found = minimize(_loss, TYPICAL, args=(x, mean), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    p, above_one, typical = np.exp(found.x)
    return PurchaseValue(p=float(p), q=float(1.0 + above_one), gamma=float(typical * above_one / p) * unit)


def _equally_spaced(order: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """All of few customers; of many, the middle one of each of 20,000 equal parts."""
    if len(order) <= ENOUGH_CUSTOMERS:
        return order
    return order[(2 * np.arange(ENOUGH_CUSTOMERS) + 1) * len(order) // (2 * ENOUGH_CUSTOMERS)]


def _loss(logarithms: Numbers, x: Numbers, mean: Numbers) -> tuple[float, Numbers]:
    """Minus the penalised log likelihood per customer and its gradient, at log p, log(q - 1) and log mean of all.

    Fader and Hardie (2013), equation (1a); gamma = mean of all times (q - 1) / p.
    """
    p, above_one, typical = np.exp(logarithms)
    q, gamma = 1.0 + above_one, typical * above_one / p
    shape, scale = p * x, gamma + x * mean
    value = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma) + shape * np.log(x * mean)
    value = value - np.log(mean) - (shape + q) * np.log(scale)
    by_p = x * (digamma(shape + q) - digamma(shape) + np.log(x * mean) - np.log(scale))
    by_q = digamma(shape + q) - digamma(q) + np.log(gamma) - np.log(scale)
    by_gamma = gamma * (q / gamma - (shape + q) / scale)
    slope = np.array([(p * by_p - by_gamma).mean(), (above_one * by_q + by_gamma).mean(), by_gamma.mean()])
    surprise = (logarithms - TYPICAL) / SPREAD
    return float((surprise**2).sum() / 2 / len(x) - value.mean()), surprise / SPREAD / len(x) - slope
