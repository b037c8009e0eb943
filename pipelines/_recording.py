"""What does the ledger keep of a night, and the manifest of its plan?"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl

from pipelines._decisions import Tonight
from serving import LOOK_BACK, Bundle, Ledger, bundles, manifest_of, tables_of

log = logging.getLogger(__name__)

_IN_SQL = {"retention_list": "retention_list.parquet", "changes": "changes.csv", "holdout": "holdout.parquet"}
"""Which tables of the bundle stand in the database too, by their files."""
_ASSIGNED = (
    "campaign",
    "customer_id",
    "arm",
    "segment",
    "stage",
    "probability",
    "stake",
    "effect",
    "expected_profit",
    "expected_cost",
)


@contextmanager
def recorded(ledger: Ledger, tonight: Tonight, bundle: Bundle) -> Iterator[None]:
    """Records campaigns, list and assignments when the block ends well: the list is published inside it.

    The same night again changes nothing. A look back is not recorded. Raises HistoryWouldChange before anything is
    published, where later nights or receipts build on another list of this night. Killed between the two, the list is
    recorded by the next night (`record_what_was_killed`).
    """
    if tonight.is_late:
        yield
        return
    tables = tables_of(bundle)
    with ledger.recording(
        bundle.as_of,
        digest=_digest(tables["decisions.parquet"], tables["retention_list.parquet"]),
        counts=bundle.counts,
        campaigns=tonight.campaigns,
        assignments=_assigned(tables["decisions.parquet"], tables["retention_list.parquet"], bundle.scores),
        tables={name: tables[file] for name, file in _IN_SQL.items()},
    ):
        yield


def record_what_was_killed(ledger: Ledger, home: Path, *, before: date) -> None:
    """Records lists that were published, and whose night was killed before it was recorded; the oldest first.

    They stand later than all that is on record: nothing builds on them yet.
    """
    known = ledger.lists()["as_of"].to_list()
    latest = max(known, default=date.min)
    for day, folder in sorted(bundles(home, before=before)):
        if day > latest and "campaigns" in manifest_of(folder):
            _record_published(ledger, day, folder)
            log.warning("the list of %s was published by a night that was killed; it is recorded now", day)


def _record_published(ledger: Ledger, as_of: date, folder: Path) -> None:
    manifest = manifest_of(folder)
    decided, listed, scores = (
        pl.read_parquet(folder / f"{name}.parquet") for name in ("decisions", "retention_list", "scores")
    )
    days = [pl.col(name).str.to_date() for name in ("starts_on", "ends_on")]
    ledger.record_night(
        as_of,
        digest=_digest(decided, listed),
        counts=manifest["counts"],
        campaigns=pl.DataFrame(manifest["campaigns"]).with_columns(days),
        assignments=_assigned(decided, listed, scores),
    )


def _digest(*tables: pl.DataFrame) -> str:
    """A hash of what was decided and of the list."""
    found = hashlib.sha256()
    for table in tables:
        found.update(table.write_csv().encode())
    return found.hexdigest()


def _assigned(decided: pl.DataFrame, listed: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """Who was assigned what, treated and held out, with what was known of them before."""
    return (
        decided.filter(pl.col("arm").is_not_null())
        .select(_ASSIGNED)
        .rename({"expected_cost": "cost"})
        .join(scores.select("customer_id", spend_before="yearly_spend"), on="customer_id", how="left")
        .join(listed.select("customer_id", "rank"), on="customer_id", how="left")
        .sort("campaign", "customer_id")
    )


def plan_record(tonight: Tonight) -> dict[str, object]:
    """What the manifest says of the plan: expected profit and its bound, cost, and what one more place is worth."""
    plan = tonight.decided.plan
    told = {
        "expected_profit": round(plan.profit, 2),
        "bound": round(plan.bound, 2),
        "gap": float(f"{plan.gap:.2g}"),
        "expected_cost": round(plan.spent, 2),
        "explored": dict(tonight.decided.explored),
        "places_used": {name: round(float(used), 2) for name, used in plan.used.items()},
        "worth_of_one_more": {name: round(float(price), 4) for name, price in plan.prices.items()},
    }
    columns = [pl.col(pl.Date).cast(pl.String)]
    return {"plan": told, LOOK_BACK: tonight.is_late, "campaigns": tonight.campaigns.with_columns(columns).to_dicts()}
