"""Where do the raw tables come from? The `source` mark, and how a table is found, read and mapped.

A source is a function in a plain module of this folder that is given the settings and returns its raw tables by name:

    @source("corner-shop")
    def corner_shop(settings: Settings) -> RawTables:
        \"\"\"Receipts of the corner shop.\"\"\"
        return {"transactions": lambda: pl.read_parquet(settings.source.path / "till.parquet")}

Nothing is read before a table is asked for, and then that table alone.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from data_contracts import Contract, contracts, declared
from pipelines._errors import SourceUnknown, SourceUnreadable, TableMissing
from pipelines._mapping import mapped

if TYPE_CHECKING:
    from pipelines._settings import Settings

RawTables = Mapping[str, Callable[[], pl.DataFrame]]
ReadSource = Callable[["Settings"], RawTables]

ENDINGS = (".parquet", ".csv", ".csv.gz")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A place that raw tables come from: its name, what it is, and how to read it."""

    name: str
    description: str
    read: ReadSource
    module: str


def source(name: str) -> Callable[[ReadSource], Source]:
    """Declare a function as the source of that name; its docstring becomes the description."""

    def declare(read: ReadSource) -> Source:
        description = (read.__doc__ or "").strip()
        if not description:
            raise ValueError(f"source {name!r} needs a docstring that says what it is")
        return Source(name=name, description=description, read=read, module=read.__module__)

    return declare


def sources() -> dict[str, Source]:
    """Every source declared in this folder, by name."""
    return declared("pipelines", Source)


def find_source(name: str) -> Source:
    """The source of that name. Raises SourceUnknown with the ones there are."""
    known = _in_its_own_module(name)
    known = known if name in known else sources()
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else "."
        raise SourceUnknown(
            f"there is no source '{name}', and no folder of that name{hint} Sources: {', '.join(sorted(known))}; "
            "or give the path of a folder with your files."
        )
    return known[name]


def _in_its_own_module(name: str) -> dict[str, Source]:
    """The sources in `complete_journey.py` for `complete-journey`: the flows beside it cost a second to import."""
    module = name.replace("-", "_")
    if not module.isidentifier() or module.startswith("_") or not importlib.util.find_spec(f"pipelines.{module}"):
        return {}
    values = vars(importlib.import_module(f"pipelines.{module}")).values()
    return {value.name: value for value in values if isinstance(value, Source)}


def read_table(settings: Settings, contract: Contract) -> pl.DataFrame | None:
    """The table as the contract names it, from the settings' source; None for an optional one that is not there.

    Columns are named and filtered, not yet typed or checked: that is for the contract. Timestamps without a time zone
    stay so, those in a text stay text. Raises TableMissing, SourceUnknown, SourceUnavailable, SourceUnreadable, and
    SettingsWrong where the mapping does not fit the table.
    """
    tables = find_source(settings.source.name).read(settings)
    name = _name_among(tables, settings, contract)
    return None if name is None else mapped(tables[name](), contract, settings.mapping(contract.name))


def ask_for_tables(settings: Settings) -> None:
    """Raises what `read_table` would where a table is not there, before anything is started or read."""
    tables, known = find_source(settings.source.name).read(settings), contracts()
    for table in _mapped_tables(settings):
        _name_among(tables, settings, known[table])


def _mapped_tables(settings: Settings) -> list[str]:
    return list(type(settings.tables).model_fields)


def _name_among(tables: RawTables, settings: Settings, contract: Contract) -> str | None:
    """What the source calls the contract's table; None for an optional one that is not there."""
    mapping = settings.mapping(contract.name)
    wanted = mapping.file or contract.name
    names = [wanted] if wanted in tables else [name for name in tables if is_called(wanted, name)]
    if not names and contract.optional and mapping.file is None:
        return None
    if not names:
        raise TableMissing(_not_there(settings, contract.name, wanted, list(tables)))
    if len(names) > 1:
        raise SourceUnreadable(
            f"{contract.name}: both {' and '.join(names)} are there; remove all but one, or say which in "
            f'[tables.{contract.name}]: file = "{names[0]}".'
        )
    return names[0]


def is_called(wanted: str, name: str) -> bool:
    """Whether `Transactions.CSV` is what `transactions` asks for: the name itself, or that and a known ending."""
    wanted, name = wanted.casefold(), name.casefold()
    return name in (wanted, *(wanted + ending for ending in ENDINGS))


def _not_there(settings: Settings, table: str, wanted: str, there: list[str]) -> str:
    others = [settings.mapping(other).file or other for other in _mapped_tables(settings) if other != table]
    free = [name for name in there if not any(is_called(other, name) for other in others)]
    looked_for = [wanted] if "." in wanted else [f"{wanted}{ending}" for ending in ENDINGS] + [f"{wanted}/"]
    example = difflib.get_close_matches(wanted, free, n=1, cutoff=0.3) or free[:1] or ["export.csv"]
    return (
        f"the source '{settings.source.name}' has no table {table}: looked for {', '.join(looked_for)}; "
        f"there {'are' if there else 'is'} {', '.join(sorted(there)) or 'nothing'}. Say which it is in the settings:\n"
        f'[tables.{table}]\nfile = "{example[0]}"'
    )
