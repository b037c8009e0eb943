"""Is every feature declared in full, and does a wrong declaration say what is wrong?"""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import narwhals as nw
import pytest

import features
from data_contracts import contracts
from features import (
    Events,
    Feature,
    UnknownColumn,
    _catalogue,
    _fingerprint,
    catalogue,
    complaints,
    count,
    event_rows,
    feature,
    feature_columns,
    fingerprint,
    interactions,
    lines,
    orders,
    purchases,
    returns,
    snapshot,
    subscription_terms,
)
from features._code import definition_of
from tests.features.tables import AS_OF, tables

NUMBERS = itertools.count()
FEATURES = catalogue()
COLUMNS = feature_columns()


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_says_what_it_is_in_which_unit_and_what_missing_means(name: str) -> None:
    declared = FEATURES[name]
    assert declared.description.endswith(".")
    assert declared.unit
    assert "null" in declared.description if declared.missing is None else "null" not in declared.description
    assert ("{days}" in declared.description) == bool(declared.days)
    assert declared.of is None or declared.build.__code__.co_argcount == bool(declared.days)


@pytest.mark.parametrize("name", COLUMNS)
def test_the_phrase_of_a_column_can_be_said_in_both_languages(name: str) -> None:
    column = COLUMNS[name]
    numbers: dict[str, Any] = dict.fromkeys(COLUMNS, 3.5)
    assert column.feature.says is not None
    for phrase in column.feature.says:
        said = phrase.format(**numbers, value=3.5, days=column.days)
        assert not set("{}") & set(said)
        assert "None" not in said
        assert ("{days}" in phrase) == bool(column.days)
    english, chinese = column.feature.says
    assert english.isascii()
    assert any("一" <= letter <= "鿿" for letter in chinese)


def test_a_column_carries_its_window_at_the_end_of_its_name_and_in_its_sentence() -> None:
    for name, column in COLUMNS.items():
        assert name == (f"{column.feature.name}_{column.days}d" if column.days else column.feature.name)
        assert column.days is None or str(column.days) in column.description
        assert "{" not in column.description


def test_units_and_names_agree() -> None:
    for column in COLUMNS.values():
        name = column.feature.name
        assert name.endswith("_share") == (column.unit == "share"), name
        assert not name.endswith("_days") or column.unit == "days", name
        assert not name.endswith("_hours") or column.unit == "hours", name


def test_columns_made_from_columns_come_after_those() -> None:
    names = list(COLUMNS)
    for name, column in COLUMNS.items():
        assert all(names.index(source) < names.index(name) for source in column.feature.inputs)


def test_no_event_column_hides_behind_a_field_of_the_event_table() -> None:
    for table in contracts().values():
        assert not {"name", "table", "grain", "columns", "within"} & set(table.column_names)


EVENT_TABLES = {
    each.name: each for each in (lines, orders, purchases, returns, interactions, complaints, subscription_terms)
}


@pytest.mark.parametrize("events", EVENT_TABLES.values(), ids=EVENT_TABLES)
def test_an_event_table_has_the_columns_it_promises(events: Events) -> None:
    made = event_rows(events, tables(subscribed=()), as_of=AS_OF, time_zone="UTC").collect_schema().names()
    assert set(events.columns) <= set(made)


def test_no_module_of_the_folder_hides_what_the_package_offers() -> None:
    """Importing `features.x` puts the module `x` where the package had its own `x`."""
    modules = {module.name for module in pkgutil.iter_modules(features.__path__)}
    assert not modules & set(features.__all__)
    assert all(isinstance(getattr(features, name), Events) for name in EVENT_TABLES)


def test_a_misspelt_column_is_refused_with_the_right_one() -> None:
    with pytest.raises(UnknownColumn, match=r"lines has no column 'amuont'. Did you mean 'amount'?"):
        _ = lines.amuont


def test_a_misspelt_column_is_refused_where_it_is_declared() -> None:
    with pytest.raises(UnknownColumn, match=r"Did you mean 'resolution_hours'?"):

        @feature(of=complaints, unit="hours", missing=None)
        def misspelt() -> nw.Expr:
            """Null always."""
            return complaints.resolution_hour.max()


def in_window(days: int) -> Any:
    """A definition with windows."""
    return count(purchases.within(days))


