"""Will this customer buy again, judged by nothing but when they bought? A probability model of purchases and leaving.

The model is MBG/NBD (Batislam, Denizel and Filiztekin 2007, "Empirical validation and comparison of models for customer
base analysis", International Journal of Research in Marketing 24): while alive a customer buys at random at a rate of
their own (lambda, gamma-distributed with shape r and rate alpha), and after every purchase, the first one too, leaves
for good with a probability of their own (p, beta-distributed with a and b). BG/NBD (Fader, Hardie and Lee 2005) lets
nobody leave after the first purchase, so that every one-time buyer would be alive for ever.

A history is three arrays, one element per customer: `repeats`, purchase days after the first; `last_days`, days from
the first purchase day to the last; `age_days`, days from the first purchase day to the as-of date.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import digamma, expit, gammaln, hyp2f1

Numbers = npt.NDArray[np.float64]

ENOUGH_CUSTOMERS = 20_000
"""Four parameters are known to about one percent from so many customers; the others only cost time."""
TYPICAL = np.log([1.0, 0.25, 1.0, 2.0])
"""Mode of the prior: r, alpha over the mean age, a, b as published fits have them (four purchases in a mean age)."""
SPREAD = 1.5
"""Standard deviation of the prior of each logarithm: parameters twenty times as large or small remain plausible."""
AGE_OF_NOBODY = 365.0
"""Stands for the mean age where there is no customer to take it from."""
NEAR_ONE = 1e-5
"""The expectation divides zero by zero at a = 1; nearer than this it is the mean of its values on both sides."""


@dataclass(frozen=True, slots=True)
class PurchaseProcess:
    """How the customers of one company buy and leave: the fitted parameters of MBG/NBD.

    `r` and `alpha` (days): shape and rate of the purchase rates. `a` and `b`: the shares of leaving after a purchase.
    All methods take histories of any customers of that company and return one finite number for each.
    """

    r: float
    alpha: float
    a: float
    b: float

    def alive_probability(self, repeats: Numbers, last_days: Numbers, age_days: Numbers) -> Numbers:
        """Probability that the customer has not left for good by the as-of date; below 1 for one-time buyers too.

        Batislam et al. (2007): 1 / (1 + a / (b + x) ((alpha + T) / (alpha + t_x))^(r + x)) for x repeats until t_x at
        age T.
        """
        x, last, age = _plain(repeats, last_days, age_days)
        silence = np.log1p((age - last) / (self.alpha + last))
        return np.asarray(expit(np.log(self.b + x) - np.log(self.a) - (self.r + x) * silence))

    def no_purchase_probability(
        self, repeats: Numbers, last_days: Numbers, age_days: Numbers, *, days: float
    ) -> Numbers:
        """Probability that the customer buys nothing in the next `days` days, because they left or by chance.

        Who is alive buys at a rate that is gamma-distributed with r + x and alpha + T, and leaves at purchases only:
        silence has the probability ((alpha + T) / (alpha + T + days))^(r + x).
        """
        x, _, age = _plain(repeats, last_days, age_days)
        buys = -np.expm1(-(self.r + x) * np.log1p(_ahead(days) / (self.alpha + age)))
        return 1.0 - self.alive_probability(repeats, last_days, age_days) * buys

    def expected_purchases(self, repeats: Numbers, last_days: Numbers, age_days: Numbers, *, days: float) -> Numbers:
        """Purchases to be expected in the next `days` days, counting that the customer may have left or may leave.

        Batislam et al. (2007); the same as in Fader, Hardie and Lee (2005) with b + 1 for b where the customer is
        alive. At least the probability of one purchase, at most what a customer who never leaves would buy.
        """
        x, _, age = _plain(repeats, last_days, age_days)
        # Many customers have the same repeats and age, and where the age is small beside `days` the series is long.
        key = x * (1.0 + age.max(initial=0.0)) + age
        _, first, same = np.unique(key, return_index=True, return_inverse=True)
        if_alive = self.purchases_if_alive(x[first], age[first], days=days)
        return np.asarray(self.alive_probability(repeats, last_days, age_days) * if_alive[same])

    def purchases_if_alive(self, repeats: Numbers, age_days: Numbers, *, days: float) -> Numbers:
        """Purchases to be expected in the next `days` days of a customer who has not left by the as-of date."""
        x, _, age = _plain(repeats, age_days, age_days)
        beside = (self.a,) if abs(self.a - 1.0) >= NEAR_ONE else (1.0 - NEAR_ONE, 1.0 + NEAR_ONE)
        return np.asarray(np.mean([self._if_alive(a, x, age, days) for a in beside], axis=0))

    def _if_alive(self, a: float, x: Numbers, age: Numbers, days: float) -> Numbers:
        """Expected purchases of a customer alive: the mean of (1 - exp(-lambda p days)) / p.

        It is c / (a - 1) (1 - F), F = 2F1(r + x, a - 1; c; -z), c = a + b + x, z = days / (alpha + T). By Pfaff's
        transformation F = (1 + z)^(1 - a) 2F1(a + b - r, a - 1; c; z / (1 + z)), whose large count x stands in c only:
        it neither overflows nor loses digits with thousands of purchases.
        """
        c, z = a + self.b + x, _ahead(days) / (self.alpha + age)
        with np.errstate(over="ignore", invalid="ignore"):
            silent = np.exp((1.0 - a) * np.log1p(z)) * hyp2f1(a + self.b - self.r, a - 1.0, c, z / (1.0 + z))
        # From a = 150 on both factors can leave the range of floats; p then hardly varies, and its mean stands for it.
        near = np.exp(-(self.r + x) * np.log1p(z * max(a - 1.0, 0.0) / c))
        silent = np.where(np.isfinite(silent), silent, near)
        least = -np.expm1(-(self.r + x) * np.log1p(z))
        return np.clip(c / (a - 1.0) * (1.0 - silent), least, (self.r + x) * z)


def fit_process(repeats: Numbers, last_days: Numbers, age_days: Numbers) -> PurchaseProcess:
    """Learns from the histories of all customers how a company's customers buy and leave.

    Penalised maximum likelihood: weak priors keep three customers, identical ones, or none that came back, finite; of
    nobody the prior's mode is learned. The order of customers changes no bit, and the unit of time nothing but alpha.
    From more than 20,000 customers equally spaced ones are taken, sorted by their histories.
    Raises ValueError for histories that are not finite.
    """
    seen, unit = _histories(repeats, last_days, age_days)
    if not len(seen.x):
        r, alpha, a, b = np.exp(TYPICAL)
    else:
        bounds = [(middle - 12.0, middle + 12.0) for middle in TYPICAL]
        options = {"ftol": 0.0, "gtol": 1e-8, "maxiter": 500, "maxfun": 1000}
        found = minimize(_loss, TYPICAL, args=(seen,), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        r, alpha, a, b = np.exp(_polished(found.x, seen))
    return PurchaseProcess(float(r), float(alpha) * unit, float(a), float(b))


@dataclass(frozen=True, slots=True)
class _Histories:
    """Distinct histories in sorted order, time in units of the mean age, with their shares of all customers.

    `x_share` and `x_distinct`: the same by number of repeats alone, on which most of the likelihood depends.
    """

    x: Numbers
    last: Numbers
    age: Numbers
    share: Numbers
    x_distinct: Numbers
    x_share: Numbers
    customers: int


def _histories(repeats: Numbers, last_days: Numbers, age_days: Numbers) -> tuple[_Histories, float]:
    """The distinct histories to learn from, and the mean age in days."""
    x, last, age = _plain(repeats, last_days, age_days)
    if not np.isfinite(x + last + age).all():
        raise ValueError("purchase histories must be finite: leave customers without a purchase out of the fit")
    taken = _equally_spaced(np.lexsort((age, last, x)))
    rows = np.column_stack([x, last, age])[taken]
    first = np.flatnonzero(np.append(True, (rows[1:] != rows[:-1]).any(axis=1))[: len(rows)])
    share = np.diff(np.append(first, len(rows))) / max(len(rows), 1)
    x, last, age = rows[first].T
    unit = float((age * share).sum()) or AGE_OF_NOBODY
    x_distinct, inverse = np.unique(x, return_inverse=True)
    x_share = np.bincount(inverse, weights=share).astype(np.float64)
    return _Histories(x, last / unit, age / unit, share, x_distinct, x_share, len(rows)), unit


def _plain(repeats: Numbers, last_days: Numbers, age_days: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Repeats, last day and age as floats, none negative, the last purchase not after the as-of date."""
    x, last, age = (np.maximum(np.asarray(v, dtype=np.float64), 0.0) for v in (repeats, last_days, age_days))
    return x, np.minimum(last, age), age


