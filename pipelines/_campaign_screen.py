"""How does a campaign look to whoever asks for it? Its page, the list of all, and what receipts came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.markup import escape

from pipelines._campaign_figures import Figure, as_table, figures_of, summary, verdict
from pipelines._campaign_view import View
from pipelines._screen import new_table, short
from pipelines._uplift_terms import uplift_words
from serving import excel_csv

_SHARES = ("holdout share", "share of the treated", "effect", "return on the budget", "variance less")
_IN_THE_NAME = ("action", "from", "until")
_MOST_NIGHTS = 10


def show_list(console: Console, views: Iterable[View], *, output: Path | None) -> None:
    """All campaigns, a line each."""
    rows = [summary(view) for view in views]
    titles = [name for name in rows[0] if name not in _IN_THE_NAME]
    table = new_table("Campaigns", *titles)
    for row in rows:
        cells = (row[name] for name in titles)
        table.add_row(*(f"{value:,}" if isinstance(value, int) else escape(str(value)) for value in cells))
    console.print(table)
    _write(console, pl.DataFrame(rows), output)


def show_page(console: Console, view: View, *, output: Path | None) -> None:
    """One campaign: plan, progress, receipts, what it changed, and what is missing to know that."""
    period = f"{view.starts_on} to {view.last_on}"
    console.print(f"[bold]{escape(view.name)}[/]  {view.action} by {escape(view.channel)}, {period}, {view.phase}")
    learned = view.terms.get("learned_from")
    if learned:
        was = f"{view.terms['declared_effect']:.3f} in the settings"
        console.print(f"effect learned from {escape(', '.join(learned))}; {was}", soft_wrap=True)
    words = uplift_words(view.terms)
    if words:
        console.print(escape(words), soft_wrap=True)
    for part, group in groupby(figures_of(view), key=lambda one: one.part):
        _show_part(console, part, list(group))
    console.print(f"\n[bold]{escape(view.missing or verdict(view))}[/]", soft_wrap=True)
    _write(console, as_table(view), output)


def _show_part(console: Console, part: str, figures: Sequence[Figure]) -> None:
    shown = figures[-_MOST_NIGHTS:] if part == "new by night" else figures
    titles = ("segment", "figure", "value", "interval")
    table = new_table(f"\n{part}", *(titles if shown[0].segment else titles[1:]))
    for one in shown:
        ends = "" if one.low is None or one.high is None else f"{_number(one, one.low)} to {_number(one, one.high)}"
        table.add_row(*([escape(one.segment)] if one.segment else []), one.name, _number(one, one.value), ends)
    console.print(table)
    if len(figures) > len(shown):
        console.print(f"and {len(figures) - len(shown)} nights before")


def _number(figure: Figure, value: float) -> str:
    if figure.name.startswith(_SHARES):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def _write(console: Console, table: pl.DataFrame, output: Path | None) -> None:
    if output is not None:
        output.write_bytes(excel_csv(table))
        console.print(f"written: {escape(str(short(output.absolute())))}", soft_wrap=True)