MISTAKES: list[tuple[dict[str, Any], Callable[..., Any], str]] = [
    ({"days": 28}, in_window, r"such as \(28, 84\), and not 28"),
    ({"days": (-3,)}, in_window, r"and not \(-3,\)"),
    ({"days": (28.5,)}, in_window, r"and not \(28.5,\)"),
    ({"days": (28,)}, lambda: count(), "it should take one parameter, `days`"),
    ({}, in_window, "it should take no parameters"),
    ({"missing": "zero"}, lambda: count(), "`missing` is a number or None, and not 'zero'"),
    ({"says": "hello"}, lambda: count(), "a pair of phrases"),
    ({"of": "purchases"}, lambda: count(), "`of` is an event table"),
    ({}, lambda: 3, "it should return count"),
    ({"of": complaints, "days": (28,)}, in_window, "declared of complaints, and speaks of a window of purchases"),
    ({"days": (28,)}, lambda days: count(purchases.within(days) and purchases.hour < 9), "join conditions with & and"),
    ({"days": (28,)}, lambda days: count(not purchases.within(days)), "join conditions with & and"),
]


@pytest.mark.parametrize(("given", "build", "message"), MISTAKES, ids=[message for *_, message in MISTAKES])
def test_a_declaration_that_cannot_be_meant_is_refused(
    given: dict[str, Any], build: Callable[..., Any], message: str
) -> None:
    plain = {"of": purchases, "unit": "-", "missing": 0}
    with pytest.raises(TypeError, match=message):
        feature(**plain | given)(build)


@feature(unit="share", missing=None)
def made_from_nothing(purchase_count_29d: nw.Expr) -> nw.Expr:
    """Null always."""
    return purchase_count_29d


@feature(of=purchases, unit="purchases", missing=0)
def spend_28d() -> nw.Expr:
    """A name that a window of another feature makes already."""
    return nw.len()


@feature(unit="share", missing=None)
def first_of_two(second_of_two: nw.Expr) -> nw.Expr:
    """Null always."""
    return second_of_two


@feature(unit="share", missing=None)
def second_of_two(first_of_two: nw.Expr) -> nw.Expr:
    """Null always."""
    return first_of_two


def with_features(monkeypatch: pytest.MonkeyPatch, *more: Feature) -> None:
    """Puts features beside the declared ones, as another file in the folder would."""
    monkeypatch.setattr(_catalogue, "declared", lambda *_: FEATURES | {each.name: each for each in more})


def test_a_feature_made_from_an_unknown_column_is_refused_with_the_likely_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with_features(monkeypatch, made_from_nothing)
    with pytest.raises(UnknownColumn, match=r"'purchase_count_29d'. Did you mean 'purchase_count_2?8d'?"):
        catalogue.__wrapped__()


def test_a_feature_tried_out_without_those_it_is_made_from_is_refused() -> None:
    with pytest.raises(UnknownColumn, match="'campaign_response_count_364d'"):
        snapshot(tables(), as_of=AS_OF, features=[FEATURES["campaign_response_ratio"]])


def test_two_features_that_make_one_column_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with_features(monkeypatch, spend_28d)
    with pytest.raises(ValueError, match="two features make the column 'spend_28d'"):
        catalogue.__wrapped__()


def test_features_made_from_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="in a circle: first_of_two, second_of_two"):
        snapshot(tables([("anna", 3, 1.0)]), as_of=AS_OF, features=[first_of_two, second_of_two])


def test_a_feature_declared_in_a_notebook_is_computed_like_any_other() -> None:
    @feature(of=complaints, unit="complaints", missing=0, days=(28,))
    def phone_complaint_count(days: int) -> nw.Expr:
        """Complaints by phone in the last {days} days."""
        return count(complaints.within(days) & (complaints.channel == "phone"))

    said = [("anna", 3, "complaint", {"channel": "phone"}), ("anna", 3, "complaint")]
    made = snapshot(tables([("anna", 3, 1.0)], said), as_of=AS_OF, features=[phone_complaint_count])
    assert made.to_dicts() == [{"customer_id": "anna", "phone_complaint_count_28d": 1}]


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
        changed = FEATURES | {name: replace(FEATURES[name], unit="weeks")}
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
