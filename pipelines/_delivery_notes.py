"""What of a delivery is allowed but smells? Said to the operator, never fatal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from data_contracts import Checked
from features import table_path

_LONG_ORDER, _MANY_ORDERS = timedelta(days=7), 0.01
"""Orders whose purchases lie farther apart than this smell, if they are more than this share of all."""

_SILENT = timedelta(days=364)
"""Nobody has such a pause in all events of a company: what lies beyond is rather dated wrongly."""


def smells(checked: Mapping[str, Checked], *, start: datetime) -> tuple[str, ...]:
    """Things that are allowed but smell: said to the operator, never fatal."""
    known = checked["transactions"].rows["customer_id"].unique()
    notes = []
    for table in ("interactions", "customers", "subscriptions"):
        if table not in checked or checked[table].rows.is_empty():
            continue
        theirs = checked[table].rows["customer_id"].unique()
        if not theirs.is_in(known.implode()).any():
            notes.append(
                f"none of the {len(theirs):,} customers in {table} (such as {theirs.sort()[0]!r}) is among the "
                f"{len(known):,} of transactions (such as {known.sort()[0]!r}); are these the same ids?"
            )
    return (*notes, *_dated_ahead(checked, start), *_long_orders(checked["transactions"].rows))


def not_arrived(home: Path, tables: Sequence[str], checked: Mapping[str, Checked]) -> Iterator[str]:
    """A note for each table that came before and did not tonight: what it told goes on counting."""
    for table in tables:
        if table not in checked and DeltaTable.is_deltatable(str(table_path(home, table))):
            known = "; consent is as known then, and nobody can withdraw it" if table == "customers" else ""
            yield f"{table} did not arrive, and did before: what earlier deliveries told still counts{known}"


def _dated_ahead(checked: Mapping[str, Checked], start: datetime) -> Iterator[str]:
    """A note for each table with events after `start` and after a year without any: they wait for their day."""
    for table in ("transactions", "interactions"):
        rows = checked[table].rows.sort("occurred_at", "customer_id") if table in checked else pl.DataFrame()
        if rows.is_empty():
            continue
        far = (pl.col("occurred_at") >= start) & (pl.col("occurred_at").diff() > _SILENT)
        ahead = rows.filter(far.fill_null(False).cum_sum() > 0)
        if ahead.height:
            customer, when = ahead.select("customer_id", "occurred_at").row(0)
            yield (
                f"{table}: {ahead.height:,} rows are dated {when:%Y-%m-%d} or later (first that of customer "
                f"{customer!r}), after a year without any, and count from their day on; is the year right?"
            )


def _long_orders(lines: pl.DataFrame) -> Iterator[str]:
    """A note where many orders go on for days: an order is dated by its first line, and later lines are no purchase."""
    if "order_id" not in lines.columns:
        return
    bought = lines.filter(pl.col("order_id").is_not_null() & (pl.col("amount") > 0))  # returns come later
    orders = bought.group_by("customer_id", "order_id")
    spans = orders.agg(span=pl.col("occurred_at").max() - pl.col("occurred_at").min())
    long = spans.filter(pl.col("span") > _LONG_ORDER).sort("customer_id", "order_id")
    if long.height > _MANY_ORDERS * spans.height:
        customer, order = long.row(0)[:2]
        yield (
            f"{long.height:,} of {spans.height:,} orders have lines more than {_LONG_ORDER.days} days apart (such as "
            f"order {order!r} of customer {customer!r}). An order is one purchase, dated by its first line: is "
            "order_id used again for later orders? Then leave it unmapped; the lines of one day are one order."
        )
