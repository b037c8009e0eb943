"""Do the tests bite? Each guard of time and of meaning is broken on purpose, and a claim must then fail.

Features are computed on two paths, so every guard is broken where each of them has it. On the fast path there are two
ways of asking: for one as-of date, and for an earlier date while the log is read until a later one. Compiled loops are
broken in plain Python, which says the same without a compiler.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import cache, partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from features import (
    Events,
    Feature,
    Where,
    _aggregate,
    _buckets,
    _conditions,
    _history,
    _loops,
    _makers,
    _polars,
    _snapshot,
    _sums,
    _talks,
    _time,
    average,
    complaints,
    count,
    distinct,
    feature_columns,
    interactions,
    least,
    most,
    products,
    purchases,
    receipts,
    snapshots,
    total,
)
from features._aggregate import Compound
from features._polars import Log, Moment
from features._sums import Programme, Table
from features._talks import Talks
from tests.features.cases import CASES
from tests.features.cases_bought import HOURS
from tests.features.tables import Case


def _own(name: str, of: Events, summary: Any) -> Feature:
    """A feature that is not in the catalogue; it asks what none of those asks."""
    more = {"unit": "", "missing": None, "days": (), "says": None, "module": __name__}
    return Feature(name=name, description="", of=of, build=lambda: summary, **more)


_col = nw.col
_FEATURES = (
    _own("purchases_over_5", purchases, count(_col("amount") > 5)),
    _own("purchases_of_more_money_than_lines", purchases, count(_col("amount") > _col("line_count"))),
    _own("products_of_two_months", products, count(products.within(84, after=28))),
    _own("products_of_long_ago", products, count(Where(after=28))),
    _own("talk_channels", interactions, distinct(_col("channel"))),
    _own("talk_topics_of_a_month", interactions, distinct(_col("topic"), interactions.within(28))),
    _own("evening_talks", interactions, count(_col("hour") >= 18)),
    _own("pieces", receipts, total(_col("quantity"))),
    _own("lines", receipts, total(_col("line_count"))),
    _own("first_hour", receipts, least(_col("hour"))),
    _own("squared_amounts", purchases, total(_col("amount") * _col("amount"))),
    _own("gap_and_a_day", purchases, average(_col("gap_days") + 1)),
    _own("short_gaps", purchases, count(_col("gap_days") < 9)),
    _own("late_in_the_month", purchases, most(_col("day_of_month"))),
    _own("hours_to_resolution", complaints, total(_col("resolution_hours"))),
    _own("money_by_pieces", receipts, total(_col("amount")) * total(_col("quantity"))),
    _own("money_and_pieces", receipts, total(_col("amount")) + total(_col("quantity"))),
)
OWN = {each.name: each for each in _FEATURES}

_ON_FOUR_DAYS = tuple(("anna", day, 1.0, {"product_id": f"p{day}"}) for day in (85, 84, 29, 28))
_SAID = (*(("anna", 9, "visit", {"channel": name}) for name in ("web", "phone", "web", None)), ("ben", 9, "visit"))
_ABOUT_18 = tuple(("anna", when, "visit") for when in ("2026-03-28 17:59", "2026-03-29 17:00", "2026-03-29 16:59"))
_ASKED: tuple[tuple[str, dict[str, float], dict[str, Any]], ...] = (
    ("purchases_over_5", {"anna": 2}, {"bought": (("anna", 9, 5.0), ("anna", 8, 5.01), ("anna", 7, 9.0))}),
    ("purchases_of_more_money_than_lines", {"anna": 1}, {"bought": (("anna", 9, 0.5), ("anna", 8, 2.0))}),
    ("products_of_two_months", {"anna": 2}, {"bought": _ON_FOUR_DAYS}),
    ("products_of_long_ago", {"anna": 3}, {"bought": _ON_FOUR_DAYS}),
    ("talk_channels", {"anna": 2, "ben": 0}, {"said": _SAID}),
    ("talk_topics_of_a_month", {"anna": 0}, {"said": (("anna", 40, "visit", {"topic": "price"}),)}),
    ("evening_talks", {"anna": 1}, {"said": _ABOUT_18, "as_of": date(2026, 4, 2), "time_zone": "Europe/London"}),
    ("pieces", {"anna": 7}, {"bought": HOURS}),
    ("lines", {"anna": 6}, {"bought": HOURS}),
    ("first_hour", {"anna": 9}, {"bought": HOURS}),
    ("squared_amounts", {"anna": 9}, {"bought": (("anna", 9, 3.0),)}),
    ("gap_and_a_day", {"anna": 3}, {"bought": (("anna", 9, 1.0), ("anna", 7, 1.0))}),
    ("short_gaps", {"anna": 1}, {"bought": (("anna", 9, 1.0), ("anna", 7, 1.0))}),
    ("late_in_the_month", {"anna": 28}, {"bought": (("anna", 10, 1.0), ("anna", 9, 1.0))}),
    ("hours_to_resolution", {"anna": 24}, {"said": (("anna", 9, "complaint", {"resolved_at": 8}),)}),
    ("money_by_pieces", {"anna": 245}, {"bought": HOURS}),
    ("money_and_pieces", {"anna": 42}, {"bought": HOURS}),
)
CLAIMS = {case.claim: case for case in CASES}
CLAIMS |= {name: Case(claim=name, column=name, is_=is_, **there) for name, is_, there in _ASKED}


def portable(tables: Any, *, as_of: date, **asked: Any) -> pl.DataFrame:
    """The path of every engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_snapshot, "is_fast", lambda column: False)
        return next(snapshots(tables, as_of=[as_of], **asked))


