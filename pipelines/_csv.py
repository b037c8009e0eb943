"""What does a CSV file say, exactly? Every field as text, so that "00123" keeps its zeros; or why it cannot be read.

DuckDB reads the file, because it is fast and refuses ragged lines. Its messages speak of its own options; so when it
refuses, the file is walked once more, slowly, to say which line is wrong in the words of somebody who looks at it.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import tempfile
import zlib
from pathlib import Path
from typing import IO, cast

import duckdb
import polars as pl

from data_contracts import delimiter_of
from pipelines._errors import SourceUnreadable

NOT_UNPACKED = (gzip.BadGzipFile, EOFError, zlib.error)


def read_csv(path: Path, *, delimiter: str | None = None, encoding: str = "utf-8") -> pl.DataFrame:
    """All columns of the file as text; an empty field is null.

    The first line names the columns; one without a name becomes `column <position>`. `delimiter` None is found out
    from that line. Raises SourceUnreadable for an empty file, another encoding, ragged lines, a broken archive.
    """
    header = _first_line(path, encoding)
    delimiter = delimiter or delimiter_of(header)
    names = _column_names(header, delimiter, path.name)
    if not _is_utf8(encoding) or any(sign in str(path) for sign in "*?["):  # DuckDB would take these for a pattern
        return _read_copy(path, delimiter, encoding, names)
    try:
        return _read_utf8(path, delimiter, names)
    except duckdb.Error:
        _raise_fault(path, delimiter, encoding, len(names))
    # Nothing wrong with it but, most often, line ends of two kinds: a copy has one kind.
    return _read_copy(path, delimiter, encoding, names)


def _first_line(path: Path, encoding: str) -> str:
    try:
        with _opened(path) as file:
            # as bytes first, so that a wrong letter further down does not hide behind the header
            head = file.read(1 << 20)
    except NOT_UNPACKED as error:
        raise SourceUnreadable(_broken_archive(path, error)) from None
    except OSError as error:
        raise SourceUnreadable(f"{path.name}: cannot be opened: {error.strerror}.") from error
    text = codecs.getincrementaldecoder(_with_mark(encoding))("replace").decode(head)
    line = next(iter(text.splitlines()), "")
    if not line.strip():
        raise SourceUnreadable(f"{path.name}: is empty; its first line must name the columns.")
    return line


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix.lower() == ".gz" else path.open("rb")


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")


def _with_mark(encoding: str) -> str:
    """UTF-8 may begin with a byte order mark, which is no part of the first column's name."""
    return "utf-8-sig" if _is_utf8(encoding) else encoding


def _column_names(header: str, delimiter: str, file: str) -> list[str]:
    fields = next(csv.reader([header], delimiter=delimiter))
    names = [name.strip() or f"column {position}" for position, name in enumerate(fields, start=1)]
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise SourceUnreadable(f"{file}: two columns are called '{name}'; rename one of them in the export.")
        seen.add(name)
    return names


def _read_utf8(path: Path, delimiter: str, names: list[str]) -> pl.DataFrame:
    columns = {f"c{position}": "VARCHAR" for position in range(len(names))}
    query = (
        "SELECT * FROM read_csv($path, auto_detect=false, header=true, delim=$delimiter, quote='\"', escape='\"', "
        "columns=$columns, compression=$compression, strict_mode=true)"
    )
    compression = "gzip" if path.suffix.lower() == ".gz" else "none"
    given = {"path": str(path), "delimiter": delimiter, "columns": columns, "compression": compression}
    with duckdb.connect() as connection:
        table = connection.sql(query, params=given).to_arrow_table()
    frame = cast("pl.DataFrame", pl.from_arrow(table))
    return frame.rename(dict(zip(columns, names, strict=True)))


def _read_copy(path: Path, delimiter: str, encoding: str, names: list[str]) -> pl.DataFrame:
    """Read a copy that is UTF-8 and has line ends of one kind."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.csv"
        try:
            with _opened(path) as file, copy.open("w", encoding="utf-8", newline="\n") as target:
                for block in codecs.getreader(_with_mark(encoding))(file):
                    target.write(block.replace("\r\n", "\n"))
            return _read_utf8(copy, delimiter, names)
        except (UnicodeDecodeError, duckdb.Error, *NOT_UNPACKED) as error:
            _raise_fault(path, delimiter, encoding, len(names))
            reason = str(error).splitlines()[0]
            raise SourceUnreadable(f"{path.name}: cannot be read as CSV: {reason}") from None


def _raise_fault(path: Path, delimiter: str, encoding: str, width: int) -> None:
    """Raise what is wrong with the file, by its line; nothing when it reads well."""
    try:
        _raise_wrong_letter(path, encoding)
        _raise_wrong_line(path, delimiter, encoding, width)
    except NOT_UNPACKED as error:
        raise SourceUnreadable(_broken_archive(path, error)) from None


def _broken_archive(path: Path, error: Exception) -> str:
    return f"{path.name}: cannot be unpacked ({error}); it was cut off or is no gzip file. Copy it again."


def _raise_wrong_letter(path: Path, encoding: str) -> None:
    before = 0
    with _opened(path) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as error:
                if codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
                    return  # in these a line end is no single byte, so that lines cannot be looked at one by one
                raise SourceUnreadable(
                    f"{path.name}: not {encoding} at byte {before + error.start} (line {number}, "
                    f"byte 0x{line[error.start]:02x}). Set the encoding it was written in for its table, "
                    'such as encoding = "gb18030" (Chinese Windows) or "cp1252" (Western Windows).'
                ) from None
            before += len(line)


def _raise_wrong_line(path: Path, delimiter: str, encoding: str, width: int) -> None:
    line = 1
    with _opened(path) as file:
        text = codecs.getreader(_with_mark(encoding))(file, "replace")
        rows = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            for row in rows:
                # one more field is fine when it is empty: a delimiter at the end of the line
                if len(row) not in (0, width) and not (len(row) == width + 1 and not row[-1]):
                    raise SourceUnreadable(
                        f"{path.name}: line {line} has {len(row)} fields where the header has {width}. A field that "
                        f"contains {delimiter!r} or a line end must stand in double quotes."
                    )
                line = rows.line_num + 1
        except csv.Error as error:
            raise SourceUnreadable(f"{path.name}: line {line}: {error}; is a double quote left open there?") from None
