"""How are the files of a Delta table handed to an engine? As frames of its own, and no file that a day cannot need.

The files are those that the table's log names as active in the version asked for, so every engine reads the same rows,
and none needs an extension that speaks Delta.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

import duckdb
import polars as pl
from deltalake import DeltaTable

from features._engine import Native

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ENGINES = ("polars", "duckdb", "spark")

_UNDERSTOOD = {"timestampNtz", "v2Checkpoint", "vacuumProtocolCheck", "appendOnly", "invariants"}
"""What a table may ask of its readers and still be its active files, read as they are."""


class EngineUnavailable(Exception):
    """The engine is not installed here, or does not start."""


class FilesNotPlain(Exception):
    """The rows of a Delta table are not those of its files: rows are marked as deleted, columns renamed or left out."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """What of a table is read: files, their rows, and columns, each of how many. None: the log does not count rows."""

    table: str
    version: int
    files: int
    of_files: int
    rows: int | None
    of_rows: int | None
    columns: int
    of_columns: int

    def __str__(self) -> str:
        rows, of_rows = ("?" if n is None else f"{n:,}" for n in (self.rows, self.of_rows))
        return (
            f"{self.table}: {self.files:,} of {self.of_files:,} files, {rows} of {of_rows} rows, "
            f"{self.columns} of {self.of_columns} columns (version {self.version})"
        )


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A Delta table as a frame of an engine, and what of it is read."""

    frame: Native
    read: Read


@dataclass(frozen=True)
class _Files:
    """The files to read, and the columns with their types."""

    table: DeltaTable
    folder: Path
    paths: Sequence[str]
    schema: pl.Schema
    columns: Sequence[str]


def opened(
    table: DeltaTable,
    folder: Path,
    *,
    engine: str = "polars",
    session: Any = None,
    before: datetime | None = None,
    columns: Collection[str] | None = None,
) -> Opened:
    """The rows of a Delta table that lies in `folder`, lazily, as a frame of `engine`.

    With `before`, files are left out of which the log knows that nothing in them happened, or nothing was recorded,
    before that moment; `columns` are those wanted, where the table has them. `session` is a DuckDB connection or a
    Spark session; without it one is made. Raises EngineUnavailable and, but for Polars, FilesNotPlain.
    """
    if engine not in _FRAMES:
        raise ValueError(f"there is no engine {engine!r}; there are {', '.join(ENGINES)}")
    schema = pl.scan_delta(table).collect_schema()
    wanted = [name for name in schema if columns is None or name in columns]
    files = pl.DataFrame(table.get_add_actions(flatten=True))
    reason = _why_not_plain(table)
    kept = files if before is None or reason else files.filter(~_is_later(files, before))
    if reason and engine != "polars":
        raise FilesNotPlain(f"{folder} {reason}. Read it where Delta is spoken, and give snapshot() the frames.")
    paths = [str(folder / unquote(path)) for path in kept["path"]]
    made = _FRAMES[engine](_Files(table, folder, paths, schema, wanted), session)
    read = Read(
        table=folder.name,
        version=table.version(),
        files=kept.height,
        of_files=files.height,
        rows=_rows(kept),
        of_rows=_rows(files),
        columns=len(wanted),
        of_columns=len(schema),
    )
    return Opened(frame=made, read=read)


def _is_later(files: pl.DataFrame, before: datetime) -> pl.Expr:
    """Whether all rows of a file happened, or all were recorded, at or after a moment; no when the log is silent.

    The log rounds its least value down to milliseconds, which leaves a file in rather than out.
    """
    later = pl.lit(False)
    for name in ("occurred_at", "recorded_at"):
        if {f"min.{name}", f"null_count.{name}"} <= set(files.columns):
            least = pl.col(f"min.{name}").cast(pl.Datetime("us", "UTC"))
            later |= ((least >= before) & (pl.col(f"null_count.{name}") == 0)).fill_null(False)
    return later


def _rows(files: pl.DataFrame) -> int | None:
    if "num_records" not in files.columns or files["num_records"].null_count():
        return None if files.height else 0
    return int(files["num_records"].sum())


def _why_not_plain(table: DeltaTable) -> str | None:
    parts = table.metadata().partition_columns
    if parts:
        return f"keeps the column {parts[0]!r} in the names of its folders"
    other = sorted(set(table.protocol().reader_features or ()) - _UNDERSTOOD)
    return f"needs a reader that knows {', '.join(other)}" if other else None


def _on_polars(files: _Files, session: None) -> pl.LazyFrame:
    """Polars 2.1 looks for `%20` where a folder has a space in its name, and so for Chinese letters: there, and where
    files are left out, they are named one by one. The former can go as soon as `scan_delta` finds them."""
    is_whole = len(files.paths) == len(files.table.file_uris())
    if _why_not_plain(files.table) or (is_whole and quote(str(files.folder)) == str(files.folder)):
        rows = pl.scan_delta(files.table)
    elif files.paths:
        rows = pl.scan_parquet(
            list(files.paths), schema=files.schema, glob=False, missing_columns="insert", extra_columns="ignore"
        )
    else:
        rows = pl.LazyFrame(schema=files.schema)
    return rows if len(files.columns) == len(files.schema) else rows.select(files.columns)


