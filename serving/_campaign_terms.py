"""Which terms does a campaign keep? Those it began with; what the settings say since is noted, not followed."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from serving._errors import NotRecorded

_KEPT = ("channel", "ends_on", "salt", "holdout_share", "terms")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The campaigns of a night as they stand, and a note for each whose settings have changed since it began."""

    campaigns: pl.DataFrame
    notes: tuple[str, ...]


def standing(declared: pl.DataFrame, recorded: pl.DataFrame) -> Standing:
    """The declared campaigns, with the terms of `recorded` for those that began earlier.

    A campaign of a recorded name with another action or another first day is another campaign: raises NotRecorded,
    because its customers would be mixed with those of the first.
    """
    both = declared.join(recorded, on="name", how="left", suffix="_kept", maintain_order="left", validate="1:1")
    known = both.filter(pl.col("action_kept").is_not_null())
    for row in known.iter_rows(named=True):
        _ask_same(row)
    terms = [pl.coalesce(f"{name}_kept", name).alias(name) for name in _KEPT]
    notes = tuple(note for row in known.iter_rows(named=True) if (note := _note(row)))
    return Standing(campaigns=both.with_columns(terms).select(declared.columns), notes=notes)


def _ask_same(row: dict[str, object]) -> None:
    if row["action"] != row["action_kept"] or row["starts_on"] != row["starts_on_kept"]:
        raise NotRecorded(
            f"two campaigns are called {row['name']!r}: one of {row['action_kept']} from {row['starts_on_kept']} on, "
            f"and now one of {row['action']} from {row['starts_on']} on. Give the new one another name; nothing was "
            "recorded."
        )


def _note(row: dict[str, object]) -> str:
    """What the settings say now where the campaign keeps to something else; empty where they agree.

    The salt is no setting that anybody reads: it is kept without a word.
    """
    changed = {
        name: (row[f"{name}_kept"], row[name])
        for name in ("channel", "ends_on", "holdout_share")
        if row[name] != row[f"{name}_kept"]
    }
    kept, now = (json.loads(str(row[name])) for name in ("terms_kept", "terms"))
    changed |= {
        name: (kept.get(name), now.get(name)) for name in sorted({*kept, *now}) if kept.get(name) != now.get(name)
    }
    if not changed:
        return ""
    told = ", ".join(f"{name} {old} (settings: {new})" for name, (old, new) in changed.items())
    return f"campaign {row['name']} keeps the terms it began with until it ends: {told}"
