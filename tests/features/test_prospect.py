"""Of whom, and of which past, is the purchase process asked?"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from features import feature_columns, snapshot
from features._process import fit_process
from tests.features.tables import AS_OF, Row, tables

COLUMNS = [name for name, column in feature_columns().items() if column.feature.is_fitted]
BOUGHT: tuple[Row, ...] = (
    *(("anna", day, 10.0) for day in (300, 200, 100, 3)),
    ("anna", 3, 5.0, {"order_id": "second order of that day"}),
    ("ben", 300, 10.0),
    ("cara", 9, 10.0),
    ("returned", 5, 10.0, {"order_id": "o1"}),
    ("returned", 4, -10.0, {"order_id": "o1"}),
)


def expected(bought: tuple[Row, ...] = BOUGHT, **more: Any) -> dict[str, dict[str, float | None]]:
    """`{customer: {column: value}}`."""
    made = snapshot(tables(bought), as_of=AS_OF, **more)
    return {row["customer_id"]: {name: row[name] for name in COLUMNS} for row in made.iter_rows(named=True)}


def test_the_process_is_fitted_to_days_with_purchases_of_all_who_bought() -> None:
    histories = np.array([[3, 297, 300], [0, 0, 300], [0, 0, 9]], dtype=float).T
    process = fit_process(*histories)
    found = expected()
    for place, customer in enumerate(("anna", "ben", "cara")):
        one = histories[:, place : place + 1]
        assert found[customer] == {
            "alive_probability": process.alive_probability(*one)[0],
            "expected_purchases_in_4_weeks": process.expected_purchases(*one, days=28)[0],
            "expected_purchases_in_12_weeks": process.expected_purchases(*one, days=84)[0],
            "no_purchase_in_4_weeks_probability": process.no_purchase_probability(*one, days=28)[0],
        }


def test_of_a_customer_whose_only_order_came_back_nothing_is_expected() -> None:
    assert expected()["returned"] == dict.fromkeys(COLUMNS)


def test_a_one_time_buyer_is_less_and_less_likely_to_come_back() -> None:
    found = expected()
    long_ago, lately = found["ben"], found["cara"]
    assert long_ago["alive_probability"] < lately["alive_probability"] < 1  # type: ignore[operator]
    assert long_ago["expected_purchases_in_4_weeks"] < lately["expected_purchases_in_4_weeks"]  # type: ignore[operator]


def test_whoever_is_asked_about_the_process_is_that_of_all_customers() -> None:
    only_ben = expected(customers=pl.DataFrame({"customer_id": ["ben", "nobody"]}))
    assert only_ben["ben"] == expected()["ben"]
    assert only_ben["nobody"] == dict.fromkeys(COLUMNS)


def test_a_purchase_recorded_later_changes_nothing_for_anybody() -> None:
    late: Row = ("dora", 40, 10.0, {"recorded_at": 0})
    assert expected((*BOUGHT, late)) == expected()