def fast(tables: Any, *, as_of: date, until: date | None = None, **asked: Any) -> pl.DataFrame:
    """The path of compiled loops, and no other; it reads the log at once, on how many processors ever."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_snapshot, "_of_events", None)
        patch.setattr(_polars, "_batches", lambda rows: [rows.collect()])
        return next(snapshots(tables, as_of=sorted({as_of, until or as_of}), **asked))


def looking_back(tables: Any, *, as_of: date, **asked: Any) -> pl.DataFrame:
    """The path of compiled loops, the log read until a later date: it holds what comes after the as-of date."""
    return fast(tables, as_of=as_of, until=as_of + timedelta(days=40), **asked)


def of_everyone(tables: Any, *, as_of: date, customers: pl.DataFrame, **asked: Any) -> pl.DataFrame:
    """The path of compiled loops, which itself says who is a customer; a claim then names all of them."""
    return looking_back(tables, as_of=as_of, **asked)


Path = Callable[..., pl.DataFrame]

PORTABLE, FAST, BACK, ALL = (portable,), (fast,), (looking_back,), (of_everyone,)
ARRAYS = (fast, looking_back)
BOTH = (portable, fast, looking_back)

Broken = tuple[str, tuple[Path, ...], Any, str, str]

_products, _in_window, _combine = _makers._MAKERS["products"], Where.expression.fget, Compound.expression.fget
_start, _number = Moment.start.fget, Moment.number.fget
_bought_lines = (_buckets.run_sums, _buckets._by_bucket)
"""One decision in two places: which lines are bought."""

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
INEXACT = ("divided(whole, by=10**MONEY_DECIMALS)", "_kept(aggregate).sum()")
AS_HAPPENED = ('max_horizontal("occurred_us", "recorded_us")', 'col("occurred_us")')
AS_RECORDED = ('max_horizontal("occurred_us", "recorded_us")', 'coalesce("recorded_us", "occurred_us")')
IN_UTC = ("(occurred[row] + clocks[clock, 1])", "occurred[row]")
A_DAY_LATE = ("moment >= clocks[guess + 1, 0]", "moment > clocks[guess + 1, 0] + DAY")
BY_LINE = ('"order_id", *kinds).cast(pl.String)', '*kinds).cast(pl.String), pl.col("transaction_id").alias("order_id")')
BY_UTC_DAY = ("np.uint64(hours[run] // 24)", "np.uint64((hours[run] - 8) // 24)")
OF_ANYBODY = ("in range(start, end)", "in [(each, start := 0)[0] for each in range(start, end)]")
OF_TENTHS = ("np.floor(value * _SCALE + 0.5)", "1000 * np.floor(value * 10 + 0.5)")
BY_FIRST_LINE = ("if to < 0:\n", "if to < 0 or scratch[0, to] // 24 != day:\n")
BY_LAST_LINE = ("                scratch[0, to] = hour\n                scratch[1:, to] = 0\n", "")
PAID_BY_ORDER = ("scratch[2, to] += runs[run, AMOUNT]", "scratch[2, to] += runs[run, PAID]")
PAID_BY_DAY = ("receipts[5, to] += runs[run, AMOUNT]", "receipts[5, to] += runs[run, PAID]")
OTHER_CUSTOMER = ("customer[0][row] != customer[0][row - 1] or customer[1][row] != customer[1][row - 1]", "False")
OTHER_ORDER = ("order[0][row] != order[0][row - 1] or order[1][row] != order[1][row - 1]", "False")
NO_ORDER = ("has_order[row] != has_order[row - 1]", "False")
SOME_BITS = ("runs[table[slot], ORDER] != runs[run, ORDER]", "False")
ANYBODY_RESPONDED = ("to, ALWAYS, NONE", "to, locals().get('response_age', ALWAYS), NONE")
ANYBODY_COMPLAINED = ("begin, last = to, NONE", "begin, last = to, locals().get('last', NONE)")
FIRST_COMPLAINT = ("max(last, occurred)", "occurred if last == NONE else min(last, occurred)")
KNOWN_ANSWERS = ('source[:2] if part.kind == "average" else (NOTHING, 0)', "(NOTHING, 0)")
WITHOUT_WINDOWS = ("(mask[0], days, where.after)", "(mask[0], ALWAYS, 0)")
UNTIL_TODAY = (" if edges[steps[step, 2]] == 0 else younger[steps[step, 2]]", "")
FROM_THE_FIRST_ON = ("summed[stop - begin] - summed[start - begin]", "summed[stop - begin]")
HOLDS_UNKNOWN = ("(holds[row] and wholes[row] != NONE)", "holds[row]")
LAST_OF_THE_HOUR = ("max(last_answer, rows[row, OCCURRED])", "rows[row, OCCURRED]")
ANY_ROW = ("counted[row - first + 1] != counted[row - first] and ", "")
HOLDS_NAN = ("(holds[row] and not np.isnan(numbers[row]))", "holds[row]")
"""Replacements too long for their line below."""

BROKEN: dict[str, tuple[Broken, ...]] = {
    # What is known
    "an_event_recorded_before_it_happens_does_not_count_before_it_happens": (
        ("the cut of occurred_at is inclusive", PORTABLE, _time.is_known_before, 'occurred_us") <', 'occurred_us") <='),
        ("the cut of occurred_at is inclusive", BACK, _history._bought, ">= as_of", "> as_of"),
        ("the cut of occurred_at is gone", PORTABLE, _time.is_known_before, '(nw.col("occurred_us") < start) & ', ""),
        ("the cut of occurred_at is gone", BACK, _buckets.plain_lines, *AS_RECORDED),
    ),
    "a_complaint_recorded_before_it_happens_does_not_count_before_it_happens": (
        ("the cut of a talk is inclusive", PORTABLE, _time.is_known_before, 'occurred_us") <', 'occurred_us") <='),
        ("the cut of a talk is inclusive", BACK, _talks._known_talks, "KNOWN] >= start", "KNOWN] > start"),
        ("a talk is known unheard", PORTABLE, _time.is_known_before, '(nw.col("occurred_us") < start) & ', ""),
        ("a talk is known unheard", BACK, _talks.plain_talks, *AS_RECORDED),
    ),
    "a_complaint_recorded_after_the_as_of_date_does_not_count": (
        ("the cut of recorded_at is inclusive", PORTABLE, _time._recorded_before, '_us") <', '_us") <='),
        ("the cut of recorded_at is inclusive", BACK, _talks._known_talks, "KNOWN] >= start", "KNOWN] > start"),
        ("the cut of recorded_at is gone", PORTABLE, _time.is_known_before, " & _recorded_before(start)", ""),
        ("the cut of recorded_at is gone", BACK, _talks.plain_talks, *AS_HAPPENED),
        ("nothing is cut", PORTABLE, _time.known_before, ".filter(is_known_before(start))", ""),
        ("nothing is cut", BACK, _talks._known_talks, "KNOWN] >= start", "KNOWN] == NONE"),
        ("the day begins a second early", BOTH, _time.micros, "=1)", "=1) - 1_000_000"),
        ("without recorded_at at all is lost", BOTH, _time._recorded_before, 'nw.col("recorded_us").is_null() | ', ""),
        ("one customer has another's talks", ARRAYS, _talks._sorted, "rows[row, WHOSE] >> HALF", "0"),
        ("talks are known as on the last date", BACK, Log._add_up, "start=moment.start", "start=self.last.start"),
    ),
    "a_purchase_recorded_on_the_as_of_date_does_not_count": (
        ("a purchase recorded on the day is known", PORTABLE, _time._recorded_before, '_us") <', '_us") <='),
        ("a purchase recorded on the day is known", BACK, _history._bought, ">= as_of", "> as_of"),
        ("no purchase is cut", BACK, _history._bought, ">= as_of", ">= 1 << 30"),
        ("a purchase is known unrecorded", PORTABLE, _time.is_known_before, " & _recorded_before(start)", ""),
        ("a purchase is known unrecorded", BACK, _buckets.plain_lines, *AS_HAPPENED),
        ("without recorded_at at all is lost", BOTH, _time._recorded_before, 'nw.col("recorded_us").is_null() | ', ""),
        ("lines are known as on the last date", BACK, Log._add_up, "purchases(moment.n", "purchases(self.last.n"),
        ("a log ends an hour early", FAST, Log._known, "last.start)", "last.start - 3_600_000_000)"),
    ),
    "each_line_of_an_order_is_known_when_it_was_recorded": (
        ("lines of two days of knowing are one run", BACK, _buckets.run_starts, " or day != days[runs - 1]", ""),
    ),
    "a_product_recorded_on_the_as_of_date_is_not_known": (
        ("a product recorded on the day is known", BACK, _history._kinds, ">= as_of", "> as_of"),
        ("no product is cut", BACK, _history._kinds, ">= as_of", ">= 1 << 30"),
        ("kinds are known as on the last date", BACK, Log._add_up, "]), moment.n", "]), self.last.n"),
    ),
    "recording_time_does_not_date_an_event": (
        ("an event is dated by recording", PORTABLE, _time.known_before, '"occurred_us"', '"recorded_us"'),
        ("an event is dated by recording", ARRAYS, _buckets.run_starts, "hour = (occurred[row]", "hour = (known[row]"),
    ),
    # Days of the business
    "west_of_greenwich_the_day_begins_later_than_in_utc": (
        ("the day begins at midnight in UTC", PORTABLE + FAST, _time.day_start, "ZoneInfo(time_zone)", "UTC"),
    ),
    "hours_are_real_hours_across_a_clock_change": (
        ("the day begins at standard time", BOTH, _time.day_start, *STANDARD_TIME),
        ("the day begins at midnight in UTC", BOTH, _time.day_start, "ZoneInfo(time_zone)", "UTC"),
    ),
    "days_begin_at_midnight_of_the_business_time_zone": (
        ("events fall on days in UTC", PORTABLE, _time.local_micros, "moment_us + ahead", "moment_us"),
        ("events fall on days in UTC", ARRAYS, _buckets.run_starts, *IN_UTC),
        ("clocks are behind that are ahead", PORTABLE, _time.local_micros, "moment_us + ahead", "moment_us - ahead"),
        ("clocks are behind that are ahead", ARRAYS, _buckets.run_starts, "(occurred[row] + ", "(occurred[row] - "),
    ),
    "a_line_recorded_after_a_clock_change_is_known_from_the_midnight_of_the_new_clocks_on": (
        ("what is known is known on days in UTC", BACK, _buckets._day_known, "(moment + clocks[clock, 1])", "moment"),
        (
            "what is known is known by old clocks",
            BACK,
            _buckets.run_starts,
            "day = _day_known(known[row], clocks, late_",
            "day = _day_known(known[row], clocks, ",
        ),
        ("what is late is known a day later", ARRAYS, _buckets._day_known, "return day", "return day + 1"),
    ),
    "of_a_day_that_began_before_the_clocks_went_back_over_midnight_nothing_is_known": (
        ("clocks go back over midnight", BACK, _buckets._day_known, "if clock > 0 and", "if clock < 0 and"),
    ),
    "the_day_of_25_hours_is_one_day_in_new_york": (
        ("clocks never change", PORTABLE, _time.local_micros, "shifts[1:]", "shifts[:0]"),
        ("clocks never change", ARRAYS, _buckets.clock_of, "guess + 1 < len(clocks)", "guess + 1 < 0"),
        ("clocks change too late", ARRAYS, _buckets.clock_of, *A_DAY_LATE),
        ("clocks never go back", ARRAYS, _buckets.clock_of, "guess > 0", "guess > len(clocks)"),
        ("there is no summer time", BOTH, _time._ahead, "or timedelta(0))", "- moment.astimezone(zone).dst())"),
        ("changes of clocks are not found", BOTH, _time.zone_shifts, "if ahead[place]", "if False and ahead[place]"),
        ("changes of clocks are not looked for", ARRAYS, _polars.clocks, "moment.as_of.year + 1", "1970"),
    ),
    "a_complaint_falls_on_a_day_of_the_business_that_of_25_hours_too": (
        ("talks fall on days in UTC", PORTABLE, _time.local_micros, "moment_us + ahead", "moment_us"),
        ("talks fall on days in UTC", ARRAYS, _talks._dealt, " + clocks[clock, 1])", ")"),
        ("talks are behind that are ahead", PORTABLE, _time.local_micros, "moment_us + ahead", "moment_us - ahead"),
        ("talks are behind that are ahead", ARRAYS, _talks._dealt, " + clocks[clock, 1])", " - clocks[clock, 1])"),
        ("clocks never change", PORTABLE, _time.local_micros, "shifts[1:]", "shifts[:0]"),
        ("clocks never change", ARRAYS, _buckets.clock_of, "guess + 1 < len(clocks)", "guess + 1 < 0"),
    ),
    "the_evening_begins_at_18_on_the_clocks_of_the_business_in_summer_too": (
        ("clocks change at midnight in UTC", BOTH, _time._change, "return after,", "return after // DAY * DAY + DAY,"),
        ("the hour is that of UTC", PORTABLE, _time.known_before, "hour=local", 'hour=nw.col("occurred_us")'),
        ("the hour is that of UTC", ARRAYS, _buckets.run_starts, *IN_UTC),
        ("a purchase was made an hour later", PORTABLE, _makers.orders_of, "% 24", "% 24 + 1"),
        ("a purchase was made an hour later", ARRAYS, _history._purchases, "% 24", "% 24 + 1"),
        ("numbers are compared the other way", ARRAYS, _conditions._truth, "](rows(name), ", "](24 - rows(name), "),
    ),
    "recency_counts_days_from_the_latest_purchase_and_1_means_yesterday": (
        ("days are counted from 2 January 1970", BOTH, _time.day_number, ".days", ".days + 1"),
        ("today is yesterday", ARRAYS, _number, "day_number(self.as_of)", "day_number(self.as_of) - 1"),
        ("a purchase is a day older", PORTABLE, _makers._aged, "(moment.as_of)", "(moment.as_of) + 1"),
        ("a purchase is a day older", ARRAYS, _history._purchases, "as_of - day, day", "as_of + 1 - day, day"),
        ("a purchase is known a day late", ARRAYS, _buckets._day_known, "return day", "return day + 1"),
        ("the least is the most", PORTABLE, _aggregate._least, ".min()", ".max()"),
        ("the least is the most", ARRAYS, _loops._picked, "float(least / scale)", "float(most / scale)"),
        ("one customer has another's rows", ARRAYS, _history._sorted, "runs[run, WHOSE] >> HALF", "0"),
    ),
    "complaints_of_28_days_and_nothing_else": (
        ("age counts from the day before", PORTABLE, _time.known_before, "day_number(as_of)", "day_number(as_of) + 1"),
        ("age counts from the day before", ARRAYS, _talks._known_talks, "as_of - day,", "as_of + 1 - day,"),
        ("a talk is as old as on the last date", BACK, Log._add_up, "as_of=moment.n", "as_of=self.last.n"),
        ("every interaction is a complaint", PORTABLE, _makers.complaints_of, '== "complaint"', '!= ""'),
        ("every interaction is a complaint", ARRAYS, _talks._complaints, "!= complaint - 1", "== NONE"),
        ("every interaction is a complaint", ARRAYS, Talks.tables, 'index("complaint")', 'index("enquiry")'),
    ),
    "a_purchase_28_days_ago_is_in_the_window_and_29_days_ago_is_not": (
        ("windows are a day longer", PORTABLE, _in_window, "<= self.days", "<= self.days + 1"),
        ("windows are a day longer", ARRAYS, _loops._find_younger, "> days", "> days + 1"),
        ("windows are a day shorter", PORTABLE, _in_window, "<= self.days", "< self.days"),
        ("windows are a day shorter", ARRAYS, _loops._find_younger, "> days", ">= days"),
        ("windows are declared a day longer", BOTH, Events.within, "=days,", "=days + 1,"),
        ("missing is not filled in", BOTH, _snapshot._fill, "value.fill_null(column.missing)", "value"),
        ("events count twice", PORTABLE, _aggregate._number, "nw.lit(1)", "nw.lit(2)"),
        ("events count twice", ARRAYS, _loops._take, "= counted[stop - begin]", "= 2 * counted[stop - begin]"),
        ("always is never", ARRAYS, Programme._computed, "conditions[0] = True", "conditions[0] = False"),
    ),
    "the_same_weeks_last_year_are_337_to_364_days_ago": (
        ("windows end a day later", PORTABLE, _in_window, "> self.after", ">= self.after"),
        ("windows end a day later", ARRAYS, Programme._step, "after = where.after", "after = where.after - 1"),
        ("windows end today", ARRAYS, _loops.run_loops, *UNTIL_TODAY),
    ),
    "whoever_only_returned_something_complained_zero_times": (
        ("missing is not filled in", ALL, _polars._put, "else missing", "else np.nan"),
        ("who never bought is no customer", ALL, Log._add_up, 'has_rows["receipts"]', 'has_rows["purchases"]'),
        ("everybody is a customer", ALL, Log._frame, "known[1]", "known[0]"),
    ),
    # The calendar
    "the_weekend_begins_at_midnight_of_the_business_time_zone": (
        ("the week is a day late", BOTH, _time.weekday, "day + 3", "day + 2"),
        ("a day has the calendar of another", ARRAYS, _history._purchases, "[0, day - ", "[0, day - 1 - "),
        ("a day has the calendar of another", ARRAYS, _history._calendar, "(first, end)", "(first + 1, end + 1)"),
        ("a number is the next", ARRAYS, _conditions._other, "None, node.value", "None, node.value + 1"),
        ("the calendar begins another day", ARRAYS, _history.calendar, "return earliest", "return earliest - 1"),
    ),
    "the_end_of_february_is_a_day_later_in_a_leap_year": (
        ("months begin with day 0", BOTH, _time.day_of_month, "// 5 + 1", "// 5"),
        ("there is no leap year", BOTH, _time.day_of_month, "% 1461 // 4", "% 1460 // 4"),
        ("the end of a month is eight days long", BOTH, _time.calendar_facts, "day + 7", "day + 8"),
        ("no is yes", ARRAYS, _conditions._truth, "rows(str(name)) != 0", "rows(str(name)) == 0"),
        ("a month ends on another day", ARRAYS, _history._purchases, "facts[2, day - ", "facts[2, day - 1 - "),
    ),
    "pairs_of_purchase_days_on_one_weekday_and_two_purchases_of_one_day_are_no_pair": (
        ("one condition of two is enough", ARRAYS, _conditions._truth, "_JOIN[method]", "np.logical_or"),
        ("a column is another", ARRAYS, _conditions._column, "return name", 'return name.replace("weekday", "hour")'),
        ("a condition is of other rows", ARRAYS, Table.rows, "names.index(name)", "names.index(name) - 1"),
    ),
    # State that is filled in later
    "a_complaint_is_open_until_it_is_known_to_be_resolved": (
        ("a resolution on the day is known", PORTABLE, _time._without_later_state, "< start", "<= start"),
        ("a resolution on the day is known", ARRAYS, _talks._known_talks, "RESOLVED] < start", "RESOLVED] <= start"),
        ("a later resolution is known", PORTABLE, _time._without_later_state, '("resolved", ', "("),
        ("a later resolution is known", ARRAYS, _talks._known_talks, "if rows[row, RESOLVED] < start", "if True"),
        ("what is resolved is open", ARRAYS, _talks._complaints, "made[6, to] = resolved == NONE", "made[6, to] = 1"),
        ("what is open is resolved", ARRAYS, _talks.plain_talks, "fill_null(NONE)", "fill_null(0)"),
    ),
    "unreviewed_until_a_review_before_the_as_of_date_and_resolved_is_not_reviewed": (
        ("a later review is known", PORTABLE, _time._without_later_state, ', "reviewed")', ",)"),
        ("a later review is known", ARRAYS, _talks._known_talks, "if rows[row, REVIEWED] < start", "if True"),
        ("a review on the day is known", PORTABLE, _time._without_later_state, "< start", "<= start"),
        ("a review on the day is known", ARRAYS, _talks._known_talks, "REVIEWED] < start", "REVIEWED] <= start"),
        ("what is not known is a moment", ARRAYS, Talks._table, "known.set(known == NONE, None)", "known"),
        ("no review is known", ARRAYS, _talks._dealt, "= resolved[row], reviewed[row]", "= resolved[row], NONE"),
    ),
    "satisfaction_with_a_complaint_or_enquiry_is_unknown_before_it_is_resolved": (
        ("satisfaction is known unresolved", PORTABLE, _time._without_later_state, "(~unasked)", "(~unasked | True)"),
        ("satisfaction is known unresolved", ARRAYS, _talks._known_talks, "not asked_later[kind]", "True"),
        ("enquiries are like visits", PORTABLE, _time._without_later_state, "(RESOLVED_FIRST)", "(RESOLVED_FIRST[:1])"),
        ("enquiries are like visits", ARRAYS, Talks.tables, "in RESOLVED_FIRST", "in RESOLVED_FIRST[:1]"),
    ),
    # Orders
    "an_order_that_nets_to_zero_or_less_is_no_purchase": (
        ("an order of nothing is a purchase", PORTABLE, _makers._purchases, "> 0", ">= 0"),
        ("an order of nothing is a purchase", ARRAYS, _history._purchases, "<= 0", "< 0"),
        ("money is rounded to tenths", PORTABLE, _aggregate.fixed, "Float64)", "Float64).round(1)"),
        ("money is rounded to tenths", PORTABLE, _aggregate.rounded, "Float64)", "Float64).round(1)"),
        ("money is rounded to tenths", ARRAYS, _buckets._fixed, *OF_TENTHS),
    ),
    "an_order_returned_in_full_is_no_purchase": (
        ("returns do not net their order", PORTABLE, _makers._orders, *UNNETTED),
        ("returns do not net their order", ARRAYS, _history._bought, *PAID_BY_ORDER),
        ("only a return of its day nets an order", PORTABLE, _makers.orders_of, '"order_key")', '"order_key", "day")'),
        ("only a return of its day nets an order", ARRAYS, _history._bought, *BY_FIRST_LINE),
        ("what is not known is a number", ALL, _polars._column, "~np.isnan(values)", "np.full(len(values), 1)"),
        ("every run is an order", ARRAYS, _history._find_first, "first[run] = table[slot]", "first[run] = run"),
    ),
    "one_order_number_at_two_customers_is_two_orders": (
        ("customers share order numbers", PORTABLE, _makers.orders_of, *WITHOUT_CUSTOMER),
        ("customers share order numbers", ARRAYS, _history._find_first, *OF_ANYBODY),
        ("customers share a run of lines", ARRAYS, _buckets.run_starts, *OTHER_CUSTOMER),
    ),
    "lines_of_one_order_are_one_purchase": (
        ("every line is an order", PORTABLE, _makers.with_order_key, 'e(nw.col("order_id', 'e(nw.col("transaction_id'),
        ("every line is an order", ARRAYS, _buckets.plain_lines, *BY_LINE),
        ("one hour is one order", ARRAYS, _buckets.run_starts, *OTHER_ORDER),
    ),
    "lines_without_an_order_are_one_order_per_customer_and_day": (
        ("all days are one order", PORTABLE, _makers.with_order_key, 'nw.col("day")', "nw.lit(0)"),
        ("all days are one order", ARRAYS, _buckets.run_sums, "np.uint64(hours[run] // 24)", "np.uint64(0)"),
        ("no order is one order", ARRAYS, _buckets.run_sums, "if len(has_order) == 0 or has_order[first]", "if True"),
    ),
    "lines_without_an_order_are_grouped_by_the_business_day_not_the_utc_day": (
        ("UTC days are orders", PORTABLE, _makers.with_order_key, '"day")', '"occurred_us").__floordiv__(864 * 10**8)'),
        ("UTC days are orders", ARRAYS, _buckets.run_sums, *BY_UTC_DAY),
    ),
    "the_wait_beyond_the_usual_gap_in_deviations_of_it": (
        ("a line without an order is of the one before it", ARRAYS, _buckets.run_starts, *NO_ORDER),
    ),
    "purchases_in_all_count_the_whole_history": (
        ("orders alike in some bits are one", ARRAYS, _history._find_first, *SOME_BITS),
    ),
    "names_that_begin_alike_are_of_two_customers": (
        ("names that begin alike are one", ARRAYS, _buckets.run_starts, "customer[1][row - 1]", "customer[1][row]"),
    ),
    "numbers_that_begin_alike_are_of_two_orders": (
        ("numbers that begin alike are one", ARRAYS, _buckets.run_starts, "order[1][row - 1]", "order[1][row]"),
    ),
    "an_order_whose_number_is_empty_has_one": (
        ("no number is an empty one", ARRAYS, _buckets.run_starts, "if len(has_order) > 0 and", "if False and"),
        (
            "no number is an empty one",
            ARRAYS,
            _buckets.run_sums,
            "if len(has_order) == 0 or has_order[first]",
            "if True",
        ),
    ),
    "an_order_is_dated_by_its_first_line": (
        ("an order is dated by its last line", PORTABLE, _makers.orders_of, ".min()", ".max()"),
        ("an order is dated by its last line", ARRAYS, _history._bought, *BY_LAST_LINE),
    ),
    "a_purchase_is_made_at_the_hour_of_its_first_line": (
        ("an order has the hour of its last line", PORTABLE, _makers.orders_of, ".min()", ".max()"),
        ("an order has the hour of its last line", ARRAYS, _history._bought, *BY_LAST_LINE),
        ("lines of two hours are one run", ARRAYS, _buckets.run_starts, "hour != hours[runs - 1] or ", ""),
    ),
    "amounts_that_cancel_in_decimals_cancel_here": (
        ("order totals are not exact", PORTABLE, _makers._sum, "divided(total, by=10**MONEY_DECIMALS)", "value.sum()"),
    ),
    "money_is_rounded_to_ten_thousandths_half_up": (
        ("half is nothing", PORTABLE, _aggregate.rounded, "+ 0.5", ""),
        ("half is nothing", ARRAYS, _buckets._fixed, "+ 0.5", ""),
        ("less than half is one", PORTABLE, _aggregate.rounded, "+ 0.5", "+ 0.9"),
        ("less than half is one", ARRAYS, _buckets._fixed, "+ 0.5", "+ 0.9"),
    ),
    "a_crumb_of_rounding_is_no_return": (
        (
            "a crumb is a return",
            PORTABLE,
            _makers.with_order_key,
            "rounded(nw.col(name), MONEY_DECIMALS)",
            "nw.col(name)",
        ),
        ("a crumb is a return", ARRAYS, _buckets.run_sums, "fixed < 0", "amounts[row] < 0"),
    ),
    "every_line_of_a_purchase_counts_the_free_and_the_returned_one_too": (
        ("a line of an order is not counted", PORTABLE, _makers.orders_of, "=nw.len()", "=-1 + nw.len()"),
        ("a line of an order is not counted", ARRAYS, _buckets.run_sums, "| (end - first)", "| (end - first - 1)"),
    ),
    # Money and returns
    "spend_is_net_of_returns_each_dated_when_it_happened_28": (
        ("returns are not taken off", PORTABLE, _makers._receipts, *UNNETTED),
        ("returns are not taken off", ARRAYS, _history._bought, *PAID_BY_DAY),
        ("a return is dated as its order", PORTABLE, _makers.receipts_of, *WITHOUT_DAY),
        ("a return is dated as its order", ARRAYS, _history._bought, " or receipts[1, to] != day", ""),
        ("a receipt is a day older", PORTABLE, _makers._aged, "(moment.as_of)", "(moment.as_of) + 1"),
        ("a receipt is a day older", ARRAYS, _history._bought, "as_of - day, day", "as_of + 1 - day, day"),
    ),
    "discounts_count_on_the_day_of_their_line_and_unknown_ones_as_nothing_84": (
        ("totals are not exact", PORTABLE, _aggregate._total, *INEXACT),
        ("an unknown discount is something", PORTABLE, _aggregate._whole_sum, "e(nw.lit(0))", "e(nw.lit(1))"),
        ("an unknown discount is something", ARRAYS, _buckets.plain_lines, "fill_null(0.0)", "fill_null(1.0)"),
        ("totals are of thousandths", ARRAYS, _loops._shared, "/ _TOTAL_SCALE", "/ 1000.0"),
        ("a sum includes what came before", ARRAYS, _loops._take, *FROM_THE_FIRST_ON),
        ("a running sum is a row late", ARRAYS, _loops._take, "summed[stop - begin] -", "summed[stop - begin - 1] -"),
    ),
    "largest_purchase_is_an_order_net_of_its_returns": (
        ("the most is the least", PORTABLE, _aggregate._most, ".max()", ".min()"),
        ("the most is the least", ARRAYS, _loops._picked, "float(most / scale)", "float(least / scale)"),
        ("money is of ten-thousandths", ARRAYS, _loops._picked, "float(10**decimals)", "1.0"),
        ("money is of ten-thousandths", ARRAYS, Programme._source, "MONEY_DECIMALS if name in self._money else 0", "0"),
    ),
    "every_returned_line_counts_and_a_free_one_is_no_return_84": (
        ("a free line is a return", PORTABLE, _makers.receipts_of, "_number(amount < 0)", "_number(amount <= 0)"),
        ("a free line is a return", ARRAYS, _buckets.run_sums, "fixed < 0", "fixed <= 0"),
        ("a returned line counts twice", PORTABLE, _makers._number, "nw.lit(1)", "nw.lit(2)"),
        ("a returned line counts twice", ARRAYS, _buckets.run_sums, "returned += 1", "returned += 2"),
        ("receipts are in no order", ARRAYS, _history._sort, "runs[run, WHEN] < runs[run - 1, WHEN]", "False"),
    ),
    "returns_of_earlier_purchases_can_outweigh_what_was_paid": (
        ("a return lowers what was paid", PORTABLE, _makers.receipts_of, "_sum(amount, amount > 0)", "_sum(amount)"),
        ("a return lowers what was paid", ARRAYS, _buckets.run_sums, "= amount, paid", "= amount, amount"),
        ("everything is returned", PORTABLE, _makers.receipts_of, "-amount, amount < 0", "amount, amount > 0"),
        ("everything is returned", ARRAYS, _history._bought, "PAID] - runs[run, AMOUNT]", "PAID]"),
    ),
    **{
        f"lines_of_some_hours_add_up_to_their_{column}": tuple(
            ("the last line stands for all", ARRAYS, function, f"{there} +=", f"{there} =") for function, there in sums
        )
        for column, sums in {
            "spend_28d": ((_buckets.run_sums, "amount"), (_history._bought, "receipts[5, to]")),
            "largest_purchase": ((_history._bought, "scratch[2, to]"),),
            "discount_total_84d": ((_buckets.run_sums, "discount"), (_history._bought, "receipts[6, to]")),
            "return_count_28d": ((_buckets.run_sums, "returned"), (_history._bought, "receipts[4, to]")),
            "return_value_ratio_364d": (
                *((_buckets.run_sums, "paid"), (_history._bought, "receipts[8, to]")),
                (_history._bought, "receipts[9, to]"),
            ),
            "mean_purchase_quantity": ((_buckets.run_sums, "quantity"), (_history._bought, "scratch[4, to]")),
            "mean_purchase_line_count": ((_history._bought, "scratch[1, to]"),),
        }.items()
    },
    # Rhythm
    "average_days_between_purchases": (
        ("gaps run across customers", PORTABLE, _makers._purchases, 'over("customer_id", order', "over(order"),
        ("gaps run across customers", ARRAYS, _history._purchases, "if to == begin", "if to == 0"),
        ("purchases are in no order", PORTABLE, _makers._purchases, '["day", ', "["),
        ("the first purchase has a gap", ARRAYS, _loops._count, *HOLDS_UNKNOWN),
        ("no gap is added", ARRAYS, _loops._sum, " and wholes[row] != NONE", ""),
        ("customers have the rows of others", ARRAYS, _polars._in_order, "values.take(places)", "values"),
    ),
    "variance_of_the_days_between_purchases": (
        ("a product is a sum", ARRAYS, Programme._computed, "np.float64) * other", "np.float64) + other"),
        ("a product is of others", ARRAYS, _conditions.simple_product, "str(names[1])", '"age_days"'),
        ("no gap has a square", ARRAYS, Programme._computed, "(other == NONE), np.nan", "(other == NONE), 9.0"),
    ),
    "several_first_purchases_are_averaged_and_what_nets_to_nothing_is_no_first_purchase": (
        ("the first day is the last", PORTABLE, _makers._purchases, "day.min()", "day.max()"),
        ("the first day is the last", ARRAYS, _history._purchases, "== purchases[1, begin]", "== purchases[1, to - 1]"),
        ("sums have no conditions", PORTABLE, _aggregate._whole_sum, "where & ", ""),
        ("sums have no conditions", ARRAYS, _loops._sum, "counted[row + 1] != counted[row] and ", ""),
        ("sums have no conditions", ARRAYS, Programme._running, "(*mask, NOTHING, 0)", "(0, ALWAYS, 0, NOTHING, 0)"),
        ("averages are of ten-thousandths", ARRAYS, _loops._shared, "AVERAGE_DECIMALS - decimals", "AVERAGE_DECIMALS"),
    ),
    "several_last_purchases_are_averaged_and_a_later_return_is_no_purchase": (
        ("the last day is the first", PORTABLE, _makers._purchases, "day.max()", "day.min()"),
        ("the last day is the first", ARRAYS, _history._purchases, "== purchases[1, to - 1]", "== purchases[1, begin]"),
        ("averages are over all", PORTABLE, _aggregate._average, "_number(where & ", "_number("),
        ("averages are over all", ARRAYS, _loops._take, ", known, decimals)", ", stop - start, decimals)"),
    ),
    "typical_purchase_is_the_middle_one_net_of_its_returns": (
        ("the median is no middle", PORTABLE, _aggregate._median, ".median()", ".mean()"),
        ("the median is no middle", ARRAYS, _loops._middle, "while left < right", "while left > right"),
        ("of two in the middle one is enough", ARRAYS, _loops._middle, "kept[middle + 1 :].min()", "low"),
        ("of two in the middle one is enough", ARRAYS, _loops._picked, "+ high / scale) / 2", ")"),
    ),
    "two_purchases_on_one_day_are_one_purchase_day_28": (
        ("every purchase is a new day", PORTABLE, _makers.purchase_facts, "(gap > 0)", "(gap >= 0)"),
        ("every purchase is a new day", ARRAYS, _history._purchases, "gap > 0", "gap >= 0"),
        ("counts have no conditions", PORTABLE, _aggregate._count, "_number(", "_number(nw.lit(True) | "),
        ("counts have no conditions", ARRAYS, _loops._count, "counted[row] + holds[row]", "counted[row] + 1"),
        ("a condition in a window is none", BOTH, Where.__and__, "both[0] if both", "None if both"),
        ("purchases are in no order", ARRAYS, _history._sort, "runs[run, WHEN] < runs[run - 1, WHEN]", "False"),
        ("days run backwards", ARRAYS, _history._sort, "np.argsort(", "np.argsort(-"),
    ),
    "weeks_are_counted_back_from_the_as_of_date_84": (
        ("weeks begin a day late", PORTABLE, _makers.purchase_facts, "gap - 1) // 7", "gap) // 7"),
        ("weeks begin a day late", ARRAYS, _history._purchases, "gap - 1) // _WEEK", "gap) // _WEEK"),
    ),
    "purchases_of_84_days_less_those_of_the_84_days_a_year_before": (
        ("a difference is the other way round", PORTABLE, _combine, "left - right", "right - left"),
        ("a difference is the other way round", ARRAYS, _sums._combined, "left - right", "right - left"),
        ("a difference is of one with itself", ARRAYS, _sums._value, "summary.left, found", "summary.right, found"),
    ),
    # Products, categories, channels
    "different_product_id_and_neither_unknown_nor_returned_nor_free_ones_28": (
        ("windows of kinds are a day longer", PORTABLE, _in_window, "<= self.days", "<= self.days + 1"),
        ("windows of kinds are a day longer", ARRAYS, _loops._count, "ages[row] <= days", "ages[row] <= days + 1"),
        ("kinds have no windows", PORTABLE, _in_window, "[age <= self.days]", "[]"),
        ("kinds have no windows", ARRAYS, Programme._step, *WITHOUT_WINDOWS),
        ("a free line was bought", PORTABLE, _products, "> 0", ">= 0"),
        ("a free line was bought", ARRAYS, _bought_lines, " > 0:\n", " >= 0:\n"),
        ("a returned line was bought", PORTABLE, _products, 'nw.col("amount") > 0, ', ""),
        ("a returned line was bought", ARRAYS, _bought_lines, " > 0:\n", " != 0:\n"),
        ("an unknown product is a product", PORTABLE, _products, ", ~nw.col(column).is_null()", ""),
        ("an unknown product is a product", ARRAYS, _history._kinds, "kind < 0", "kind < -1"),
    ),
    "share_of_the_categories_ever_bought_that_were_bought_in_84_days": (
        ("windows of kinds are a day shorter", PORTABLE, _in_window, "<= self.days", "< self.days"),
        ("windows of kinds are a day shorter", ARRAYS, _loops._count, "ages[row] <= days", "ages[row] < days"),
    ),
    "days_since_the_latest_first_time": (
        ("a kind is a day older", PORTABLE, _time.known_before, "day_number(as_of)", "day_number(as_of) + 1"),
        ("lines have the kinds of others", ARRAYS, _history._in_order, "lines[run] * width", "to"),
        ("a kind is a day older", ARRAYS, _history._kinds, "age = as_of", "age = as_of + 1"),
    ),
    "a_product_bought_twice_on_one_day_was_not_bought_again": (
        ("a kind is as old as its first line", PORTABLE, _products, "age.min()", "age.max()"),
        ("a kind is as old as its first line", ARRAYS, _history._kinds, "made[0, seen[kind, 0]] = age", "pass"),
        ("what was bought earlier is bought later", ARRAYS, _conditions._truth, "](rows(name), ", "](-rows(name), -"),
    ),
    "a_product_id_bought_before_the_window_is_not_new_in_it_28": (
        ("a kind is as new as its last line", PORTABLE, _products, "age.max()", "age.min()"),
        ("a kind is as new as its last line", ARRAYS, _history._kinds, "made[0, seen", "made[:2, seen"),
    ),
    "share_of_the_lines_of_the_favourite_product_id_in_those_where_it_is_known": (
        ("a line of a kind is not counted", PORTABLE, _products, "=nw.len()", "=-1 + nw.len()"),
        ("a line of a kind is not counted", ARRAYS, _history._kinds, "0]] += 1", "0]] += 0"),
        ("customers share what they bought", ARRAYS, _history._kinds, "seen[kind, 1] != customer", "seen[kind, 1] < 0"),
    ),
    # Interactions
    "slow_is_longer_than_24_hours_to_the_second_resolved_or_open": (
        ("hours are whole minutes", PORTABLE, _makers._hours, "// 1_000_000", "// 60_000_000 * 60"),
        ("hours are whole minutes", ARRAYS, _talks._complaints, "// _SECOND", "// 60_000_000 * 60"),
        ("hours are whole", ARRAYS, Talks._table, "seconds / 3600.0", "seconds // 3600 * 1.0"),
    ),
    "age_of_the_oldest_open_complaint_when_the_as_of_date_begins": (
        ("what is resolved is open", PORTABLE, _makers.complaints_of, "=nw.when(", "=nw.when(True | "),
        ("what is resolved is open", ARRAYS, _talks._complaints, "_SECOND if resolved == NONE else NONE", "_SECOND"),
        ("a complaint is an hour older", PORTABLE, _makers._complaints, "start=start", "start=start + 3_600_000_000"),
        ("a complaint is an hour older", ARRAYS, _start, "return micros(", "return 3_600_000_000 + micros("),
    ),
    "average_hours_to_resolution_of_what_was_resolved": (
        ("a resolution takes until today", PORTABLE, _makers.complaints_of, "_hours(resolved -", "_hours(start -"),
        ("a resolution takes until today", ARRAYS, _talks._complaints, "(resolved - occurred)", "(start - occurred)"),
    ),
    "hours_of_the_latest_complaint_and_nothing_while_it_is_open": (
        ("the latest complaint is anybody's", PORTABLE, _makers.complaints_of, '.over("customer_id")', ""),
        ("the latest complaint is anybody's", ARRAYS, _talks._complaints, *ANYBODY_COMPLAINED),
        ("the latest complaint is the first", PORTABLE, _makers.complaints_of, "occurred.max()", "occurred.min()"),
        ("the latest complaint is the first", ARRAYS, _talks._complaints, *FIRST_COMPLAINT),
        ("extremes have no conditions", PORTABLE, _aggregate._kept, "where.expression", "where.expression | True"),
        ("extremes have no conditions", ARRAYS, _loops._picked, *ANY_ROW),
    ),
    "the_latest_complaint_of_an_hour_is_so_by_the_minute": (
        ("the latest complaint is the last of its hour", ARRAYS, _talks._complaints, "max(last, occurred)", "occurred"),
    ),
    "the_latest_answer_of_an_hour_is_so_by_the_minute": (
        ("the latest answer is the last of its hour", ARRAYS, _talks._known_talks, *LAST_OF_THE_HOUR),
    ),
    "contacts_after_the_day_of_the_latest_response_wait_for_an_answer": (
        ("a response answers everybody", PORTABLE, _makers.interactions_of, '.min().over("customer_id")', ".min()"),
        ("a response answers everybody", ARRAYS, _talks._known_talks, *ANYBODY_RESPONDED),
        ("a contact waits on its day", PORTABLE, _makers.interactions_of, "age < responded", "age <= responded"),
        ("a contact waits on its day", ARRAYS, _talks._known_talks, "row] < response_age", "row] <= response_age"),
        ("who never responds waits for nothing", PORTABLE, _makers.interactions_of, "responded.is_null() |", "False |"),
        (
            "who never responds waits for nothing",
            ARRAYS,
            _talks._known_talks,
            "< response_age",
            "< response_age < ALWAYS",
        ),
        ("whatever is said waits", PORTABLE, _makers.interactions_of, '(kind == "campaign_contact")', '(kind != "")'),
        ("whatever is said waits", ARRAYS, _talks._known_talks, "made[3, row] == contact - 1", "made[3, row] != NONE"),
        ("whatever is said responds", PORTABLE, _makers.interactions_of, '== "campaign_response"', '!= ""'),
        ("whatever is said responds", ARRAYS, _talks._known_talks, "kind == response", "kind != NONE"),
    ),
    "a_contact_on_the_day_of_a_response_waits_for_nothing_even_after_it": (
        ("no response is the latest", ARRAYS, _talks._known_talks, "min(response_age,", "max(response_age,"),
    ),
    "satisfaction_of_the_latest_answer_and_of_several_at_one_moment_the_average": (
        ("the latest answer is anybody's", PORTABLE, _makers.interactions_of, '.max().over("customer_id")', ".max()"),
        ("the latest answer is anybody's", ARRAYS, _talks._known_talks, "== last_answer", "== made[9, :to].max()"),
        ("no answer is an answer", PORTABLE, _makers.interactions_of, "nw.when(answers).then(occurred)", "occurred"),
        ("no answer is an answer", ARRAYS, _talks._known_talks, "if points != NONE:", "if points == points:"),
    ),
    "average_satisfaction_of_those_who_answered": (
        ("no answer is in the average", PORTABLE, _aggregate._average, " & ~value.is_null()", ""),
        ("no answer is in the average", ARRAYS, Programme._step, *KNOWN_ANSWERS),
        ("no answer is in the average", ARRAYS, _loops._count, *HOLDS_NAN),
        ("no answer is 1", PORTABLE, _aggregate._whole_sum, "e(nw.lit(0))", "e(nw.lit(1_000_000))"),
        ("no answer is 1", ARRAYS, _loops._sum, "if counts else 0", "if counts else 1_000_000"),
        ("no answer is 1", ARRAYS, Talks._table, "bits == NONE, np.nan", "bits == NONE, 1.0"),
        ("no answer is 1", ARRAYS, _sums._numbers, 'fill_null(float("nan"))', "fill_null(1.0)"),
        ("no answer is 1", ARRAYS, _talks.plain_talks, 'fill_null(float("nan"))', "fill_null(1.0)"),
        ("the average of nothing is 0", ARRAYS, _loops._shared, "return np.nan", "return 0.0"),
        ("interactions are in no order", ARRAYS, _talks._sorted, "AT] < made", "AT] < 0 * made"),
        ("days run backwards", ARRAYS, _talks._sorted, "np.argsort(", "np.argsort(-"),
    ),
    "the_latest_answer_against_the_average_of_all_before_it": (
        ("yes is no", ARRAYS, Table.column, "whole.astype(np.bool_)", "~whole.astype(np.bool_)"),
        ("an engine decides otherwise", ARRAYS, Programme._computed, "= made[name]", "= ~made[name]"),
    ),
    "responses_per_contact_over_364_days": (
        ("a share of nothing is infinite", BOTH, _snapshot._plain, "is_finite()", "is_not_null()"),
    ),
    "every_complaint_after_the_first_on_its_topic_repeats_it": (
        ("an unknown topic is a topic", PORTABLE, _aggregate._distinct, "n_unique() -", "n_unique() + 0 *"),
        ("an unknown topic is a topic", ARRAYS, _talks._known_talks, "topic if topic >= 0 else NONE", "max(topic, 0)"),
        ("an unknown topic is a topic", ARRAYS, _sums._numbers, 'fill_null(float("nan"))', "fill_null(9.0)"),
        ("every topic is another", ARRAYS, _loops._different, "kept[row] != kept[row - 1]", "True"),
        ("topics are in no order", ARRAYS, _loops._different, "kept.sort()", "kept"),
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
    # What no feature of the catalogue asks
    "purchases_over_5": (
        ("money is compared as ten-thousandths", ARRAYS, _conditions._truth, "constant * scales[name]", "constant"),
    ),
    "purchases_of_more_money_than_lines": (
        ("money is compared with pieces", ARRAYS, _conditions._truth, "scales.get(other) != scales[name]", "False"),
        ("money is compared with pieces", ARRAYS, Programme._simply, "10**MONEY_DECIMALS if name", "1 if name"),
    ),
    "products_of_two_months": (
        ("windows of kinds end a day later", PORTABLE, _in_window, "> self.after", ">= self.after"),
        ("windows of kinds end a day later", ARRAYS, _loops._count, "after < ages[row]", "after <= ages[row]"),
    ),
    "products_of_long_ago": (("windows without a beginning have no end", ARRAYS, _loops._count, " or after != 0", ""),),
    "talk_channels": (
        ("no channel is one", ARRAYS, _talks._known_talks, "channel if channel >= 0 else NONE", "max(channel, 0)"),
        ("a channel is a topic", ARRAYS, _talks._dealt, "np.int64(channel[row])", "np.int64(topic[row])"),
    ),
    "talk_topics_of_a_month": (
        ("of no talk nothing is known", ARRAYS, _loops._picked, "0.0 if kind == DISTINCT else np.nan", "np.nan"),
    ),
    "evening_talks": (
        ("a talk was held in an hour of UTC", PORTABLE, _time.known_before, "hour=local", 'hour=nw.col("occurred_us")'),
        ("a talk was held in an hour of UTC", ARRAYS, _talks._dealt, " + clocks[clock, 1])", ")"),
        ("a talk was held an hour later", ARRAYS, _talks._known_talks, "% 24", "% 24 + 1"),
    ),
    "pieces": (("the last line stands for all", ARRAYS, _history._bought, "receipts[7, to] +=", "receipts[7, to] ="),),
    "lines": (("the last line stands for all", ARRAYS, _history._bought, "receipts[3, to] +=", "receipts[3, to] ="),),
    "first_hour": (("a receipt was written an hour later", ARRAYS, _history._bought, "hour % 24", "hour % 24 + 1"),),
    "squared_amounts": (
        ("money is of ten-thousandths", ARRAYS, Table.column, "float(10**MONEY_DECIMALS)", "1.0"),
        ("money is of ten-thousandths", ARRAYS, Programme._product, " - self._money", ""),
    ),
    "gap_and_a_day": (("no gap is one", ARRAYS, Table.column, "(whole == NONE), None)", "(whole == NONE), 1)"),),
    "short_gaps": (
        ("no gap is a short one", ARRAYS, Programme._simply, " - self._partly", ""),
        ("no condition is one", ARRAYS, Programme._computed, "fill_null(False)", "fill_null(True)"),
    ),
    "late_in_the_month": (
        ("a day has the date of the next", ARRAYS, _history._purchases, "facts[1, day - ", "facts[1, 1 + day - "),
    ),
    "hours_to_resolution": (
        ("hours are of millionths", ARRAYS, Programme._running, "= MONEY_DECIMALS if", "= AVERAGE_DECIMALS if"),
    ),
    "money_by_pieces": (
        ("a product is a sum", PORTABLE, _combine, "left * right", "left + right"),
        ("a product is a sum", ARRAYS, _sums._combined, "left * right", "left + right"),
    ),
    "money_and_pieces": (
        ("a sum is a difference", PORTABLE, _combine, "left + right", "left - right"),
        ("a sum is a difference", ARRAYS, _sums._combined, "left + right", "left - right"),
    ),
}
"""By the claim that must fail: what is broken, on which paths, the function, the code replaced and its replacement."""

GUARDS = [(claim, each, path) for claim, broken in BROKEN.items() for each in broken for path in each[1]]


@pytest.mark.parametrize(("claim", "each", "path"), GUARDS, ids=[f"{e[0]}: {p.__name__}" for _, e, p in GUARDS])
def test_a_broken_guard_is_noticed(claim: str, each: Broken, path: Path) -> None:
    what, _, function, old, new = each
    assert holds_unbroken(claim, path)
    assert not is_compiled(function) or holds_in_plain_python(claim, path)
    with breaking(function, old, new):
        assert not holds(claim, path), f"nobody noticed that {what}"


@cache
def holds_unbroken(claim: str, path: Path) -> bool:
    """Whether the claim holds while nothing is broken."""
    return holds(claim, path)


@cache
def holds_in_plain_python(claim: str, path: Path) -> bool:
    """Whether the claim holds while nothing is broken and nothing compiled."""
    with plain_python():
        return holds(claim, path)


def holds(claim: str, path: Path) -> bool:
    """Whether the path says what is claimed; it computes only the features that the claim is about."""
    asked = {feature.name: feature for feature in features_behind(CLAIMS[claim].column)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.features.tables.snapshot", partial(path, features=asked.values()))
        return CLAIMS[claim].holds()


def features_behind(column: str) -> list[Feature]:
    """The feature of a column and those that it is made from."""
    if column in OWN:
        return [OWN[column]]
    feature = feature_columns()[column].feature
    return [feature, *(each for name in feature.inputs for each in features_behind(name))]


@contextmanager
def breaking(functions: Any, old: str, new: str) -> Iterator[None]:
    """Gives a function, or each of several, other code: it is then broken wherever it is used, whatever holds it."""
    with ExitStack() as stack:
        if is_compiled(functions):
            stack.enter_context(plain_python())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for function in plain_functions(functions):
            whole, source = inspect.getsource(inspect.getmodule(function)), inspect.getsource(function)
            assert old in source, f"{function.__qualname__} no longer says {old!r}; renew this guard"
            code = compile(whole.replace(source, source.replace(old, new)), "broken", "exec", dont_inherit=True)
            patch.setattr(function, "__code__", code_of(code, function.__qualname__))
        remembered = [_history._calendar] + ([_time.zone_shifts] if functions in _OF_CLOCKS else [])
        for each in remembered:
            stack.callback(each.cache_clear)
            each.cache_clear()
        yield


_OF_CLOCKS = (_time.zone_shifts, _time.micros, _time._ahead, _time._change)
"""What changes of clocks are found with; they are found once, because that takes a third of a second."""


def plain_functions(functions: Any) -> list[FunctionType]:
    """One function or several, each as it is written."""
    return [inspect.unwrap(each) for each in (functions if isinstance(functions, tuple) else (functions,))]


def is_compiled(functions: Any) -> bool:
    """Whether one of these functions is compiled."""
    return any(hasattr(each, "py_func") for each in (functions if isinstance(functions, tuple) else (functions,)))


@contextmanager
def plain_python() -> Iterator[None]:
    """Nothing is compiled but the numbering of texts; loops take two customers at once."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setattr(_loops, "CUSTOMERS_AT_ONCE", 2)
        patch.setattr(_loops, "ROWS_AT_ONCE", 3)
        warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning)  # hashes overflow, as they should
        for module in (_buckets, _history, _loops, _polars, _sums, _talks):
            for name, each in list(vars(module).items()):
                if is_compiled(each):
                    patch.setattr(module, name, each.py_func)
        yield


