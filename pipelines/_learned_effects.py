"""What does an action really achieve? The declared effect, and what its measured campaigns have made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from pipelines._settings_decisions import ActionSettings
from serving import Effect, Ledger, Measured, NothingToMeasure, measure, updated

_DECIMALS = 6
_BELIEF = ("effect", "effect_strength", "learned_from", "declared_effect", "declared_effect_strength")


def belief_of(action: str, declared: Effect, ledger: Ledger, *, before: date) -> Effect:
    """The declared effect, updated by every campaign of the action that is over and measured whole, the oldest first.

    Only what was recorded before `before` counts, and each campaign once. One that is too small alone waits for the
    next, and they are measured together; one that held nobody out, or treated nobody, tells nothing.
    """
    belief = declared
    for measured in _measured(action, ledger, before=before):
        belief = updated(belief, measured)
    return belief


def belief_terms(
    action: str, chosen: ActionSettings, ledger: Ledger, kept: Mapping[str, Any] | None, *, as_of: date
) -> dict[str, object]:
    """What the terms of tonight's campaign say of the effect: `effect`, `effect_strength` and `learned_from`.

    What the settings declare is told beside it where it is not what is believed. A campaign that runs already (`kept`
    are its terms) keeps to what was believed when it began; only what is declared may be another since.
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
    return f"{action}: effect {terms['declared_effect']:.2f} -> {terms['effect']:.2f} after {', '.join(names)}"


def comparable(rows: pl.DataFrame, campaign: str) -> pl.DataFrame:
    """Of `Ledger.rows_of` those whose outcome is measured, as `measure` takes them."""
    known = rows.filter(pl.col("is_good").is_not_null())
    return known.with_columns(pl.col("spend_before").fill_null(0.0), campaign=pl.lit(campaign))


def kept_terms(campaigns: pl.DataFrame) -> dict[str, Mapping[str, Any]]:
    """The terms of recorded campaigns, by name."""
    return {name: json.loads(terms) for name, terms in campaigns.select("name", "terms").iter_rows()}


def _measured(action: str, ledger: Ledger, *, before: date) -> Iterator[Measured]:
    """What campaigns that have ended show: each by itself, or with the small ones before it."""
    waiting: list[pl.DataFrame] = []
    for name in _ended(action, ledger, before=before):
        rows = ledger.rows_of(name, before=before)
        if rows["is_good"].null_count() or rows["arm"].n_unique() < 2:
            continue
        waiting.append(comparable(rows, name))
        found = _tried(pl.concat(waiting))
        if found is not None and found.effect is not None and found.effect.low is not None:
            waiting.clear()
            yield found


def _ended(action: str, ledger: Ledger, *, before: date) -> list[str]:
    known = ledger.campaigns(before=before).filter(pl.col("action") == action, pl.col("ends_on") <= before)
    return known.sort("starts_on", "name")["name"].to_list()


def _tried(rows: pl.DataFrame) -> Measured | None:
    try:
        return measure(rows)
    except NothingToMeasure:
        return None
