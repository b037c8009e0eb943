"""How does a list reach the team? Written aside, checked as a contract, moved into place in one step."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from data_contracts import Contract, ContractBroken, check, contracts
from serving._errors import ListNotPublished
from serving._swap import flush_folder, move_into_place

# A cell that begins like this is a formula to Excel; a leading apostrophe makes it text (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


_NEEDED = ("churn_probability", "value_at_risk")


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """All that one night publishes: scores of the population, the list, and the record of how they came about.

    `meanings` explains columns of `scores` that its contract does not name. `record` goes into the manifest as it is.
    """

    as_of: date
    scores: pl.DataFrame
    listed: pl.DataFrame
    counts: Mapping[str, int]
    meanings: Mapping[str, str]
    record: Mapping[str, object]


def list_folder(home: Path, as_of: date) -> Path:
    """Where the bundle of `as_of` is published."""
    return home / "lists" / f"as_of={as_of}"


def publish(bundle: Bundle, *, home: Path) -> Path:
    """Publishes `bundle` under `HOME/lists/as_of=DATE/`, whole or not at all, and returns that folder.

    The same bundle gives the same bytes, and publishing it again changes nothing. A different bundle for the same
    date takes the place of the old one, which is kept under `lists/.replaced`. Raises ListNotPublished when the files
    cannot be written or do not keep their contract; what stood there before still stands.
    """
    _ask_that_counts_add_up(bundle)
    place = list_folder(home, bundle.as_of)
    aside = place.with_name(f".writing-{place.name}")
    try:
        _clear(aside)
        aside.mkdir(parents=True)
        _write(bundle, aside)
        _check(aside, bundle.as_of)
        move_into_place(aside, place)
    except OSError as error:
        raise ListNotPublished(
            f"the list of {bundle.as_of} could not be written to {place}: {error.strerror or error} "
            f"({error.filename or aside}). Nothing was published; earlier lists are untouched. Free space or fix the "
            "folder's permissions, then run the same night again."
        ) from error
    finally:
        _clear(aside)
    return place


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _ask_that_counts_add_up(bundle: Bundle) -> None:
    parts = {name: number for name, number in bundle.counts.items() if name != "population"}
    if sum(parts.values()) != bundle.counts["population"] or bundle.scores.height != bundle.counts["population"]:
        raise ListNotPublished(
            f"the counts of {bundle.as_of} do not add up: population {bundle.counts['population']}, scored "
            f"{bundle.scores.height}, but {parts}. Nothing was published; please report this as a bug."
        )


def _write(bundle: Bundle, folder: Path) -> None:
    scores = bundle.scores.sort("customer_id")
    (folder / "scores.parquet").write_bytes(_parquet(scores))
    listed = bundle.listed.select(contracts()["retention_list"].column_names)
    (folder / "retention_list.csv").write_bytes(excel_csv(listed))
    (folder / "data_dictionary.csv").write_bytes(excel_csv(_dictionary(bundle, scores)))
    files = {
        path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
    }
    manifest = {"as_of": str(bundle.as_of), "counts": dict(bundle.counts), "files": files, **bundle.record}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    flush_folder(folder)


def _parquet(frame: pl.DataFrame) -> bytes:
    # Through memory: when a disk is full, Polars 2.1 raises an error of its own that hides which one it was.
    buffer = io.BytesIO()
    frame.write_parquet(buffer, statistics=True)
    return buffer.getvalue()


def excel_csv(frame: pl.DataFrame) -> bytes:
    """A CSV that Excel opens cleanly: UTF-8 with a byte order mark, CRLF lines, no cell that runs as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(frame.columns)
    writer.writerows([_cell(value) for value in row] for row in frame.iter_rows())
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def _dictionary(bundle: Bundle, scores: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for file, name, columns in (
        ("scores.parquet", "scores", scores.columns),
        ("retention_list.csv", "retention_list", contracts()["retention_list"].column_names),
    ):
        known = {column.name: column for column in contracts()[name].columns}
        for column in columns:
            about = known.get(column)
            meaning = about.meaning if about else bundle.meanings[column]
            rows.append(
                {
                    "file": file,
                    "column": column,
                    "type": about.type if about else "number",
                    "unit": about.unit if about else "probability",
                    "meaning": meaning,
                    "empty_means": about.null_means if about else "",
                }
            )
    return pl.DataFrame(rows)


def _check(folder: Path, as_of: date) -> None:
    """Reads back what was written and holds it to the contracts of the published tables."""
    scores = pl.read_parquet(folder / "scores.parquet")
    _hold(contracts()["scores"], scores, as_of)
    _ask_that_active_customers_have_scores(scores)
    _hold(contracts()["retention_list"], pl.read_csv(folder / "retention_list.csv", infer_schema=False), as_of)


def _ask_that_active_customers_have_scores(scores: pl.DataFrame) -> None:
    unknown = pl.col("is_active") & pl.any_horizontal(pl.col(_NEEDED).is_null())
    without = scores.filter(unknown | pl.any_horizontal(pl.col("^.*_probability$").is_nan().fill_null(False)))
    if without.height:
        raise ListNotPublished(
            f"scores breaks its contract: {without.height} customers have no score where they must (first: "
            f"{without['customer_id'][0]!r}). Nothing was published; earlier lists are untouched. Please report this "
            "as a bug, with the settings used."
        )


def _hold(contract: Contract, frame: pl.DataFrame, as_of: date) -> None:
    try:
        checked = check(contract, frame, as_of=as_of, time_zone="UTC")
        broken = checked.quarantined["reason"].head(3).to_list()
        broken += ["a row stands twice"] if checked.duplicate_count else []
    except ContractBroken as error:
        broken = [str(error)]
    if broken:
        raise ListNotPublished(
            f"{contract.name} breaks its contract: {'; '.join(broken)}. Nothing was published; earlier lists are "
            "untouched. Please report this as a bug, with the settings used."
        )