def _ahead(days: float) -> float:
    if not days >= 0:
        raise ValueError(f"days ahead must be 0 or more, not {days}")
    return float(days)


def _equally_spaced(order: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """All of few customers; of many, the middle one of each of 20,000 equal parts."""
    if len(order) <= ENOUGH_CUSTOMERS:
        return order
    return order[(2 * np.arange(ENOUGH_CUSTOMERS) + 1) * len(order) // (2 * ENOUGH_CUSTOMERS)]


def _loss(logarithms: Numbers, seen: _Histories) -> tuple[float, Numbers]:
    """Minus the penalised log likelihood per customer, and its gradient, at the logarithms of r, alpha, a and b.

    Batislam et al. (2007): a customer with given lambda and p has the likelihood
    (1 - p)^x lambda^x ((1 - p) exp(-lambda T) + p exp(-lambda t_x)): alive since the last purchase, or gone with it.
    """
    parameters = np.exp(logarithms)
    value, slope = _counts_part(parameters, seen)
    timed_value, timed_slope = _times_part(parameters, seen)
    surprise = (logarithms - TYPICAL) / SPREAD
    loss = (surprise**2).sum() / 2 / seen.customers - value - timed_value
    return float(loss), surprise / SPREAD / seen.customers - parameters * (slope + timed_slope)


def _counts_part(parameters: Numbers, seen: _Histories) -> tuple[float, Numbers]:
    """The factors of the mean log likelihood that depend on the number of repeats alone, and their gradient."""
    r, alpha, a, b = parameters
    x, share = seen.x_distinct, seen.x_share
    value = gammaln(r + x) - gammaln(r) + gammaln(b + x) - gammaln(b) + gammaln(a + b) - gammaln(a + b + x + 1)
    leaving = digamma(a + b) - digamma(a + b + x + 1)
    slopes = (digamma(r + x) - digamma(r), -x / alpha, leaving, digamma(b + x) - digamma(b) + leaving)
    # Sums, not dot products: BLAS adds in another order with another number of threads.
    return float((share * (value - x * np.log(alpha))).sum()), np.array([(share * slope).sum() for slope in slopes])


def _times_part(parameters: Numbers, seen: _Histories) -> tuple[float, Numbers]:
    """The factor of the mean log likelihood that depends on times: alive until now, or gone with the last purchase."""
    r, alpha, a, b = parameters
    x, share = seen.x, seen.share
    until_now, until_last = np.log1p(seen.age / alpha), np.log1p(seen.last / alpha)
    alive, gone = np.log(b + x) - (r + x) * until_now, np.log(a) - (r + x) * until_last
    value = np.logaddexp(alive, gone)
    p_alive, p_gone = np.exp(alive - value), np.exp(gone - value)
    slower = p_alive * seen.age / (alpha + seen.age) + p_gone * seen.last / (alpha + seen.last)
    slopes = (-p_alive * until_now - p_gone * until_last, (r + x) * slower / alpha, p_gone / a, p_alive / (b + x))
    return float((share * value).sum()), np.array([(share * slope).sum() for slope in slopes])


def _polished(logarithms: Numbers, seen: _Histories) -> Numbers:
    """Newton's steps to where the gradient is zero: a search that compares losses stops at half the digits."""
    best = logarithms
    for _ in range(4):
        curvature, slope = _curvature(best, seen), _loss(best, seen)[1]
        if np.linalg.eigvalsh(curvature)[0] <= 0:
            break
        step = np.linalg.solve(curvature, slope)
        if np.abs(step).max() > 0.5:
            break
        best = best - step
    return best


def _curvature(logarithms: Numbers, seen: _Histories) -> Numbers:
    """Second derivatives of the loss, by central differences of its gradient."""
    shifts = np.eye(len(logarithms)) * 1e-4
    slopes = [_loss(logarithms + shift, seen)[1] - _loss(logarithms - shift, seen)[1] for shift in shifts]
    curvature = np.array(slopes) / 2e-4
    return np.asarray((curvature + curvature.T) / 2)
