"""What can be typed? `churn nightly`, `churn train` and the rest; the one place that asks what day it is."""

from __future__ import annotations

import gc
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from pipelines._settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

TABLES = ("transactions", "interactions", "customers", "subscriptions")
ENGINES = ("polars", "duckdb", "spark")

EXIT_CODES = """\b
Exit codes:
  0  done
  1  unexpected trouble; the log names it
  2  a setting, an option or the source cannot be used as given
  3  the data breaks a contract; nothing was published
  4  not enough history, or the future is not known yet
  5  no usable model: none trained, trained on something else, or a feature would give the answer away
  6  the list or the home folder could not be written; earlier lists are untouched
  7  another run is working in the same home
  130  stopped by Ctrl-C
  143  stopped by SIGTERM
"""
TERMINATED = 143


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="churn-pipeline", prog_name="churn")
def cli() -> None:
    """From raw transactions and interactions to a scored customer list worth money, every night."""


def _night_options(command: Command) -> Command:
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


@cli.command()
@_night_options
def nightly(source: str | None, file: Path | None, as_of: str | None, home: Path | None, verbose: bool) -> None:
    """Run one night: ingest, check, score, publish. Trains first when nothing is trained yet."""
    settings = _settings(source, file, home)
    day = _as_of(as_of, settings)
    from pipelines import _run

    _run.nightly(settings, day, options=_as_typed(source, file, home), verbose=verbose)


@cli.command()
@_night_options
def train(source: str | None, file: Path | None, as_of: str | None, home: Path | None, verbose: bool) -> None:
    """Train every question anew on what was known before the as-of date."""
    settings = _settings(source, file, home)
    day = _as_of(as_of, settings)
    from pipelines import _run

    _run.training(settings, day, verbose=verbose)


@cli.command()
@_night_options
def backtest(source: str | None, file: Path | None, as_of: str | None, home: Path | None, verbose: bool) -> None:
    """Compare the list of a past as-of date with what really happened afterwards."""
    settings = _settings(source, file, home)
    day = _as_of(as_of, settings)
    from pipelines import _run

    _run.backtest(settings, day, options=_as_typed(source, file, home), verbose=verbose)


def _output(context: click.Context, option: click.Parameter, file: Path | None) -> Path | None:
    if file is None or (file.suffix in (".parquet", ".csv") and file.parent.is_dir() and not file.is_dir()):
        return file
    what = "the folder is not there" if file.suffix in (".parquet", ".csv") else "a name ends in .parquet or .csv"
    raise click.BadParameter(f"{str(file)!r}: {'it is a folder' if file.is_dir() else what}.")


@cli.command()
@_night_options
@click.option("--engine", type=click.Choice(ENGINES), help="What computes it [polars]; spark needs the spark extra.")
@click.option("--memory-limit", help='The most memory that DuckDB takes, as in "4GB".')
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    callback=_output,
    help="The file to write, .parquet or .csv [snapshot_DATE.parquet].",
)
def snapshot(engine: str | None, memory_limit: str | None, output: Path | None, verbose: bool, **options: Any) -> None:
    """Compute the features of every customer as of a day, from the tables in the home."""
    more = {"features.engine": engine, "features.memory_limit": memory_limit}
    settings = _settings(options["source"], options["file"], options["home"], more)
    day = _as_of(options["as_of"], settings)
    from pipelines import _run

    _run.snapshot(settings, day, file=output or Path(f"snapshot_{day}.parquet"), verbose=verbose)


@cli.command()
@click.option("--cron", default="0 2 * * *", show_default=True, help="When to run, in the business time zone.")
@click.option("--source", help="As for nightly.")
@click.option("--settings", "file", type=click.Path(path_type=Path), help="Settings file [churn.toml].")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of tables, models and lists.")
def schedule(cron: str, source: str | None, file: Path | None, home: Path | None) -> None:
    """Stay here and run every night, as a Prefect deployment; Ctrl-C ends it."""
    settings = _settings(source, file, home)
    from pipelines import _run

    _run.schedule(settings, cron=cron)


