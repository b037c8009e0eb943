"""What should a snapshot say of interactions? The definitions once more, slowly; see reference.py."""

from __future__ import annotations

from datetime import datetime
from statistics import mean
from typing import Any

from tests.features.reference_numbers import Answer, hours, least, most, number, ratio


def said(talks: list[dict[str, Any]], start: datetime) -> dict[str, Answer]:
    """The columns of one customer's interactions, known before `start`."""
    complaints = [talk for talk in talks if talk["kind"] == "complaint"]
    return _complaints(complaints, start) | _engagement(talks)


def _complaints(complaints: list[dict[str, Any]], start: datetime) -> dict[str, Answer]:
    still_open = [hours(start - each["occurred_at"]) for each in complaints if each["resolved_at"] is None]
    settled = [hours(each["resolved_at"] - each["occurred_at"]) for each in complaints if each["resolved_at"]]
    found: dict[str, Answer] = {
        "days_since_last_complaint": least([each["age"] for each in complaints]),
        "open_complaint_count": len(still_open),
        "oldest_open_complaint_hours": most(still_open),
        "mean_resolution_hours": number(mean(settled)) if settled else None,
        "slow_complaint_count_364d": sum(
            1
            for each in complaints
            if each["age"] <= 364 and hours((each["resolved_at"] or start) - each["occurred_at"]) > 24
        ),
    }
    for days in (28, 84, 364):
        found[f"complaint_count_{days}d"] = sum(1 for each in complaints if each["age"] <= days)
    return found


def _engagement(talks: list[dict[str, Any]]) -> dict[str, Answer]:
    found: dict[str, Answer] = {
        "days_since_last_visit": least([talk["age"] for talk in talks if talk["kind"] == "visit"]),
    }
    for feature, kind, windows in (
        ("visit_count", "visit", (28, 84)),
        ("enquiry_count", "enquiry", (84,)),
        ("campaign_contact_count", "campaign_contact", (28, 84, 364)),
        ("campaign_response_count", "campaign_response", (84, 364)),
    ):
        for days in windows:
            found[f"{feature}_{days}d"] = sum(1 for talk in talks if talk["kind"] == kind and talk["age"] <= days)
    answers = [talk["satisfaction"] for talk in talks if talk["age"] <= 364 and talk["satisfaction"] is not None]
    found["mean_satisfaction_364d"] = mean(answers) if answers else None
    found["campaign_response_ratio"] = ratio(
        found["campaign_response_count_364d"], found["campaign_contact_count_364d"]
    )
    return found
