"""How accurate are the models on a company's own past? Several as-of dates, every baseline, one report per question."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features import Lake, open_lake, table_path
from models import NotEnoughHistory, Target, Terms, targets
from models._backtest import (
    Figure,
    answer_of,
    by_date,
    by_group,
    inside,
    looked_back,
    over_dates,
    served_instead,
    spread,
)
from models._contenders import MODEL
from models._figures import IN_GROUPS, PICTURED, SHOWN, WORDS
from models._known import Reach, reach
from models._plots import accuracy_plot
from pipelines._alone import alone_in
from pipelines._errors import DateWrong
from pipelines._ingest import ingest, read_and_check
from pipelines._learning import recipe_of, snapshot_store
from pipelines._left_out import left_out, reached_by_date
from pipelines._progress import stage
from pipelines._question_terms import terms_of
from pipelines._settings import Settings
from pipelines._summary import ESTIMATORS

log = logging.getLogger(__name__)

Figures = Mapping[date, Mapping[str, Mapping[str, Figure]]]
"""By as-of date, contender and figure."""


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """What was found: the report's file, and the means over the dates by question, contender and figure."""

    report: Path
    means: Mapping[str, Mapping[str, Mapping[str, Figure]]]
    dates: Mapping[str, tuple[date, ...]]


def accuracy(
    settings: Settings, *, days: Sequence[date], number: int, questions: Sequence[str], folder: Path
) -> Accuracy:
    """Learns and scores each question as of each day, by what was known then, and writes a report into `folder`.

    Without `days` the last `number` dates whose labels are known, half a horizon apart (at least four weeks). Writes
    `accuracy.md`, a picture per question and the predictions (Parquet). Raises DateWrong, NotEnoughHistory and
    LabelNotMature.
    """
    lake = _lake(settings, days)
    data = reach(lake.tables, time_zone=settings.time_zone)
    if data is None:
        raise NotEnoughHistory("there is not one transaction to look back on.")
    folder.mkdir(parents=True, exist_ok=True)
    asked = [one for name, one in targets(lake.arrived).items() if not questions or name in questions]
    sections, means, dates = [_preface(settings)], {}, {}
    for target in asked:
        terms = terms_of(settings, target)
        data = reach(lake.arrived, time_zone=settings.time_zone, needs=target.needs) or data
        chosen = list(days) or _last_dates(data, terms, number)
        rows = _rows(settings, lake, target, terms, chosen, data, must=target.essential and bool(days))
        if rows is None:
            continue
        rows.write_parquet(folder / f"{target.name}.parquet")
        picture = folder / f"{target.name}.png"
        figures, mean = by_date(rows), over_dates(rows)
        accuracy_plot(_curves(figures, target.answer), model=ESTIMATORS[MODEL], title=target.name).savefig(
            picture, dpi=110
        )
        reached = reached_by_date(target, lake.tables, rows, terms=terms)
        sections.append(_section(target, terms, rows, figures, mean, picture=picture.name, reached=reached))
        means[target.name], dates[target.name] = mean, tuple(figures)
    if not means:
        raise NotEnoughHistory("on none of the dates is there enough to learn from; give earlier data or later dates.")
    report = folder / "accuracy.md"
    report.write_text("\n".join(sections), encoding="utf-8")
    return Accuracy(report=report, means=means, dates=dates)


def _lake(settings: Settings, days: Sequence[date]) -> Lake:
    """The home's tables, brought in first where there are none."""
    if not table_path(settings.home, "transactions").exists():
        if not days:
            raise DateWrong(
                f"nothing has been brought into {settings.home} yet. Give the dates to look back on (--as-of, several "
                "times), or run `churn nightly` first."
            )
        with alone_in(settings.home), stage("reading, checking and merging what arrived"):
            ingest(settings, read_and_check(settings, as_of=max(days)), as_of=max(days))
    return open_lake(settings.home)


