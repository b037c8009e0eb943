"""What does an action really achieve? The declared effect, and what its measured campaigns have made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from pipelines._settings_decisions import ActionSettings
from serving import PURPOSES, Effect, Ledger, Measured, NothingToMeasure, measure, updated

MOST_CAMPAIGNS = 12
"""So many campaigns of an action with outcomes are learned from, the latest: what it does changes with the years."""

_DECIMALS = 6
_BELIEF = ("effect", "effect_strength", "learned_from", "declared_effect", "declared_effect_strength")


def belief_of(action: str, declared: Effect, ledger: Ledger, *, before: date) -> Effect:
    """The declared effect, updated by what the latest twelve campaigns of the action have shown together.

    Only what was recorded before `before` counts, and of it the nights whose outcomes are all known: who was assigned
    on them is known whole, in both arms, though the campaign may still run. While there is too little for an interval
    the effect stays as declared.
    """
    nights = ledger.measured_nights(action, before=before)
    latest = nights["campaign"].unique(maintain_order=True).tail(MOST_CAMPAIGNS)
    parts = [
        comparable(ledger.rows_of(name, before=before), name, action=action).join(
            nights, on=["campaign", "as_of"], how="semi"
        )
        for name in latest
    ]
    measured = _tried(pl.concat(parts)) if parts else None
    return declared if measured is None else updated(declared, measured)


def believed_tonight(campaigns: pl.DataFrame, ledger: Ledger, *, as_of: date) -> dict[str, Effect]:
    """What is believed tonight of the action of each campaign: what it declared, and all that was measured by now.

    Of campaigns that begin tonight their terms say it.
    """
    running = ledger.campaigns(before=as_of)["name"].to_list()
    told = campaigns.select("name", "action", "terms").iter_rows()
    return {
        action: _believed(action, json.loads(terms), ledger, as_of=as_of, is_running=name in running)
        for name, action, terms in told
    }


def _believed(action: str, terms: Mapping[str, Any], ledger: Ledger, *, as_of: date, is_running: bool) -> Effect:
    if not is_running:
        return Effect(terms["effect"], terms["effect_strength"], frozenset(terms.get("learned_from", ())))
    declared = Effect(
        terms.get("declared_effect", terms["effect"]), terms.get("declared_effect_strength", terms["effect_strength"])
    )
    return belief_of(action, declared, ledger, before=as_of)


def belief_terms(
    action: str, chosen: ActionSettings, ledger: Ledger, kept: Mapping[str, Any] | None, *, as_of: date
) -> dict[str, object]:
    """What the terms of tonight's campaign say of the effect: `effect`, `effect_strength` and `learned_from`.

    What the settings declare is told beside it where it is not what is believed. Of a campaign that runs already
    (`kept` are its terms) it is told what was believed when it began; only what is declared may be another since.
    """
    declared: dict[str, object] = {"effect": chosen.effect, "effect_strength": chosen.effect_strength}
    if kept is not None:
        prefix = "declared_" if "declared_effect" in kept else ""
        stays = {name: kept[name] for name in _BELIEF if name in kept}
        return stays | {f"{prefix}{name}": value for name, value in declared.items()}
    belief = belief_of(action, Effect(chosen.effect, chosen.effect_strength), ledger, before=as_of)
    if not belief.campaigns:
        return declared | {"learned_from": []}
    return {
        "effect": round(belief.mean, _DECIMALS),
        "effect_strength": round(belief.strength, _DECIMALS),
        "learned_from": sorted(belief.campaigns),
        **{f"declared_{name}": value for name, value in declared.items()},
    }


def learned_note(action: str, terms: Mapping[str, Any]) -> str | None:
    """What people are told where an action is believed to do something else than declared; None where it is not."""
    names = terms.get("learned_from")
    if not names:
        return None
    return f"{action}: effect {terms['declared_effect']:.3f} -> {terms['effect']:.3f} after {', '.join(names)}"


def comparable(rows: pl.DataFrame, campaign: str, *, action: str) -> pl.DataFrame:
    """Of `Ledger.rows_of` those whose outcome is measured, as `measure` takes them: `cost` is what was spent."""
    known = rows.filter(pl.col("is_good").is_not_null())
    return known.with_columns(
        pl.col("spend_before").fill_null(0.0),
        cost="spent",
        campaign=pl.lit(campaign),
        risk=PURPOSES[action].risk(pl.col("probability")),
    )


def kept_terms(campaigns: pl.DataFrame) -> dict[str, Mapping[str, Any]]:
    """The terms of recorded campaigns, by name."""
    return {name: json.loads(terms) for name, terms in campaigns.select("name", "terms").iter_rows()}


def _tried(rows: pl.DataFrame) -> Measured | None:
    try:
        return measure(rows)
    except NothingToMeasure:
        return None
