"""What does one page say of a night? Two pages with the same figures: HTML for reading, Markdown for passing on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined

from data_contracts import contracts
from serving import _report_numbers as numbers
from serving._bundle import Bundle
from serving._report_calibration import Matured, Tenth, tenths
from serving._report_complaints import Complaints, complaint_rows
from serving._report_figures import (
    action_sums,
    change_counts,
    contacted_share,
    first_changes,
    limits_used,
    outcome_counts,
    stage_counts,
    whole,
)
from serving._report_pictures import bars_picture, calibration_picture, curve_picture
from serving._report_value import profit_curve, value_at_risk
from serving._report_words import LANGUAGES, channel_name, speaking
from serving._rules import Rules
from serving._segments import SEGMENTS

TOP, FIRST = 10, 3
"""How many customers of the list, and how many of each kind of change, are shown."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What the tables of a night do not say themselves, and its report tells.

    `rules`: what the company chose. `before`: the as-of date of the list that `changes` compares with, None without
    one. `complaints`: the shop's complaints as known on the day, None where no interactions came. `matured`: the latest
    scores whose horizon is over, with what happened; None where there are none.
    """

    rules: Rules
    before: date | None
    complaints: Complaints | None
    matured: Matured | None


def report_pages(bundle: Bundle, beside: Beside, *, language: str) -> Mapping[str, bytes]:
    """The report of a night as `report.html` and `report.md`, in `language` (`en` or `zh`).

    Everything is told from the tables of `bundle` as they are published. The same night gives the same bytes: no clock,
    no path, nothing drawn at random. The HTML is one file that loads nothing and runs nothing.
    """
    say = speaking(language)
    told = _figures(bundle, beside) | {"say": say, "language": LANGUAGES[language], "channel": _channel(language)}
    pictures = {
        "curve": curve_picture(told["curve"], say) if told["curve"] else None,
        "bars": bars_picture(told["at_risk"], say) if told["at_risk"] else None,
        "calibration": calibration_picture(told["tenths"], say) if told["tenths"] else None,
    }
    return {
        "report.html": _rendered("report.html.jinja", told | {"pictures": pictures}),
        "report.md": _rendered("report.md.jinja", told),
    }


def _figures(bundle: Bundle, beside: Beside) -> dict[str, Any]:
    """Everything that the report tells, by the names that its templates use."""
    scores = bundle.scores.sort("customer_id")
    decided = bundle.decided.select(contracts()["decisions"].column_names).sort("customer_id")
    sums = action_sums(decided)
    return {
        "as_of": bundle.as_of,
        "population": bundle.counts["population"],
        "counts": outcome_counts(decided),
        "sums": sums,
        "whole": whole(sums),
        "limits": limits_used(decided, beside.rules.limits),
        "offer": contacted_share(scores, decided, beside.rules),
        "segments": list(SEGMENTS),
        "stages": stage_counts(decided),
        "curve": profit_curve(scores, decided),
        "at_risk": value_at_risk(scores, decided),
        "complaints": complaint_rows(scores, decided, beside.complaints),
        "complaint_figures": beside.complaints,
        **_listed(bundle),
        **_changed(bundle, beside.before),
        **_matured(beside.matured),
    }


def _listed(bundle: Bundle) -> dict[str, object]:
    return {"top": bundle.listed.sort("rank").head(TOP).to_dicts(), "listed_count": bundle.listed.height}


def _changed(bundle: Bundle, before: date | None) -> dict[str, object]:
    return {
        "before": before,
        "changes": change_counts(bundle.changes),
        "first_changes": first_changes(bundle.changes, most=FIRST).to_dicts(),
        "first_most": FIRST,
    }


def _matured(matured: Matured | None) -> dict[str, object]:
    """Predicted and happened by tenth, and as customers in all; nothing where nobody was asked about."""
    if matured is None or matured.rows.is_empty():
        return {"matured": None, "tenths": list[Tenth]()}
    sums = matured.rows.select(pl.col("predicted").sum(), pl.col("happened").cast(pl.Int64).sum()).row(0)
    return {"matured": matured, "tenths": tenths(matured), "predicted": sums[0], "happened": sums[1]}


def _channel(language: str) -> Callable[[str], str]:
    say = speaking(language)
    return lambda channel: channel_name(channel, say)


def _rendered(template: str, told: Mapping[str, object]) -> bytes:
    return (_templates(template.endswith(".html.jinja")).get_template(template).render(told).strip() + "\n").encode()


@cache
def _templates(is_html: bool) -> Environment:
    """The templates: whatever a table holds is text in HTML and in Markdown, never part of the page's own making."""
    made = Environment(
        loader=PackageLoader("serving"),
        autoescape=is_html,  # noqa: S701 - Markdown is escaped as Markdown, below
        finalize=numbers.visible if is_html else numbers.in_markdown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "count": numbers.count,
        "money": numbers.money,
        "share": numbers.share,
        "name": numbers.name,
    }
    return made
