"""How does a command look to the person who typed it? Runs the flows and shows progress and a readable summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from pipelines._alone import ask_alone
from pipelines._failures import note_in_log
from pipelines._logs import logged, quiet_frameworks
from pipelines._screen import new_console, new_table, short, show_figures, show_learned, show_night, show_table
from pipelines._server import prefect_server
from pipelines._sources import ask_for_tables, find_source

if TYPE_CHECKING:
    from pipelines._settings import Settings


def nightly(settings: Settings, as_of: date, *, options: str, verbose: bool) -> None:
    """Runs one night and shows the top of the list, where its files are, and what to try next."""
    find_source(settings.source.name)
    with _ready(settings, verbose=verbose) as console:
        _ask_beforehand(settings)
        console.print(f"[bold]Night of {as_of}[/], source {escape(settings.source.name)}")
        with prefect_server(settings.home) as server:
            from pipelines.nightly import nightly as flow

            server.wait()
            night = flow(settings, as_of)
        show_night(console, settings, night, options=options)


def training(
    settings: Settings, as_of: date, *, decision: Mapping[str, str] | None, trials: int | None, verbose: bool
) -> None:
    """Trains every question and shows the figures beside the baselines, and which models take over.

    `decision` (`by`, `why`, `at`) says who promotes refused models all the same; `trials` asks for a search first.
    """
    find_source(settings.source.name)
    with _ready(settings, verbose=verbose) as console:
        if trials:
            from models._tuning import ask_for_optuna

            ask_for_optuna()
        _ask_beforehand(settings)
        console.print(f"[bold]Training as of {as_of}[/], source {escape(settings.source.name)}")
        with prefect_server(settings.home) as server:
            from models._gate import Override
            from pipelines.training import training as flow

            server.wait()
            learned, notes = flow(settings, as_of, Override(**decision) if decision else None, trials)
        for note in notes:
            console.print(f"  [yellow]note:[/] {escape(note)}")
        show_learned(console, learned)


def backtest(settings: Settings, as_of: date, *, options: str, verbose: bool) -> None:
    """Compares published scores with what happened; runs the night first when it was not published.

    Whether the horizon is over is asked before anything is learned or published.
    """
    from serving import list_folder

    if not list_folder(settings.home, as_of).exists():
        with _ready(settings, verbose=verbose):
            from pipelines._backtest import ask_over

            ask_over(settings, as_of)
        nightly(settings, as_of, options=options, verbose=verbose)
    with _ready(settings, verbose=verbose) as console:
        from pipelines._backtest import figures_of

        console.print(f"[bold]Backtest of {as_of}[/], source {escape(settings.source.name)}")
        rows, notes = figures_of(settings, as_of)
        for note in notes:
            console.print(f"  [yellow]note:[/] {escape(note)}", soft_wrap=True)
        show_figures(console, rows, title=f"Published on {as_of}, compared with what happened afterwards")


def accuracy(
    settings: Settings, days: Sequence[date], *, number: int, questions: Sequence[str], folder: Path, verbose: bool
) -> None:
    """Learns and scores past dates, writes the report and shows the means."""
    from pipelines._models import ask_declared

    for name in questions:
        ask_declared(name)
    with _ready(settings, verbose=verbose) as console:
        from models._figures import WORDS
        from pipelines._accuracy import accuracy as look_back
        from pipelines._summary import ESTIMATORS

        console.print(f"[bold]Accuracy[/], source {escape(settings.source.name)}")
        found = look_back(settings, days=days, number=number, questions=questions, folder=folder)
        for name, mean in found.means.items():
            shown = found.dates[name]
            rows = [
                {"": ESTIMATORS[one]} | {WORDS[key]: f"{figure.value:.4f}" for key, figure in figures.items()}
                for one, figures in mean.items()
            ]
            show_figures(console, rows, title=f"{name}: mean over {len(shown)} dates, {shown[0]} to {shown[-1]}")
        console.print(f"written: {escape(str(short(found.report)))}", soft_wrap=True)


def snapshot(settings: Settings, as_of: date, *, file: Path, verbose: bool) -> None:
    """Computes the features of one day into `file`, and shows what was read for it."""
    from pipelines._snapshot import ask_for_tables, write_snapshot

    ask_for_tables(settings.home)
    with _ready(settings, verbose=verbose) as console:
        console.print(f"[bold]Snapshot of {as_of}[/], engine {settings.features.engine}")
        made = write_snapshot(settings, as_of, file=file.absolute())
        for read in made.reads:
            console.print(f"  {read}", soft_wrap=True)
        where = escape(str(short(made.file)))
        console.print(f"{where}: {made.rows:,} rows, {made.columns} columns, {made.seconds:.1f} s", soft_wrap=True)


def schedule(settings: Settings, *, cron: str) -> None:
    """Serves the nightly flow as a Prefect deployment until it is stopped."""
    find_source(settings.source.name)
    with _ready(settings, verbose=False) as console:
        from pipelines.scheduled import ask_cron, serve

        ask_cron(cron, settings.time_zone)
        with prefect_server(settings.home, schedules=True) as server:
            server.wait()
            console.print(f"A night at each [bold]{escape(cron)}[/] ({settings.time_zone}). Prefect: {server.address}")
            console.print(f"Log: {short(settings.home)}/logs/churn.log. Ctrl-C ends the schedule.")
            serve(settings, cron=cron)


def simulate(settings: Settings, plan: Mapping[str, Any], *, seeds: Sequence[int], verbose: bool) -> None:
    """Plays the living shop and shows what each policy brought and how the campaigns were measured.

    `plan` has the fields of `Plan` but the seed. One Prefect server serves all nights.
    """
    with _ready(settings, verbose=verbose) as console, prefect_server(settings.home) as server:
        from pipelines._simulate import Plan, simulate_seeds
        from pipelines._simulated_table import coverage, together
        from pipelines.nightly import nightly as night
        from pipelines.training import training as learning

        server.wait()
        found = simulate_seeds(settings, Plan(**plan), seeds, training=learning, nightly=night)
        for seed, one in found.items():
            show_table(console, one.policies, title=f"What each policy brought (seed {seed})")
            if one.campaigns is not None:
                show_table(console, one.campaigns, title="Our campaigns against the truth")
        show_table(console, together(found), title="Shares of what the oracle's lists were expected to bring")
        console.print(coverage(found))
        for one in found.values():
            one.ask_for_respect()


def show_quarantine(settings: Settings, *, table: str | None) -> None:
    """Lists the rows in quarantine, most frequent reason first."""
    from pipelines._quarantine import quarantined

    console = new_console()
    rows = quarantined(settings.home, table=table)
    if rows.is_empty():
        console.print("The quarantine is empty.")
        return
    shown = new_table(
        f"{rows.height:,} rows in quarantine", "table", "first seen", "key", "reason", "row as it arrived"
    )
    for row in rows.sort("table", "reason").head(50).iter_rows(named=True):
        cells = row["table"], str(row["first_seen_on"]), row["row_key"] or "", row["reason"], row["content"][:120]
        shown.add_row(*map(escape, cells))
    console.print(shown)
    if rows.height > 50:
        console.print(f"... and {rows.height - 50:,} more")


def release_quarantine(settings: Settings, as_of: date, *, table: str | None) -> None:
    """Brings in the rows in quarantine that pass today's contracts, and says what stays and why."""
    from pipelines._release import release

    console = new_console()
    released, kept = release(settings, as_of=as_of, table=table)
    console.print(f"{released:,} rows released into the lake, {kept:,} stay in quarantine.")


