"""Whom does the company want left alone? A file of customers, read as spreadsheets write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines._errors import SettingsWrong
from serving import FORMULA_STARTS


def suppressed_in(file: Path | None) -> pl.DataFrame:
    """Whom the company wants left alone. Raises SettingsWrong when the file is not there or has no `customer_id`."""
    if file is None:
        return pl.DataFrame(schema={"customer_id": pl.String})
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsWrong(f"[decisions] suppressed: {file.name} is not UTF-8; save it as CSV UTF-8.") from None
    except OSError as error:
        raise SettingsWrong(f"[decisions] suppressed: {file.name} cannot be read: {error.strerror}.") from None
    header = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=max(",;\t|", key=header.count))
    names = [name.strip().lower() for name in next(rows, [])]
    if "customer_id" not in names:
        raise SettingsWrong(
            f"[decisions] suppressed: {file.name} has no column 'customer_id'; there are {', '.join(names) or 'none'}."
        )
    place = names.index("customer_id")
    found = {_as_it_was(row[place].strip()) for row in rows if len(row) > place and row[place].strip()}
    return pl.DataFrame({"customer_id": sorted(found)}, schema={"customer_id": pl.String})


def unmatched(suppressed: pl.DataFrame, scores: pl.DataFrame) -> Iterator[str]:
    """A note where names on the suppression list are none of those scored."""
    strange = suppressed.join(scores, on="customer_id", how="anti")["customer_id"]
    if len(strange):
        yield (
            f"suppression list: {len(strange)} of {suppressed.height} customers are not among those scored (first: "
            f"{strange[0]!r}). Are they written as in your tables, leading zeros included?"
        )


def _as_it_was(name: str) -> str:
    """An id without the apostrophe with which our own lists keep spreadsheets from reading it as a formula."""
    return name[1:] if name.startswith("'") and name[1:].startswith(FORMULA_STARTS) else name
