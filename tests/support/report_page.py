"""What stands beside the tables of a small night, and how is a page read back?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import polars as pl

from serving import Beside, Limits, Matured, Rules
from tests.serving.conftest import OFFER, rules_of

BEFORE = date(2025, 11, 30)
COMPLAINTS = {
    "days": 84,
    "complaint_count": 1234,
    "recorded_late_count": 3,
    "never_processed_count": 7,
    "not_reviewed_count": None,
    "resolved_late_count": 5,
    "open_count": 11,
    "open_late_count": 9,
}


class Page(HTMLParser):
    """What is in a page: tags with their attributes, cells by table, and the text that people see."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.feed(html.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "circle", "path", "rect", "polyline", "polygon"):
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("th", "td"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)
        if "td" in self.open or "th" in self.open:
            self.tables[-1][-1][-1] += data

    def rows(self, first: str) -> list[list[str]]:
        """The rows below the head of the table whose first column is headed so."""
        (found,) = [table for table in self.tables if table[0][0] == first]
        return [[" ".join(cell.split()) for cell in row] for row in found[1:]]


def beside(**given: Any) -> Beside:
    """What stands beside the tables of a small night; `given` takes the place of its parts."""
    return Beside(**{"rules": rules(), "before": BEFORE, "complaints": COMPLAINTS, "matured": matured()} | given)


def rules(**limits: Any) -> Rules:
    """The rules of the small night: an offer to stay, five places."""
    made = rules_of([OFFER])
    return replace(made, limits=Limits(**{"size": 5, "budget": 1500.0, "capacity": {"phone": 40}} | limits))


def matured(count: int = 1000) -> Matured:
    """Old scores in ten steps, right on average: of those expected to leave at 0.35, 35 in 100 did."""
    predicted = [0.05 + 0.1 * (number * 10 // count) for number in range(count)]
    happened = [(number % (count // 10)) < round(share * count / 10) for number, share in enumerate(predicted)]
    return Matured(
        as_of=date(2025, 11, 1), horizon_days=28, rows=pl.DataFrame({"predicted": predicted, "happened": happened})
    )
