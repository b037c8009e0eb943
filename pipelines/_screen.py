"""What stands on the screen after a night or a training? Tables and lines for a person, or a file, to read."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    import polars as pl

    from pipelines._learning import Learned
    from pipelines._night import Night
    from pipelines._settings import Settings


def show_night(console: Console, settings: Settings, night: Night, *, options: str) -> None:
    """What arrived, what was learned, the top of the list, where the files are, and what to try next."""
    from pipelines._summary import arrival_line, complaints_line, counts_line, table_rows

    for arrival in night.arrivals:
        console.print(f"  {escape(arrival_line(arrival))}")
    for note in night.notes:
        console.print(f"  [yellow]note:[/] {escape(note)}")
    show_learned(console, night.learned)
    console.print(f"\n{counts_line(night)}")
    if complaints_line(night):
        console.print(complaints_line(night))
    table = new_table(f"Top of the list, {night.as_of}", "#", "customer", "who", "what to do", "worth", "why")
    for row in table_rows(night, most=5):
        table.add_row(
            str(row["rank"]),
            escape(row["customer_id"]),
            f"{row['segment']}, {row['stage']}",
            escape(row["to_do"]),
            f"{row['worth']:,.2f}",
            escape(row["why"] or ""),
        )
    console.print(table)
    if night.published.listed.is_empty():
        console.print("[bold red]The list is empty.[/] The counts above say why; is that what you expect?")
        for note in night.notes:
            console.print(f"[bold red]note:[/] {escape(note)}")
    if not night.published.has_consent_data:
        console.print("[yellow]note:[/] no consent dates are known: check before contacting anybody.")
    _show_next(console, settings, night, options=options)


def _show_next(console: Console, settings: Settings, night: Night, *, options: str) -> None:
    folder, home = short(night.published.folder), short(settings.home)
    churn = Path("churn") if shutil.which("churn") else short(Path(sys.argv[0]))
    for line in (
        "\nFiles",
        f"  {folder}/retention_list.csv  the list; opens in Excel",
        f"  {folder}/changes.csv  what is new since the list before",
        f"  {folder}/report.html  the night on one page",
        f"  {folder}/scores.parquet  every customer of whom anything is asked",
        f"  {short(night.docs)}/index.html  what was checked",
        "Next",
        f"  {churn} backtest {options}--as-of {night.as_of}  was the list right? (needs later data)",
        f"  {churn} nightly --source path/to/your/folder  the same on your own files",
        f"  {churn.with_name('mlflow')} ui --backend-store-uri sqlite:///{home}/mlflow.db  the models",
    ):
        console.print(line, soft_wrap=True)


def short(path: Path) -> Path:
    """A path as seen from where the command was typed."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def show_learned(console: Console, learned: list[Learned]) -> None:
    """The figures of each training beside its baselines, and what the gate made of it."""
    from pipelines._summary import report_rows, tested_on, verdict_lines

    if learned:
        title = f"Learned; tested on {tested_on(learned)}, later than anything learned from"
        show_figures(console, report_rows(learned), title=title)
        for line in verdict_lines(learned):
            console.print(escape(line), soft_wrap=True)


def show_figures(console: Console, rows: Sequence[Mapping[str, object]], *, title: str) -> None:
    """One table for all rows of the same columns: probabilities and amounts have different figures."""
    from pipelines._summary import of_one_kind

    for titles, alike in of_one_kind(rows):
        table = new_table(title, *titles)
        for row in alike:
            table.add_row(*(f"{value:.4f}" if isinstance(value, float) else str(value) for value in row.values()))
        console.print(table)
        title = ""


def show_table(console: Console, frame: pl.DataFrame, *, title: str) -> None:
    """Every row of a frame; amounts with two decimals, and a dash where nothing is known."""
    table = new_table(title, *frame.columns)
    for row in frame.iter_rows():
        cells = [f"{value:,.2f}" if isinstance(value, float) else value for value in row]
        table.add_row(*("-" if cell is None else escape(str(cell)) for cell in cells))
    console.print(table)


def new_console() -> Console:
    """A terminal tells its own width; a pipe or a file has room."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=110)


def new_table(title: str, *columns: str) -> Table:
    """A table without lines, whose names of questions, customers and campaigns are never broken."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=name in ("question", "", "customer", "campaign", "figure"))
    return table
