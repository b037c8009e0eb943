"""Do the tests bite? Each guard of time and of meaning is broken on purpose, and a claim must then fail."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from features import Events, _events, _feature, _snapshot, _time, breadth, frequency, monetary
from tests.features.cases import CASES

CLAIMS = {case.claim: case for case in CASES}
MODULES = (_time, _events, _feature, _snapshot, breadth, frequency, monetary)

Broken = tuple[Callable[..., Any], str, str, str]

BROKEN: dict[str, Broken] = {
    "the cut of occurred_at is inclusive": (
        _time.known_before,
        'nw.col("occurred_at") < start',
        'nw.col("occurred_at") <= start',
        "an_event_recorded_before_it_happens_does_not_count_before_it_happens",
    ),
    "the cut of occurred_at is gone": (
        _time.known_before,
        'nw.col("occurred_at") < start, ',
        "",
        "an_event_recorded_before_it_happens_does_not_count_before_it_happens",
    ),
    "the cut of recorded_at is gone": (
        _time.known_before,
        ", _recorded_before(start)",
        "",
        "a_complaint_recorded_after_the_as_of_date_does_not_count",
    ),
    "the cut of recorded_at is inclusive": (
        _time._recorded_before,
        'nw.col("recorded_at") < start',
        'nw.col("recorded_at") <= start',
        "a_purchase_recorded_on_the_as_of_date_does_not_count",
    ),
    "an event without recorded_at is lost": (
        _time._recorded_before,
        'nw.col("recorded_at").is_null() | ',
        "",
        "a_purchase_recorded_on_the_as_of_date_does_not_count",
    ),
    "the day begins at midnight in UTC": (
        _time.day_start,
        "tzinfo=ZoneInfo(time_zone)",
        "tzinfo=UTC",
        "west_of_greenwich_the_day_begins_later_than_in_utc",
    ),
    "the day begins at a standard-time midnight": (
        _time.day_start,
        "datetime.combine(day, time.min, tzinfo=ZoneInfo(time_zone))",
        "(datetime.combine(day, time.min, tzinfo=ZoneInfo(time_zone)) + datetime.combine("
        "day, time.min, tzinfo=ZoneInfo(time_zone)).dst())",
        "the_day_of_23_hours_is_one_day_in_london",
    ),
    "events fall on days in UTC": (
        _time.local_day,
        "convert_time_zone(time_zone)",
        'convert_time_zone("UTC")',
        "days_begin_at_midnight_of_the_business_time_zone",
    ),
    "events are dated when they were recorded": (
        _time.known_before,
        'local_day(nw.col("occurred_at")',
        'local_day(nw.col("recorded_at")',
        "recording_time_does_not_date_an_event",
    ),
    "age counts from the day before": (
        _time.known_before,
        "// (24 * 60)",
        "// (24 * 60) - 1",
        "complaints_of_28_days_and_nothing_else",
    ),
    "age of an order counts from the day before": (
        _events._orders,
        "// (24 * 60)",
        "// (24 * 60) - 1",
        "recency_counts_days_from_the_latest_purchase_and_1_means_yesterday",
    ),
    "windows are a day longer": (
        Events.within,
        "<= days",
        "<= days + 1",
        "a_purchase_28_days_ago_is_in_the_window_and_29_days_ago_is_not",
    ),
    "windows are a day shorter": (
        Events.within,
        "<= days",
        "< days",
        "a_purchase_28_days_ago_is_in_the_window_and_29_days_ago_is_not",
    ),
    "a later resolution is known": (
        _time._without_later_state,
        'for name in ("resolved_at", "reviewed_at")',
        'for name in ("reviewed_at",)',
        "a_complaint_is_open_until_it_is_known_to_be_resolved",
    ),
    "a resolution at the as-of date is known": (
        _time._without_later_state,
        "nw.when(nw.col(name) < start)",
        "nw.when(nw.col(name) <= start)",
        "a_complaint_is_open_until_it_is_known_to_be_resolved",
    ),
    "satisfaction is known before the resolution": (
        _time._without_later_state,
        "nw.when(~unasked).then",
        "nw.when(~unasked | unasked).then",
        "satisfaction_with_a_complaint_or_enquiry_is_unknown_before_it_is_resolved",
    ),
    "an order without a positive amount is a purchase": (
        _events._purchases,
        'nw.col("amount") > 0',
        'nw.col("amount") >= 0',
        "an_order_that_nets_to_zero_or_less_is_no_purchase",
    ),
    "returns do not net their order": (
        _events._orders,
        "_lines(tables, moment)",
        '_lines(tables, moment).filter(nw.col("amount") > 0)',
        "an_order_returned_in_full_is_no_purchase",
    ),
    "order numbers are shared by all customers": (
        _events.orders_of,
        '.group_by("customer_id", "order_key").agg(',
        '.group_by("order_key").agg(nw.col("customer_id").min(), ',
        "one_order_number_at_two_customers_is_two_orders",
    ),
    "an order is dated by its last line": (
        _events.orders_of,
        'nw.col("local_on").min()',
        'nw.col("local_on").max()',
        "an_order_is_dated_by_its_first_line",
    ),
    "order totals are not exact": (
        _events.orders_of,
        'nw.col("amount").sum().round(MONEY_DECIMALS)',
        'nw.col("amount").sum()',
        "amounts_that_cancel_in_decimals_cancel_here",
    ),
    "sums are not exact": (_feature.total, ".round(MONEY_DECIMALS)", "", "tenths_add_up_exactly"),
    "lines without an order are all one order": (
        _events.with_order_key,
        'nw.col("local_on").cast(nw.String)',
        'nw.lit("")',
        "lines_without_an_order_are_one_order_per_customer_and_day",
    ),
    "every line is an order": (
        _events.with_order_key,
        '.otherwise(nw.col("order_id"))',
        '.otherwise(nw.col("transaction_id"))',
        "lines_of_one_order_are_one_purchase",
    ),
    "gaps run across customers": (
        _events._purchases,
        '.over("customer_id", order_by',
        ".over(order_by",
        "average_days_between_purchases",
    ),
    "a free line is a return": (
        _events._returns,
        'nw.col("amount") < 0',
        'nw.col("amount") <= 0',
        "every_returned_line_counts_and_a_free_one_is_no_return_84",
    ),
    "every interaction is a complaint": (
        _events._complaints,
        '.filter(nw.col("kind") == "complaint")',
        "",
        "complaints_of_28_days_and_nothing_else",
    ),
    "hours are whole minutes": (
        _events._hours,
        "duration.dt.total_seconds() / 3600",
        "duration.dt.total_minutes() / 60",
        "slow_is_longer_than_24_hours_to_the_second_resolved_or_open",
    ),
    "an unknown category is a category": (
        _feature.distinct,
        "(where & ~column.is_null()).then(column).drop_nulls()",
        "(where).then(column)",
        "different_category_and_neither_unknown_nor_returned_nor_free_ones_84",
    ),
    "missing is not filled in": (
        _snapshot._fill,
        "value.fill_null(column.missing)",
        "value",
        "a_purchase_28_days_ago_is_in_the_window_and_29_days_ago_is_not",
    ),
    "a share of nothing is infinite": (
        _snapshot._plain,
        "value.is_finite()",
        "value.is_not_null()",
        "responses_per_contact_over_364_days",
    ),
}
"""What is broken: the function, the code replaced and its replacement, and a claim that must fail then."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_guard_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, old, new, claim = BROKEN[name]
    case = CLAIMS[claim]
    assert case.holds()
    break_(monkeypatch, function, old, new)
    assert not case.holds(), f"nobody noticed that {name}"