@cli.group()
def quarantine() -> None:
    """Rows that broke a promise: look at them, release them."""


@quarantine.command("list")
@_night_options
@click.option("--table", type=click.Choice(TABLES), help="Only rows of this table.")
def quarantine_list(table: str | None, **options: Any) -> None:
    """Show what is in quarantine, and why."""
    settings = _settings(options["source"], options["file"], options["home"])
    from pipelines import _run

    _run.show_quarantine(settings, table=table)


@quarantine.command("release")
@_night_options
@click.option("--table", type=click.Choice(TABLES), help="Only rows of this table.")
def quarantine_release(table: str | None, **options: Any) -> None:
    """Check the rows again, under the contracts and settings of today, and bring in those that pass."""
    settings = _settings(options["source"], options["file"], options["home"])
    day = _as_of(options["as_of"], settings)
    from pipelines import _run

    _run.release_quarantine(settings, day, table=table)


@cli.command()
@click.argument("words", nargs=-1)
@click.option(
    "--write", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the data dictionary here."
)
def features(words: tuple[str, ...], file: Path | None) -> None:
    """List every feature, or those that speak of all WORDS: `churn features complaint hours`."""
    from pipelines import _run

    if file is None:
        _run.show_features(words)
    elif words:
        raise click.UsageError("--write writes the whole catalogue; leave out the words.")
    else:
        _run.write_features(file)


@cli.command()
@click.option("--settings", "file", type=click.Path(path_type=Path), help="Settings file [churn.toml].")
def settings(file: Path | None) -> None:
    """Explain every settings key, after checking the file and the environment."""
    from pipelines._settings import settings_markdown

    _settings(None, file, None)
    click.echo(settings_markdown())


def _settings(
    source: str | None, file: Path | None, home: Path | None, more: Mapping[str, object] = MappingProxyType({})
) -> Settings:
    from pipelines._settings import load_settings

    return load_settings(file, environment=os.environ, overrides={"source.name": source, "home": home, **more})


def _as_typed(source: str | None, file: Path | None, home: Path | None) -> str:
    """The options that lead to the same data and home again."""
    given = {"--source": source, "--settings": file, "--home": home}
    return "".join(f"{name} {shlex.quote(str(value))} " for name, value in given.items() if value is not None)


def _as_of(text: str | None, settings: Settings) -> date:
    from pipelines._errors import DateWrong

    today = datetime.now(ZoneInfo(settings.time_zone)).date()
    if text is None:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise DateWrong(f"--as-of is {text!r}; give a date such as {today}.") from None
    if day > today:
        raise DateWrong(
            f"--as-of {day} lies in the future: today is {today} in {settings.time_zone}, and nobody knows yet what "
            "will have happened by then."
        )
    return day


def main() -> None:
    """The console command `churn`: no traceback for what a person can put right, one exit code per kind."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)
    message, code = _run_and_explain()
    if _stopped:  # whatever the engines made of it on its way up
        message, code = "stopped; nothing was left half done", TERMINATED
    # Only now, when the error is gone: what it holds on to would complain as the interpreter ends.
    gc.collect()
    if message:
        click.echo(f"churn: {message}", err=True)
    sys.exit(code)


def _run_and_explain() -> tuple[str, int]:
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return "", 2
    except click.exceptions.Exit as stop:
        return "", stop.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        return "stopped; nothing was left half done", 130
    except SystemExit as stop:
        return "stopped; nothing was left half done", stop.code if isinstance(stop.code, int) else 1
    except BaseException as error:  # an engine written in Rust panics with one that is no Exception
        from pipelines._failures import explained

        return explained(error)
    return "", 0


_stopped: list[int] = []


def _stop(number: int, _frame: object) -> None:
    _stopped.append(number)
    raise SystemExit(TERMINATED)
