"""What do the terms of a campaign say of an uplift model, and in which words are people told?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models._uplift_registry import KeptUplift

UPLIFT, QINI, WHY_NOT, TOLD_BY = "uplift", "uplift_qini", "uplift_why_not", "uplift_told_by"
HABIT_SPREAD = "habit_spread"
_TERMS = (UPLIFT, QINI, WHY_NOT, TOLD_BY, HABIT_SPREAD)
"""The version with its Qini coefficient and the ends of that, or why no uplift model is gone by. With a version and why
not, it is the effect of all that is gone by, spread by who takes the offer, as told by others or habits where that is
said. Without a version it is spread by habits alone, as far as `habit_spread`."""
_SPREAD = {"own": "who takes it", "others": "who takes other offers", "habits": "habits of taking offers"}
_OWN = "own"
_DECIMALS = 6


def terms_told(kept: KeptUplift) -> dict[str, object]:
    """What the terms of a campaign that begins say of what was learned."""
    version: dict[str, object] = {} if kept.version is None else {UPLIFT: kept.version}
    if kept.told_by and kept.told_by != _OWN:
        version[TOLD_BY] = kept.told_by
    if kept.why_not or kept.qini is None:
        return version | {WHY_NOT: kept.why_not}
    return version | {QINI: [round(value, _DECIMALS) for value in (kept.qini.value, kept.qini.low, kept.qini.high)]}


def kept_uplift(terms: Mapping[str, Any]) -> dict[str, object]:
    """What the terms of a running campaign say of an uplift model."""
    return {name: terms[name] for name in _TERMS if name in terms}


def uplift_words(terms: Mapping[str, Any]) -> str | None:
    """What people are told of a campaign's uplift model; None where there was nothing to learn one from."""
    if QINI in terms:
        value, low, high = terms[QINI]
        return f"by uplift model {terms[UPLIFT]} (Qini {value:.3f}, {low:.3f} to {high:.3f})"
    if UPLIFT in terms:
        model = f"(model {terms[UPLIFT]}), no uplift model: {terms[WHY_NOT]}"
        return f"effect as believed, spread by {_SPREAD[terms.get(TOLD_BY, _OWN)]} {model}"
    if WHY_NOT in terms:
        return f"effect as believed{_by_habits(terms)}, no uplift model: {terms[WHY_NOT]}"
    if HABIT_SPREAD in terms:
        return f"effect as believed{_by_habits(terms)}"
    return None


def _by_habits(terms: Mapping[str, Any]) -> str:
    return f", spread by {_SPREAD['habits']}" if HABIT_SPREAD in terms else ""
