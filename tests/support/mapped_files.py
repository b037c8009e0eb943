"""Files of a source, read as the settings map them."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_contracts import Contract, contracts
from pipelines._settings import Settings, load_settings
from pipelines._sources import read_table

TRANSACTIONS, CUSTOMERS = contracts()["transactions"], contracts()["customers"]


def settings_for(folder: Path, mapping: str = "", table: str = "transactions") -> Settings:
    """Settings in a folder below `folder` that map one of its tables."""
    file = folder / "settings" / "acme.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'[source]\nname = "folder"\npath = ".."\n[tables.{table}]\n{mapping}', encoding="utf-8")
    return load_settings(file, environment={})


def read(folder: Path, mapping: str = "", contract: Contract = TRANSACTIONS) -> pl.DataFrame | None:
    """The table of a contract as the mapping hands it on; None where an optional one is missing."""
    return read_table(settings_for(folder, mapping, contract.name), contract)


def read_csv(
    folder: Path, content: str | bytes, mapping: str = "", name: str = "transactions.csv"
) -> pl.DataFrame | None:
    """Writes a file and reads it as `read` does."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read(folder, mapping)


def refusal(error: type[Exception], *args: Any, **kwargs: Any) -> str:
    """What is said where `read_csv` refuses a file."""
    with pytest.raises(error) as caught:
        read_csv(*args, **kwargs)
    return str(caught.value)
