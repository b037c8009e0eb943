"""What came of the list? Takes the file in which the team, or its tools, say whom they reached and what was said."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from serving._bundle import excel_csv
from serving._errors import ReceiptsUnreadable
from serving._ledger import Ledger
from serving._receipts_check import Checked, check_receipts
from serving._receipts_file import read_receipts


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of the lines of a file; the four add up to all of them.

    `accepted` counts new receipts of customers on a list, `contaminated` new ones of customers who were held out and
    contacted all the same, `repeated` those that were recorded before. `rejected` has the other lines as they came,
    with `line` and `reason`; `rejected_file` is where they were written, for somebody to put right and take again.
    """

    accepted: int
    repeated: int
    contaminated: int
    rejected: pl.DataFrame
    rejected_file: Path | None


def take(path: Path, ledger: Ledger, *, time_zone: str, now: datetime, folder: Path | None = None) -> Taken:
    """Records the receipts of a file in one transaction; the same file again changes nothing.

    A moment without a zone is meant in `time_zone`, that of the business. `now` is when the file is taken. Lines that
    do not belong go to `NAME.rejected.csv` in `folder`, by default beside the file. Raises ReceiptsUnreadable for a
    file that cannot be read or has no good line: then nothing is recorded or written.
    """
    if now.tzinfo is None:
        raise ValueError("now has no time zone")
    checked = check_receipts(read_receipts(path), ledger, time_zone=time_zone, now=now)
    _ask_for_a_good_line(checked, path.name)
    rejected_file = _write_rejected(checked.rejected, (folder or path.parent) / f"{path.stem}.rejected.csv")
    moment = {"recorded_at": now.astimezone(UTC), "recorded_on": now.astimezone(ZoneInfo(time_zone)).date()}
    rows = checked.good.with_columns(
        as_of="on_list", file=pl.lit(path.name), **{name: pl.lit(value) for name, value in moment.items()}
    )
    fresh = ledger.take_receipts(rows)
    of_arm = fresh.join(rows.select("line", "arm"), on="line")["arm"]
    return Taken(
        accepted=int((of_arm == "treated").sum()),
        repeated=rows.height - fresh.height,
        contaminated=int((of_arm == "held_out").sum()),
        rejected=checked.rejected,
        rejected_file=rejected_file,
    )


def _ask_for_a_good_line(checked: Checked, file: str) -> None:
    if checked.good.height == 0:
        first = "; ".join(
            f"line {line}: {reason}" for line, reason in checked.rejected["line", "reason"].head(3).rows()
        )
        raise ReceiptsUnreadable(
            f"{file}: none of its {checked.rejected.height} lines is a receipt of a list of ours ({first}). Nothing "
            "was taken; is it the right file, and the right home?"
        )


def _write_rejected(rejected: pl.DataFrame, file: Path) -> Path | None:
    """Writes the lines in one step; with none to write, takes away what an earlier try left."""
    aside = file.with_name(f".writing-{file.name}")
    try:
        if rejected.height == 0:
            file.unlink(missing_ok=True)
            return None
        aside.write_bytes(excel_csv(rejected))
        os.replace(aside, file)
    except OSError as error:
        raise ReceiptsUnreadable(
            f"{file}: the lines that do not belong cannot be written there: {error.strerror or error}. Nothing was "
            "taken; free the folder or name another one."
        ) from error
    return file
