"""Tables that somebody brings, and the few features that are asked of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from features import catalogue, snapshot
from tests.features.tables import AS_OF, tables

BOUGHT = [("anna", 3, 20.0, {"order_id": "A"}), ("anna", 40, 5.5), ("ben", 9, 7.25, {"category": "tea"})]
SAID = [("anna", 2, "complaint"), ("ben", 5, "visit")]
ASKED = [catalogue()[name] for name in ("purchase_count", "spend", "days_since_last_purchase", "complaint_count")]


def asked(given: Any, **more: Any) -> Any:
    """A snapshot of a few features of what somebody brought."""
    return snapshot(given, **{"as_of": AS_OF, "features": ASKED, **more})


def in_files(folder: Path, write: Callable[[pl.DataFrame, Path], object], ending: str) -> Path:
    """Writes both tables into a folder, in files of one kind."""
    for name, frame in tables(BOUGHT, SAID).items():
        write(frame.collect(), folder / (name + ending))
    return folder
