"""Which lifecycle stages may the settings name for an action? Those of whose customers its outcome is predicted."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence

HERE = ("new", "active", "loyal", "at risk", "won back")
GONE = ("lost",)
STAGES = ("prospect", *HERE, *GONE)
"""The names of `serving._stages`, which is not loaded for them: settings are read before anything heavy is."""


def possible_stages(action: str) -> Sequence[str]:
    """Win-back is asked of those who are gone, every other question of those who are here."""
    return GONE if action == "win_back_offer" else HERE


def ask_stages(action: str, stages: Sequence[str]) -> None:
    """Raises ValueError, with what to write instead, unless the action can be for customers of these stages."""
    possible = possible_stages(action)
    choice = f"choose from {', '.join(_quoted(one) for one in possible)}"
    if not stages:
        raise ValueError(
            f"stages is empty; {choice}. An action that nobody should get is switched off by is_used = false"
        )
    for stage, count in Counter(stages).items():
        if stage not in STAGES:
            close = difflib.get_close_matches(stage.strip().casefold(), possible, n=1)
            hint = f"did you mean {_quoted(close[0])}? Else " if close else ""
            raise ValueError(f"stages has {_quoted(stage)}, which is no lifecycle stage; {hint}{choice}")
        if stage not in possible:
            raise ValueError(
                f"stages has {_quoted(stage)}, but what {action} acts on is not predicted of such customers; {choice}"
            )
        if count > 1:
            raise ValueError(f"stages has {_quoted(stage)} twice; keep one of them")


def _quoted(stage: str) -> str:
    return f'"{stage}"'
