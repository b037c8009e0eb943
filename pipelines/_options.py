"""Which options do several commands share, and which settings do they lead to?"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pipelines._settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


def night_options(command: Command) -> Command:
    """What a run over one day asks for."""
    for option in reversed(
        (
            click.option("--source", help="simulated-shop, complete-journey, or the path of a folder with your files."),
            click.option("--settings", "file", type=click.Path(path_type=Path), help="Settings file [churn.toml]."),
            click.option("--as-of", help="As-of date, YYYY-MM-DD: everything known before that day began [today]."),
            click.option("--home", type=click.Path(path_type=Path), help="Folder of tables, models and lists."),
            click.option("--verbose", is_flag=True, help="Show the log of every part, frameworks included."),
        )
    ):
        command = option(command)
    return command


def home_options(command: Command) -> Command:
    """What a command asks for that needs no day."""
    for option in reversed(
        (
            click.option("--source", help="As for nightly."),
            click.option("--settings", "file", type=click.Path(path_type=Path), help="Settings file [churn.toml]."),
            click.option("--home", type=click.Path(path_type=Path), help="Folder of tables, models and lists."),
        )
    ):
        command = option(command)
    return command


def settings_of(
    source: str | None, file: Path | None, home: Path | None, more: Mapping[str, object] = MappingProxyType({})
) -> Settings:
    """The settings that the options lead to."""
    from pipelines._settings import load_settings

    return load_settings(file, environment=os.environ, overrides={"source.name": source, "home": home, **more})


def as_typed(source: str | None, file: Path | None, home: Path | None) -> str:
    """The options that lead to the same data and home again."""
    given = {"--source": source, "--settings": file, "--home": home}
    return "".join(f"{name} {shlex.quote(str(value))} " for name, value in given.items() if value is not None)


def data_file(context: click.Context, option: click.Parameter, file: Path | None) -> Path | None:
    """A Parquet or CSV file that can be written; BadParameter for anything else."""
    if file is None or (file.suffix in (".parquet", ".csv") and file.parent.is_dir() and not file.is_dir()):
        return file
    what = "the folder is not there" if file.suffix in (".parquet", ".csv") else "a name ends in .parquet or .csv"
    raise click.BadParameter(f"{str(file)!r}: {'it is a folder' if file.is_dir() else what}.")


def figures_file(context: click.Context, option: click.Parameter, file: Path | None) -> Path | None:
    """A CSV file that can be written; BadParameter for anything else."""
    if file is not None and file.suffix != ".csv":
        raise click.BadParameter(f"{str(file)!r}: a name ends in .csv.")
    return data_file(context, option, file)
