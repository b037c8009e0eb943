"""What is a team told beside its list? Of campaigns that begin, of what is explored, of complaints nobody closes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from pipelines._learned_effects import learned_note
from pipelines._measuring_terms import window_of
from pipelines._settings import Settings
from pipelines._uplift_terms import uplift_words
from serving import Ledger, Rules
from serving._actions import WAVERING
from serving._rules import RECOVERY


def of_new_campaigns(settings: Settings, campaigns: pl.DataFrame, ledger: Ledger, as_of: date) -> list[str]:
    """What to say of the campaigns that begin tonight: what was learned from earlier ones, and what will blur them."""
    running = ledger.campaigns(before=as_of)["name"].to_list()
    begun = [row for row in campaigns.iter_rows(named=True) if row["name"] not in running]
    told = [(row["action"], json.loads(row["terms"])) for row in begun]
    measured = {row["action"]: json.loads(row["terms"]) for row in begun if row["holdout_share"] > 0}
    return [
        *(note for action, terms in told if (note := learned_note(action, terms))),
        *_by_models(told),
        *_blurred(settings, measured),
    ]


def _by_models(told: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """What people are told of uplift models: once of all actions that it is true of."""
    actions = dict[str, list[str]]()
    for action, terms in told:
        if words := uplift_words(terms):
            actions.setdefault(words, []).append(action)
    return [f"{', '.join(names)}: {words}" for words, names in actions.items()]


def of_explored(rules: Rules, explored: Mapping[str, int]) -> list[str]:
    """What people are told where contacts are kept for actions whose effect is not measured yet."""
    unknown = [action.name for action in rules.actions if action.is_unmeasured]
    if not rules.exploration_share or not unknown:
        return []
    if not explored:
        return [
            f"{', '.join(unknown)}: no effect is measured yet, and none was explored: nobody whom they are expected to "
            f"pay with, or {rules.exploration_share:g} of the contacts is less than one (decisions.exploration_share)"
        ]
    told = ", ".join(f"{name} {count:,}" for name, count in explored.items())
    return [f"to explore what is not measured yet (decisions.exploration_share), customers got: {told}"]


def of_wavering(scores: pl.DataFrame, settings: Settings) -> list[str]:
    """What people are told where offers to stay were to go by who is slowing down, and the log does not show it."""
    if settings.decisions.retention_by != "wavering" or WAVERING in scores.columns:
        return []
    return [
        "retention_offer: weighed by the churn probability tonight, for who slows down does not show in the log: too "
        "few customers came in several weeks, those who come less often do not leave sooner, or nothing speaks for "
        "their slowing down rather than for paces and chance (decisions.retention_by)"
    ]


OPEN_LONG_DAYS = 84
"""Whose complaint has been open for more days than these may have been answered long ago."""


def of_open_complaints(scores: pl.DataFrame, rules: Rules) -> list[str]:
    """What people are told of complaints that nobody answers, or that have been open for so long that it may be the
    record that is wrong."""
    return [*_unanswered(scores, rules), *_open_long(scores)]


def _unanswered(scores: pl.DataFrame, rules: Rules) -> list[str]:
    count = int((scores["open_complaint_count"].fill_null(0) > 0).sum())
    if not count or any(action.name == RECOVERY for action in rules.actions):
        return []
    return [
        f"{RECOVERY} is switched off (is_used = false), so that nobody on the list answers open complaints; who has "
        f"one is sent nothing else either: {count:,} customers"
    ]


def _open_long(scores: pl.DataFrame) -> list[str]:
    if "oldest_open_complaint_hours" not in scores.columns:
        return []
    days = pl.col("oldest_open_complaint_hours").cast(pl.Float64) / 24
    late = scores.select("customer_id", days=days).filter(pl.col("days") > OPEN_LONG_DAYS)
    if late.is_empty():
        return []
    who, longest = late.sort("days", "customer_id", descending=[True, False]).row(0)
    return [
        f"complaints open for more than {OPEN_LONG_DAYS} days: {late.height:,} customers, {who} for {int(longest):,} "
        "days; they come first and are sent no offer. Where one was settled, record when (resolved_at)"
    ]


def _blurred(settings: Settings, campaigns: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What people are told where customers may be contacted again before the outcome is known."""
    # Whoever was contacted on a day is left alone for so many days after it.
    again = settings.decisions.cool_down_days + 1
    days = {action: window_of(settings, action, terms).ahead_days for action, terms in campaigns.items()}
    late = {action: some for action, some in days.items() if some > again}
    if not late:
        return []
    longest = max(late.values())
    return [
        f"{', '.join(late)}: outcomes take up to {longest} days, but customers may be contacted again after "
        f"{again - 1} (decisions.cool_down_days); what that does is measured along, and the effect is that of all "
        f"these contacts. A cool-down of {longest - 1} days keeps the comparison clean"
    ]
