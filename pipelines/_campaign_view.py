"""What is known of one campaign, running, ended or to come: terms, customers, contacts, costs and what it changed?"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from pipelines._campaigns import campaign_name, period_of
from pipelines._campaigns_known import unknown
from pipelines._decisions import declared_campaigns
from pipelines._learned_effects import comparable
from pipelines._measuring_terms import window_of
from pipelines._settings import Settings
from serving import (
    PURPOSES,
    Effect,
    Ledger,
    Measured,
    Needed,
    NothingToMeasure,
    last_bundle,
    measure,
    needed_for_effect,
)

RUNNING, ENDED, TO_COME = "running", "ended", "to come"
_PERIODS_AHEAD = 24


@dataclass(frozen=True, kw_only=True)
class View:
    """One campaign as the latest recorded night leaves it; `ends_on` is the day after its last.

    `rows` are its customers, as `Ledger.rows_of` has them; of a campaign to come those whom the latest night chose for
    the same action. `spent` is what contacts have cost so far, of either arm. `missing` says why there is no
    measurement with an interval; it is empty where there is one.
    """

    name: str
    action: str
    channel: str
    starts_on: date
    ends_on: date
    holdout_share: float
    terms: Mapping[str, Any]
    phase: str
    rows: pl.DataFrame
    spent: float
    needed: Needed | None
    measured: Measured | None
    missing: str

    @property
    def effect(self) -> Effect:
        """What the action is believed to do in this campaign."""
        return Effect(self.terms["effect"], self.terms["effect_strength"])

    @property
    def last_on(self) -> date:
        """Its last day."""
        return self.ends_on - timedelta(days=1)

    @property
    def treated(self) -> pl.DataFrame:
        """Its customers who are to be contacted."""
        return self.rows.filter(pl.col("arm") == "treated")


def views_of(settings: Settings, ledger: Ledger) -> Iterator[View]:
    """Every campaign on record, the latest first; the rows of one are read when it is its turn."""
    known, latest = ledger.campaigns().sort(["starts_on", "name"], descending=[True, False]), _latest(ledger)
    for row in known.iter_rows(named=True):
        yield _recorded(settings, ledger, row, latest=latest)


def view_of(settings: Settings, ledger: Ledger, name: str) -> View:
    """The campaign `name`, on record or one of the next 24 months; raises CampaignUnknown for any other name."""
    recorded = ledger.campaigns()
    found = recorded.filter(pl.col("name") == name)
    if found.height:
        return _recorded(settings, ledger, found.row(0, named=True), latest=_latest(ledger))
    ahead = _ahead(settings, ledger)
    if name not in ahead:
        raise unknown(name, recorded["name"].to_list(), list(ahead))
    return _planned(settings, ahead[name])


def _latest(ledger: Ledger) -> date:
    latest: date = ledger.lists()["as_of"][-1]
    return latest


def _recorded(settings: Settings, ledger: Ledger, campaign: Mapping[str, Any], *, latest: date) -> View:
    rows = ledger.rows_of(campaign["name"])
    terms = json.loads(campaign["terms"])
    measured, missing = _measured(settings, campaign, terms, rows)
    return View(
        **_declared(campaign),
        terms=terms,
        phase=RUNNING if latest < campaign["ends_on"] else ENDED,
        rows=rows,
        spent=math.fsum(rows["spent"]),
        needed=_needed(campaign, terms, rows),
        measured=measured,
        missing=missing,
    )


def _declared(campaign: Mapping[str, Any]) -> dict[str, Any]:
    return {name: campaign[name] for name in ("name", "action", "channel", "starts_on", "ends_on", "holdout_share")}


def _ahead(settings: Settings, ledger: Ledger) -> dict[str, Mapping[str, Any]]:
    """The campaigns of the periods to come, by name, on the terms they would begin with by what is known now."""
    day, found = _latest(ledger), dict[str, Mapping[str, Any]]()
    next_on = period_of(day, length=settings.decisions.campaign).ends_on + timedelta(days=1)
    declared = declared_campaigns(settings, ledger, as_of=next_on).to_dicts()
    for _ in range(_PERIODS_AHEAD):
        period = period_of(day, length=settings.decisions.campaign)
        dates = {"starts_on": period.starts_on, "ends_on": period.ends_on + timedelta(days=1)}
        for one in declared:
            name = campaign_name(one["action"], period)
            found[name] = one | dates | {"name": name}
        day = period.ends_on + timedelta(days=1)
    return found


def _planned(settings: Settings, campaign: Mapping[str, Any]) -> View:
    """A campaign to come, for customers like those whom the latest published night chose for the action."""
    terms = json.loads(campaign["terms"])
    rows = _chosen_last(settings, campaign["action"])
    return View(
        **_declared(campaign),
        terms=terms,
        phase=TO_COME,
        rows=rows,
        spent=0.0,
        needed=_needed(campaign, terms, rows),
        measured=None,
        missing="" if campaign["holdout_share"] else _never(campaign["action"]),
    )


def _chosen_last(settings: Settings, action: str) -> pl.DataFrame:
    folder = last_bundle(settings.home, before=date.max)
    columns = ("customer_id", "arm", "segment", "probability", "stake", "effect", "expected_profit")
    if folder is None:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    chosen = pl.scan_parquet(folder / "decisions.parquet").filter(
        pl.col("action") == action, pl.col("arm").is_not_null()
    )
    return chosen.select(*columns, cost="expected_cost").collect()


def _needed(campaign: Mapping[str, Any], terms: Mapping[str, Any], rows: pl.DataFrame) -> Needed | None:
    """How many must be assigned for the effect to be seen; None where nobody is there to say, or nothing to see."""
    share = campaign["holdout_share"]
    if rows.is_empty() or not 0 < share < 1:
        return None
    risk = rows.select(PURPOSES[campaign["action"]].risk(pl.col("probability"))).to_series()
    return needed_for_effect(terms["effect"], risk, holdout_share=share)


def _measured(
    settings: Settings, campaign: Mapping[str, Any], terms: Mapping[str, Any], rows: pl.DataFrame
) -> tuple[Measured | None, str]:
    """What the campaign changed, and what is missing for an interval."""
    known = comparable(rows, campaign["name"], action=campaign["action"])
    if rows.is_empty():
        return None, "nobody was assigned"
    if "held_out" not in rows["arm"]:
        never = campaign["holdout_share"] == 0
        return None, _never(campaign["action"]) if never else f"none of {rows.height:,} customers is held out so far"
    if known.is_empty():
        window = timedelta(days=window_of(settings, campaign["action"], terms).ahead_days)
        return None, f"no outcome is known yet; the first are due on {rows['as_of'].min() + window}"  # type: ignore[operator]
    try:
        found = measure(known)
    except NothingToMeasure as error:
        return None, str(error)
    return found, _short_of(found, known.height)


def _short_of(found: Measured, have: int) -> str:
    if found.good_share.low is not None:
        return ""
    if found.customers_needed is None:
        return f"not enough data yet: {have:,} outcomes are known, and all are alike"
    if found.customers_needed <= have:
        return f"not enough data yet: {have:,} outcomes are known, and they hardly differ"
    return f"not enough data yet: need {found.customers_needed:,} customers with a known outcome (have {have:,})"


def _never(action: str) -> str:
    return (
        f"nobody is held out, so it can never be measured; set holdout_share in [actions.{action}], such as 0.1: it "
        "counts from the next campaign on"
    )
