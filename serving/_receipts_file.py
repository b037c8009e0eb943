"""What does a file of receipts say, line by line? Cells as text; a file that no line can be read from is refused."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from data_contracts import delimiter_of
from serving._bundle import FORMULA_STARTS
from serving._errors import ReceiptsUnreadable

NEEDED = ("campaign", "customer_id", "status", "happened_at")
COLUMNS = (*NEEDED, "as_of", "channel", "note")

_SAVE = "Save it as 'CSV UTF-8 (comma delimited)' and take it again."


def read_receipts(path: Path) -> pl.DataFrame:
    """One row per line that says anything: `line`, the text of `COLUMNS` (null: empty), and `fault` of ragged lines.

    The first line names the columns; `as_of` (of the list), `channel` and `note` may be missing, and others are not
    read. Commas, semicolons, tabs and bars divide cells. Raises ReceiptsUnreadable for a file that is no CSV in UTF-8,
    lacks a column, or says nothing.
    """
    records = _records(_text(path), path.name)
    header = next(records, (1, []))[1]
    places = _places(header, path.name)
    found = [_cells(line, cells, places, len(header)) for line, cells in records if any(map(str.strip, cells))]
    if not found:
        raise ReceiptsUnreadable(f"{path.name}: there is no receipt below its first line. Nothing was taken.")
    return pl.DataFrame(found, schema={"line": pl.Int64, **dict.fromkeys((*COLUMNS, "fault"), pl.String)}, orient="row")


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ReceiptsUnreadable(f"{path}: cannot be opened: {error.strerror or error}.") from error
    if raw.startswith(b"PK\x03\x04"):
        raise ReceiptsUnreadable(f"{path.name}: is a workbook and no CSV. {_SAVE}")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw[:1000]:
        raise ReceiptsUnreadable(f"{path.name}: is text in UTF-16, or no text at all. {_SAVE}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ReceiptsUnreadable(
            f"{path.name}: is not in UTF-8 (line {line}, byte 0x{raw[error.start]:02x}); perhaps it is in GB18030, "
            f"which Chinese Windows writes. {_SAVE}"
        ) from None


def _records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each record, with the line on which it begins."""
    first = next(iter(text.splitlines()), "")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(first), strict=True)
    line = 1
    try:
        for cells in rows:
            yield line, cells
            line = rows.line_num + 1
    except csv.Error as error:
        raise ReceiptsUnreadable(
            f"{file}: line {line}: {error}; is a double quote left open there? Nothing was taken."
        ) from None


def _places(header: list[str], file: str) -> dict[str, int]:
    """Where each known column stands."""
    names = [name.strip().casefold().replace(" ", "_") for name in header]
    if not any(names):
        raise ReceiptsUnreadable(f"{file}: is empty; its first line must name the columns {', '.join(NEEDED)}.")
    twice = next((name for name in COLUMNS if names.count(name) > 1), None)
    if twice:
        raise ReceiptsUnreadable(f"{file}: two columns are called {twice!r}. Nothing was taken; remove one of them.")
    missing = [name for name in NEEDED if name not in names]
    if missing:
        others = [name for name in names if name not in COLUMNS]
        close = difflib.get_close_matches(missing[0], others, n=1)
        hint = f" Is {close[0]!r} meant?" if close else ""
        raise ReceiptsUnreadable(
            f"{file}: has no column {', '.join(map(repr, missing))}; its first line names "
            f"{', '.join(map(repr, names))}.{hint} Nothing was taken."
        )
    return {name: names.index(name) for name in COLUMNS if name in names}


def _cells(line: int, cells: list[str], places: Mapping[str, int], width: int) -> tuple[int | str | None, ...]:
    """A line as a row; one that is cut short, or has cells too many, says so in its fault."""
    known = [_plain(cells[places[name]]) if places.get(name, len(cells)) < len(cells) else None for name in COLUMNS]
    fits = len(cells) == width or (len(cells) > width and not any(cells[width:]))
    return (line, *known, None if fits else f"has {len(cells)} cells where the first line has {width}")


def _plain(cell: str) -> str | None:
    """The cell without space around it, and without the apostrophe that our own lists put before a formula."""
    text = cell.strip()
    return (text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text) or None
