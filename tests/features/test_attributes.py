"""Are the columns of the customers table used only as they were known on the day, and under declared names?"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import duckdb
import polars as pl
import pytest

from features import Feature, catalogue, feature_columns, snapshot
from features._attributes import Attribute, WrongType, attribute
from tests.features.tables import AS_OF, tables

MIDNIGHT = datetime(2026, 3, 10, tzinfo=UTC)
BEFORE = datetime(2026, 3, 9, 23, 59, 59, 999999, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

household_size = attribute(
    name="household_size",
    unit="people",
    known_from="asked_at",
    meaning="People in the household; null when unknown.",
)
birth_year = attribute(name="birth_year", column="born", unit="year", known_from=None, meaning="Null when unknown.")
region = attribute(
    name="region",
    unit="yes (1) or no (0)",
    known_from="joined_at",
    levels=("North West", "客户 {一}"),
    meaning="Whether the customer lives in {level}; null when unknown.",
    says=("lives in {level}: {value:.0f}", "居住在{level}：{value:.0f}"),
)


def customers(**columns: Any) -> dict[str, pl.LazyFrame]:
    """The tables of customers called anna, ben, ..., with these columns in the customers table."""
    height = max(len(values) for values in columns.values())
    names = ["anna", "ben", "cara", "dora", "emil", "finn"][:height]
    given = {"customer_id": names, **columns}
    return tables([(name, 3, 1.0) for name in names]) | {"customers": pl.LazyFrame(given)}


def values(of: Feature, world: dict[str, Any]) -> dict[str, list[float | None]]:
    """`{column: values}` of all customers in the order of their names."""
    made = snapshot(world, as_of=AS_OF, features=[of]).drop("customer_id")
    assert set(made.dtypes) == {pl.Float64()}
    return {name: made[name].to_list() for name in made.columns}


def test_a_number_is_known_from_the_moment_it_says_and_not_before() -> None:
    world = customers(household_size=[1, 2, 3, 4, None], asked_at=[LONG_AGO, BEFORE, MIDNIGHT, None, LONG_AGO])
    assert values(household_size, world) == {"household_size": [1, 2, None, None, None]}


def test_what_never_changes_is_known_of_every_customer_who_does_not_join_later() -> None:
    world = customers(born=[1980.0, 1990.0, float("nan"), 1970.0], joined_at=[BEFORE, MIDNIGHT, None, None])
    assert values(birth_year, world) == {"birth_year": [1980, None, None, 1970]}


def test_nothing_is_known_of_a_customer_who_joins_later_whatever_the_column_says() -> None:
    world = customers(household_size=[3], asked_at=[LONG_AGO], joined_at=[MIDNIGHT])
    assert values(household_size, world) == {"household_size": [None]}


def test_a_category_becomes_a_column_of_each_level_and_one_of_the_others() -> None:
    world = customers(
        region=["North West", " 客户 {一} ", "North west", None, " ", "North West"],
        joined_at=[*[LONG_AGO] * 5, MIDNIGHT],
    )
    assert values(region, world) == {
        "region_north_west": [1, 0, 0, None, None, None],
        "region_客户_一": [0, 1, 0, None, None, None],
        "region_other": [0, 0, 1, None, None, None],
    }


def test_truth_values_are_numbers() -> None:
    assert values(birth_year, customers(born=[True, False, None])) == {"birth_year": [1, 0, None]}


@pytest.mark.parametrize("declared", [household_size, birth_year, region], ids=lambda each: each.name)
def test_without_the_table_or_the_column_the_attribute_is_null(declared: Attribute) -> None:
    for world in (tables([("anna", 3, 1.0)]), customers(customer_id=["anna"])):
        assert set(map(tuple, values(declared, world).values())) == {(None,)}


def test_a_column_that_is_not_there_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        values(birth_year, customers(bron=[1980]))
    assert "customers has no column 'born': birth_year is null for everyone. Did you mean 'bron'?" in caplog.text


def test_a_column_without_any_value_may_be_of_any_type() -> None:
    for nothing in (pl.Series([None]), pl.Series([None], dtype=pl.String)):
        assert values(birth_year, customers(born=nothing)) == {"birth_year": [None]}


def test_text_is_no_number_and_says_so_with_an_example_and_a_way_out() -> None:
    with pytest.raises(
        WrongType,
        match=r"customers.born holds String, such as 'around 1980'; the attribute 'birth_year' in .*test_attributes "
        r"needs numbers. Add the column to data_contracts/customers.py with that type, or name its levels.",
    ):
        values(birth_year, customers(born=["in 1990", "around 1980"]))


def test_numbers_have_no_levels() -> None:
    with pytest.raises(WrongType, match=r"customers.region holds Int64, such as '3'; .* needs text. .* leave out its"):
        values(region, customers(region=[3], joined_at=[LONG_AGO]))


def test_known_from_must_be_a_timestamp() -> None:
    with pytest.raises(WrongType, match=r"customers.asked_at holds String, such as '2020-01-01'; .* a timestamp"):
        values(household_size, customers(household_size=[1], asked_at=["2020-01-01"]))


@pytest.mark.parametrize("levels", [("north", "North"), ("other",), ("--",)])
def test_levels_need_column_names_of_their_own(levels: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"'region': the level .* makes no column name of its own"):
        attribute(name="region", unit="", known_from=None, levels=levels, meaning="")


def test_an_attribute_is_a_feature_of_the_module_that_declares_it() -> None:
    declared = catalogue()["acquisition_cost"]
    assert isinstance(declared, Attribute)
    assert declared.module == "features.profile"
    assert feature_columns()["acquisition_cost"].feature is declared
    assert household_size.module == __name__


def test_every_level_says_its_own_name() -> None:
    first, second, other = region.columns
    assert [column.name for column in region.columns] == ["region_north_west", "region_客户_一", "region_other"]
    assert first.description == "Whether the customer lives in North West; null when unknown."
    assert second.description == "Whether the customer lives in 客户 {一}; null when unknown."
    assert other.feature.says is not None
    assert other.feature.says[0].format(value=1.0) == "lives in other: 1"
    assert second.feature.says is not None
    assert second.feature.says[1].format(value=0.0) == "居住在客户 {一}：0"


CHANGES: dict[str, dict[str, Any]] = {
    "the column": {"column": "home"},
    "since when it is known": {"known_from": None},
    "the levels": {"levels": ("North West",)},
    "the unit": {"unit": "share"},
    "the name": {"name": "home"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_meaning_changes_the_fingerprint(change: str) -> None:
    said = {"name": "region", "unit": "0 or 1", "known_from": "joined_at", "levels": ("North West", "South")}
    first = attribute(meaning="Null.", **said).fingerprint  # type: ignore[arg-type]
    assert attribute(meaning="Null.", **(said | CHANGES[change])).fingerprint != first  # type: ignore[arg-type]
    assert attribute(meaning="Null when unknown.", says=("a", "b"), **said).fingerprint == first  # type: ignore[arg-type]


def test_duckdb_says_the_same() -> None:
    world = customers(
        region=["North West", " 客户 {一} ", "South", None, " ", "North West"],
        household_size=[1, 2, 3, None, 5, 6],
        born=[1980.5, None, 1990.0, 2000.0, 1.0, 2.0],
        asked_at=[LONG_AGO, BEFORE, MIDNIGHT, None, LONG_AGO, BEFORE],
        joined_at=[LONG_AGO, BEFORE, MIDNIGHT, None, LONG_AGO, LONG_AGO],
    )
    asked = [region, household_size, birth_year, *(catalogue()[n] for n in ("days_since_joined", "acquisition_cost"))]
    expected = snapshot(world, as_of=AS_OF, features=asked)
    frames = {name: frame.collect() for name, frame in world.items()}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, frame in frames.items():
            connection.register(name, frame.to_arrow())
        relations = {name: connection.table(name) for name in frames}
        assert snapshot(relations, as_of=AS_OF, features=asked).equals(expected)
