"""What happened, in words? The same facts for the terminal and for Prefect's artifacts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipelines._ingest import Arrival
from pipelines._learning import Learned
from pipelines._night import Night

FIGURES = ("auc", "average_precision", "brier", "calibration_error", "lift_at_10_percent")
ESTIMATORS = {"model": "the model", "recency_rule": "recency rule", "logistic_rfm": "logistic regression on RFM"}
COUNTS = {
    "listed": "listed",
    "beyond_list_size": "beyond the list's size",
    "no_value_at_risk": "no value at risk",
    "no_consent": "no consent to contact",
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
    return f"{counts['population']:,} active customers scored = {' + '.join(parts)}"


def table_rows(night: Night, *, most: int = 10) -> list[dict[str, Any]]:
    """The top of the list, one mapping per customer."""
    listed = night.published.listed.head(most)
    return listed.select(
        "rank", "customer_id", "churn_probability", "yearly_spend", "value_at_risk", "reason_1", "reason_2", "reason_3"
    ).to_dicts()


def report_rows(learned: Iterable[Learned]) -> list[dict[str, Any]]:
    """One mapping per question and estimator with its figures on the later test date."""
    return [
        {"question": made.name, "test_on": str(made.test_on), "estimator": ESTIMATORS[estimator]}
        | {figure: round(figures[figure], 4) for figure in FIGURES}
        for made in learned
        for estimator, figures in made.report.items()
    ]


def markdown_summary(night: Night) -> str:
    """The night as Markdown: what arrived, who was scored, the models' figures and where the files are."""
    lines = [f"# Night of {night.as_of}", "", counts_line(night), "", "## Arrived", ""]
    lines += [f"- {arrival_line(arrival)}" for arrival in night.arrivals]
    lines += [f"- note: {note}" for note in night.notes]
    if night.learned:
        lines += ["", "## Learned", "", "| question | estimator | " + " | ".join(FIGURES) + " |"]
        lines += ["|" + "---|" * (2 + len(FIGURES))]
        lines += [
            f"| {row['question']} | {row['estimator']} | " + " | ".join(str(row[figure]) for figure in FIGURES) + " |"
            for row in report_rows(night.learned)
        ]
    return "\n".join([*lines, "", f"Files: `{night.published.folder.name}`", ""])
