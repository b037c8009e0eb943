"""On which terms do tonight's campaigns run? As they began, or as settings and earlier campaigns say now."""

from __future__ import annotations

import json
from datetime import date

import polars as pl

from features import Lake
from pipelines._decisions import declared_campaigns
from pipelines._learned_effects import kept_terms
from pipelines._settings import Settings
from pipelines._uplift import learned_terms
from pipelines._uplift_terms import kept_uplift
from serving import Ledger, Standing


def campaigns_tonight(
    settings: Settings, lake: Lake, ledger: Ledger, scores: pl.DataFrame, rows: pl.DataFrame, *, as_of: date
) -> Standing:
    """The campaigns of tonight; for those that begin, an uplift model is learned where there is enough to learn from.

    `scores` is the scored list, `rows` are the snapshot rows in the same order. Nothing is read of what was recorded of
    this night or a later one.
    """
    declared = declared_campaigns(settings, ledger, as_of=as_of)
    kept = kept_terms(ledger.campaigns(before=as_of))
    terms = {name: json.loads(told) for name, told in declared.select("name", "terms").iter_rows()}
    begun = {row["action"]: terms[row["name"]]["effect"] for row in declared.to_dicts() if row["name"] not in kept}
    learned = learned_terms(settings, lake, ledger, begun, scores, rows, as_of=as_of)
    made = [
        json.dumps(terms[name] | (kept_uplift(kept[name]) if name in kept else learned.get(action, {})), sort_keys=True)
        for name, action in declared.select("name", "action").iter_rows()
    ]
    return ledger.standing_campaigns(declared.with_columns(terms=pl.Series(made, dtype=pl.String)), before=as_of)