def show_models(settings: Settings) -> None:
    """Lists the models of each question, newest first, what was decided about them, and what campaigns go by."""
    from pipelines._models import model_rows, registered, uplift_lines

    console, rows = new_console(), model_rows(registered(settings))
    if not rows:
        home = escape(str(settings.home))
        console.print(f"No model is registered in {home}; `churn nightly` trains the first.", soft_wrap=True)
        return
    decided = [(row["question"], row["version"], row.pop("decided")) for row in rows]
    show_figures(console, rows, title="Models")
    for question, version, words in decided:
        console.print(f"{question} version {version}: {escape(str(words))}", soft_wrap=True)
    for line in uplift_lines(settings):
        console.print(escape(line), soft_wrap=True)


def roll_back(settings: Settings, question: str, *, version: int | None, decision: Mapping[str, str]) -> None:
    """Makes an earlier champion the champion again, and says which."""
    from models._gate import Override
    from pipelines._models import roll_back as take_back

    was, now = take_back(settings, question, version=version, override=Override(**decision))
    new_console().print(
        f"{question}: version {now.version} (learned until {now.learned_until}) is the champion again, in place of "
        f"version {was}. Noted: {escape(decision['by'])}, {decision['at']}: {escape(decision['why'])}",
        soft_wrap=True,
    )


