"""What does each column of a snapshot mean? The catalogue in words, for the terminal and for docs/features.md."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from features import Events, Feature, FeatureColumn, catalogue
from features._events import EVENT_TABLES
from models._reason import Reason, declared_reasons, told_by

_PREFACE = """\
# Features

Made from the declarations in `features/` by `churn features --write docs/features.md`; a test keeps the two the same.

One row per as-of date and customer with a purchase or return known before it, with {columns} columns from {features}
declarations. Every value is what was known before the as-of date began, in the business time zone; windows count whole
days back from it. *Without any* says what stands there for a customer without such events. A column made from a table
that never came, or from a column that the source does not have, is null for everyone: unknown is not zero. *Said as* is
the column in a few words, with … for the number. *Reason* is what the retention team is told instead: see
[Reasons](#reasons)."""
_HEADER = "| Column | Meaning | Unit | Without any | Made from | Said as | Reason |\n|---|---|---|---|---|---|---|"
_REASONS = """\
## Reasons

What the list says of a customer. Each reason sums up what its columns add to the probability, and is told by the first
of its sentences that is true of the customer and tells nothing that is told already; … stands for the numbers. A column
of no reason here speaks as it is *said*.

| Reason | Meaning | Why a customer may leave | Why one may buy more or come back |
|---|---|---|---|"""
_EVENTS = """\
## Event tables

What a definition can speak of. `age_days` is 1 for yesterday; `day` counts days since 1970 in the business time zone,
`hour` is the hour on its clocks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One feature as the dictionary has it: its columns (one per window), and what is said of them, in plain words."""

    family: str
    name: str
    columns: tuple[str, ...]
    days: tuple[int, ...]
    meaning: str
    unit: str
    without_any: str
    events: str
    inputs: tuple[str, ...]
    says: tuple[str, ...]
    reasons: tuple[str, ...]

    def speaks_of(self, words: Iterable[str]) -> bool:
        """Whether every word occurs in what is said of it, in upper or lower case."""
        parts = (self.family, self.name, self.meaning, self.unit, self.without_any, self.events, *self.columns)
        text = " ".join((*parts, *self.inputs, *self.says, *self.reasons)).lower()
        return all(word.lower() in text for word in words)


def entries(words: Iterable[str] = ()) -> list[Entry]:
    """The features that speak of all the words (without any: the whole catalogue), in the order of the catalogue."""
    asked = tuple(words)
    made = [_entry(feature, list(columns)) for feature, columns in _groups()]
    return [entry for entry in made if entry.speaks_of(asked)]


def lines_of(entry: Entry) -> tuple[str, str]:
    """A feature in two lines for the terminal: its facts, and what it means."""
    days = f"{', '.join(map(str, entry.days))} days" if entry.days else ""
    null = entry.without_any if entry.without_any.startswith("null") else f"{entry.without_any} without any"
    source = f"from {entry.events or ', '.join(entry.inputs)}"
    return " · ".join(part for part in (days, entry.unit, null, source) if part), entry.meaning


def features_markdown() -> str:
    """The data dictionary: every column with meaning, unit, null and source, by family; event tables; reasons."""
    found = entries()
    count = sum(len(entry.columns) for entry in found)
    parts = [_PREFACE.format(columns=count, features=len(found))]
    for family, members in groupby(found, key=lambda entry: entry.family):
        parts += ["", f"## {family.rpartition('.')[2]}", "", _docstring(family), "", _HEADER, *map(_row, members)]
    parts += ["", _EVENTS]
    for events in _event_tables():
        tables = " and ".join(f"`{table}`" for table in events.tables)
        columns = ", ".join(f"`{column}`" for column in events.columns)
        parts += ["", f"### {events.name}", "", f"{_sentence(events.grain)} Made from {tables}.", "", f"{columns}."]
    parts += ["", _REASONS, *map(_reason_row, declared_reasons().values())]
    return "\n".join(parts) + "\n"


def _event_tables() -> list[Events]:
    """All that a definition can speak of, and what else the catalogue is made from."""
    return list(dict.fromkeys([*EVENT_TABLES, *(each.of for each in catalogue().values() if each.of)]))


def _groups() -> Iterator[tuple[Feature, Iterator[FeatureColumn]]]:
    """The columns by feature: the windows of one together, the levels of a category each on their own."""
    for declared in catalogue().values():
        yield from groupby(declared.columns, key=lambda column: column.feature)


def _entry(feature: Feature, columns: Sequence[FeatureColumn]) -> Entry:
    days = tuple(column.days for column in columns if column.days)
    window = str(days[0]) if len(days) == 1 else "N"
    meaning, null = _without_null(feature.description.replace("{days}", window) if days else columns[0].description)
    return Entry(
        family=feature.module,
        name=feature.name,
        columns=tuple(column.name for column in columns),
        days=days,
        meaning=meaning,
        unit=feature.unit,
        without_any=null if feature.missing is None else f"{feature.missing:g}",
        events=feature.of.name if feature.of else "",
        inputs=("the purchase process",) if feature.is_fitted else feature.inputs,
        says=tuple(_shown(phrase, window) for phrase in feature.says or ()),
        reasons=tuple(dict.fromkeys(reason.name for reason in told_by(column.name for column in columns).values())),
    )


def _without_null(description: str) -> tuple[str, str]:
    """What a description says of the value, and what it says of null."""
    clauses = re.split(r"(?<=[.;]) ", description)
    null = [clause for clause in clauses if re.search(r"\bnull\b", clause, re.IGNORECASE)]
    rest = re.sub(r"; (?=[A-Z])", ". ", " ".join(clause for clause in clauses if clause not in null))
    return _sentence(rest.rstrip(";.")), "; ".join(clause.rstrip(";.").replace("Null", "null") for clause in null)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _shown(phrase: str, window: str) -> str:
    """A phrase as it reads: the window's days, and … for numbers."""
    filled = re.sub(r"(?<!\{)\{[^{}]+\}(?!\})", "…", phrase.replace("{days}", window))
    return filled.replace("{{", "{").replace("}}", "}")


def _docstring(module: str) -> str:
    return " ".join((importlib.import_module(module).__doc__ or "").split("\n\n")[0].split())


def _row(entry: Entry) -> str:
    source = f"[{entry.events}](#{entry.events})" if entry.events else ", ".join(map(_code, entry.inputs))
    columns = "<br>".join(f"`{name}`" for name in entry.columns)
    cells = (columns, entry.meaning, entry.unit, entry.without_any, source, "<br>".join(entry.says))
    return _cells(*cells, ", ".join(entry.reasons))


def _reason_row(reason: Reason) -> str:
    silent = f"Not told: {reason.silent}." if reason.silent else "-"
    told = [
        "<br>".join(_shown(phrase, "") for wording in wordings for phrase in wording.says) or silent
        for wordings in (reason.loses, reason.grows)
    ]
    return _cells(reason.name, reason.meaning, *told)


def _cells(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _code(name: str) -> str:
    return name if " " in name else f"`{name}`"
