"""Which tables has somebody brought? A folder, a lake or plain frames, as the contract tables of one engine."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from data_contracts import contracts, delimiter_of
from features._engine import Native
from features._frame import TableUnusable, conformed, value_problems
from features._lake import TABLES, Lake, open_lake, table_path

log = logging.getLogger(__name__)

_NEEDED = "transactions"
_ENDINGS = (".parquet", ".csv", ".csv.gz")


def tables_of(given: Native, *, time_zone: str = "UTC") -> Mapping[str, Native]:
    """The contract tables by name, from whatever they come in.

    `given` is a home with a lake, a folder with `transactions.parquet` or `.csv` (and `interactions`, `customers`,
    `subscriptions`), a `Lake`, frames by table name, or one frame of transactions. Times without a zone are meant in
    `time_zone`. Raises TableUnusable when a table or column is missing, misspelt or holds something else.
    """
    if isinstance(given, Lake):
        _ask_tables(given.arrived)
        return given.arrived
    if isinstance(given, str | Path):
        return _in_folder(Path(given).expanduser(), time_zone)
    frames = given if isinstance(given, Mapping) else {_NEEDED: given}
    _ask_tables(frames)
    known = contracts()
    return {name: conformed(frame, known[name], time_zone=time_zone) for name, frame in frames.items()}


def _ask_tables(frames: Mapping[str, Native]) -> None:
    for name in frames:
        if name not in TABLES:
            close = get_close_matches(str(name).lower(), TABLES, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else "."
            raise TableUnusable(str(name), [f"is no table that a snapshot knows{hint} It knows {', '.join(TABLES)}."])
    if _NEEDED not in frames:
        raise TableUnusable(_NEEDED, [f"the table is missing (found: {', '.join(frames) or 'none'})."])
    for name in sorted(set(TABLES) - set(frames)):
        log.info("no table %s: the features made from it are null", name)


def _in_folder(folder: Path, time_zone: str) -> Mapping[str, Native]:
    if folder.is_file():
        raise TableUnusable(_NEEDED, [f"{folder} is a file; give the folder that holds it, or a frame read from it."])
    if not folder.is_dir():
        raise TableUnusable(_NEEDED, [f"there is no folder {folder}."])
    if DeltaTable.is_deltatable(str(table_path(folder, _NEEDED))):
        return open_lake(folder).arrived
    found = {name: path for name in TABLES if (path := _file_of(folder, name))}
    if _NEEDED not in found:
        names = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
        wanted = f"neither a lake (tables/{_NEEDED}) nor {_NEEDED}.parquet or {_NEEDED}.csv"
        raise TableUnusable(_NEEDED, [f"the folder {folder} holds {wanted}. It holds {names}."])
    frames = {name: _scanned(name, path) for name, path in found.items()}
    made = tables_of(frames, time_zone=time_zone)
    for name, frame in made.items():
        there = frames[name].collect_schema().names()
        _ask_values(name, frame.select(each for each in frame.collect_schema().names() if each in there))
    return made


def _file_of(folder: Path, table: str) -> Path | None:
    there = [folder / (table + ending) for ending in _ENDINGS if (folder / (table + ending)).exists()]
    if len(there) > 1:
        raise TableUnusable(table, [f"{' and '.join(path.name for path in there)} lie in {folder}; keep one of them."])
    return there[0] if there else None


def _scanned(table: str, path: Path) -> pl.LazyFrame:
    """The rows of a file, lazily; of a CSV file every field as text, so that "00123" keeps its zeros."""
    is_parquet = path.suffix == ".parquet"
    try:
        rows = pl.scan_parquet(path, glob=False) if is_parquet else _scanned_csv(path)
        rows.collect_schema()
    except pl.exceptions.PolarsError as error:
        reason = (str(error).splitlines() or ["?"])[0]
        raise TableUnusable(table, [f"{path} cannot be read: {reason}. Read it yourself and bring a frame."]) from None
    return rows


def _scanned_csv(path: Path) -> pl.LazyFrame:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", errors="replace") as file:
        delimiter = delimiter_of(file.readline())
    return pl.scan_csv(path, glob=False, infer_schema=False, separator=delimiter)


def _ask_values(table: str, rows: pl.LazyFrame) -> None:
    """A file has made no promise: its values are looked at, even where its types are right."""
    problems = value_problems(rows, contracts()[table])
    if problems:
        raise TableUnusable(table, problems)
