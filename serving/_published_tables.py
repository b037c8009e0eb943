"""What do those read who would rather ask a database than open files? Tonight's tables, switched in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import BigInteger, Boolean, Column, Connection, Date, Float, MetaData, Table, Text, func, select
from sqlalchemy.schema import CreateTable, DropTable
from sqlalchemy.types import TypeEngine

from serving._ledger_rows import insert
from serving._ledger_tables import lists

PREFIX = "published_"
"""The tables of the latest night: `published_retention_list`, `published_changes`, `published_holdout`."""

_TYPES: Mapping[pl.DataType, type[TypeEngine[Any]]] = {
    pl.String(): Text,
    pl.Float64(): Float,
    pl.Int64(): BigInteger,
    pl.Boolean(): Boolean,
    pl.Date(): Date,
}


def switch(connection: Connection, tables: Mapping[str, pl.DataFrame], *, as_of: date) -> None:
    """Puts the tables of a night in the place of those before, in the transaction of `connection`.

    Whoever reads sees the old ones or the new ones, all of one night. Columns are those of the frames, so that a table
    may grow with its contract. A night that is not the latest on record changes nothing.
    """
    latest = connection.scalar(select(func.max(lists.c.as_of)))
    if latest is not None and latest > as_of:
        return
    for name, rows in tables.items():
        columns = [Column(column, _TYPES[kind]) for column, kind in rows.schema.items()]
        table = Table(PREFIX + name, MetaData(), *columns)
        connection.execute(DropTable(table, if_exists=True))
        connection.execute(CreateTable(table))
        insert(connection, table, rows)