def break_(monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any], old: str, new: str) -> None:
    """Puts a copy of the function with other code wherever the function is used."""
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) >= 1, f"{function.__name__} no longer says {old!r}; renew this guard"
    scope = dict(function.__globals__)
    exec(compile(source.replace(old, new), "broken", "exec"), scope)  # noqa: S102
    broken = scope[function.__name__]
    if "." in function.__qualname__:
        monkeypatch.setattr(Events, function.__name__, broken)
    for module in MODULES:
        if vars(module).get(function.__name__) is function:
            monkeypatch.setattr(module, function.__name__, broken)
    replace_in_makers(monkeypatch, function, broken)


def replace_in_makers(
    monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any], broken: Callable[..., Any]
) -> None:
    """The makers of event tables are called from a dict."""
    for name, maker in _events._MAKERS.items():
        if maker is function:
            monkeypatch.setitem(_events._MAKERS, name, broken)


def test_every_function_that_makes_events_or_cuts_them_is_broken_once() -> None:
    broken = {function.__name__ for function, *_ in BROKEN.values()}
    unbroken = {name for module in (_time, _events) for name in functions_of(module)} - broken
    # The first three and `event_rows` only call or wrap; labels are cut in test_time.py.
    assert unbroken == {"_columns_of", "_lines", "_interactions", "event_rows", "happened_within"}


def functions_of(module: ModuleType) -> set[str]:
    """The functions written in the module."""
    return {n for n, value in vars(module).items() if inspect.isfunction(value) and value.__module__ == module.__name__}
