"""What happened, in words? The same facts for the terminal and for Prefect's artifacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipelines._ingest import Arrival
from pipelines._learning import Learned
from pipelines._night import Night

FIGURES = {
    "auc": "AUC",
    "average_precision": "avg precision",
    "brier": "Brier",
    "calibration_error": "calibration err",
    "lift_at_10_percent": "lift at 10%",
    "total_error": "error of total",
    "decile_error": "error of tenths",
    "mean_error": "mean error",
    "deviance": "deviance",
}
ESTIMATORS = {
    "model": "the model",
    "base_rate": "base rate",
    "recency_rule": "recency rule",
    "logistic_rfm": "logistic RFM",
    "purchase_process": "MBG/NBD",
    "mean_spend": "mean spend",
    "own_rate": "own rate",
    "last_year": "last year",
}
COUNTS = {
    "listed": "listed",
    "held_out": "held out",
    "no_consent": "no consent to contact",
    "suppressed": "on the suppression list",
    "cool_down": "contacted or held out lately",
    "yearly_cap": "contacted often enough this year",
    "complaint_beyond_limits": "complaints without a place",
    "not_worth_it": "no action pays",
    "beyond_limits": "no place left",
}


def arrival_line(arrival: Arrival) -> str:
    """One sentence about a table that arrived."""
    words = [f"{arrival.read:,} rows read", f"{arrival.new:,} new"]
    words += [f"{arrival.changed:,} changed"] if arrival.changed else []
    words += [f"{arrival.duplicates:,} duplicates dropped"] if arrival.duplicates else []
    if arrival.set_aside:
        words.append(f"{arrival.set_aside:,} in quarantine (first: {arrival.first_reason})")
    return f"{arrival.table}: {', '.join(words)}"


def counts_line(night: Night) -> str:
    """How the population divides: parts that add up."""
    counts = night.published.counts
    parts = [f"{counts[key]:,} {words}" for key, words in COUNTS.items() if counts.get(key)]
    return f"{counts['population']:,} customers scored = {' + '.join(parts)}"


def complaints_line(night: Night) -> str:
    """The complaints of the shop in the active window; empty where there were none, or nothing is known of any."""
    rates = night.published.complaints
    if rates is None or not rates.complaint_count:
        return ""
    words = [f"complaints of {rates.days} days: {rates.complaint_count:,}"]
    words += [f"{rates.complaints_per_customer:.2f} per customer seen"] if rates.complaints_per_customer else []
    if rates.never_processed_share is not None:
        words.append(f"{rates.never_processed_share:.0%} neither resolved nor reviewed")
    if rates.dissatisfied_share is not None:
        words.append(f"{rates.dissatisfied_share:.0%} of {rates.answered_count:,} answers dissatisfied")
    return ", ".join(words)


def table_rows(night: Night, *, most: int = 10) -> list[dict[str, Any]]:
    """The top of the list, one mapping per customer."""
    listed = night.published.listed.head(most)
    to_do, why = f"to_do_{night.published.language}", f"why_{night.published.language}"
    return listed.select(
        "rank", "customer_id", "segment", "stage", to_do=to_do, worth="expected_profit", why=why
    ).to_dicts()


def figures_row(question: str, estimator: str, figures: Mapping[str, float]) -> dict[str, Any]:
    """One line of a report: who answered which question, and the figures that there are of such answers."""
    shown = {label: round(figures[figure], 4) for figure, label in FIGURES.items() if figure in figures}
    return {"question": question, "": ESTIMATORS[estimator]} | shown


def of_one_kind(rows: Sequence[Mapping[str, object]]) -> Iterator[tuple[tuple[str, ...], list[Mapping[str, object]]]]:
    """The rows in tables of the same columns, for probabilities and amounts have different figures."""
    for titles in dict.fromkeys(map(tuple, rows)):
        yield titles, [row for row in rows if tuple(row) == titles]


def report_rows(learned: Iterable[Learned]) -> list[dict[str, Any]]:
    """One mapping per question and estimator with its figures on the later test date."""
    return [
        figures_row(made.name, estimator, figures) for made in learned for estimator, figures in made.report.items()
    ]


def verdict_lines(learned: Iterable[Learned]) -> list[str]:
    """What the gate made of each training, in sentences."""
    lines = []
    for made in learned:
        verdict = made.verdict
        said = {
            "promoted": f"version {made.version} is the new champion",
            "promoted anyway": f"version {made.version} was refused, and is the new champion all the same",
            "refused": f"version {made.version} was refused; "
            + (
                f"version {made.instead}, the base rate for everybody, is the champion instead"
                if made.instead
                else f"version {verdict.champion} stays champion"
                if verdict.champion
                else "the purchase process answers instead"
            ),
        }[verdict.status]
        lines.append(f"{made.name}: {said} ({verdict.how})")
        lines += [f"  because {reason}" for reason in verdict.reasons]
        lines += [f"  learned with {made.tuned}"] if made.tuned else []
        if made.served != "model":
            what = "is served" if verdict.takes_over else "was judged"
            lines.append(f"  {ESTIMATORS[made.served]} clearly beat the model on the test date, and is what {what}")
    return lines


def markdown_summary(night: Night) -> str:
    """The night as Markdown: what arrived, who was scored, the models' figures and where the files are."""
    said = [line for line in (counts_line(night), complaints_line(night)) if line]
    lines = [f"# Night of {night.as_of}", "", "\n\n".join(said), "", "## Arrived", ""]
    lines += [f"- {arrival_line(arrival)}" for arrival in night.arrivals]
    lines += [f"- note: {note}" for note in night.notes]
    if night.learned:
        rows = report_rows(night.learned)
        lines += ["", f"## Learned, tested on {tested_on(night.learned)}", ""]
        for titles, alike in of_one_kind(rows):
            lines += [
                _markdown_row(titles),
                "|" + "---|" * len(titles),
                *(_markdown_row(row.values()) for row in alike),
            ]
            lines += [""]
        lines += [*(f"- {line.strip()}" for line in verdict_lines(night.learned))]
    return "\n".join([*lines, "", f"Files: `{night.published.folder.name}`", ""])


def tested_on(learned: Iterable[Learned]) -> str:
    """The dates that models were tested on, mostly one."""
    return ", ".join(sorted({str(made.test_on) for made in learned}))


def _markdown_row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
