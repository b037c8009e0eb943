"""By what is a campaign measured? By the horizon, margin and growth that the settings named when it began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from models import Terms, targets
from pipelines._question_terms import terms_of
from pipelines._settings import Settings
from serving import PURPOSES

REFERRAL = "referral"
"""What an invitation acts on, which is no question that a model answers; it is asked for churn's horizon, at once."""


def question_of(action: str) -> str:
    """The question on which an action acts: `churn`, `win_back`, ..., or `referral`."""
    return PURPOSES[action].probability.removesuffix("_probability")


def measuring_terms(settings: Settings, action: str, *, kept: Mapping[str, Any] | None) -> dict[str, object]:
    """What the terms of a campaign say of its measuring, as the settings say now: `horizon_days`, `margin`, ...

    `lead_days` are those between the assignment and the horizon; `more_share`, for upsell alone, is by what share
    spend must grow. A campaign that runs already (`kept` are its terms) and began without one of them is measured by
    the settings of the night: it has no such term to keep.
    """
    asked = _asked(settings, action)
    told: dict[str, object] = {
        "horizon_days": asked.horizon_days,
        "lead_days": asked.lead_days,
        "margin": settings.value.margin,
    }
    if question_of(action) == REFERRAL and kept is not None:
        # No setting says it, so none can have changed: campaigns that began with churn's lead time keep it unasked.
        told["lead_days"] = kept.get("lead_days", asked.lead_days)
    if question_of(action) == "upsell":
        told["more_share"] = asked.more_share
    return {name: value for name, value in told.items() if kept is None or name in kept}


def window_of(settings: Settings, action: str, kept: Mapping[str, Any]) -> Terms:
    """How long after the assignment the outcome of a campaign is known, and how much more is growth.

    The terms of the question on which the action acts, or those of churn, with what the campaign began with (`kept`
    are its terms) in place of what the settings say now.
    """
    mine = {name: kept[name] for name in ("horizon_days", "lead_days", "more_share") if name in kept}
    return replace(_asked(settings, action), **mine)


def margin_of(settings: Settings, kept: Mapping[str, Any]) -> float:
    """The share of spend that is profit, by the terms `kept` of a campaign, or by the settings where they lack it."""
    return float(kept.get("margin", settings.value.margin))


def _asked(settings: Settings, action: str) -> Terms:
    name = question_of(action)
    if name != REFERRAL:
        return terms_of(settings, targets()[name])
    # Whoever is invited may bring a friend from the first day on; a lead time is for questions about leaving.
    return replace(terms_of(settings, targets()["churn"]), lead_days=0)
