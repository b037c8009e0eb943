"""Campaigns, assignments, receipts and outcomes to record: small, and true but for what a test asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from pipelines._decisions import Tonight, decide_tonight
from pipelines._learned_effects import believed_tonight
from pipelines._settings import Settings
from serving import Ledger, Recorded, Standing

NOVEMBER = "retention_offer-2026-11"
FIRST, SECOND, THIRD = date(2026, 11, 3), date(2026, 11, 4), date(2026, 11, 10)
ARMS = {"a": "treated", "b": "treated", "c": "held_out"}
TERMS = {"contact_cost": 1.0, "offer_cost": 10.0, "effect": {"mean": 0.1, "strength": 50}}


def campaign(name: str = NOVEMBER, **changed: Any) -> dict[str, Any]:
    """One campaign of November 2026."""
    terms = json.dumps(TERMS | changed.pop("terms", {}))
    return {
        "name": name,
        "action": "retention_offer",
        "channel": "email",
        "starts_on": date(2026, 11, 1),
        "ends_on": date(2026, 12, 1),
        "salt": "pepper",
        "holdout_share": 0.2,
        "terms": terms,
    } | changed


def assigned(arms: Mapping[str, str], *, campaign: str = NOVEMBER, **changed: Any) -> pl.DataFrame:
    """One row per customer in `arms`, ranked in their order."""
    rows = [
        {
            "campaign": campaign,
            "customer_id": customer,
            "arm": arm,
            "segment": "VIP",
            "stage": "at risk",
            "probability": 0.4,
            "stake": 200.0,
            "effect": 0.1,
            "expected_profit": 5.5,
            "cost": 2.5,
            "spend_before": 120.0,
            "rank": rank if arm == "treated" else None,
        }
        | changed
        for rank, (customer, arm) in enumerate(arms.items(), start=1)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def record(
    ledger: Ledger,
    as_of: date,
    arms: Mapping[str, str] | pl.DataFrame,
    *,
    campaigns: list[dict[str, Any]] | None = None,
    digest: str = "d1",
) -> Recorded:
    """Records a night with these customers."""
    rows = arms if isinstance(arms, pl.DataFrame) else assigned(arms)
    declared = pl.DataFrame([campaign()] if campaigns is None else campaigns)
    return ledger.record_night(as_of, digest=digest, counts={"population": 9}, campaigns=declared, assignments=rows)


def receipt(customer: str, status: str, day: int, *, known: int | None = None, **changed: Any) -> dict[str, Any]:
    """One receipt of November, recorded on the day `known`, by default that on which it happened."""
    happened, recorded = date(2026, 11, day), date(2026, 11, known or day)
    return {
        "as_of": FIRST,
        "campaign": NOVEMBER,
        "customer_id": customer,
        "status": status,
        "happened_at": datetime(2026, 11, day, 9, 30, tzinfo=UTC),
        "happened_on": happened,
        "file": "receipts.csv",
        "line": 2,
        "recorded_at": datetime(2026, 11, known or day, 20, tzinfo=UTC),
        "recorded_on": recorded,
    } | changed


def contacts(ledger: Ledger, before: date = date(2026, 11, 30)) -> set[tuple[str, str]]:
    """Customer and day of each contact."""
    return {(who, str(day)) for who, day in ledger.contacted(before=before)["customer_id", "contacted_on"].rows()}


def outcome(customer: str, *, profit: float = 9.5, **changed: Any) -> dict[str, Any]:
    """What became of one customer by the tenth."""
    row = {"campaign": NOVEMBER, "customer_id": customer, "is_good": True, "profit": profit, "measured_until": THIRD}
    return row | changed


def measured_campaign(
    ledger: Ledger, month: int, *, customers: int, kept: float = 0.2, action: str = "retention_offer"
) -> str:
    """A campaign of 2024 whose treated leave less often by the share `kept`, every fifth held out, measured."""
    name, day = f"{action}-2024-{month:02}", date(2024, month, 2)
    arms = {f"{month}-{n:05}": "held_out" if n % 5 == 0 else "treated" for n in range(customers)}
    period = {"starts_on": date(2024, month, 1), "ends_on": date(2024, month + 1, 1)}
    rows = assigned(arms, campaign=name).with_columns(spend_before=pl.int_range(pl.len()) % 7 * 10.0)
    record(ledger, day, rows, campaigns=[campaign(name, action=action, **period)])
    leave = {"treated": 0.4 * (1 - kept), "held_out": 0.4}
    found = [
        {
            "campaign": name,
            "customer_id": who,
            "is_good": (number // 5 * 0.6180339) % 1 >= leave[arm],
            "profit": 10.0 + number % 3,
            "measured_until": day + timedelta(days=28),
        }
        for number, (who, arm) in enumerate(arms.items())
    ]
    ledger.record_outcomes(pl.DataFrame(found), as_of=date(2024, month + 1, 15))
    return name


def decided(settings: Settings, scores: pl.DataFrame, ledger: Ledger, standing: Standing, *, as_of: date) -> Tonight:
    """What is decided tonight, by what is believed of the standing campaigns."""
    beliefs = believed_tonight(standing.campaigns, ledger, as_of=as_of)
    return decide_tonight(settings, scores, ledger, standing, beliefs, as_of=as_of)
