"""Which failures may pass by themselves? Only those are tried again."""

from __future__ import annotations

from typing import Any


def worth_a_retry(_task: Any, _run: Any, state: Any) -> bool:
    """True for trouble of the system (a file server away, a lock held); a broken promise stays broken."""
    try:
        state.result()
    except Exception as error:
        return isinstance(error, OSError) or isinstance(error.__cause__, OSError)
    return False
