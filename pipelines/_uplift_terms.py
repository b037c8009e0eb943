"""What do the terms of a campaign say of an uplift model, and in which words are people told?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UPLIFT, QINI, WHY_NOT = "uplift", "uplift_qini", "uplift_why_not"
_TERMS = (UPLIFT, QINI, WHY_NOT)
"""The version with its Qini coefficient and the ends of that, or why there is none."""


def kept_uplift(terms: Mapping[str, Any]) -> dict[str, object]:
    """What the terms of a running campaign say of an uplift model."""
    return {name: terms[name] for name in _TERMS if name in terms}


def uplift_words(terms: Mapping[str, Any]) -> str | None:
    """What people are told of a campaign's uplift model; None where there was nothing to learn one from."""
    if UPLIFT in terms:
        value, low, high = terms[QINI]
        return f"by uplift model {terms[UPLIFT]} (Qini {value:.3f}, {low:.3f} to {high:.3f})"
    if WHY_NOT in terms:
        return f"effect as believed, no uplift model: {terms[WHY_NOT]}"
    return None
