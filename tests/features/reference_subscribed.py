"""What should a snapshot say of subscriptions? The definitions, slowly; see reference.py."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from tests.features.reference_numbers import Answer, least, most

NEVER = datetime(2200, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def bound(agreed: list[dict[str, Any]], clock: Any) -> dict[str, Answer]:
    """The columns of one customer's terms, known before the as-of date began."""
    subscriptions: dict[Any, list[dict[str, Any]]] = {}
    for term in sorted(agreed, key=_in_turn):
        subscriptions.setdefault(term["subscription_id"], []).append(term)
    running = [terms for terms in subscriptions.values() if _runs_out(terms[-1]) >= clock.start]
    pairs = [pair for terms in subscriptions.values() for pair in pairwise(terms)]
    renewed = [term for before, term in pairs if before["occurred_at"] < term["occurred_at"]]
    until = [(terms[-1], -clock.age(terms[-1]["renews_at"])) for terms in running if terms[-1]["renews_at"]]
    changed = [
        terms[-1]["monthly_amount"] - terms[-2]["monthly_amount"]
        for terms in running
        if len(terms) > 1 and None not in (terms[-1]["monthly_amount"], terms[-2]["monthly_amount"])
    ]
    return {
        "running_subscription_count": len(running),
        "subscribed_days": most([clock.age(_beginning(terms)) for terms in running]),
        "next_renewal_days": least([days for _, days in until]),
        "longest_term_days": most([days + term["age"] for term, days in until]),
        "renewal_count_ever": len(renewed),
        "days_since_last_renewal": least([term["age"] for term in renewed]),
        "monthly_subscription_amount": sum(terms[-1]["monthly_amount"] or 0.0 for terms in running),
        "subscription_amount_change": sum(changed),
        "plan_change_count_ever": sum(
            1 for before, term in pairs if before["plan"] and term["plan"] and before["plan"] != term["plan"]
        ),
    }


def _in_turn(term: dict[str, Any]) -> tuple[Any, ...]:
    """By beginning; of two that begin together the later recorded holds, then the one that says more."""
    return (
        term["occurred_at"],
        term["recorded_at"] or term["occurred_at"],
        term["renews_at"] or LONG_AGO,
        -1.0 if term["monthly_amount"] is None else term["monthly_amount"],
        term["plan"] or "",
        term["ended_at"] or LONG_AGO,
        term["cancelled_at"] or LONG_AGO,
    )


def _runs_out(last: dict[str, Any]) -> datetime:
    """When the last term is over: never before it began."""
    over: datetime = max(min(last["renews_at"] or NEVER, last["ended_at"] or NEVER), last["occurred_at"])
    return over


def _beginning(terms: list[dict[str, Any]]) -> datetime:
    return min(min(term["occurred_at"], term["started_at"] or NEVER) for term in terms)
