"""What do the settings and the nights before make of tonight's decisions?"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from features import Lake
from models import targets
from models._growth import growth_known
from models._referrals import referral_probability
from models._suggestion import suggested_categories
from models._wavering import wavering_probability
from pipelines._campaign_notes import of_explored, of_new_campaigns, of_open_complaints, of_wavering
from pipelines._campaigns import campaign_name, period_of
from pipelines._learned_effects import belief_terms, kept_terms
from pipelines._measuring_terms import measuring_terms
from pipelines._question_terms import terms_of
from pipelines._settings import Settings
from pipelines._settings_decisions import ActionSettings
from pipelines._suppressed import suppressed_in, unmatched
from serving import (
    Action,
    Borders,
    Decided,
    Effect,
    Ledger,
    Limits,
    Manners,
    Memory,
    Rules,
    Standing,
    decide,
    last_bundle,
)
from serving._actions import WAVERING
from serving._rules import RECOVERY

log = logging.getLogger(__name__)

FACTS = (
    "days_since_last_purchase",
    "tenure_days",
    "purchase_count_ever",
    "purchase_count_364d",
    "last_gap_days",
    "gap_spread_share",
    "discounted_purchase_share_364d",
    "campaign_response_ratio",
    "open_complaint_count",
    "oldest_open_complaint_hours",
    "days_since_last_campaign_contact",
    "campaign_contact_count_364d",
)
"""Features that are published beside the scores, for decisions are made from published tables alone."""

_YEAR_DAYS = 364
_MONEY_DECIMALS = 2
_SHARE_DECIMALS = 6


def with_facts(scored: pl.DataFrame, rows: pl.DataFrame, settings: Settings, lake: Lake) -> pl.DataFrame:
    """The scored list with what decisions need beside the scores; `rows` are the snapshot rows in the same order."""
    facts = rows.select(pl.col(name).cast(pl.Float64) for name in FACTS)
    day = scored["as_of"][0] if scored.height else None
    made = scored.hstack(facts).with_columns(referral_probability(rows, days=settings.churn.horizon_days))
    if day is None:
        nothing = {"suggested_category": pl.String, "upsell_spend": pl.Float64}
        return made.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in nothing.items())
    made = made.with_columns(_upsell_spend(settings, lake, as_of=day))
    if settings.decisions.retention_by == "wavering":
        made = _with_wavering(made, settings, lake, as_of=day)
    suggested = suggested_categories(lake.tables, as_of=day, time_zone=settings.time_zone)
    return made.join(suggested, on="customer_id", how="left", validate="1:1", maintain_order="left")


def _upsell_spend(settings: Settings, lake: Lake, *, as_of: date) -> pl.Expr:
    """What a customer who grows spends more than one who does not, within the horizon of upsell."""
    terms = terms_of(settings, targets()["upsell"])
    growth = growth_known(targets()["upsell"], lake.arrived, as_of=as_of, terms=terms)
    log.info("upsell: who grew spent %.2f of the average more than who did not (%s)", growth.share, growth)
    days = terms.horizon_days / settings.churn.horizon_days
    return (pl.col("expected_spend").clip(0) * days * growth.share).round(_MONEY_DECIMALS).alias("upsell_spend")


def _with_wavering(scored: pl.DataFrame, settings: Settings, lake: Lake, *, as_of: date) -> pl.DataFrame:
    """With how likely each active customer wavers; without, where slowing down does not show in the log."""
    active = scored.filter("is_active")["customer_id"]
    found = wavering_probability(lake.arrived, active, as_of=as_of, time_zone=settings.time_zone)
    if found is None:
        return scored
    told = found.with_columns(pl.col(WAVERING).round(_SHARE_DECIMALS))
    return scored.join(told, on="customer_id", how="left", validate="1:1", maintain_order="left")


@dataclass(frozen=True, kw_only=True)
class Tonight:
    """What was decided, by which rules, in which campaigns, and what to note.

    `is_late`: later nights are on record, so that this one is a look back that nobody was contacted by.
    """

    as_of: date
    decided: Decided
    rules: Rules
    campaigns: pl.DataFrame
    notes: tuple[str, ...]
    is_late: bool


def decide_tonight(
    settings: Settings,
    scores: pl.DataFrame,
    ledger: Ledger,
    standing: Standing,
    beliefs: Mapping[str, Effect],
    *,
    as_of: date,
) -> Tonight:
    """Decides for every customer of the scored list, on the terms that each of the `standing` campaigns began with and
    by the effects that are believed tonight.

    Nothing is read of this night or a later one, so that a night decides the same however often it is run.
    """
    rules = _rules(settings, standing.campaigns, beliefs)
    memory = Memory(
        contacted=_contacted(ledger, as_of),
        assigned=ledger.assigned(before=as_of, campaigns=standing.campaigns["name"].to_list()),
        segments=_segments_before(settings.home, as_of),
        suppressed=suppressed_in(settings.decisions.suppressed),
    )
    campaigns = dict(standing.campaigns.select("action", "name").iter_rows())
    decided = decide(scores, rules=rules, memory=memory, campaigns=campaigns, as_of=as_of)
    noticed = (*standing.notes, *unmatched(memory.suppressed, scores))
    is_late = ledger.is_look_back(as_of)
    late = (f"later nights are on record, so the list of {as_of} is a look back: it is in no ledger",)
    return Tonight(
        as_of=as_of,
        decided=decided,
        rules=rules,
        campaigns=standing.campaigns,
        notes=(
            *noticed,
            *of_new_campaigns(settings, standing.campaigns, ledger, as_of),
            *of_explored(rules, decided.explored),
            *of_open_complaints(scores, rules),
            *of_wavering(scores, settings),
            *(late if is_late else ()),
        ),
        is_late=is_late,
    )


def declared_campaigns(settings: Settings, ledger: Ledger, *, as_of: date) -> pl.DataFrame:
    """The campaigns of tonight's period, one per action that is used, as the settings say now.

    Those that begin tonight go by what measured campaigns of the same action have shown of its effect.
    """
    period = period_of(as_of, length=settings.decisions.campaign)
    recorded = kept_terms(ledger.campaigns(before=as_of))
    rows = [
        {
            "name": campaign_name(name, period),
            "action": name,
            "channel": one.channel,
            "starts_on": period.starts_on,
            "ends_on": period.ends_on + timedelta(days=1),
            "salt": settings.decisions.salt,
            "holdout_share": one.holdout_share,
            "terms": _terms(settings, name, one, ledger, recorded.get(campaign_name(name, period)), as_of=as_of),
        }
        for name, one in settings.actions.used.items()
    ]
    schema = {"starts_on": pl.Date, "ends_on": pl.Date, "holdout_share": pl.Float64}
    names = ("name", "action", "channel", "starts_on", "ends_on", "salt", "holdout_share", "terms")
    return pl.DataFrame(rows, schema={name: schema.get(name, pl.String) for name in names})


_COSTS = ("contact_cost", "offer_cost")


def _terms(
    settings: Settings,
    action: str,
    chosen: ActionSettings,
    ledger: Ledger,
    kept: Mapping[str, Any] | None,
    *,
    as_of: date,
) -> str:
    """The terms of a campaign as JSON: what it costs, what it is believed to do, and by what it is measured."""
    told = {term: getattr(chosen, term) for term in _COSTS}
    told |= measuring_terms(settings, action, kept=kept)
    return json.dumps(told | belief_terms(action, chosen, ledger, kept, as_of=as_of), sort_keys=True)


def _rules(settings: Settings, campaigns: pl.DataFrame, beliefs: Mapping[str, Effect]) -> Rules:
    """What the settings say about decisions, with the terms of the campaigns and what is believed tonight."""
    chosen = settings.decisions
    unknown = _unmeasured(campaigns, beliefs)
    return Rules(
        actions=[
            _action(row, settings, beliefs, is_unmeasured=row["action"] in unknown)
            for row in campaigns.iter_rows(named=True)
        ],
        borders=Borders(
            active_days=settings.population.active_days,
            new_days=chosen.new_days,
            at_risk_probability=chosen.at_risk_probability,
            loyal_days=chosen.loyal_days,
            loyal_purchases=chosen.loyal_purchases,
            price_led_share=chosen.price_led_share,
        ),
        manners=Manners(cool_down_days=chosen.cool_down_days, yearly_cap=chosen.yearly_cap),
        limits=Limits(size=settings.list.size, budget=chosen.budget, capacity=chosen.capacity),
        margin=settings.value.margin,
        exploration_share=chosen.exploration_share,
    )


def _unmeasured(campaigns: pl.DataFrame, beliefs: Mapping[str, Effect]) -> list[str]:
    """The actions with a holdout of whose effect nothing is measured yet; complaints are answered anyway."""
    return [
        action
        for action, share in campaigns.select("action", "holdout_share").iter_rows()
        if action != RECOVERY and share > 0 and not beliefs[action].campaigns
    ]


def _action(
    campaign: Mapping[str, Any], settings: Settings, beliefs: Mapping[str, Effect], *, is_unmeasured: bool
) -> Action:
    """An action on the terms of its campaign; capacity and stages are no terms, and as the settings say tonight."""
    terms = json.loads(campaign["terms"])
    chosen = getattr(settings.actions, campaign["action"])
    return Action(
        name=campaign["action"],
        channel=campaign["channel"],
        contact_cost=terms["contact_cost"],
        offer_cost=terms["offer_cost"],
        effect=beliefs[campaign["action"]],
        stages=frozenset(chosen.stages),
        capacity=chosen.capacity,
        holdout_share=campaign["holdout_share"],
        salt=campaign["salt"],
        is_unmeasured=is_unmeasured,
    )


def _contacted(ledger: Ledger, as_of: date) -> pl.DataFrame:
    """Whoever was on a list, held out or contacted before: `customer_id`, `contacted_on`, `arm`, `is_running`.

    Being on a list counts from its as-of date, whatever receipts tell, for the team may still be working it; a receipt
    adds its own day (arm `receipt`). What lies more than a year back is not read, but for campaigns that still run.
    """
    since = as_of - timedelta(days=_YEAR_DAYS)
    approached = ledger.approached(before=as_of, since=since)
    told = ledger.contacted(before=as_of, since=since).with_columns(arm=pl.lit("receipt"), is_running=pl.lit(False))
    return pl.concat([approached, told.select(approached.columns)])


def _segments_before(home: Path, as_of: date) -> pl.DataFrame | None:
    """The value segments of the latest night before that was published."""
    folder = last_bundle(home, before=as_of)
    return None if folder is None else pl.read_parquet(folder / "decisions.parquet", columns=["customer_id", "segment"])
