"""Do we contact only those who agreed, as far as that was known, and say so where nobody was asked?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from serving import with_consent

START = datetime(2025, 11, 30, 16, tzinfo=UTC)
"""The moment at which 1 December begins in Shanghai."""
LONG_AGO, BEFORE, LATER = START - timedelta(days=90), START - timedelta(microseconds=1), START + timedelta(days=2)

Moments = tuple[datetime | None, datetime | None]


def allowed(customers: dict[str, Moments], *, asked: list[str] | None = None) -> dict[str, bool | None]:
    """`{customer: (consent_at, withdrawn_at)}` in, `{customer: may_contact}` out."""
    stamp = pl.Datetime("us", "UTC")
    table = pl.LazyFrame(
        [(name, *moments) for name, moments in customers.items()],
        schema={"customer_id": pl.String, "consent_at": stamp, "withdrawn_at": stamp},
        orient="row",
    )
    population = pl.DataFrame(
        {"customer_id": list(customers) if asked is None else asked}, schema={"customer_id": pl.String}
    )
    found = with_consent(population, table, before=START)
    assert found["customer_id"].to_list() == population["customer_id"].to_list()
    assert found.schema["may_contact"] == pl.Boolean
    return dict(found.select("customer_id", "may_contact").iter_rows())


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        pytest.param((None, None), False, id="never given"),
        pytest.param((LONG_AGO, None), True, id="given"),
        pytest.param((BEFORE, None), True, id="given in the last moment before the as-of date"),
        pytest.param((START, None), False, id="given as the as-of date begins"),
        pytest.param((LATER, None), False, id="given later"),
        pytest.param((LONG_AGO, BEFORE), False, id="withdrawn in the last moment before"),
        pytest.param((LONG_AGO, START), True, id="withdrawn as the as-of date begins"),
        pytest.param((LONG_AGO, LATER), True, id="withdrawn later"),
        pytest.param((BEFORE, LONG_AGO), True, id="given again after it was withdrawn"),
        pytest.param((LATER, LONG_AGO), False, id="withdrawn, and given again only later"),
        pytest.param((LONG_AGO, LONG_AGO), False, id="given and withdrawn at one moment"),
        pytest.param((None, LONG_AGO), False, id="withdrawn without ever having been given"),
    ],
)
def test_consent_counts_as_known_before_the_as_of_date_began(moments: Moments, expected: bool) -> None:
    assert allowed({"A": moments, "other": (LONG_AGO, None)}) == {"A": expected, "other": True}


def test_without_any_consent_dates_it_is_unknown_for_everybody() -> None:
    assert allowed({"A": (None, None), "B": (None, None)}) == {"A": None, "B": None}


def test_where_only_withdrawals_are_kept_they_forbid_and_the_rest_is_unknown() -> None:
    found = allowed({"A": (None, LONG_AGO), "B": (None, None), "C": (None, LATER)}, asked=["A", "B", "C", "stranger"])
    assert found == {"A": False, "B": None, "C": None, "stranger": None}


def test_a_customer_whom_the_table_does_not_know_has_not_consented_where_consent_is_kept() -> None:
    assert allowed({"A": (LONG_AGO, None)}, asked=["stranger", "A"]) == {"stranger": False, "A": True}


def test_an_empty_customers_table_knows_nothing() -> None:
    assert allowed({}, asked=["A"]) == {"A": None}
