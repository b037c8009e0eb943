"""Who is left alone, and by which rule? Each rule at its border, and which is told first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from serving import Manners
from serving._respect import left_alone

AS_OF = date(2025, 12, 1)
MANNERS = Manners(cool_down_days=28, yearly_cap=3)


def told(
    *,
    contacted: list[tuple[int, str]] = (),
    suppressed: list[str] = (),
    manners: Manners = MANNERS,
    running: bool = False,
    **known: Any,
) -> str | None:
    """What is told of customer A, assigned so many days ago in the arms given."""
    customer = pl.DataFrame(
        {"customer_id": ["A"], "may_contact": [True], **{name: [value] for name, value in known.items()}},
        schema_overrides={"may_contact": pl.Boolean},
    )
    ledger = pl.DataFrame(
        [("A", AS_OF - timedelta(days=days), arm, running) for days, arm in contacted],
        schema={"customer_id": pl.String, "contacted_on": pl.Date, "arm": pl.String, "is_running": pl.Boolean},
        orient="row",
    )
    never = pl.DataFrame({"customer_id": suppressed}, schema={"customer_id": pl.String})
    return left_alone(customer, contacted=ledger, suppressed=never, as_of=AS_OF, manners=manners).item()


def test_nothing_keeps_us_from_somebody_of_whom_nothing_is_known() -> None:
    assert told() is None


@pytest.mark.parametrize(("may_contact", "reason"), [(False, "no_consent"), (True, None), (None, None)])
def test_without_consent_nobody_is_contacted(may_contact: bool | None, reason: str | None) -> None:
    assert told(may_contact=may_contact) == reason


@pytest.mark.parametrize(("days", "reason"), [(28, "cool_down"), (29, None)])
@pytest.mark.parametrize("arm", ["treated", "held_out"])
def test_who_was_contacted_or_held_out_is_left_alone_for_the_cool_down(days: int, reason: str | None, arm: str) -> None:
    assert told(contacted=[(days, arm)]) == reason


def test_contacts_that_others_made_cool_down_too() -> None:
    assert told(days_since_last_campaign_contact=28.0) == "cool_down"
    assert told(days_since_last_campaign_contact=29.0) is None
    assert told(days_since_last_campaign_contact=90.0, contacted=[(10, "treated")]) == "cool_down"


def test_who_is_held_out_is_left_alone_until_the_campaign_ends() -> None:
    assert told(contacted=[(80, "held_out")], running=True) == "cool_down"
    assert told(contacted=[(80, "held_out")]) is None


def test_the_yearly_cap_counts_being_held_out_like_being_contacted_and_receipts_not_again() -> None:
    often = [(100, "treated"), (200, "treated"), (300, "treated")]
    assert told(contacted=often) == "yearly_cap"
    assert told(contacted=[*often[:2], (300, "held_out")]) == "yearly_cap"
    assert told(contacted=[*often[:2], (99, "receipt")]) is None
    assert told(contacted=[*often[:2], (365, "treated")]) is None
    assert told(campaign_contact_count_364d=3.0) == "yearly_cap"


def test_an_open_complaint_is_answered_in_the_cool_down_and_beyond_the_cap_but_not_without_consent() -> None:
    assert told(open_complaint_count=1.0, contacted=[(1, "treated")]) is None
    assert told(open_complaint_count=1.0, campaign_contact_count_364d=99.0) is None
    assert told(open_complaint_count=1.0, may_contact=False) == "no_consent"
    assert told(open_complaint_count=1.0, suppressed=["A"]) == "suppressed"


def test_of_several_reasons_the_strongest_is_told() -> None:
    assert told(may_contact=False, suppressed=["A"], contacted=[(1, "treated")]) == "no_consent"
    assert told(suppressed=["A"], contacted=[(1, "treated")]) == "suppressed"


def test_a_contact_of_the_night_itself_or_later_is_not_seen() -> None:
    assert told(contacted=[(0, "treated"), (-3, "treated")]) is None


def test_a_cap_of_nothing_leaves_everybody_alone() -> None:
    assert told(manners=Manners(cool_down_days=28, yearly_cap=0)) == "yearly_cap"
