"""What can be typed? `churn nightly`, `churn train` and the rest; the one place that asks what day it is."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from pipelines._ending import run
from pipelines._options import as_typed, data_file, figures_file, home_options, night_options, settings_of
from pipelines._simulate_command import simulate

if TYPE_CHECKING:
    from pipelines._settings import Settings

TABLES = ("transactions", "interactions", "customers", "subscriptions")
ENGINES = ("polars", "duckdb", "spark")

EXIT_CODES = """\b
Exit codes:
  0  done
  1  unexpected trouble; the log names it
  2  a setting, an option or the source cannot be used as given
  3  the data breaks a contract, or receipts cannot be taken; nothing was published or recorded
  4  not enough history, or the future is not known yet
  5  no usable model: none promoted, trained on something else, too old, or a feature gives the answer away
  6  the list or the home folder could not be written; earlier lists are untouched
  7  another run is working in the same home
  8  the customers are no longer like those that the model learned from; nothing was published
  130  stopped by Ctrl-C
  141  nobody reads the output any more, as behind `| head`
  143  stopped by SIGTERM
"""


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="churn-pipeline", prog_name="churn")
def cli() -> None:
    """From raw transactions and interactions to a scored customer list worth money, every night."""


cli.add_command(simulate)


@cli.command()
@night_options
def nightly(source: str | None, file: Path | None, as_of: str | None, home: Path | None, verbose: bool) -> None:
    """Run one night: ingest, check, score, publish. Trains first what is not trained yet or has grown old."""
    settings = settings_of(source, file, home)
    day = _as_of(as_of, settings)
    from pipelines import _run

    _run.nightly(settings, day, options=as_typed(source, file, home), verbose=verbose)


@cli.command()
@night_options
@click.option("--promote-anyway", is_flag=True, help="Let new models take over even where they are found worse.")
@click.option("--by", metavar="NAME", help="Who promotes anyway; kept with the model.")
@click.option("--why", metavar="TEXT", help="Why; kept with the model.")
@click.option("--tune", metavar="N", type=click.IntRange(1), help="First search for better parameters, in N trials.")
def train(promote_anyway: bool, by: str | None, why: str | None, verbose: bool, **options: Any) -> None:
    """Train every question anew on what was known before the as-of date; what is no worse takes over."""
    if bool(by) != promote_anyway or bool(why) != promote_anyway:
        raise click.UsageError("--promote-anyway, --by NAME and --why TEXT go together: it is kept who did it and why.")
    settings = settings_of(options["source"], options["file"], options["home"])
    day = _as_of(options["as_of"], settings)
    from pipelines import _run

    decision = _decision(by, why, settings) if by and why else None
    _run.training(settings, day, decision=decision, trials=options["tune"], verbose=verbose)


@cli.command()
@home_options
@click.option("--as-of", "dates", multiple=True, help="A past as-of date; several make a report of accuracy.")
@click.option("--number", type=click.IntRange(1), help="How many dates, the last ones, where none is given [5].")
@click.option("--question", "questions", multiple=True, help="Only this question, for a report; several for more.")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder of the report [HOME/accuracy]."
)
@click.option("--verbose", is_flag=True, help="Show the log of every part, frameworks included.")
def backtest(
    dates: tuple[str, ...],
    number: int | None,
    questions: tuple[str, ...],
    output: Path | None,
    verbose: bool,
    **options: Any,
) -> None:
    """Hold predictions against what happened afterwards.

    With one --as-of: was the list of that day right? It is published first where it was not. Otherwise: how good would
    the models have been? Each of several past dates is learned from what was known then and compared with all
    baselines, with intervals, in a report with pictures.
    """
    source, file, home = options["source"], options["file"], options["home"]
    settings = settings_of(source, file, home)
    days = sorted({_as_of(text, settings) for text in dates})
    from pipelines import _run

    if len(days) == 1 and not (number or questions or output):
        _run.backtest(settings, days[0], options=as_typed(source, file, home), verbose=verbose)
    else:
        folder = (output or settings.home / "accuracy").absolute()
        _run.accuracy(settings, days, number=number or 5, questions=questions, folder=folder, verbose=verbose)


@cli.command()
@night_options
@click.option("--engine", type=click.Choice(ENGINES), help="What computes it [polars]; spark needs the spark extra.")
@click.option("--memory-limit", help='The most memory that DuckDB takes, as in "4GB".')
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    callback=data_file,
    help="The file to write, .parquet or .csv [snapshot_DATE.parquet].",
)
def snapshot(engine: str | None, memory_limit: str | None, output: Path | None, verbose: bool, **options: Any) -> None:
    """Compute the features of every customer as of a day, from the tables in the home."""
    more = {"features.engine": engine, "features.memory_limit": memory_limit}
    settings = settings_of(options["source"], options["file"], options["home"], more)
    day = _as_of(options["as_of"], settings)
    from pipelines import _run

    _run.snapshot(settings, day, file=output or Path(f"snapshot_{day}.parquet"), verbose=verbose)


@cli.command()
@click.option("--cron", default="0 2 * * *", show_default=True, help="When to run, in the business time zone.")
@home_options
def schedule(cron: str, source: str | None, file: Path | None, home: Path | None) -> None:
    """Stay here and run every night, as a Prefect deployment; Ctrl-C ends it."""
    settings = settings_of(source, file, home)
    from pipelines import _run

    _run.schedule(settings, cron=cron)


@cli.command()
@click.argument("receipts_file", metavar="FILE", type=click.Path(path_type=Path))
@home_options
def receipts(receipts_file: Path, source: str | None, file: Path | None, home: Path | None) -> None:
    """Take the file in which the team says whom of the list it reached, and what was said; safe to repeat."""
    settings = settings_of(source, file, home)
    from pipelines import _run

    _run.receipts(settings, receipts_file, now=datetime.now(ZoneInfo(settings.time_zone)))


@cli.command()
@click.argument("name", required=False)
@home_options
@click.option(
    "--output", type=click.Path(path_type=Path), callback=figures_file, help="Write the figures here, as .csv."
)
def campaign(name: str | None, source: str | None, file: Path | None, home: Path | None, output: Path | None) -> None:
    """Plan, follow and measure the campaign NAME; without a name list all."""
    settings = settings_of(source, file, home)
    from pipelines import _run

    if name is None:
        _run.show_campaigns(settings, output=output)
    else:
        _run.show_campaign(settings, name, output=output)


@cli.group()
def quarantine() -> None:
    """Rows that broke a promise: look at them, release them."""


@quarantine.command("list")
@night_options
@click.option("--table", type=click.Choice(TABLES), help="Only rows of this table.")
def quarantine_list(table: str | None, **options: Any) -> None:
    """Show what is in quarantine, and why."""
    settings = settings_of(options["source"], options["file"], options["home"])
    from pipelines import _run

    _run.show_quarantine(settings, table=table)


@quarantine.command("release")
@night_options
@click.option("--table", type=click.Choice(TABLES), help="Only rows of this table.")
def quarantine_release(table: str | None, **options: Any) -> None:
    """Check the rows again, under the contracts and settings of today, and bring in those that pass."""
    settings = settings_of(options["source"], options["file"], options["home"])
    day = _as_of(options["as_of"], settings)
    from pipelines import _run

    _run.release_quarantine(settings, day, table=table)


@cli.group(invoke_without_command=True)
@home_options
@click.pass_context
def models(context: click.Context, source: str | None, file: Path | None, home: Path | None) -> None:
    """Show the champion and every other model of each question, and what was decided about it."""
    if context.invoked_subcommand is None:
        from pipelines import _run

        _run.show_models(settings_of(source, file, home))


@models.command("rollback")
@click.argument("question")
@home_options
@click.option("--to", "version", type=click.IntRange(min=1), help="Any version that was champion [the one before].")
@click.option("--by", metavar="NAME", help="Who goes back; kept with the model [your login name].")
@click.option("--why", metavar="TEXT", default="no reason given", help="Why; kept with the model.")
@click.pass_context
def models_rollback(
    context: click.Context, /, question: str, version: int | None, by: str | None, why: str, **options: Any
) -> None:
    """Make the champion before today's the champion of QUESTION again."""
    before = context.parent.params if context.parent else {}
    source, file, home = (options[name] or before.get(name) for name in ("source", "file", "home"))
    settings = settings_of(source, file, home)
    from pipelines import _run

    decision = _decision(by or _login_name(), why, settings)
    _run.roll_back(settings, question, version=version, decision=decision)


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
    from pipelines._suppressed import suppressed_in

    suppressed_in(settings_of(None, file, None).decisions.suppressed)
    click.echo(settings_markdown())


def _decision(by: str, why: str, settings: Settings) -> Mapping[str, str]:
    """Who decides what, and the moment, which only the command line may ask for."""
    return {"by": by, "why": why, "at": datetime.now(ZoneInfo(settings.time_zone)).isoformat(" ", "minutes")}


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return f"user {os.getuid()}"


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
    """The console command `churn`."""
    run(cli)
