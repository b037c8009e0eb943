"""A measured campaign of the small shop, in which contact kept some customers and drove others away."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
from campaigns import assigned, campaign, outcome, receipt, record
from small_shop import shop_lines

from serving import Ledger

SPRING = "retention_offer-2024-spring"
ASSIGNED = date(2024, 5, 6)
CUSTOMERS = 260


def frequent(lines: pl.DataFrame) -> set[str]:
    """Who bought more often than half of all before the campaign."""
    before = lines.filter(pl.col("occurred_at") < pl.lit(ASSIGNED)).group_by("customer_id").len()
    return set(before.filter(pl.col("len") > pl.col("len").median())["customer_id"])


def remember(
    home: Path, *, customers: int = CUSTOMERS, held_out_share: float = 0.4, moves: bool = True, accepts: bool = False
) -> Ledger:
    """A ledger with the campaign: contact keeps whoever bought often, and drives the others away, if it `moves` them.

    Half of those held out stay. Where `accepts`, receipts say that of those contacted, whoever bought often accepted.
    """
    chance, lines = random.Random(3), shop_lines(customers=CUSTOMERS)  # noqa: S311
    names, kept = sorted(lines["customer_id"].unique())[:customers], frequent(lines)
    arms = {name: "held_out" if chance.random() < held_out_share else "treated" for name in names}
    ledger = Ledger(None, home)
    days = {"starts_on": date(2024, 5, 1), "ends_on": date(2024, 6, 1)}
    terms = {"effect": 0.1, "effect_strength": 50.0}
    record(
        ledger,
        ASSIGNED,
        assigned(arms, campaign=SPRING, probability=0.5),
        campaigns=[campaign(SPRING, terms=terms, **days)],
    )
    if accepts:
        told = {"campaign": SPRING, "as_of": ASSIGNED, "happened_on": ASSIGNED, "recorded_on": date(2024, 5, 7)}
        moment = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
        took = [name for name, arm in arms.items() if arm == "treated" and name in kept]
        ledger.take_receipts(pl.DataFrame([receipt(name, "accepted", 6, **told, happened_at=moment) for name in took]))
    rows = [
        outcome(
            name,
            campaign=SPRING,
            is_good=(name in kept) if moves and arm == "treated" else chance.random() < 0.5,
            measured_until=date(2024, 6, 3),
        )
        for name, arm in arms.items()
    ]
    ledger.record_outcomes(pl.DataFrame(rows), as_of=date(2024, 6, 10))
    return ledger


def win_back(home: Path, *, action: str = "win_back_offer", nights: tuple[int, ...] = (120, 80)) -> Ledger:
    """A ledger with a campaign of nights in May whose outcome nobody knows yet; who bought often accepts at once.

    Of later nights every other of these does.
    """
    lines = shop_lines(customers=CUSTOMERS)
    names, kept = sorted(lines["customer_id"].unique()), frequent(lines)
    ledger, name = Ledger(None, home), f"{action}-2024-05"
    days = {"starts_on": date(2024, 5, 1), "ends_on": date(2024, 6, 1)}
    terms = {"effect": 0.1, "effect_strength": 50.0}
    declared = campaign(name, action=action, terms=terms, **days)
    for number, count in enumerate(nights):
        theirs, names = names[:count], names[count:]
        day, later = (date(2024, 5, start + number) for start in (6, 18))
        arms = {one: "held_out" if place % 5 == 0 else "treated" for place, one in enumerate(theirs)}
        record(ledger, day, assigned(arms, campaign=name, probability=0.1), campaigns=[declared])
        took = [one for one in theirs if arms[one] == "treated" and one in kept]
        told = {"campaign": name, "as_of": day, "happened_on": later, "recorded_on": later}
        moment = datetime(later.year, later.month, later.day, 9, 30, tzinfo=UTC)
        rows = [receipt(one, "accepted", 6, **told, happened_at=moment) for one in took[:: min(number, 1) + 1]]
        if rows:
            ledger.take_receipts(pl.DataFrame(rows))
    return ledger