def _on_duckdb(files: _Files, session: duckdb.DuckDBPyConnection | None) -> Native:
    connection = session or duckdb_session()
    # DuckDB knows of each type by what it makes of an empty frame.
    empty = connection.from_arrow(pl.DataFrame(schema=files.schema).to_arrow())
    if not files.paths:
        return empty.project(", ".join(map(_quoted, files.columns)))
    rows = connection.read_parquet(list(files.paths), union_by_name=True)
    kinds = dict(zip(empty.columns, empty.types, strict=True))
    there = set(rows.columns)
    return rows.project(
        ", ".join(
            _quoted(name) if name in there else f"NULL::{kinds[name]} AS {_quoted(name)}" for name in files.columns
        )
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def duckdb_session(*, memory_limit: str | None = None, temp_folder: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection in memory that installs nothing.

    `memory_limit`, such as "4GB", is the most memory that DuckDB takes (80% of the machine's unless given); what does
    not fit goes to `temp_folder` (`.tmp` in the current folder unless given), and back.
    """
    chosen = {"memory_limit": memory_limit, "temp_directory": temp_folder and str(temp_folder)}
    config: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    connection = duckdb.connect(config=config | {"autoinstall_known_extensions": False})
    # Order costs memory, and a snapshot asks for none.
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _on_spark(files: _Files, session: SparkSession | None) -> Native:
    spark = session or spark_session()
    from pyspark.sql.types import StructType

    # Delta writes its schema in the words of Spark.
    schema = StructType.fromJson(json.loads(files.table.schema().to_json()))
    if not files.paths:
        rows = spark.createDataFrame([], schema)
    else:
        rows = spark.read.schema(schema).parquet(*(f"file:{_no_pattern(path)}" for path in files.paths))
    return rows.select(*(f"`{name.replace('`', '``')}`" for name in files.columns))


def _no_pattern(path: str) -> str:
    """Hadoop takes these signs in a path for a pattern."""
    return "".join(f"\\{sign}" if sign in "{}[]*?\\" else sign for sign in path)


def spark_session() -> SparkSession:
    """The Spark session that is there (of `spark-submit`, a notebook, or `SPARK_REMOTE`), or one on this machine.

    Raises EngineUnavailable when Spark or Java is missing.
    """
    with warnings.catch_warnings():
        # PySpark 4.3 says so of pandas 3, which nothing here asks of it; a later one will not.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise EngineUnavailable(
                f"the engine spark is not installed ({error}). Install it: pip install 'churn-pipeline[spark]'."
            ) from error
        return SparkSession.getActiveSession() or _started(SparkSession.builder)


def _started(builder: SparkSession.Builder) -> SparkSession:
    remote = os.environ.get("SPARK_REMOTE")
    if remote:
        _ask_for_server(remote)
    else:
        _ask_for_java()
    try:
        # How a server runs is for the server to say.
        return builder.config(map={} if remote else _SPARK_OPTIONS).getOrCreate()
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        needs = f"SPARK_REMOTE is {remote}, and needs pyspark[connect]" if remote else "It needs Java 17 or newer"
        raise EngineUnavailable(f"the engine spark does not start: {reason}. {needs}.") from error


_SPARK_OPTIONS: dict[str, Any] = {
    "spark.app.name": "churn",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
    # To note where in Python each part of an expression was made takes longer than to make it.
    "spark.sql.dataFrameQueryContext.enabled": "false",
}


def _ask_for_server(remote: str) -> None:
    """PySpark 4.3 tries for ten minutes to reach a server, and as long again to say goodbye to it."""
    address = urlsplit(remote)
    if address.scheme != "sc" or not address.hostname:
        return
    try:
        socket.create_connection((address.hostname, address.port or 15002), timeout=10).close()
    except OSError as error:
        raise EngineUnavailable(f"no Spark server answers at {remote}, which SPARK_REMOTE names: {error}.") from error


def _ask_for_java() -> None:
    """Spark's own words for a missing Java are many, and printed by a shell script."""
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")):
        where = f"JAVA_HOME is {home}, and no bin/java lies there" if home else "there is no java on the path"
        raise EngineUnavailable(
            f"the engine spark needs Java 17 or newer, and {where}. Install it "
            "(apt-get install openjdk-17-jre-headless), or use the engine duckdb, which needs none."
        )


_FRAMES: Mapping[str, Callable[[_Files, Any], Native]] = {
    "polars": _on_polars,
    "duckdb": _on_duckdb,
    "spark": _on_spark,
}
