"""What did a team bring the living shop, and do the measured campaigns say what is true?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines._living_actions import Terms
from pipelines._living_rivals import PAIR
from pipelines._living_shop import LivingShop
from pipelines._living_truth import profit_since, truth
from pipelines._settings import Settings
from pipelines._simulated_rules import terms_in
from serving import Ledger, Measured, NothingToMeasure, measure

MONEY = 2


@dataclass(frozen=True, kw_only=True)
class Played:
    """What one team did, what the shop really earned more than the same shop left alone, and what was spent.

    `contacts` has customer_id, action, day, `incremental_profit` as the truth expected it that morning, and `fault`.
    """

    policy: str
    contacts: pl.DataFrame
    realised: float
    spent: float


def realised_profit(lived: LivingShop, left_alone: LivingShop, settings: Settings, *, since: date) -> float:
    """What a shop earned since a day beyond what the same shop earned by itself, costs of contacts taken off."""
    terms = terms_in(settings)
    return float((profit_since(lived, since, terms=terms) - profit_since(left_alone, since, terms=terms)).sum())


def spent_since(lived: LivingShop, settings: Settings, *, since: date) -> float:
    """What contacts cost since a day, and the offers that were taken."""
    terms = terms_in(settings)
    events = lived.team_events.filter(pl.col("day") >= lived.day_number(since))
    each = {(name, answers): cost for name, one in terms.items() for answers, cost in _costs(one)}
    return float(sum(each[action, answers] for action, answers in events.select("action", "is_response").iter_rows()))


def summary(played: Sequence[Played]) -> pl.DataFrame:
    """One row per policy: contacts, money spent, profit expected and realised, its share of what others reach, faults.

    A share is null where the one it is a share of was not played or earned nothing.
    """
    rows = [
        {
            "policy": one.policy,
            "contacts": one.contacts.height,
            "spent": round(one.spent, MONEY),
            "expected_profit": round(float(one.contacts["incremental_profit"].sum()), MONEY),
            "realised_profit": round(one.realised, MONEY),
            "respect_broken": one.contacts["fault"].count(),
        }
        for one in played
    ]
    table = pl.DataFrame(rows)
    return table.with_columns(_share_of(table, best) for best in ("oracle", "knowable"))


def true_gains(shop: LivingShop, settings: Settings, assigned: pl.DataFrame) -> pl.DataFrame:
    """What contact brings each of tonight's assigned customers within the horizon, before costs: `true_gain`.

    `assigned` has campaign, customer_id, action and arm; held-out customers count too, as what they would have brought.
    """
    free = {name: Terms(contact_cost=0.0) for name in terms_in(settings)}
    gains = truth(shop, as_of=shop.day, horizon_days=settings.churn.horizon_days, terms=free)
    return assigned.join(gains.rename({"incremental_profit": "true_gain"}), on=PAIR, how="left").select(
        "campaign", "customer_id", "arm", "true_gain"
    )


def campaigns_against_truth(ledger: Ledger, gains: pl.DataFrame, *, before: date) -> pl.DataFrame:
    """One row per campaign with customers: profit measured with its 95% interval, the true one, and `covers`.

    `gains` is what `true_gains` said on each night. Profit is that of the treated whose outcome is known, net of what
    they were expected to cost. Without outcomes, or with too few for an interval, `covers` is null.
    """
    assigned = {name: ledger.rows_of(name, before=before) for name in ledger.campaigns(before=before)["name"]}
    rows = [_against_truth(name, theirs, gains) for name, theirs in assigned.items() if theirs.height]
    schema = {"campaign": pl.String, "assigned": pl.Int64, "measured": pl.Float64, "low": pl.Float64}
    return pl.DataFrame(rows, schema={**schema, "high": pl.Float64, "true": pl.Float64, "covers": pl.Boolean})


def _costs(terms: Terms) -> tuple[tuple[bool, float], tuple[bool, float]]:
    return (False, terms.contact_cost), (True, terms.offer_cost)


def _share_of(table: pl.DataFrame, best: str) -> pl.Series:
    found = table.filter(pl.col("policy") == best, pl.col("realised_profit") > 0)["realised_profit"]
    top = float(found[0]) if len(found) else None
    shares = [None if top is None else round(value / top, 3) for value in table["realised_profit"]]
    return pl.Series(f"of_{best}", shares, dtype=pl.Float64)


def _against_truth(name: str, rows: pl.DataFrame, gains: pl.DataFrame) -> dict[str, object]:
    known = rows.filter(pl.col("is_good").is_not_null())
    found = _measured(known)
    told: dict[str, object] = {"campaign": name, "assigned": rows.height}
    if found is None:
        return told
    treated = gains.filter(pl.col("campaign") == name, pl.col("arm") == "treated")
    theirs = treated.unique("customer_id", keep="first", maintain_order=True).join(known, on="customer_id", how="semi")
    true, profit = float(theirs["true_gain"].sum()) - found.treated.cost, found.profit
    low, high = profit.low, profit.high
    covers = None if low is None or high is None else low <= true <= high
    return told | {"measured": profit.mean, "low": low, "high": high, "true": true, "covers": covers}


def _measured(known: pl.DataFrame) -> Measured | None:
    try:
        return measure(known)
    except NothingToMeasure:
        return None
