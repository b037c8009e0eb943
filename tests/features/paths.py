"""Which ways are there to ask for features? That of every engine, and that of compiled loops in three forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from features import (
    _polars,
    _snapshot,
    snapshots,
)


def portable(tables: Any, *, as_of: date, **asked: Any) -> pl.DataFrame:
    """The path of every engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_snapshot, "is_fast", lambda column: False)
        return next(snapshots(tables, as_of=[as_of], **asked))


def fast(tables: Any, *, as_of: date, until: date | None = None, **asked: Any) -> pl.DataFrame:
    """The path of compiled loops, and no other; it reads the log at once, on how many processors ever."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_snapshot, "_of_events", None)
        patch.setattr(_polars, "_batches", lambda rows: [rows.collect()])
        return next(snapshots(tables, as_of=sorted({as_of, until or as_of}), **asked))


def looking_back(tables: Any, *, as_of: date, **asked: Any) -> pl.DataFrame:
    """The path of compiled loops, the log read until a later date: it holds what comes after the as-of date."""
    return fast(tables, as_of=as_of, until=as_of + timedelta(days=40), **asked)


def of_everyone(tables: Any, *, as_of: date, customers: pl.DataFrame, **asked: Any) -> pl.DataFrame:
    """The path of compiled loops, which itself says who is a customer; a claim then names all of them."""
    return looking_back(tables, as_of=as_of, **asked)


def differing(found: pl.DataFrame, known: pl.DataFrame) -> list[str]:
    """The columns that differ by more than the last digits of a median or of a fit."""
    if found.columns != known.columns or len(found) != len(known):
        return sorted({*found.columns} ^ {*known.columns}) or ["rows"]
    return [
        name
        for name in known.columns
        if not all(_is_same(one, other) for one, other in zip(found[name], known[name], strict=True))
    ]


def _is_same(one: Any, other: Any) -> bool:
    are_numbers = isinstance(one, float) and isinstance(other, float)
    return one == other or (are_numbers and math.isclose(one, other, rel_tol=1e-9))


Path = Callable[..., pl.DataFrame]

PORTABLE, FAST, BACK, ALL = (portable,), (fast,), (looking_back,), (of_everyone,)
ARRAYS = (fast, looking_back)
BOTH = (portable, fast, looking_back)

Broken = tuple[str, tuple[Path, ...], Any, str, str]
"""What is broken, on which paths, the function, the code replaced and its replacement."""
