"""Which name may be meant by one that nobody has?"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches


def meant(name: str, known: Sequence[str], *, cutoff: float = 0.6) -> str | None:
    """The known name that is closest; of those that are about as close the one that begins alike: the nearer month.

    `cutoff` is how alike it must be, from 0 to 1; None where nothing is.
    """
    return max(get_close_matches(name, known, cutoff=cutoff), key=lambda one: _alike(name, one), default=None)


def _alike(name: str, other: str) -> int:
    """With how many same characters both begin."""
    differs = [ours != theirs for ours, theirs in zip(name, other, strict=False)]
    return differs.index(True) if True in differs else len(differs)
