"""What should a snapshot say of interactions, referrals and customers? The definitions, slowly; see reference.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import mean
from typing import Any

from tests.features.reference_numbers import Answer, hours, least, most, number, ratio


def said(talks: list[dict[str, Any]], start: datetime) -> dict[str, Answer]:
    """The columns of one customer's interactions, known before `start`."""
    complaints = [talk for talk in talks if talk["kind"] == "complaint"]
    return _complaints(complaints, start) | _engagement(talks)


def _complaints(complaints: list[dict[str, Any]], start: datetime) -> dict[str, Answer]:
    still_open = [hours(start - each["occurred_at"]) for each in complaints if each["resolved_at"] is None]
    settled = [_took(each) for each in complaints if each["resolved_at"]]
    found: dict[str, Answer] = {
        "days_since_last_complaint": least([each["age"] for each in complaints]),
        "open_complaint_count": len(still_open),
        "oldest_open_complaint_hours": most(still_open),
        "mean_resolution_hours": number(mean(settled)) if settled else None,
        "worst_resolution_hours": most(settled),
        "last_resolution_hours": _last_resolution(complaints),
    }
    found |= _of_a_year([each for each in complaints if each["age"] <= 364], start)
    for days in (28, 84, 364):
        found[f"complaint_count_{days}d"] = sum(1 for each in complaints if each["age"] <= days)
    return found


def _took(complaint: dict[str, Any]) -> Fraction:
    """Hours to the resolution; none when it is said to have come before the complaint."""
    return hours(max(complaint["resolved_at"] - complaint["occurred_at"], timedelta(0)))


def _last_resolution(complaints: list[dict[str, Any]]) -> Answer:
    """Of the latest complaint, if it is resolved."""
    latest = max((each["occurred_at"] for each in complaints), default=None)
    last = [each for each in complaints if each["occurred_at"] == latest and each["resolved_at"]]
    return most([_took(each) for each in last])


def _of_a_year(complaints: list[dict[str, Any]], start: datetime) -> dict[str, Answer]:
    """The columns of the complaints of 364 days."""
    slow, quick = 0, 0
    for each in complaints:
        if hours((each["resolved_at"] or start) - each["occurred_at"]) > 24:
            slow += 1
        elif each["resolved_at"]:
            quick += 1
    topics = [each["topic"] for each in complaints if each["topic"] is not None]
    return {
        "slow_complaint_count_364d": slow,
        "resolved_within_24h_share_364d": ratio(quick, quick + slow),
        "repeated_complaint_count_364d": sum(topics.count(topic) - 1 for topic in set(topics)),
        "unreviewed_complaint_count_364d": sum(1 for each in complaints if each["reviewed_at"] is None),
    }


def _engagement(talks: list[dict[str, Any]]) -> dict[str, Answer]:
    ages = {kind: [talk["age"] for talk in talks if talk["kind"] == kind] for kind in {each["kind"] for each in talks}}
    contacts, responses = ages.get("campaign_contact", []), ages.get("campaign_response", [])
    found: dict[str, Answer] = {
        "visit_count_ever": len(ages.get("visit", [])),
        "days_since_last_visit": least(ages.get("visit", [])),
        "days_since_last_campaign_contact": least(contacts),
        "unanswered_contact_count": sum(1 for age in contacts if not responses or age < min(responses)),
    }
    for feature, kind, windows in (
        ("visit_count", "visit", (28, 84, 364)),
        ("enquiry_count", "enquiry", (84, 364)),
        ("campaign_contact_count", "campaign_contact", (28, 84, 364)),
        ("campaign_response_count", "campaign_response", (84, 364)),
    ):
        for days in windows:
            found[f"{feature}_{days}d"] = sum(1 for age in ages.get(kind, []) if age <= days)
    found["recent_visit_share"] = ratio(found["visit_count_28d"], found["visit_count_84d"])
    found["campaign_response_ratio"] = ratio(
        found["campaign_response_count_364d"], found["campaign_contact_count_364d"]
    )
    return found | _satisfaction([talk for talk in talks if talk["satisfaction"] is not None])


def _satisfaction(answers: list[dict[str, Any]]) -> dict[str, Answer]:
    """The columns of the interactions with which the customer said to be satisfied or not."""
    lately = [each["satisfaction"] for each in answers if each["age"] <= 364]
    latest = max((each["occurred_at"] for each in answers), default=None)
    last = [each["satisfaction"] for each in answers if each["occurred_at"] == latest]
    before = [each["satisfaction"] for each in answers if each["occurred_at"] != latest]
    return {
        "mean_satisfaction_364d": mean(lately) if lately else None,
        "last_satisfaction": mean(last) if last else None,
        "satisfaction_change": mean(last) - mean(before) if before else None,
    }


def both(found: dict[str, Answer]) -> dict[str, Answer]:
    """The columns made from complaints and purchases together."""
    complained, purchased = found["days_since_last_complaint"], found["days_since_last_purchase"]
    since: Answer = None
    if purchased is not None:
        since = 1 if complained is not None and complained <= purchased else 0
    return {
        "has_complained_since_purchase": since,
        "complaints_per_purchase": ratio(found["complaint_count_364d"], found["purchase_count_364d"]),
    }


def brought(customer: str, people: list[dict[str, Any]], lines: list[dict[str, Any]]) -> dict[str, Answer]:
    """The columns of those who came through this customer; `people` are known, `lines` are everybody's."""
    referred: dict[str, dict[str, Any]] = {}
    for person in people:
        theirs = [line for line in lines if line["customer_id"] == person["customer_id"]]
        first = max((line["age"] for line in theirs), default=None)
        age = first if person["age"] is None else person["age"]
        if person["referred_by"] not in (None, person["customer_id"]) and age is not None:
            spend = sum((Decimal(str(line["amount"] or 0)) for line in theirs), Decimal(0))
            referred[person["customer_id"]] = {"by": person["referred_by"], "age": age, "spend": spend}
    mine = [each for each in referred.values() if each["by"] == customer]
    is_listed = any(person["customer_id"] == customer for person in people)
    if not mine and not (referred and is_listed):
        return dict.fromkeys(("referral_count_ever", "referral_count_364d", "referred_spend"))
    return {
        "referral_count_ever": len(mine),
        "referral_count_364d": sum(1 for each in mine if each["age"] <= 364),
        "referred_spend": float(sum(each["spend"] for each in mine)),
    }


def profile(rows: list[dict[str, Any]]) -> dict[str, Answer]:
    """The columns of the customer's own row in the customers table, if there is one."""
    known = [row for row in rows if row["age"] is not None]
    return {
        "days_since_joined": least([row["age"] for row in known]),
        "acquisition_cost": most([row["acquisition_cost"] for row in known if row["acquisition_cost"] is not None]),
    }
