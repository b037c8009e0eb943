"""Does a campaign cost what its contacts cost, each of them, and its offers once?"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from campaigns import ARMS, FIRST, NOVEMBER, SECOND, assigned, campaign, receipt, record

from serving import Ledger

CONTACT, OFFER, EXPECTED = 1.0, 10.0, 2.5
"""Of the campaign in tests/support/campaigns.py: a contact, an offer that is taken, and what one contact is expected to
cost with the share who take the offer."""


def spent(ledger: Ledger, **asked: date) -> dict[str, float]:
    """What went to each customer."""
    return dict(ledger.rows_of(NOVEMBER, **asked)["customer_id", "spent"].rows())


@pytest.fixture
def twice(ledger: Ledger) -> Ledger:
    """a is on both lists, b on the first; c is held out."""
    record(ledger, FIRST, ARMS)
    record(ledger, SECOND, {"a": "treated"})
    return ledger


def second(customer: str, status: str, day: int) -> dict[str, Any]:
    """A receipt of the second list."""
    return receipt(customer, status, day, as_of=SECOND)


def test_without_receipts_every_listing_costs_a_contact_and_the_offer_is_expected_once(twice: Ledger) -> None:
    assert spent(twice) == {"a": EXPECTED + CONTACT, "b": EXPECTED, "c": 0.0}
    assert spent(twice, before=SECOND) == {"a": EXPECTED, "b": EXPECTED, "c": 0.0}
    assert twice.rows_of(NOVEMBER)["contact_count"].to_list() == [2, 1, 0]
    assert twice.rows_of(NOVEMBER)["cost"].to_list() == [EXPECTED, EXPECTED, 0.0]


TOLD: list[tuple[str, list[dict[str, Any]], dict[str, float]]] = [
    (
        "accepted twice, the offer costs once",
        [receipt("a", "accepted", 4), second("a", "accepted", 6)],
        {"a": 2 * CONTACT + OFFER, "b": EXPECTED, "c": 0.0},
    ),
    (
        "several receipts of one list are one contact",
        [receipt("b", "delivered", 4), receipt("b", "reached", 5), receipt("b", "accepted", 6)],
        {"a": EXPECTED, "b": CONTACT + OFFER, "c": 0.0},
    ),
    (
        "whoever is told of and has not accepted takes no offer",
        [receipt("b", "refused", 4)],
        {"a": EXPECTED + CONTACT, "b": CONTACT, "c": 0.0},
    ),
    (
        "where delivery is reported, who is not named was not contacted",
        [receipt("a", "delivered", 4), second("a", "delivered", 5)],
        {"a": 2 * CONTACT, "b": 0.0, "c": 0.0},
    ),
    (
        "held out and contacted all the same costs as others do",
        [receipt("c", "reached", 4), receipt("c", "accepted", 5)],
        {"a": EXPECTED + CONTACT, "b": EXPECTED, "c": CONTACT + OFFER},
    ),
]


@pytest.mark.parametrize(("told", "costs"), [each[1:] for each in TOLD], ids=[each[0] for each in TOLD])
def test_receipts_say_what_was_spent(told: list[dict[str, Any]], costs: dict[str, float], twice: Ledger) -> None:
    before = spent(twice, before=date(2026, 11, 20))
    twice.take_receipts(pl.DataFrame([each | {"recorded_on": date(2026, 11, 20)} for each in told]))
    assert spent(twice) == costs
    assert spent(twice, before=date(2026, 11, 20)) == before


def test_what_is_spent_on_one_campaign_is_not_counted_in_another(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    both = [campaign(), campaign("thanks", action="thank_you", terms={"contact_cost": 7.0})]
    record(ledger, SECOND, assigned({"b": "treated"}, campaign="thanks", cost=8.0), campaigns=both)
    assert spent(ledger) == {"a": EXPECTED, "b": EXPECTED, "c": 0.0}
    assert ledger.rows_of("thanks")["spent"].to_list() == [8.0]
