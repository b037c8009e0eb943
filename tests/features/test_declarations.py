"""Is every feature declared in full, and does a wrong declaration say what is wrong?"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
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
    catalogue,
    complaints,
    count,
    event_rows,
    feature,
    feature_columns,
    interactions,
    lines,
    orders,
    purchases,
    returns,
    snapshot,
    subscription_terms,
)
from tests.features.tables import AS_OF, tables

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
