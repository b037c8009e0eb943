"""What does the report of a night need beside its tables? The list before, complaints, what became of old scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features import ComplaintRates, Lake
from models import labels, targets
from models._known import reach
from pipelines._question_terms import terms_of
from pipelines._settings import Settings
from serving import Beside, Bundle, Ledger, Matured, Rules, last_bundle, report_pages

_LEADING = "churn"


def pages_of(
    bundle: Bundle, rules: Rules, *, settings: Settings, lake: Lake, complaints: ComplaintRates | None
) -> Mapping[str, bytes]:
    """The report of a night in the language of the settings, by file."""
    before = last_bundle(settings.home, before=bundle.as_of)
    beside = Beside(
        rules=rules,
        before=None if before is None else _day_of(before),
        complaints=None if complaints is None else asdict(complaints),
        matured=matured(settings, lake, as_of=bundle.as_of),
    )
    return report_pages(bundle, beside, language=settings.language)


def matured(settings: Settings, lake: Lake, *, as_of: date) -> Matured | None:
    """The latest published scores whose horizon was over when `as_of` began, by what was known then; None without."""
    target = targets()[_LEADING]
    terms = terms_of(settings, target)
    data = reach(lake.tables, time_zone=terms.time_zone, known_by=as_of, needs=target.needs)
    over_by = min(data.over_by, as_of) if data else as_of
    folder = last_bundle(settings.home, before=over_by - timedelta(days=terms.ahead_days - 1))
    if folder is None:
        return None
    day = _day_of(folder)
    scores = pl.read_parquet(folder / "scores.parquet", columns=["customer_id", target.column]).drop_nulls()
    scores = _left_to_themselves(scores, settings, day, as_of=as_of, days=terms.ahead_days)
    if scores.is_empty():
        return None
    happened = labels(target, lake.tables, as_of=day, terms=terms, known_by=as_of, among=scores)
    rows = pl.DataFrame({"predicted": scores[target.column], "happened": happened["label"]})
    return Matured(as_of=day, horizon_days=terms.horizon_days, rows=rows)


def _left_to_themselves(scores: pl.DataFrame, settings: Settings, day: date, *, as_of: date, days: int) -> pl.DataFrame:
    """The customers whom nobody contacted within the horizon: an offer that works must not make a score look wrong."""
    ledger = Ledger(settings.ledger.url, settings.home)
    contacts = ledger.contacted(before=as_of, since=day).filter(pl.col("contacted_on") < day + timedelta(days=days))
    return scores.join(contacts, on="customer_id", how="anti", maintain_order="left")


def _day_of(folder: Path) -> date:
    return date.fromisoformat(folder.name.removeprefix("as_of="))
