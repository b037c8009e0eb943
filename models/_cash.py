"""What are payments over years worth today? The one sum behind a known account and a predicted lifetime value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

DAYS_PER_YEAR = 364
"""52 whole weeks, as in yearly spend."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CashFlows:
    """What customers bring and cost, known or expected: one row per customer, one column per payment.

    `at_years`: when each column is paid, in years after today; 0 for today and for what is past. `own`: the customer's
    own spend. `referred`: net income from the customers they brought. `cost`: of winning and keeping them. Each has a
    column per payment, or a single one that is paid in the first.
    """

    at_years: Numbers
    own: Numbers
    referred: Numbers
    cost: Numbers


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """What cash flows are worth today, one number per customer: profit on own spend, referred income, costs."""

    own: Numbers
    referred: Numbers
    cost: Numbers

    @property
    def total(self) -> Numbers:
        """Own profit plus income from referred customers less costs."""
        return self.own + self.referred - self.cost


def worth(flows: CashFlows, *, margin: float = 1.0, discount_rate: float = 0.0) -> Worth:
    """Adds up cash flows, each discounted to today, and takes the margin of the customers' own spend.

    A payment in t years counts 1 / (1 + discount_rate)^t. The parts are kept apart, so that a total can say what is in
    it.
    """
    factors = (1.0 + discount_rate) ** -flows.at_years
    return Worth(
        own=margin * _today(flows.own, factors),
        referred=_today(flows.referred, factors),
        cost=_today(flows.cost, factors),
    )


def _today(payments: Numbers, factors: Numbers) -> Numbers:
    # A sum along each row, not a matrix product: that one adds in another order with another number of rows.
    return np.asarray((payments * factors[: payments.shape[1]]).sum(axis=1))
