"""Whose complaint is answered first where not all can be? Nobody waits for calls that were made already."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from one_night import AS_OF, listed

COMPLAINS = {"open_complaint_count": 1.0, "oldest_open_complaint_hours": 100.0}


def called(*customers: dict[str, Any], places: int = 1, before: list[tuple[str, date, str]] | None = None) -> set[str]:
    """Who is called on a night with so many places; `before` are customer, day and arm of earlier lists."""
    asked = [COMPLAINS | one for one in customers]
    return {row["customer_id"] for row in listed("service_recovery", *asked, places=places, contacted=before or [])}


SMALL, LARGE = {"customer_id": "a", "value_to_lose": 50.0}, {"customer_id": "b", "value_to_lose": 5000.0}


def test_who_is_worth_most_is_called_first() -> None:
    assert called(SMALL, LARGE) == {"b"}


def test_who_was_called_since_the_complaint_waits_for_those_who_were_not() -> None:
    yesterday = AS_OF - timedelta(days=1)
    assert called(SMALL, LARGE, before=[("b", yesterday, "treated")]) == {"a"}
    assert called(SMALL, LARGE, before=[("b", yesterday, "treated")], places=2) == {"a", "b"}
    assert called(SMALL, LARGE, before=[("b", yesterday, "held_out")]) == {"b"}


def test_a_contact_before_the_complaint_was_made_is_no_answer_to_it() -> None:
    five_days_ago = AS_OF - timedelta(days=5)
    assert called(SMALL, LARGE, before=[("b", five_days_ago, "treated")]) == {"b"}
    young = LARGE | {"oldest_open_complaint_hours": 14.0}
    assert called(SMALL, young, before=[("b", AS_OF - timedelta(days=1), "treated")]) == {"b"}


def test_of_equals_the_oldest_complaint_is_answered_first() -> None:
    old = SMALL | {"customer_id": "z", "oldest_open_complaint_hours": 2000.0}
    assert called(SMALL, old, SMALL | {"customer_id": "c", "oldest_open_complaint_hours": None}) == {"z"}
    assert called(SMALL | {"value_to_lose": None}, old | {"value_to_lose": None}) == {"z"}


def test_without_the_hours_the_order_is_by_worth_and_name() -> None:
    unknown = {"oldest_open_complaint_hours": None}
    assert called(SMALL | unknown, SMALL | unknown | {"customer_id": "c"}) == {"a"}
