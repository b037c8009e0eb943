"""What lies in a folder of files? Parquet or CSV, named like the tables, or as the settings say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pipelines._csv import read_csv
from pipelines._errors import SettingsWrong, SourceUnknown, SourceUnreadable
from pipelines._sources import RawTables, is_called, source

if TYPE_CHECKING:
    from pipelines._settings import Settings, TableSettings

PARQUET = (".parquet", ".pq")
CSV = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")

ReadFile = Callable[[Path], pl.DataFrame]


@source("folder")
def folder(settings: Settings) -> RawTables:
    """A folder with `transactions.parquet` or `transactions.csv` (or `.csv.gz`, or a folder of parts), and so on."""
    path = settings.source.path
    if path is None:
        raise SettingsWrong("the source 'folder' needs to know which: set [source] path, or give --source a/folder.")
    if not path.is_dir():
        what = "is a file, not a folder" if path.exists() else "does not exist"
        raise SourceUnknown(f"the source folder {path} {what}; set [source] path, or give --source a/folder.")
    return {entry.name: partial(_read, entry, _mapping_of(entry.name, settings)) for entry in _visible(path)}


def _visible(path: Path) -> list[Path]:
    """What lies in a folder, in order of name; `.DS_Store`, `_SUCCESS` and the like are left out."""
    try:
        return sorted(entry for entry in path.iterdir() if not entry.name.startswith((".", "_")))
    except OSError as error:
        raise SourceUnreadable(f"{path.name}/: cannot be looked into: {error.strerror}.") from error


def _mapping_of(name: str, settings: Settings) -> TableSettings:
    """How the file is written, from the settings of the table that reads it."""
    tables = type(settings.tables).model_fields
    wanting = [table for table in tables if is_called(settings.mapping(table).file or table, name)]
    return settings.mapping(wanting[0] if wanting else "")


def _read(path: Path, mapping: TableSettings) -> pl.DataFrame:
    read = partial(_read_file, delimiter=mapping.delimiter, encoding=mapping.encoding)
    return _read_parts(path, read) if path.is_dir() else read(path)


def _read_parts(path: Path, read: ReadFile) -> pl.DataFrame:
    """The part files of a folder, one below the other; a column that a part lacks is null there."""
    if (path / "_delta_log").is_dir():
        raise SourceUnreadable(f"{path.name}/: is a Delta table, whose files may be outdated ones; export it first.")
    parts = [entry for entry in _visible(path) if entry.is_file()]
    if not parts:
        raise SourceUnreadable(f"{path.name}/: there is no part file in it.")
    kinds = sorted({_kind(part) for part in parts})
    if len(kinds) > 1:
        raise SourceUnreadable(f"{path.name}/: holds {' and '.join(kinds)} files; keep one kind.")
    frames = [read(part) for part in parts]
    try:
        return pl.concat(frames, how="diagonal_relaxed")
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise SourceUnreadable(f"{path.name}/: the parts do not fit together: {reason}") from None


def _kind(path: Path) -> str:
    name = path.name.lower()
    return "parquet" if name.endswith(PARQUET) else "CSV" if name.endswith(CSV) else "other"


def _read_file(path: Path, *, delimiter: str | None, encoding: str) -> pl.DataFrame:
    kind = _kind(path)
    if kind == "other":
        raise SourceUnreadable(f"{path.name}: neither parquet nor CSV; known endings are {_listed(PARQUET + CSV)}.")
    if kind == "CSV":
        return read_csv(path, delimiter=delimiter, encoding=encoding)
    try:
        return pl.read_parquet(path, glob=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = next(iter(str(error).splitlines()), "")
        raise SourceUnreadable(f"{path.name}: not a whole parquet file ({reason}); copy it again.") from None


def _listed(endings: Iterable[str]) -> str:
    return ", ".join(endings)