def receipts(settings: Settings, file: Path, *, now: datetime) -> None:
    """Takes the team's receipts and says what became of the lines of their file."""
    from pipelines._receipts import take_receipts, taken_lines

    console = new_console()
    for line in taken_lines(take_receipts(settings, file, now=now), file):
        console.print(escape(line), soft_wrap=True)


def show_campaigns(settings: Settings, *, output: Path | None) -> None:
    """Lists the campaigns on record, and what each has come to."""
    from pipelines._campaign_screen import show_list
    from pipelines._campaign_view import views_of
    from pipelines._campaigns_known import ledger_with_campaigns, none_yet

    console, ledger = new_console(), ledger_with_campaigns(settings)
    if ledger is None:
        console.print(escape(none_yet(settings)), soft_wrap=True)
        return
    show_list(console, views_of(settings, ledger), output=output)


def show_campaign(settings: Settings, name: str, *, output: Path | None) -> None:
    """Shows the plan, the progress and the measurement of one campaign."""
    from pipelines._campaign_screen import show_page
    from pipelines._campaign_view import view_of
    from pipelines._campaigns_known import ledger_with_campaigns, none_yet
    from pipelines._errors import CampaignUnknown

    ledger = ledger_with_campaigns(settings)
    if ledger is None:
        raise CampaignUnknown(none_yet(settings))
    show_page(new_console(), view_of(settings, ledger, name), output=output)


def show_features(words: Sequence[str]) -> None:
    """Lists the features that speak of all the words; without any, the whole catalogue."""
    from pipelines._dictionary import entries, lines_of

    console, found = new_console(), entries(words)
    for entry in found:
        facts, meaning = lines_of(entry)
        console.print(f"[bold]{entry.name}[/]  {escape(facts)}", highlight=False)
        console.print(Padding(escape(meaning), (0, 0, 0, 4)), highlight=False)
    if found:
        console.print(f"\n{sum(len(entry.columns) for entry in found)} columns of {len(found)} features")
    else:
        console.print(f"No feature speaks of {escape(' and '.join(map(repr, words)))}; `churn features` lists all.")


def write_features(file: Path) -> None:
    """Writes the data dictionary of all features."""
    from pipelines._dictionary import features_markdown

    file.write_text(features_markdown(), encoding="utf-8")
    new_console().print(f"written: {escape(str(file))}")


def _ask_beforehand(settings: Settings) -> None:
    """What a person would not wait for a server and the engines to be told."""
    ask_alone(settings.home)
    ask_for_tables(settings)


@contextmanager
def _ready(settings: Settings, *, verbose: bool) -> Iterator[Console]:
    quiet_frameworks(settings.home, verbose=verbose)
    console = new_console()
    with logged(settings.home, console=console, verbose=verbose) as file:
        try:
            yield console
        except Exception as error:
            note_in_log(error, file)
            raise
