"""How does a list reach the team? Written aside, checked as a contract, moved into place in one step."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts import Contract, ContractBroken, check, contracts
from serving._errors import ListNotPublished
from serving._swap import flush_folder, move_into_place

# A cell that begins like this is a formula to Excel; a leading apostrophe makes it text (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


_NEEDED = ("churn_probability", "value_at_risk")


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """All that one night publishes: scores, decisions, the list, and the record of how they came about.

    `changes` tells the list from that of the night before. `meanings` explains columns of `scores` that its contract
    does not name. `pages` are further files by their names. `record` goes into the manifest as it is.
    """

    as_of: date
    scores: pl.DataFrame
    decided: pl.DataFrame
    listed: pl.DataFrame
    changes: pl.DataFrame
    counts: Mapping[str, int]
    meanings: Mapping[str, str]
    record: Mapping[str, object]
    pages: Mapping[str, bytes] = field(default_factory=dict)


def list_folder(home: Path, as_of: date) -> Path:
    """Where the bundle of `as_of` is published."""
    return home / "lists" / f"as_of={as_of}"


LOOK_BACK = "is_look_back"
"""What the manifest of a list says that nobody was contacted by."""


def bundles(home: Path, *, before: date) -> Iterator[tuple[date, Path]]:
    """The lists published before a day, with decisions, the latest first; look backs are passed over."""
    found = {}
    for folder in (home / "lists").glob("as_of=*"):
        with suppress(ValueError):
            found[date.fromisoformat(folder.name.removeprefix("as_of="))] = folder
    for day in sorted(found, reverse=True):
        if day < before and (found[day] / "decisions.parquet").is_file() and not manifest_of(found[day])[LOOK_BACK]:
            yield day, found[day]


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a published list; next to nothing where there is none."""
    file = folder / "manifest.json"
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {LOOK_BACK: False, **told}


def last_bundle(home: Path, *, before: date) -> Path | None:
    """The folder of the latest list published before a day; None where there is none."""
    return next((folder for _, folder in bundles(home, before=before)), None)


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


TABLES: Mapping[str, str] = {
    "scores.parquet": "scores",
    "decisions.parquet": "decisions",
    "holdout.parquet": "decisions",
    "retention_list.csv": "retention_list",
    "retention_list.parquet": "retention_list",
    "changes.csv": "changes",
}
"""Each table of a bundle with the contract that it keeps."""
_CHECKED = ("scores.parquet", "decisions.parquet", "retention_list.csv", "changes.csv")
"""The others hold rows of these."""


def tables_of(bundle: Bundle) -> dict[str, pl.DataFrame]:
    """The tables of the bundle by their files, in the order of their rows and columns."""
    listed = bundle.listed.select(contracts()["retention_list"].column_names)
    decided = bundle.decided.select(contracts()["decisions"].column_names).sort("customer_id")
    return {
        "scores.parquet": bundle.scores.sort("customer_id"),
        "decisions.parquet": decided,
        "holdout.parquet": decided.filter(pl.col("arm") == "held_out"),
        "retention_list.csv": listed,
        "retention_list.parquet": listed,
        "changes.csv": bundle.changes.select(contracts()["changes"].column_names),
    }


def _write(bundle: Bundle, folder: Path) -> None:
    tables = tables_of(bundle)
    for name, table in tables.items():
        (folder / name).write_bytes(_parquet(table) if name.endswith(".parquet") else excel_csv(table))
    (folder / "data_dictionary.csv").write_bytes(excel_csv(_dictionary(bundle, tables)))
    for name, content in bundle.pages.items():
        (folder / name).write_bytes(content)
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
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def _dictionary(bundle: Bundle, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    rows = []
    for file, name in TABLES.items():
        known = {column.name: column for column in contracts()[name].columns}
        for column in tables[file].columns:
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
    for file in _CHECKED:
        read = pl.read_parquet if file.endswith(".parquet") else partial(pl.read_csv, infer_schema=False)
        table = read(folder / file)
        _hold(contracts()[TABLES[file]], table, as_of)
        if file == "scores.parquet":
            _ask_that_active_customers_have_scores(table)


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
