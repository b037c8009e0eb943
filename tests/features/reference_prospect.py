"""What should a snapshot say of purchases ahead? Histories counted slowly, the process fitted to all who ever bought.

That the fit and its formulas are right is asked in test_process.py; here, of which histories they are asked.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from features._process import fit_process
from tests.features.reference_bought import purchases_of
from tests.features.reference_numbers import Answer

PROSPECTS = (
    "alive_probability",
    "expected_purchases_in_4_weeks",
    "expected_purchases_in_12_weeks",
    "no_purchase_in_4_weeks_probability",
)


def prospects(lines: list[dict[str, Any]]) -> dict[str, dict[str, Answer]]:
    """The columns of every customer who ever bought, by customer."""
    days: dict[str, set[int]] = {}
    for customer in {line["customer_id"] for line in lines}:
        ages = {order["age"] for order in purchases_of([each for each in lines if each["customer_id"] == customer])}
        if ages:
            days[customer] = ages
    history = np.array([[len(ages) - 1, max(ages) - min(ages), max(ages)] for ages in days.values()], dtype=float)
    if not days:
        return {}
    process = fit_process(*history.T)
    found = (
        process.alive_probability(*history.T),
        process.expected_purchases(*history.T, days=28),
        process.expected_purchases(*history.T, days=84),
        process.no_purchase_probability(*history.T, days=28),
    )
    return {
        customer: {name: float(values[place]) for name, values in zip(PROSPECTS, found, strict=True)}
        for place, customer in enumerate(days)
    }
