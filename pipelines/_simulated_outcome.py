"""What did a team bring the living shop, and do the measured campaigns say what is true?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines._learned_effects import comparable
from pipelines._living_actions import Terms
from pipelines._living_rivals import PAIR
from pipelines._living_shop import LivingShop
from pipelines._living_truth import profit_since, truth
from pipelines._measuring_terms import window_of
from pipelines._settings import Settings
from pipelines._simulated_rules import terms_in
from serving import Ledger, Measured, NothingToMeasure, measure

MONEY = 2

_NO_GAINS = pl.DataFrame(
    schema={**dict.fromkeys(PAIR, pl.String), "incremental_profit": pl.Float64, "expected_cost": pl.Float64}
)

QUARTER_DAYS = 91

_QUARTERS: Mapping[str, type[pl.DataType]] = {
    "quarter": pl.Int64,
    "policy": pl.String,
    "contacts": pl.Int64,
    "expected_profit": pl.Float64,
    "of_oracle": pl.Float64,
}


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


def by_quarter(played: Sequence[Played], *, first: date) -> pl.DataFrame:
    """One row per policy and quarter (91 days from `first` on): contacts, expected profit, its share of the oracle's.

    What learning brings shows here: early quarters live by what was believed, later ones by what was measured.
    """
    made = [one.contacts.with_columns(policy=pl.lit(one.policy)) for one in played if one.contacts.height]
    if not made:
        return pl.DataFrame(schema=_QUARTERS)
    number = (pl.col("day") - pl.lit(first)).dt.total_days() // QUARTER_DAYS + 1
    rows = (
        pl.concat(made)
        .group_by("policy", number.alias("quarter"), maintain_order=True)
        .agg(contacts=pl.len(), expected_profit=pl.col("incremental_profit").sum().round(MONEY))
        .sort("quarter", maintain_order=True)
    )
    best = rows.filter(pl.col("policy") == "oracle").select("quarter", best="expected_profit")
    share = pl.when(pl.col("best") > 0).then((pl.col("expected_profit") / pl.col("best")).round(3))
    shares = rows.join(best, on="quarter", how="left", maintain_order="left").with_columns(of_oracle=share)
    return shares.select(list(_QUARTERS)).cast(_QUARTERS)  # type: ignore[arg-type]


def true_gains(shop: LivingShop, settings: Settings, assigned: pl.DataFrame) -> pl.DataFrame:
    """What contact brings each of tonight's assigned customers within the action's window, before costs: `true_gain`.

    `assigned` has campaign, customer_id, action and arm; held-out customers count too, as what they would have brought.
    What friends spend is left out, as it is of what campaigns measure.
    """
    windows = {name: window_of(settings, name, {}).ahead_days for name in assigned["action"].unique().sort()}
    found = [
        truth(
            shop,
            as_of=shop.day,
            horizon_days=days,
            terms={name: Terms(contact_cost=0.0) for name, its in windows.items() if its == days},
            with_friends=False,
        )
        for days in sorted(set(windows.values()))
    ]
    gains = pl.concat([_NO_GAINS, *found])
    return assigned.join(gains.rename({"incremental_profit": "true_gain"}), on=PAIR, how="left").select(
        "campaign", "customer_id", "arm", "true_gain"
    )


def campaigns_against_truth(ledger: Ledger, gains: pl.DataFrame, *, before: date) -> pl.DataFrame:
    """One row per campaign with customers: profit measured with its 95% interval, the true one, and `covers`.

    `gains` is what `true_gains` said on each night. Profit is that of the treated whose outcome is known, net of what
    was spent. Without outcomes, or with too few for an interval, `covers` is null.
    """
    rows = [
        _against_truth(name, theirs, gains, action=action)
        for name, action in ledger.campaigns(before=before).select("name", "action").iter_rows()
        if (theirs := ledger.rows_of(name, before=before)).height
    ]
    schema = {"campaign": pl.String, "assigned": pl.Int64, "measured": pl.Float64, "low": pl.Float64}
    return pl.DataFrame(rows, schema={**schema, "high": pl.Float64, "true": pl.Float64, "covers": pl.Boolean})


def _costs(terms: Terms) -> tuple[tuple[bool, float], tuple[bool, float]]:
    return (False, terms.contact_cost), (True, terms.offer_cost)


def _share_of(table: pl.DataFrame, best: str) -> pl.Series:
    found = table.filter(pl.col("policy") == best, pl.col("realised_profit") > 0)["realised_profit"]
    top = float(found[0]) if len(found) else None
    shares = [None if top is None else round(value / top, 3) for value in table["realised_profit"]]
    return pl.Series(f"of_{best}", shares, dtype=pl.Float64)


def _against_truth(name: str, rows: pl.DataFrame, gains: pl.DataFrame, *, action: str) -> dict[str, object]:
    known = comparable(rows, name, action=action)
    found = _measured(known)
    told: dict[str, object] = {"campaign": name, "assigned": rows.height}
    if found is None:
        return told
    treated = gains.filter(pl.col("campaign") == name, pl.col("arm") == "treated")
    theirs = treated.unique("customer_id", keep="first", maintain_order=True).join(known, on="customer_id", how="semi")
    true, profit = float(theirs["true_gain"].sum()) - found.cost, found.profit
    low, high = profit.low, profit.high
    covers = None if low is None or high is None else low <= true <= high
    return told | {"measured": profit.mean, "low": low, "high": high, "true": true, "covers": covers}


def _measured(known: pl.DataFrame) -> Measured | None:
    try:
        return measure(known)
    except NothingToMeasure:
        return None