def code_of(whole: CodeType, name: str) -> CodeType | None:
    """The code of a function or method in that of its module."""
    inner = [each for each in whole.co_consts if isinstance(each, CodeType)]
    found = [each if each.co_qualname == name else code_of(each, name) for each in inner]
    return next(filter(None, found), None)


@pytest.mark.parametrize("path", [*ARRAYS, of_everyone])
def test_every_guarded_claim_holds_in_buckets_of_a_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_polars, "LINES_PER_BUCKET", 1)
    claims = dict.fromkeys(claim for claim, _, guarded in GUARDS if guarded is path)
    assert [claim for claim in claims if not holds(claim, path)] == []
    with plain_python():
        assert [claim for claim in claims if not holds(claim, path)] == []


def test_the_rules_of_time_are_guarded_on_both_paths() -> None:
    rules = (
        *("the cut of occurred_at is inclusive", "the cut of occurred_at is gone"),
        *("the cut of recorded_at is inclusive", "the cut of recorded_at is gone", "a purchase is known unrecorded"),
        *("the cut of a talk is inclusive", "a talk is known unheard", "nothing is cut"),
        *("a resolution on the day is known", "a later resolution is known", "a later review is known"),
        *("windows are a day longer", "windows are a day shorter", "a purchase is a day older"),
        *("windows of kinds are a day longer", "windows of kinds are a day shorter", "a kind is a day older"),
        *("a receipt is a day older", "age counts from the day before", "windows end a day later"),
        *("the day begins at midnight in UTC", "the day begins at standard time", "events fall on days in UTC"),
        *("clocks are behind that are ahead", "clocks never change", "there is no summer time"),
        *("talks fall on days in UTC", "talks are behind that are ahead", "the hour is that of UTC"),
    )
    for paths in (PORTABLE, ARRAYS):
        assert set(rules) <= {what for _, (what, *_), path in GUARDS if path in paths}