def _last_dates(data: Reach, terms: Terms, number: int) -> list[date]:
    last = data.over_by - timedelta(days=terms.ahead_days)
    apart = max(28, terms.horizon_days // 2 // 7 * 7)
    return sorted(last - timedelta(days=apart * k) for k in range(number))


def _rows(
    settings: Settings,
    lake: Lake,
    target: Target,
    terms: Terms,
    days: Sequence[date],
    data: Reach,
    *,
    must: bool,
) -> pl.DataFrame | None:
    """Predictions and outcomes on all days, but for those that `must` not be there and have too little to learn from.

    None where no day is left.
    """
    store, parts = snapshot_store(settings, lake), []
    for day in days:
        with stage(f"{target.name} as of {day}"):
            try:
                without = left_out(settings, target, as_of=day, terms=terms)
                recipe = recipe_of(settings)
                parts.append(
                    looked_back(target, store, as_of=day, data=data, terms=terms, recipe=recipe, left_out=without)
                )
            except NotEnoughHistory as error:
                if must:
                    raise
                log.warning("%s as of %s is left out: %s", target.name, day, error)
    return pl.concat(parts, how="diagonal") if parts else None


def _preface(settings: Settings) -> str:
    return (
        f"# Accuracy: {settings.source.name}\n\n"
        "Each as-of date was learned from what was known before it began and held against what happened afterwards. "
        "Brackets hold the middle 90% of 300 bootstrap samples of customers, ± is the standard deviation over the "
        "dates. AUC, average precision and lift are better when larger, the others when smaller.\n"
    )


def _section(
    target: Target,
    terms: Terms,
    rows: pl.DataFrame,
    figures: Figures,
    mean: Mapping[str, Mapping[str, Figure]],
    *,
    picture: str,
    reached: str,
) -> str:
    lead = f", beginning {terms.lead_days} days later" if terms.lead_days else ""
    lines = [
        f"{target.description} Horizon {terms.horizon_days} days{lead}, active window {terms.active_days} days.",
        f"![{target.name} on {len(figures)} as-of dates]({picture})",
        f"Mean over {len(figures)} as-of dates:",
        _overall(mean, spread(rows)),
        _served(rows) + _inside(rows) + reached,
        "Single dates:",
        _single_dates(rows, figures),
        "Calibration of the model in value tiers and by tenure, all dates together:",
        _groups(rows),
    ]
    return "\n\n".join([f"## {target.name}", *lines, ""])


def _overall(mean: Mapping[str, Mapping[str, Figure]], apart: Mapping[str, Mapping[str, float]]) -> str:
    cells = [
        [ESTIMATORS[name], *(f"{_cell(mean[name][key])} ± {apart[name][key]:.4f}" for key in mean[name])]
        for name in mean
    ]
    return _table(["", *(WORDS[key] for key in mean[MODEL])], cells)


def _served(rows: pl.DataFrame) -> str:
    """Where the model's figures are those of a baseline."""
    instead = [f"{ESTIMATORS[name]} on {day}" for day, name in served_instead(rows).items()]
    if not instead:
        return "On every date the model itself was served."
    return f"Served in the model's place, having clearly won on the test date before: {', '.join(instead)}."


def _inside(rows: pl.DataFrame) -> str:
    """Of amounts, how well their intervals held."""
    share = inside(rows)
    if not share:
        return ""
    return (
        f" In their interval, made for four of five, were {share['inside_share']:.1%} of the customers; above it, made "
        f"for one of ten, {share['above_share']:.1%}."
    )


def _single_dates(rows: pl.DataFrame, figures: Figures) -> str:
    shown = SHOWN[answer_of(rows)]
    cells = [
        [str(day), f"{_rate(rows, day):.3f}", ESTIMATORS[name], *(_cell(found[name][key]) for key in shown)]
        for day, found in figures.items()
        for name in found
    ]
    return _table(["as-of date", "observed", "", *(WORDS[key] for key in shown)], cells)


def _groups(rows: pl.DataFrame) -> str:
    cells = [
        [one.name, f"{one.customer_dates:,}"] + [_cell(figure) for figure in one.figures.values()]
        for one in by_group(rows)
    ]
    return _table(["group", "customer-dates", *(WORDS[key] for key in IN_GROUPS[answer_of(rows)])], cells)


def _rate(rows: pl.DataFrame, day: date) -> float:
    rate = rows.filter(pl.col("as_of") == day)["label"].mean()
    return rate if isinstance(rate, float) else float("nan")


def _cell(figure: Figure) -> str:
    return f"{figure.value:.4f} [{figure.low:.4f}, {figure.high:.4f}]"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))


def _curves(figures: Figures, answer: str) -> dict[str, dict[str, dict[str, tuple[float, float, float]]]]:
    names = dict.fromkeys(name for found in figures.values() for name in found)
    return {
        WORDS[key]: {
            ESTIMATORS[name]: {str(day): astuple(found[name][key]) for day, found in figures.items() if name in found}
            for name in names
        }
        for key in PICTURED[answer]
    }
