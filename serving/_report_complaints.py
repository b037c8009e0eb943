"""How well are complaints dealt with? What was not recorded, processed, reviewed or reported, and what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

Complaints = Mapping[str, float | None]
"""Figures of the shop's complaints by name (`features.ComplaintRates`), None where the source does not say."""

_IN_ORDER = (
    "recorded_late_count",
    "never_processed_count",
    "not_reviewed_count",
    "unreported_count",
    "resolved_late_count",
    "open_count",
    "open_late_count",
    "oldest_hours",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One figure of the discipline; `number` is None where the source does not say."""

    name: str
    number: float | None


def complaint_rows(scores: pl.DataFrame, decided: pl.DataFrame, complaints: Complaints | None) -> list[Row]:
    """The figures in the order in which a complaint passes through the shop; none without interactions."""
    if complaints is None:
        return []
    known = dict(complaints)
    known["unreported_count"] = _unreported(scores, decided, open_count=known.get("open_count"))
    known["oldest_hours"] = _oldest(scores)
    return [Row(name=name, number=known.get(name)) for name in _IN_ORDER]


def _unreported(scores: pl.DataFrame, decided: pl.DataFrame, *, open_count: float | None) -> int | None:
    """Open complaints of customers whom nobody is to contact tonight; None where it is not known which are open.

    `open_count` counts all open complaints of the shop, also those of customers whom no question is about.
    """
    if open_count is None or "open_complaint_count" not in scores.columns:
        return None
    listed = decided.filter(pl.col("outcome") == "listed")
    answered = scores.join(listed, on="customer_id", how="semi")["open_complaint_count"].fill_null(0).sum()
    return max(int(open_count) - int(answered), 0)


def _oldest(scores: pl.DataFrame) -> float | None:
    """How long the oldest open complaint of a customer of the population has waited; None without one."""
    if "oldest_open_complaint_hours" not in scores.columns:
        return None
    longest = scores["oldest_open_complaint_hours"].max()
    return None if longest is None else float(longest)  # type: ignore[arg-type]
