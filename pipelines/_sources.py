"""Where do the raw tables come from? The `source` mark, and how the source of the settings is found.

A source is a function in a plain module of this folder that is given the settings and returns its raw tables by name:

    @source("corner-shop")
    def corner_shop(settings: Settings) -> RawTables:
        \"\"\"Receipts of the corner shop.\"\"\"
        return {"transactions": lambda: pl.read_parquet(settings.source.path / "till.parquet")}

Nothing is read before a table is asked for, and then that table alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pipelines._settings import Settings

RawTables = Mapping[str, Callable[[], pl.DataFrame]]
ReadSource = Callable[["Settings"], RawTables]


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
