"""How far off are sums of money that were foretold? Figures of expected spend against what was spent."""

from __future__ import annotations

import numpy as np

from models._matrix import Labels, Numbers
from models._metrics import equal_count_bins, metrics
from models._spend import tweedie

_TOP = 0.1


def amount_metrics(spend: Numbers, expected: Numbers, *, list_size: int | None = None) -> dict[str, float]:
    """Figures of expected spend, one element per customer; the errors are shares of the true spend.

    `total_error`: distance of the expected from the true total. `decile_error`: the same over tenths of the customers
    by expectation, added up. `mean_error`: mean distance per customer; least for who foretells the median and not the
    mean. `deviance`: Tweedie's, of spend over its mean, least for who knows the true expectation. `top_spend_share`:
    the share of all spend by the tenth expected to spend most; `gain_at_list_size`: by the `list_size` of them. Not a
    number where nothing was spent.
    """
    order = np.argsort(-expected, kind="stable")
    with np.errstate(divide="ignore", invalid="ignore"):
        found = Resampled(spend, expected).figures(np.ones((1, len(spend))))
        shares = np.cumsum(spend[order]) / spend.sum()
    made = {
        "customers": float(len(spend)),
        **{name: float(values[0]) for name, values in found.items()},
        "top_spend_share": float(shares[max(1, round(_TOP * len(spend))) - 1]),
    }
    return made | ({"gain_at_list_size": float(shares[min(list_size, len(spend)) - 1])} if list_size else {})


def interval_metrics(spend: Numbers, low: Numbers, high: Numbers) -> dict[str, float]:
    """How well intervals hold: the share of customers inside (four of five is right) and above (one of ten is)."""
    cent = 0.01
    return {
        "inside_share": float(np.mean((spend >= low - cent) & (spend <= high + cent))),
        "above_share": float(np.mean(spend > high + cent)),
    }


def measured(answers: Labels | Numbers, said: Numbers, *, list_size: int | None = None) -> dict[str, float]:
    """Figures of what was said beside what came: of probabilities where that was yes or no, else of amounts."""
    if answers.dtype == np.bool_:
        return metrics(answers.astype(np.bool_), said, list_size=list_size)
    return amount_metrics(answers.astype(np.float64), said, list_size=list_size)


class Resampled:
    """One model's expectations, so that the figures of each resample need weighted sums only.

    The tenths of `decile_error` and the unit of `deviance` stay those of the full sample.
    """

    def __init__(self, spend: Numbers, expected: Numbers) -> None:
        self._spend, self._expected = spend, expected
        self._off = np.abs(expected - spend)
        unit = max(float(spend.mean()), 1e-12)
        self._deviance = tweedie(spend / unit, expected / unit)
        parts = equal_count_bins(expected)
        self._gaps = np.zeros((len(spend), len(parts)))
        for number, part in enumerate(parts):
            self._gaps[part, number] = expected[part] - spend[part]

    def figures(self, weights: Numbers) -> dict[str, Numbers]:
        """The figures of each line of weights, one weight per customer."""
        spent = weights @ self._spend
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                "mean_spend": spent / weights.sum(axis=1),
                "mean_expected": weights @ self._expected / weights.sum(axis=1),
                "total_error": np.abs(weights @ self._expected / spent - 1.0),
                "decile_error": np.abs(weights @ self._gaps).sum(axis=1) / spent,
                "mean_error": weights @ self._off / spent,
                "deviance": weights @ self._deviance / weights.sum(axis=1),
            }
