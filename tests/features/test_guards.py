"""Do the tests bite? Each guard of time and of meaning is broken on purpose, and a claim must then fail.

Features are computed on two paths, so every guard is broken where each of them has it. On the fast path there are two
ways of asking: for one as-of date, and for an earlier date while the log is read until a later one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache, partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

import polars as pl
import pytest

from features import (
    Events,
    Feature,
    _aggregate,
    _buckets,
    _history,
    _makers,
    _polars,
    _snapshot,
    _sums,
    _time,
    feature_columns,
    snapshots,
)
from features._aggregate import Compound, Where
from features._buckets import Spread
from features._history import History
from features._polars import Log
from features._sums import Table
from tests.features.cases import CASES

CLAIMS = {case.claim: case for case in CASES}


def portable(tables: Any, *, as_of: date, **asked: Any) -> pl.DataFrame:
    """The path of every engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_snapshot, "is_fast", lambda column: False)
        return next(snapshots(tables, as_of=[as_of], **asked))


def fast(tables: Any, *, as_of: date, until: date | None = None, **asked: Any) -> pl.DataFrame:
    """The path of arrays, and no other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_snapshot, "_of_events", None)
        return next(snapshots(tables, as_of=sorted({as_of, until or as_of}), **asked))


def looking_back(tables: Any, *, as_of: date, **asked: Any) -> pl.DataFrame:
    """The path of arrays, the log read until a later date: it holds what comes after the as-of date."""
    return fast(tables, as_of=as_of, until=as_of + timedelta(days=40), **asked)


Path = Callable[..., pl.DataFrame]

PORTABLE, FAST, BACK = (portable,), (fast,), (looking_back,)
ARRAYS = (fast, looking_back)
BOTH = (portable, fast, looking_back)

Broken = tuple[str, tuple[Path, ...], Any, str, str]

_products, _in_window, _combine = _makers._MAKERS["products"], Where.expression.fget, Compound.expression.fget

STANDARD_TIME = (
    ".astimezone(UTC)",
    ".astimezone(UTC) + datetime.combine(day, time.min, tzinfo=ZoneInfo(time_zone)).dst()",
)
UNNETTED = ("_lines(tables, moment)", '_lines(tables, moment).filter(nw.col("amount") > 0)')
WITHOUT_CUSTOMER = (
    '.group_by("customer_id", "order_key").agg(',
    '.group_by("order_key").agg(nw.col("customer_id").min(), ',
)
WITHOUT_DAY = ('"order_key", "day").agg(', '"order_key").agg(nw.col("day").min(), ')
BY_LAST_LINE = ("values[starts] for", "values[np.append(starts[1:], count) - 1] for")
INEXACT = ("divided(whole, by=10**MONEY_DECIMALS)", "_kept(aggregate).sum()")
"""Replacements too long for their line below."""

BROKEN: dict[str, tuple[Broken, ...]] = {
    # What is known
    "an_event_recorded_before_it_happens_does_not_count_before_it_happens": (
        ("the cut of occurred_at is inclusive", PORTABLE, _time.is_known_before, 'occurred_us") <', 'occurred_us") <='),
        ("the cut of occurred_at is inclusive", BACK, History._bought, "< as_of", "<= as_of"),
        ("the cut of occurred_at is gone", PORTABLE, _time.is_known_before, '(nw.col("occurred_us") < start) & ', ""),
        ("the cut of occurred_at is gone", BACK, _time.known_on, "recorded > occurred", "~recorded.is_null()"),
    ),
    "a_complaint_recorded_after_the_as_of_date_does_not_count": (
        ("the cut of recorded_at is inclusive", BOTH, _time._recorded_before, '_us") <', '_us") <='),
        ("the cut of recorded_at is gone", BOTH, _time.is_known_before, " & _recorded_before(start)", ""),
        ("nothing is cut", PORTABLE + BACK, _time.known_before, ".filter(is_known_before(start))", ""),
        ("the day begins a second early", BOTH, _time.micros, "=1)", "=1) - 1_000_000"),
    ),
    "a_purchase_recorded_on_the_as_of_date_does_not_count": (
        ("a purchase recorded on the day is known", PORTABLE, _time._recorded_before, '_us") <', '_us") <='),
        ("a purchase recorded on the day is known", BACK, History._bought, "< as_of", "<= as_of"),
        ("a purchase is known unrecorded", PORTABLE, _time.is_known_before, " & _recorded_before(start)", ""),
        ("a purchase is known unrecorded", BACK, _time.known_on, "recorded > occurred", "recorded < occurred"),
        ("without recorded_at all is lost", BOTH, _time._recorded_before, 'nw.col("recorded_us").is_null() | ', ""),
    ),
    "recording_time_does_not_date_an_event": (
        ("an event is dated by recording", PORTABLE, _time.known_before, '"occurred_us"', '"recorded_us"'),
        ("an event is dated by recording", ARRAYS, _buckets.line_numbers, '"occurred_us"', '"recorded_us"'),
    ),
    # Days of the business
    "west_of_greenwich_the_day_begins_later_than_in_utc": (
        ("the day begins at midnight in UTC", PORTABLE + FAST, _time.day_start, "ZoneInfo(time_zone)", "UTC"),
    ),
    "hours_are_real_hours_across_a_clock_change": (
        ("the day begins at standard time", BOTH, _time.day_start, *STANDARD_TIME),
    ),
    "days_begin_at_midnight_of_the_business_time_zone": (
        ("events fall on days in UTC", BOTH, _time.local_micros, "moment_us + ahead", "moment_us"),
        ("clocks are behind that are ahead", BOTH, _time.local_micros, "moment_us + ahead", "moment_us - ahead"),
        ("what is known is known on days in UTC", BACK, _time.known_on, ", shifts)", ", ((0, 0),))"),
    ),
    "the_day_of_25_hours_is_one_day_in_new_york": (
        ("clocks never change", BOTH, _time.local_micros, "shifts[1:]", "shifts[:0]"),
        ("there is no summer time", BOTH, _time._ahead, "or timedelta(0))", "- moment.astimezone(zone).dst())"),
        ("changes of clocks are not found", BOTH, inspect.unwrap(_time.zone_shifts), "_changes(", "[] and _changes("),
    ),
    "the_evening_begins_at_18_on_the_clocks_of_the_business_in_summer_too": (
        ("clocks change at midnight in UTC", BOTH, _time._changes, "[(after,", "[(after // DAY * DAY + DAY,"),
        ("the hour is that of UTC", PORTABLE, _time.known_before, "hour=local", 'hour=nw.col("occurred_us")'),
        ("the hour is that of UTC", ARRAYS, _buckets.line_numbers, "at=local", 'at=nw.col("occurred_us")'),
        ("a purchase was made an hour later", PORTABLE, _makers.orders_of, "% 24", "% 24 + 1"),
        ("a purchase was made an hour later", ARRAYS, _history._table, "% 24", "% 24 + 1"),
    ),
    "recency_counts_days_from_the_latest_purchase_and_1_means_yesterday": (
        ("days are counted from 2 January 1970", BOTH, _time.day_number, ".days", ".days + 1"),
        ("a purchase is a day older", PORTABLE, _makers._aged, "(moment.as_of)", "(moment.as_of) + 1"),
        ("a purchase is a day older", ARRAYS, _history._table, "as_of - rows", "as_of + 1 - rows"),
        ("a purchase is known a day late", ARRAYS, _time.known_on, ", shifts)", ", shifts) + 1"),
        ("the least is the most", PORTABLE, _aggregate._least, ".min()", ".max()"),
        ("the least is the most", ARRAYS, _sums._extreme, '== "least"', '!= "least"'),
        ("one customer has another's rows", ARRAYS, _history._starts, "=customers)", "=customers)[::-1]"),
    ),
    "complaints_of_28_days_and_nothing_else": (
        ("age counts from the day before", BOTH, _time.known_before, "day_number(as_of)", "day_number(as_of) + 1"),
        ("every interaction is a complaint", BOTH, _makers.complaints_of, '== "complaint"', '!= ""'),
    ),
    "a_purchase_28_days_ago_is_in_the_window_and_29_days_ago_is_not": (
        ("windows are a day longer", PORTABLE, _in_window, "<= self.days", "<= self.days + 1"),
        ("windows are a day longer", ARRAYS, Table._younger, "> days", "> days + 1"),
        ("windows are a day shorter", PORTABLE, _in_window, "<= self.days", "< self.days"),
        ("windows are a day shorter", ARRAYS, Table._younger, "> days", ">= days"),
        ("windows are declared a day longer", BOTH, Events.within, "=days,", "=days + 1,"),
        ("missing is not filled in", BOTH, _snapshot._fill, "value.fill_null(column.missing)", "value"),
        ("events count twice", PORTABLE, _aggregate._number, "nw.lit(1)", "nw.lit(2)"),
        ("events count twice", ARRAYS, _sums._count, "end - first", "2 * (end - first)"),
    ),
    "the_same_weeks_last_year_are_337_to_364_days_ago": (
        ("windows end a day later", PORTABLE, _in_window, "> self.after", ">= self.after"),
        ("windows end a day later", ARRAYS, Table.stretch, "_younger(where.after)", "_younger(where.after - 1)"),
    ),
    # The calendar
    "the_weekend_begins_at_midnight_of_the_business_time_zone": (
        ("the week is a day late", BOTH, _time.weekday, "day + 3", "day + 2"),
        ("a day has the calendar of another", ARRAYS, _history._dated, "place = day - ", "place = day - 1 - "),
    ),
    "the_end_of_february_is_a_day_later_in_a_leap_year": (
        ("months begin with day 0", BOTH, _time.day_of_month, "// 5 + 1", "// 5"),
        ("there is no leap year", BOTH, _time.day_of_month, "% 1461 // 4", "% 1460 // 4"),
        ("the end of a month is eight days long", BOTH, _time.calendar_facts, "day + 7", "day + 8"),
    ),
    # State that is filled in later
    "a_complaint_is_open_until_it_is_known_to_be_resolved": (
        ("a resolution on the day is known", BOTH, _time._without_later_state, "< start", "<= start"),
        ("a later resolution is known", BOTH, _time._without_later_state, '("resolved", ', "("),
    ),
    "unreviewed_until_a_review_before_the_as_of_date_and_resolved_is_not_reviewed": (
        ("a later review is known", BOTH, _time._without_later_state, ', "reviewed")', ",)"),
    ),
    "satisfaction_with_a_complaint_or_enquiry_is_unknown_before_it_is_resolved": (
        ("satisfaction is known unresolved", BOTH, _time._without_later_state, "(~unasked)", "(~unasked | unasked)"),
        ("enquiries are like visits", BOTH, _time._without_later_state, "(RESOLVED_FIRST)", "(RESOLVED_FIRST[:1])"),
    ),
    # Orders
    "an_order_that_nets_to_zero_or_less_is_no_purchase": (
        ("an order of nothing is a purchase", PORTABLE, _makers._purchases, "> 0", ">= 0"),
        ("an order of nothing is a purchase", ARRAYS, _history._purchases, "> 0", ">= 0"),
        ("money is rounded to tenths", PORTABLE, _aggregate.fixed, "Float64)", "Float64).round(1)"),
        ("money is rounded to tenths", PORTABLE, _aggregate.rounded, "Float64)", "Float64).round(1)"),
        ("money is rounded to tenths", ARRAYS, _buckets._fixed, "col(name)", "col(name).round(1)"),
    ),
    "an_order_returned_in_full_is_no_purchase": (
        ("returns do not net their order", PORTABLE, _makers._orders, *UNNETTED),
        ("returns do not net their order", ARRAYS, _history._purchases, 'orders["amount"]', 'orders["paid"]'),
        ("only a return of its day nets an order", PORTABLE, _makers.orders_of, '"order_key")', '"order_key", "day")'),
        ("only a return of its day nets an order", ARRAYS, _history._purchases, '"order")', '"order", "day")'),
    ),
    "one_order_number_at_two_customers_is_two_orders": (
        ("customers share order numbers", PORTABLE, _makers.orders_of, *WITHOUT_CUSTOMER),
        ("customers share order numbers", ARRAYS, _history._purchases, '("code", "order")', '("order",)'),
        ("customers share a run of lines", ARRAYS, _buckets._run_starts, '("customer", ', "("),
        ("rows are alike when one column is", ARRAYS, _history._same, "&=", "|="),
    ),
    "lines_of_one_order_are_one_purchase": (
        ("every line is an order", PORTABLE, _makers.with_order_key, 'e(nw.col("order_id', 'e(nw.col("transaction_id'),
        ("every line is an order", ARRAYS, _buckets.line_numbers, '"order_id").h', '"transaction_id").h'),
        ("one hour is one order", ARRAYS, _buckets._run_starts, '["order"]', '["at"]'),
    ),
    "lines_without_an_order_are_one_order_per_customer_and_day": (
        ("all days are one order", PORTABLE, _makers.with_order_key, 'nw.col("day")', "nw.lit(0)"),
        ("all days are one order", ARRAYS, _buckets.line_numbers, '"at") // 24', '"at") * 0'),
    ),
    "lines_without_an_order_are_grouped_by_the_business_day_not_the_utc_day": (
        ("UTC days are orders", PORTABLE, _makers.with_order_key, '"day")', '"occurred_us").__floordiv__(864 * 10**8)'),
        ("UTC days are orders", ARRAYS, _buckets.line_numbers, '"at") // 24', '"occurred_us") // (24 * HOUR)'),
    ),
    "an_order_is_dated_by_its_first_line": (
        ("an order is dated by its last line", PORTABLE, _makers.orders_of, ".min()", ".max()"),
        ("an order is dated by its last line", ARRAYS, _history._merged, *BY_LAST_LINE),
    ),
    "a_purchase_is_made_at_the_hour_of_its_first_line": (
        ("an order has the hour of its last line", PORTABLE, _makers.orders_of, ".min()", ".max()"),
        ("an order has the hour of its last line", ARRAYS, _history._merged, "np.minimum", "np.maximum"),
        ("lines of two hours are one run", ARRAYS, _buckets._run_starts, '"at", "known")', '"known")'),
    ),
    "amounts_that_cancel_in_decimals_cancel_here": (
        ("order totals are not exact", PORTABLE, _makers._sum, "divided(total, by=10**MONEY_DECIMALS)", "value.sum()"),
    ),
    "every_line_of_a_purchase_counts_the_free_and_the_returned_one_too": (
        ("a line of an order is not counted", PORTABLE, _makers.orders_of, "nw.len()", "nw.len() - 1"),
        ("a line of an order is not counted", ARRAYS, _buckets.run_columns, "counts >> 32", "(counts >> 32) - 1"),
    ),
    # Money and returns
    "spend_is_net_of_returns_each_dated_when_it_happened_28": (
        ("returns are not taken off", PORTABLE, _makers._receipts, *UNNETTED),
        ("returns are not taken off", ARRAYS, _buckets._matrix, "((amount, np.max", "((np.maximum(amount, 0), np.max"),
        ("a return is dated as its order", PORTABLE, _makers.receipts_of, *WITHOUT_DAY),
        ("a return is dated as its order", ARRAYS, _history._receipts, '("code", "order", "day")', '("code", "order")'),
    ),
    "discounts_count_on_the_day_of_their_line_and_unknown_ones_as_nothing_84": (
        ("totals are not exact", PORTABLE, _aggregate._total, *INEXACT),
        ("an unknown discount is something", PORTABLE, _aggregate._whole_sum, "e(nw.lit(0))", "e(nw.lit(1))"),
        ("an unknown discount is something", ARRAYS, _buckets._fixed, "fill_null(0)", "fill_null(1)"),
        ("totals are of thousandths", ARRAYS, _sums._total, "MONEY_DECIMALS)", "3)"),
        ("a sum includes what came before", ARRAYS, Table.over, "sums[end] - sums[first]", "sums[end]"),
        ("a running sum is a row late", ARRAYS, Table.running, "out=sums[1:]", "out=sums[:-1]"),
    ),
    "largest_purchase_is_an_order_net_of_its_returns": (
        ("the most is the least", PORTABLE, _aggregate._most, ".max()", ".min()"),
        ("the most is the least", ARRAYS, _sums._extreme, '== "least"', '!= "least"'),
        ("money is of ten-thousandths", ARRAYS, Table.values, "/ float(10**MONEY_DECIMALS)", "/ 1.0"),
    ),
    "every_returned_line_counts_and_a_free_one_is_no_return_84": (
        ("a free line is a return", PORTABLE, _makers.receipts_of, "_number(amount < 0)", "_number(amount <= 0)"),
        ("a free line is a return", ARRAYS, _buckets._matrix, "amount < 0", "amount <= 0"),
        ("a returned line counts twice", PORTABLE, _makers._number, "nw.lit(1)", "nw.lit(2)"),
        ("a returned line counts twice", ARRAYS, _buckets.run_columns, "counts & _LOW", "2 * (counts & _LOW)"),
        ("receipts are in no order", ARRAYS, History._bought, '_by_day(receipts, receipts["code"])', "receipts"),
    ),
    "returns_of_earlier_purchases_can_outweigh_what_was_paid": (
        ("a return lowers what was paid", PORTABLE, _makers.receipts_of, "_sum(amount, amount > 0)", "_sum(amount)"),
        ("a return lowers what was paid", ARRAYS, _buckets._matrix, "np.maximum(amount, 0)", "amount"),
        ("everything is returned", PORTABLE, _makers.receipts_of, "-amount, amount < 0", "amount, amount > 0"),
        ("everything is returned", ARRAYS, _history._table, 'rows["paid"] - rows["amount"]', 'rows["paid"]'),
    ),
    # Rhythm
    "average_days_between_purchases": (
        ("gaps run across customers", PORTABLE, _makers._purchases, 'over("customer_id", order', "over(order"),
        ("gaps run across customers", ARRAYS, _history._with_gaps, "[same]", ""),
        ("purchases are in no order", PORTABLE, _makers._purchases, '["day", ', "["),
        ("purchases are in no order", ARRAYS, History._bought, '_by_day(purchases, purchases["code"])', "purchases"),
        ("days run backwards", ARRAYS, _history._by_day, "day - day.min()", "day.max() - day"),
    ),
    "several_first_purchases_are_averaged_and_what_nets_to_nothing_is_no_first_purchase": (
        ("the first day is the last", PORTABLE, _makers._purchases, "day.min()", "day.max()"),
        ("the first day is the last", ARRAYS, _history._with_gaps, "np.repeat(first,", "np.repeat(last,"),
        ("sums have no conditions", PORTABLE, _aggregate._whole_sum, "where & ", ""),
        ("sums have no conditions", ARRAYS, _sums._sum, "if condition is None", "if True"),
        ("averages are of ten-thousandths", ARRAYS, Table.whole, "decimals - MONEY_DECIMALS", "0"),
    ),
    "several_last_purchases_are_averaged_and_a_later_return_is_no_purchase": (
        ("the last day is the first", PORTABLE, _makers._purchases, "day.max()", "day.min()"),
        ("the last day is the first", ARRAYS, _history._with_gaps, "np.repeat(last,", "np.repeat(first,"),
        ("averages are over all", PORTABLE, _aggregate._average, "_number(where & ", "_number("),
        ("averages are over all", ARRAYS, _sums._average, "(table, value, condition)", "(table, value, None)"),
    ),
    "typical_purchase_is_the_middle_one_net_of_its_returns": (
        ("the median is no middle", PORTABLE, _aggregate._median, ".median()", ".mean()"),
        ("the median is no middle", ARRAYS, _sums._median, "(number - 1) // 2", "number // 2"),
        ("the median is no middle", ARRAYS, _sums._sorted_within, "packed.sort()", "packed"),
    ),
    "two_purchases_on_one_day_are_one_purchase_day_28": (
        ("every purchase is a new day", BOTH, _makers.purchase_facts, "(gap > 0)", "(gap >= 0)"),
        ("counts have no conditions", PORTABLE, _aggregate._count, "_number(", "_number(nw.lit(True) | "),
        ("counts have no conditions", ARRAYS, _sums._count, "condition is None", "True"),
        ("a condition in a window is none", BOTH, Where.__and__, "both[0] if both", "None if both"),
    ),
    "weeks_are_counted_back_from_the_as_of_date_84": (
        ("weeks begin a day late", BOTH, _makers.purchase_facts, "gap - 1) // 7", "gap) // 7"),
    ),
    "purchases_of_84_days_less_those_of_the_84_days_a_year_before": (
        ("a difference is the other way round", PORTABLE, _combine, "left - right", "right - left"),
        ("a difference is the other way round", ARRAYS, _sums._combined, "left - right", "right - left"),
    ),
    # Products, categories, channels
    "different_product_id_and_neither_unknown_nor_returned_nor_free_ones_28": (
        ("windows of kinds are a day longer", BOTH, _in_window, "<= self.days", "<= self.days + 1"),
        ("kinds have no windows", PORTABLE, _in_window, "[age <= self.days]", "[]"),
        ("kinds have no windows", ARRAYS, Table.condition, "= where.expression", "= where.condition"),
        ("kinds are as old as on the last date", BACK, History._kinds, "base - as_of", "0"),
        ("a free line was bought", PORTABLE, _products, "> 0", ">= 0"),
        ("a free line was bought", ARRAYS, Spread._add_kind, '["amount"] > 0', '["amount"] >= 0'),
        ("a returned line was bought", PORTABLE, _products, 'nw.col("amount") > 0, ', ""),
        ("a returned line was bought", ARRAYS, Spread._add_kind, ' & (lines["amount"] > 0)', ""),
        ("an unknown product is a product", PORTABLE, _products, ", ~nw.col(column).is_null()", ""),
        ("an unknown product is a product", ARRAYS, Spread._add_kind, "(kind > 0) & ", ""),
        ("an unknown product is a product", ARRAYS, _buckets._number, "fill_null(0)", "fill_null(9)"),
        ("a kind begins a row early", ARRAYS, _history._edges, "keys[:-1]) + 1", "keys[:-1])"),
    ),
    "days_since_the_latest_first_time": (
        ("a kind is a day older", PORTABLE, _time.known_before, "day_number(as_of)", "day_number(as_of) + 1"),
        ("a kind is a day older", ARRAYS, Spread._add_kind, "self.base - day", "self.base + 1 - day"),
    ),
    "a_product_bought_twice_on_one_day_was_not_bought_again": (
        ("a kind is as old as its first line", PORTABLE, _products, "age.min()", "age.max()"),
        ("a kind is as old as its first line", ARRAYS, History._kinds, "ages[starts]", "ages[ends]"),
    ),
    "a_product_id_bought_before_the_window_is_not_new_in_it_28": (
        ("a kind is as new as its last line", PORTABLE, _products, "age.max()", "age.min()"),
        ("a kind is as new as its last line", ARRAYS, History._kinds, "ages[ends]", "ages[starts]"),
    ),
    "share_of_the_lines_of_the_favourite_product_id_in_those_where_it_is_known": (
        ("a line of a kind is not counted", PORTABLE, _products, "nw.len()", "nw.len() - 1"),
        ("a line of a kind is not counted", ARRAYS, History._kinds, "ends - starts + 1", "ends - starts"),
    ),
    # Interactions
    "slow_is_longer_than_24_hours_to_the_second_resolved_or_open": (
        ("hours are whole minutes", BOTH, _makers._hours, "// 1_000_000", "// 60_000_000 * 60"),
    ),
    "age_of_the_oldest_open_complaint_when_the_as_of_date_begins": (
        ("what is resolved is open", BOTH, _makers.complaints_of, "open_hours=nw.when(", "open_hours=nw.when(True | "),
        ("a complaint is an hour older", PORTABLE, _makers._complaints, "start=start", "start=start + 3_600_000_000"),
        ("a complaint is an hour older", ARRAYS, Log._said, "=moment.start", "=moment.start + 3_600_000_000"),
    ),
    "hours_of_the_latest_complaint_and_nothing_while_it_is_open": (
        ("the latest complaint is anybody's", BOTH, _makers.complaints_of, '.over("customer_id")', ""),
        ("extremes have no conditions", PORTABLE, _aggregate._kept, "where.expression", "where.expression | True"),
        ("extremes have no conditions", ARRAYS, _sums._extreme, "(table, value, condition)", "(table, value, None)"),
    ),
    "contacts_after_the_day_of_the_latest_response_wait_for_an_answer": (
        ("a response answers everybody", BOTH, _makers.interactions_of, '.min().over("customer_id")', ".min()"),
        ("a contact waits on its day", BOTH, _makers.interactions_of, "age < responded", "age <= responded"),
    ),
    "satisfaction_of_the_latest_answer_and_of_several_at_one_moment_the_average": (
        ("the latest answer is anybody's", BOTH, _makers.interactions_of, '.max().over("customer_id")', ".max()"),
        ("no answer is an answer", BOTH, _makers.interactions_of, "nw.when(answers).then(occurred)", "occurred"),
    ),
    "average_satisfaction_of_those_who_answered": (
        ("no answer is in the average", PORTABLE, _aggregate._average, " & ~value.is_null()", ""),
        ("no answer is in the average", ARRAYS, _sums._known, "~np.isnan(values)", "values != 9"),
        ("no answer is 1", PORTABLE, _aggregate._whole_sum, "e(nw.lit(0))", "e(nw.lit(1_000_000))"),
        ("no answer is 1", ARRAYS, _sums._whole, "nan=0.0", "nan=1.0"),
        ("the average of nothing is 0", ARRAYS, _sums._average, "mean, np.nan)", "mean, 0.0)"),
        ("interactions are in no order", ARRAYS, _polars._talk_table, '("customer_id", "day")', '("customer_id")'),
    ),
    "responses_per_contact_over_364_days": (
        ("a share of nothing is infinite", BOTH, _snapshot._plain, "is_finite()", "is_not_null()"),
    ),
    "every_complaint_after_the_first_on_its_topic_repeats_it": (
        ("an unknown topic is a topic", PORTABLE, _aggregate._distinct, "n_unique() -", "n_unique() + 0 *"),
        ("an unknown topic is a topic", ARRAYS, _sums._distinct, ".drop_nulls()", ""),
    ),
    # Customers
    "everyone_known_to_be_brought_by_the_customer_counts_once": (
        ("who joins on the day is known", PORTABLE, _makers.known_customers, "joined < start", "joined <= start"),
        ("who joined nobody knows when is lost", PORTABLE, _makers.known_customers, "joined.is_null() | ", ""),
        ("one can bring oneself", PORTABLE, _makers._brought, ', referrer != nw.col("customer_id")', ""),
    ),
    "while_no_referral_is_known_nobody_has_zero_of_them": (
        ("zero of nothing is known", PORTABLE, _makers._referrals, '.join(some, on="is_referral", how="semi")', ""),
    ),
    "a_referral_is_dated_by_joining_and_else_by_the_first_line": (
        ("a referral is dated by the last line", PORTABLE, _makers._brought, 'age_days").max()', 'age_days").min()'),
        ("joining dates no referral", PORTABLE, _makers._brought, "otherwise(age)", 'otherwise(nw.col("came"))'),
    ),
    "days_since_joining_however_much_later_the_first_purchase_was": (
        ("joining was a day earlier", PORTABLE, _makers.known_customers, "(moment.as_of) -", "(moment.as_of) + 1 -"),
        ("joining was a day later", PORTABLE, _time.local_day, "// DAY", "// DAY + 1"),
        ("everyone joined yesterday", PORTABLE, _makers._profiles, '"age_days"', "age_days=nw.lit(1)"),
    ),
    "the_day_of_joining_begins_at_the_midnight_of_the_business": (
        ("joining falls on days in UTC", PORTABLE, _time.local_day, "local_micros(moment_us, shifts)", "moment_us"),
    ),
}
"""By the claim that must fail: what is broken, on which paths, the function, the code replaced and its replacement."""

GUARDS = [(claim, each, path) for claim, broken in BROKEN.items() for each in broken for path in each[1]]


@pytest.mark.parametrize(("claim", "each", "path"), GUARDS, ids=[f"{e[0]}: {p.__name__}" for _, e, p in GUARDS])
def test_a_broken_guard_is_noticed(claim: str, each: Broken, path: Path) -> None:
    what, _, function, old, new = each
    assert holds_unbroken(claim, path)
    with breaking(function, old, new):
        assert not holds(claim, path), f"nobody noticed that {what}"


@cache
def holds_unbroken(claim: str, path: Path) -> bool:
    """Whether the claim holds while nothing is broken."""
    return holds(claim, path)


def holds(claim: str, path: Path) -> bool:
    """Whether the path says what is claimed; it computes only the features that the claim is about."""
    asked = {feature.name: feature for feature in features_behind(CLAIMS[claim].column)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.features.tables.snapshot", partial(path, features=asked.values()))
        return CLAIMS[claim].holds()


def features_behind(column: str) -> list[Feature]:
    """The feature of a column and those that it is made from."""
    feature = feature_columns()[column].feature
    return [feature, *(each for name in feature.inputs for each in features_behind(name))]


@contextmanager
def breaking(function: FunctionType, old: str, new: str) -> Iterator[None]:
    """Gives a function other code: it is then broken wherever it is used, whatever holds it."""
    whole, source = inspect.getsource(inspect.getmodule(function)), inspect.getsource(function)
    assert old in source, f"{function.__qualname__} no longer says {old!r}; renew this guard"
    code = compile(whole.replace(source, source.replace(old, new)), "broken", "exec", dont_inherit=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(function, "__code__", code_of(code, function.__qualname__))
        _time.zone_shifts.cache_clear()
        try:
            yield
        finally:
            _time.zone_shifts.cache_clear()


def code_of(whole: CodeType, name: str) -> CodeType | None:
    """The code of a function or method in that of its module."""
    inner = [each for each in whole.co_consts if isinstance(each, CodeType)]
    found = [each if each.co_qualname == name else code_of(each, name) for each in inner]
    return next(filter(None, found), None)


def test_the_rules_of_time_are_guarded_on_both_paths() -> None:
    rules = (
        *("the cut of occurred_at is inclusive", "the cut of occurred_at is gone"),
        *("the cut of recorded_at is inclusive", "the cut of recorded_at is gone", "a purchase is known unrecorded"),
        *("windows are a day longer", "windows are a day shorter", "a purchase is a day older"),
        *("the day begins at midnight in UTC", "the day begins at standard time", "events fall on days in UTC"),
        *("clocks are behind that are ahead", "clocks never change", "there is no summer time"),
    )
    for paths in (PORTABLE, ARRAYS):
        assert set(rules) <= {what for _, (what, *_), path in GUARDS if path in paths}


UNBROKEN = {
    "labels: test_time.py holds their cut": "_time.happened_within _makers.future_lines",
    "no feature is of it": "_makers._returns",
    "calls others": "_makers.event_rows _makers._known _makers._lines _makers._interactions _history.History.tables",
    "declares a summary": "_aggregate._where _aggregate.count _aggregate.total _aggregate.least _aggregate.most "
    "_aggregate.average _aggregate.median _aggregate.distinct _aggregate.Aggregate.expression",
    "no claim needs a log out of order, or a division to the last bit": "_history.history _aggregate.divided",
    "keeps numbers, whatever they mean; test_fast.py": "_buckets.Codes.places _buckets.Codes._remember "
    "_buckets.Codes.names _buckets.Codes.numbers _buckets.Codes.edges _buckets.Spread.add _buckets.Spread._run_edges "
    "_buckets.Spread.bucket _buckets.held _buckets._grouped _buckets._deal _buckets._joined _buckets.spread",
    "finds the column or the summary asked for": "_aggregate._value _sums._value _sums._column _sums._series "
    "_sums.expressions_of _sums.Table.summed _sums.Table.series _sums.Table.prepare _sums.Table._is_plain "
    "_sums.Table._computed _sums.Table._rows",
}
"""Functions that no guard breaks, by the reason."""


def test_every_function_that_makes_events_cuts_them_or_sums_them_up_is_broken_once() -> None:
    modules = (_time, _makers, _aggregate, _history, _buckets, _sums)
    written = {name for module in modules for name in written_in(module)}
    broken = {name_of(function) for _, (_, _, function, *_), _ in GUARDS}
    assert written - broken == {name for names in UNBROKEN.values() for name in names.split()}


def written_in(module: ModuleType) -> set[str]:
    """The functions, methods and properties written in a module, without dunders."""
    made = [value for value in vars(module).values() if getattr(value, "__module__", None) == module.__name__]
    members = [*made, *(member for value in made if inspect.isclass(value) for member in vars(value).values())]
    functions = [inspect.unwrap(each.fget if isinstance(each, property) else each) for each in members]
    ours = [each for each in functions if inspect.isfunction(each) and each.__module__ == module.__name__]
    return {name_of(each) for each in ours if "__" not in each.__name__}


def name_of(function: FunctionType) -> str:
    """Module and name of a function, of an inner one those of the outer."""
    return f"{function.__module__}.{function.__qualname__}".removeprefix("features.").partition(".<locals>")[0]