UNBROKEN = {
    "labels: test_time.py holds their cut": "_time.happened_within _makers.future_lines",
    "no feature is of it": "_makers._returns",
    "calls others": "_makers.event_rows _makers._known _makers._lines _makers._interactions "
    "_history.History.receipts_and_purchases _history.History.kinds_bought _history.history _sums.Programme.run",
    "declares a summary": "_aggregate._where _aggregate.count _aggregate.total _aggregate.least _aggregate.most "
    "_aggregate.average _aggregate.median _aggregate.distinct _aggregate.Aggregate.expression",
    "no claim needs a division to the last bit": "_aggregate.divided",
    "moves batches to buckets and keeps them, whatever they mean; test_fast.py": "_buckets.Spread.add "
    "_buckets.Spread.bucket _buckets.joined _buckets.Spread.kind_counts _buckets.Spread.customer_count "
    "_buckets._pair _buckets.spread _talks.Talks.add _talks.Talks.bucket",
    "divides customers among rounds of a loop; test_fast.py": "_loops._block",
    "finds the column or the summary asked for": "_aggregate._value _sums.Programme._add "
    "_sums._matrix _sums._place _sums._listed _sums._name _sums.named_in _sums.plain_name _sums.parts_of "
    "_sums.expressions_of",
    "says what NumPy works out, an engine would say the same": "_conditions.simple_condition _conditions._call",
    "says which path computes; test_fast_shapes.py compares them": "_polars.is_fast _polars._is_number "
    "_polars._is_readable _polars._asks_for_an_order_within_days _buckets.ask_known _buckets._fits",
    "moves buckets and columns, whatever they mean; test_fast.py": "_polars._Made.of _polars.Log.parts "
    "_polars.Log._bucket _polars.Log._programme _polars._read _polars._batches _polars._bits",
}
"""Functions that no guard breaks, by the reason."""


def test_every_function_that_makes_events_cuts_them_or_sums_them_up_is_broken_once() -> None:
    fast_ones = (_buckets, _history, _talks, _conditions, _loops, _sums, _polars)
    written = {name for module in (_time, _makers, _aggregate, *fast_ones) for name in written_in(module)}
    broken = {name_of(each) for _, (_, _, functions, *_), _ in GUARDS for each in plain_functions(functions)}
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
