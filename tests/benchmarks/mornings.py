"""What would the best list of the same morning have brought? Our lists of `churn simulate`, night by night.

`PYTHONPATH=. python tests/benchmarks/mornings.py HOME --settings FILE`, with the home and the settings of a `churn
simulate` that played `ours`: the world is lived again with the contacts that were made, and every morning the list that
somebody who knows everything would have made for the same customers under the same limits is held against ours. Both
count what their contacts were truly expected to bring within a year; the same share is held out. Some 20 s a night for
4,000 customers.
"""

from __future__ import annotations

import argparse
import json
import os
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipelines._living_rivals import PAIR
from pipelines._living_shop import LivingShop
from pipelines._settings import Settings, load_settings
from pipelines._simulate import HISTORY_DAYS, PLAN_FILE, WORTH_DAYS
from pipelines._simulated_rules import worth_tonight
from pipelines._simulated_teams import team
from serving import Ledger

WHO = ("ours", "best")


def main() -> None:
    """Prints the sums by night, by quarter and by action."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("home", type=Path)
    asked.add_argument("--settings", type=Path, required=True)
    told = asked.parse_args()
    settings = load_settings(told.settings, environment=os.environ, overrides={"home": told.home})
    contacts = mornings(settings, json.loads((told.home / PLAN_FILE).read_text(encoding="utf-8"))["plan"])
    pl.Config.set_tbl_rows(60)
    for by in (["day"], ["quarter"], ["action"], ["quarter", "action"]):
        print(_table(contacts, by))
    print(_table(contacts.with_columns(all=pl.lit("all")), ["all"]))


def mornings(settings: Settings, plan: dict[str, int]) -> pl.DataFrame:
    """Every contact of either list: `day`, `quarter`, `who` (ours, best), `action`, `incremental_profit`."""
    shop = LivingShop(plan["seed"], plan["customers"])
    shop.advance(shop.world.nature.begin + timedelta(days=HISTORY_DAYS))
    start, parts = shop.day, []
    ledger = Ledger(None, settings.home / "ours")
    campaigns = ledger.campaigns(before=date.max).select("action", campaign="name")
    assigned = ledger.assigned().join(campaigns, on="campaign")
    for night in range(plan["nights"]):
        day = start + timedelta(days=plan["every"] * night)
        before = assigned.filter(pl.col("as_of") < day).select("customer_id", day="as_of")
        ours = assigned.filter(pl.col("as_of") == day, pl.col("arm") == "treated")
        seer = team("oracle", settings, nightly=_nobody, days=WORTH_DAYS, written=start)
        worth = worth_tonight(shop, settings, kind="truth", days=WORTH_DAYS)
        for who, listed in zip(WHO, (ours, seer.listed(shop, before)), strict=True):
            found = listed.select(PAIR).join(worth, on=PAIR)
            parts.append(found.select("action", "incremental_profit", who=pl.lit(who), day=pl.lit(day)))
        made = ours.select("customer_id", "action", "campaign", day=pl.lit(day))
        shop.advance(day + timedelta(days=plan["every"]), made)
    quarter = (pl.col("day") - start).dt.total_days() // 91 + 1
    return pl.concat(parts).with_columns(quarter=quarter)


def _nobody(*_: object) -> Path:
    raise AssertionError("who knows everything publishes nothing")


def _table(contacts: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    sums = contacts.group_by(*by, "who").agg(contacts=pl.len(), profit=pl.col("incremental_profit").sum().round(0))
    wide = sums.pivot("who", index=by, values=["contacts", "profit"]).sort(by).fill_null(0)
    chosen = wide.select(*by, *(f"{each}_{who}" for each in ("contacts", "profit") for who in WHO))
    return chosen.with_columns(share=(pl.col("profit_ours") / pl.col("profit_best")).round(2))


if __name__ == "__main__":
    main()
