"""What do the settings say of arriving tables? How a company's own are read, and what they are held to."""

from __future__ import annotations

import codecs
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipelines._settings_section import OneOrMany, Section, TimeZone

if TYPE_CHECKING:
    from data_contracts import Contract

TABLES = ("customers", "transactions", "interactions", "subscriptions")


def _inside_the_source(file: str) -> str:
    if Path(file).is_absolute() or ".." in Path(file).parts:
        raise ValueError(f'"{file}" leaves the source; name a file inside the folder that [source] path gives')
    return file


def _known_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(f'"{name}" is no known encoding; examples: "utf-8", "gb18030", "cp1252"') from None
    return name


def _plain_value(value: object) -> object:
    if isinstance(value, list | dict) or value is None:
        raise ValueError("a constant is one text, number, true/false, date or timestamp")
    return value


Constant = Annotated[Any, BeforeValidator(_plain_value)]


class ContractSettings(Section):
    """What an arriving table is held to, where the contract in `data_contracts/` does not fit the company."""

    freshness_days: int | None = Field(
        default=None,
        ge=0,
        description="How old the latest event may be on the as-of date; unset: as the contract says.",
    )
    min_rows: int | None = Field(
        default=None, ge=0, description="The fewest rows an arriving batch may have; unset: as the contract says."
    )
    max_bad_share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The share of bad rows above which the whole batch is refused; unset: as the contract says.",
    )
    min_week_share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The latest week's rows as a share of a usual week's, below which the batch is refused; "
        "unset: as the contract says.",
    )

    def held_to(self, contract: Contract) -> Contract:
        """The contract with what is set here in place of its own."""
        return dataclasses.replace(contract, **self.model_dump(exclude_none=True))


class TableSettings(Section):
    """How a company's own table becomes the table of the contract.

    Order: `rename`, then `where`, then `derive`, then `constants`.
    """

    file: Annotated[str, AfterValidator(_inside_the_source)] | None = Field(
        default=None, description="The file (or raw table) to read; unset: the one named like the table."
    )
    rename: dict[str, str] = Field(
        default_factory=dict, description='Contract column = raw column, as in `customer_id = "Customer ID"`.'
    )
    derive: dict[str, str] = Field(
        default_factory=dict,
        description='Contract column = SQL expression (DuckDB), as in `amount = "Quantity * Price"`. It sees the raw '
        'columns and the renamed ones (raw first where both bear one name); names with spaces as `"Customer ID"`. '
        "A text column counts as numbers when every value in it is a plain number.",
    )
    constants: dict[str, Constant] = Field(
        default_factory=dict, description='Contract column = one value for all rows, as in `channel = "web"`.'
    )
    where: OneOrMany = Field(
        default=(), description="An SQL condition or a list of them; only rows for which all hold are kept."
    )
    time_zone: TimeZone | None = Field(
        default=None, description="Time zone of timestamps that come without one; unset: the business time zone."
    )
    timestamp_format: str | None = Field(
        default=None, min_length=1, description='How timestamps in text are written, as in `"%d/%m/%Y %H:%M"`.'
    )
    delimiter: str | None = Field(
        default=None, min_length=1, max_length=1, description="What parts the fields of a CSV file; unset: found out."
    )
    encoding: Annotated[str, AfterValidator(_known_encoding)] = Field(
        default="utf-8", description="Encoding of a CSV file, as in `gb18030` or `cp1252`."
    )

    @model_validator(mode="after")
    def _each_column_once(self) -> TableSettings:
        ways = [("rename", self.rename), ("derive", self.derive), ("constants", self.constants)]
        for position, (way, columns) in enumerate(ways):
            for other_way, others in ways[position + 1 :]:
                for column in sorted(columns.keys() & others.keys()):
                    raise ValueError(f"{column!r} is set by {way} and by {other_way}; keep one of them")
        return self


class ContractsByTable(Section):
    """`ContractSettings` of each table."""

    customers: ContractSettings = ContractSettings()
    transactions: ContractSettings = ContractSettings()
    interactions: ContractSettings = ContractSettings()
    subscriptions: ContractSettings = ContractSettings()


class MappingsByTable(Section):
    """`TableSettings` of each table."""

    customers: TableSettings = TableSettings()
    transactions: TableSettings = TableSettings()
    interactions: TableSettings = TableSettings()
    subscriptions: TableSettings = TableSettings()
