"""Does the fingerprint of a feature change with its meaning, and with nothing else?"""

from __future__ import annotations

import importlib
import itertools
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from features import (
    Feature,
    _fingerprint,
    catalogue,
    fingerprint,
)
from features._code import definition_of

NUMBERS = itertools.count()

SOURCE = '''
"""A module with one feature."""

import narwhals as nw

from features import feature, lines, returns, total
from features._aggregate import Where

SMALLEST = 5


def large() -> nw.Expr:
    return lines.amount > SMALLEST


@feature(of=lines, unit="currency", missing=0, days=(28,), says=("large spend {value}", "大额消费 {value}"))
def large_spend(days: int) -> nw.Expr:
    """Spend on large lines in the last {days} days."""
    return total(lines.amount, Where(days=days) & large())
'''


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Feature]:
    """Writes a module and returns the feature it declares."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(source: str) -> Feature:
        name = f"written_{next(NUMBERS)}"
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        importlib.invalidate_caches()
        monkeypatch.delitem(sys.modules, name, raising=False)
        module: ModuleType = importlib.import_module(name)
        made = module.large_spend
        assert isinstance(made, Feature)
        return made

    return write


WORDING = {
    "a comment": ("    return total", "    # why\n    return total"),
    "the docstring": ("Spend on large lines", "Money spent on large lines"),
    "the phrases": ("large spend {value}", "spends {value}"),
    "the layout": ("lines.amount, Where(days=days)", "lines.amount,\n        Where(days=days)"),
    "an annotation's import": ("import narwhals as nw\n", "import datetime\n\nimport narwhals as nw\n"),
}
MEANING = {
    "the expression": ("total(lines.amount,", "total(lines.quantity,"),
    "a function it calls": ("lines.amount > SMALLEST", "lines.amount >= SMALLEST"),
    "a number that function uses": ("SMALLEST = 5", "SMALLEST = 6"),
    "the unit": ('unit="currency"', 'unit="cents"'),
    "the windows": ("days=(28,)", "days=(28, 84)"),
    "what missing is": ("missing=0", "missing=None"),
    "the events": ("of=lines", "of=returns"),
}


@pytest.mark.parametrize("change", WORDING)
def test_wording_does_not_change_the_fingerprint(change: str, written: Callable[[str], Feature]) -> None:
    old, new = WORDING[change]
    assert SOURCE.count(old) == 1
    assert written(SOURCE).fingerprint == written(SOURCE.replace(old, new)).fingerprint


@pytest.mark.parametrize("change", MEANING)
def test_another_meaning_changes_the_fingerprint(change: str, written: Callable[[str], Feature]) -> None:
    old, new = MEANING[change]
    assert SOURCE.count(old) == 1
    assert written(SOURCE).fingerprint != written(SOURCE.replace(old, new)).fingerprint


def test_another_name_changes_the_fingerprint(written: Callable[[str], Feature]) -> None:
    made = written(SOURCE)
    assert replace(made, name="other").fingerprint != made.fingerprint


def test_the_fingerprint_of_all_changes_with_any_feature(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    for name in ("mean_gap_days", "campaign_response_ratio"):
        changed = catalogue() | {name: replace(catalogue()[name], unit="weeks")}
        monkeypatch.setattr(_fingerprint, "catalogue", lambda changed=changed: changed)
        assert fingerprint.__wrapped__() != before
    monkeypatch.setattr(_fingerprint, "catalogue", catalogue)
    assert fingerprint.__wrapped__() == before


MACHINERY = (
    "day_start local_day known_before _recorded_before _without_later_state with_order_key orders_of within _hours "
    "_lines _orders _purchases _returns _interactions _complaints _of_events _fill _with_made_columns _plain"
)


@pytest.mark.parametrize("name", MACHINERY.split())
def test_the_fingerprint_covers_the_code_that_every_feature_goes_through(name: str) -> None:
    covered = "\n".join(map(definition_of, _fingerprint._MACHINERY))
    assert f"{name}(" in [line.partition("(")[0] + "(" for line in covered.splitlines()]


@pytest.mark.parametrize("constant", ["MONEY_DECIMALS=4", "RESOLVED_FIRST=('complaint', 'enquiry')"])
def test_the_fingerprint_covers_the_constants_of_that_code(constant: str) -> None:
    assert constant in "\n".join(map(definition_of, _fingerprint._MACHINERY)).splitlines()
