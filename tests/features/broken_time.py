"""Which guards of time are broken, and what must notice: what is known, days, the calendar, state filled in later."""

from __future__ import annotations

from features import (
    Events,
    _aggregate,
    _buckets,
    _conditions,
    _history,
    _loops,
    _makers,
    _order,
    _polars,
    _runs,
    _snapshot,
    _talks,
    _time,
)
from features._polars import Log
from features._sums import Programme, Table
from features._talks import Talks
from tests.features.breaking import in_window, number
from tests.features.paths import ALL, ARRAYS, BACK, BOTH, FAST, PORTABLE, Broken

STANDARD_TIME = (
    ".astimezone(UTC)",
    ".astimezone(UTC) + datetime.combine(day, time.min, tzinfo=ZoneInfo(time_zone)).dst()",
)
AS_HAPPENED = ('max_horizontal("occurred_us", "recorded_us")', 'col("occurred_us")')
AS_RECORDED = ('max_horizontal("occurred_us", "recorded_us")', 'coalesce("recorded_us", "occurred_us")')
IN_UTC = ("(occurred[row] + clocks[clock, 1])", "occurred[row]")
A_DAY_LATE = ("moment >= clocks[guess + 1, 0]", "moment > clocks[guess + 1, 0] + DAY")
UNTIL_TODAY = (" if edges[steps[step, 2]] == 0 else younger[steps[step, 2]]", "")
"""Replacements too long for their line below."""

BROKEN_TIME: dict[str, tuple[Broken, ...]] = {
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
        ("one customer has another's talks", ARRAYS, _order.by_customer, "rows[row, WHOSE] >> HALF", "0"),
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
        ("lines of two days of knowing are one run", BACK, _runs.run_starts, " or day != days[runs - 1]", ""),
    ),
    "a_product_recorded_on_the_as_of_date_is_not_known": (
        ("a product recorded on the day is known", BACK, _history._kinds, ">= as_of", "> as_of"),
        ("no product is cut", BACK, _history._kinds, ">= as_of", ">= 1 << 30"),
        ("kinds are known as on the last date", BACK, Log._add_up, "]), moment.n", "]), self.last.n"),
    ),
    "recording_time_does_not_date_an_event": (
        ("an event is dated by recording", PORTABLE, _time.known_before, '"occurred_us"', '"recorded_us"'),
        ("an event is dated by recording", ARRAYS, _runs.run_starts, "hour = (occurred[row]", "hour = (known[row]"),
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
        ("events fall on days in UTC", ARRAYS, _runs.run_starts, *IN_UTC),
        ("clocks are behind that are ahead", PORTABLE, _time.local_micros, "moment_us + ahead", "moment_us - ahead"),
        ("clocks are behind that are ahead", ARRAYS, _runs.run_starts, "(occurred[row] + ", "(occurred[row] - "),
    ),
    "a_line_recorded_after_a_clock_change_is_known_from_the_midnight_of_the_new_clocks_on": (
        ("what is known is known on days in UTC", BACK, _runs._day_known, "(moment + clocks[clock, 1])", "moment"),
        (
            "what is known is known by old clocks",
            BACK,
            _runs.run_starts,
            "day = _day_known(known[row], clocks, late_",
            "day = _day_known(known[row], clocks, ",
        ),
        ("what is late is known a day later", ARRAYS, _runs._day_known, "return day", "return day + 1"),
    ),
    "of_a_day_that_began_before_the_clocks_went_back_over_midnight_nothing_is_known": (
        ("clocks go back over midnight", BACK, _runs._day_known, "if clock > 0 and", "if clock < 0 and"),
    ),
    "the_day_of_25_hours_is_one_day_in_new_york": (
        ("clocks never change", PORTABLE, _time.local_micros, "shifts[1:]", "shifts[:0]"),
        ("clocks never change", ARRAYS, _runs.clock_of, "guess + 1 < len(clocks)", "guess + 1 < 0"),
        ("clocks change too late", ARRAYS, _runs.clock_of, *A_DAY_LATE),
        ("clocks never go back", ARRAYS, _runs.clock_of, "guess > 0", "guess > len(clocks)"),
        ("there is no summer time", BOTH, _time._ahead, "or timedelta(0))", "- moment.astimezone(zone).dst())"),
        ("changes of clocks are not found", BOTH, _time.zone_shifts, "if ahead[place]", "if False and ahead[place]"),
        ("changes of clocks are not looked for", ARRAYS, _polars.clocks, "moment.as_of.year + 1", "1970"),
    ),
    "a_complaint_falls_on_a_day_of_the_business_that_of_25_hours_too": (
        ("talks fall on days in UTC", PORTABLE, _time.local_micros, "moment_us + ahead", "moment_us"),
        ("talks fall on days in UTC", ARRAYS, _talks._rows, " + clocks[clock, 1])", ")"),
        ("talks are behind that are ahead", PORTABLE, _time.local_micros, "moment_us + ahead", "moment_us - ahead"),
        ("talks are behind that are ahead", ARRAYS, _talks._rows, " + clocks[clock, 1])", " - clocks[clock, 1])"),
        ("clocks never change", PORTABLE, _time.local_micros, "shifts[1:]", "shifts[:0]"),
        ("clocks never change", ARRAYS, _runs.clock_of, "guess + 1 < len(clocks)", "guess + 1 < 0"),
    ),
    "the_evening_begins_at_18_on_the_clocks_of_the_business_in_summer_too": (
        ("clocks change at midnight in UTC", BOTH, _time._change, "return after,", "return after // DAY * DAY + DAY,"),
        ("the hour is that of UTC", PORTABLE, _time.known_before, "hour=local", 'hour=nw.col("occurred_us")'),
        ("the hour is that of UTC", ARRAYS, _runs.run_starts, *IN_UTC),
        ("a purchase was made an hour later", PORTABLE, _makers.orders_of, "% 24", "% 24 + 1"),
        ("a purchase was made an hour later", ARRAYS, _history._begin, "% 24", "% 24 + 1"),
        ("numbers are compared the other way", ARRAYS, _conditions._truth, "](rows(name), ", "](24 - rows(name), "),
    ),
    "recency_counts_days_from_the_latest_purchase_and_1_means_yesterday": (
        ("days are counted from 2 January 1970", BOTH, _time.day_number, ".days", ".days + 1"),
        ("today is yesterday", ARRAYS, number, "day_number(self.as_of)", "day_number(self.as_of) - 1"),
        ("a purchase is a day older", PORTABLE, _makers._aged, "(moment.as_of)", "(moment.as_of) + 1"),
        ("a purchase is a day older", ARRAYS, _history._begin, "as_of - hour", "as_of + 1 - hour"),
        ("a purchase is known a day late", ARRAYS, _runs._day_known, "return day", "return day + 1"),
        ("the least is the most", PORTABLE, _aggregate._least, ".min()", ".max()"),
        ("the least is the most", ARRAYS, _loops._picked, "float(least / scale)", "float(most / scale)"),
        ("one customer has another's rows", ARRAYS, _order.by_customer, "rows[row, WHOSE] >> HALF", "0"),
    ),
    "complaints_of_28_days_and_nothing_else": (
        ("age counts from the day before", PORTABLE, _time.known_before, "day_number(as_of)", "day_number(as_of) + 1"),
        ("age counts from the day before", ARRAYS, _talks._known_talks, "as_of - day,", "as_of + 1 - day,"),
        ("a talk is as old as on the last date", BACK, Log._add_up, "as_of=moment.n", "as_of=self.last.n"),
        ("every interaction is a complaint", PORTABLE, _makers.complaints_of, '== "complaint"', '!= ""'),
        ("every interaction is a complaint", ARRAYS, _talks._complaints, "!= complaint:", "== NONE:"),
        (
            "every interaction is a complaint",
            ARRAYS,
            Talks.tables,
            "contact, response, complaint =",
            "contact, complaint, response =",
        ),
    ),
    "a_purchase_28_days_ago_is_in_the_window_and_29_days_ago_is_not": (
        ("windows are a day longer", PORTABLE, in_window, "<= self.days", "<= self.days + 1"),
        ("windows are a day longer", ARRAYS, _loops._find_younger, "> days", "> days + 1"),
        ("windows are a day shorter", PORTABLE, in_window, "<= self.days", "< self.days"),
        ("windows are a day shorter", ARRAYS, _loops._find_younger, "> days", ">= days"),
        ("windows are declared a day longer", BOTH, Events.within, "=days,", "=days + 1,"),
        ("missing is not filled in", BOTH, _snapshot._fill, "value.fill_null(column.missing)", "value"),
        ("events count twice", PORTABLE, _aggregate._number, "nw.lit(1)", "nw.lit(2)"),
        ("events count twice", ARRAYS, _loops._take, "= counted[stop - begin]", "= 2 * counted[stop - begin]"),
        ("always is never", ARRAYS, Programme._computed, "conditions[0] = True", "conditions[0] = False"),
    ),
    "the_same_weeks_last_year_are_337_to_364_days_ago": (
        ("windows end a day later", PORTABLE, in_window, "> self.after", ">= self.after"),
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
        ("a day has the calendar of another", ARRAYS, _history._keep_purchases, "[0, day - ", "[0, day - 1 - "),
        ("a day has the calendar of another", ARRAYS, _history._calendar, "(first, end)", "(first + 1, end + 1)"),
        ("a number is the next", ARRAYS, _conditions._other, "None, node.value", "None, node.value + 1"),
        ("the calendar begins another day", ARRAYS, _history.calendar, "return earliest", "return earliest - 1"),
    ),
    "the_end_of_february_is_a_day_later_in_a_leap_year": (
        ("months begin with day 0", BOTH, _time.day_of_month, "// 5 + 1", "// 5"),
        ("there is no leap year", BOTH, _time.day_of_month, "% 1461 // 4", "% 1460 // 4"),
        ("the end of a month is eight days long", BOTH, _time.calendar_facts, "day + 7", "day + 8"),
        ("no is yes", ARRAYS, _conditions._truth, "rows(str(name)) != 0", "rows(str(name)) == 0"),
        ("a month ends on another day", ARRAYS, _history._keep_purchases, "facts[2, day - ", "facts[2, day - 1 - "),
    ),
    "pairs_of_purchase_days_on_one_weekday_and_two_purchases_of_one_day_are_no_pair": (
        ("one condition of two is enough", ARRAYS, _conditions._truth, "_JOIN[method]", "np.logical_or"),
        ("a column is another", ARRAYS, _conditions._column, "return name", 'return name.replace("weekday", "hour")'),
        ("a condition is of other rows", ARRAYS, Table.rows, "names.index(name)", "names.index(name) - 1"),
    ),
    # State that is filled in later
    "a_complaint_is_open_until_it_is_known_to_be_resolved": (
        ("a resolution on the day is known", PORTABLE, _time._without_later_state, "< start", "<= start"),
        ("a resolution on the day is known", ARRAYS, _talks._until, "< start", "<= start"),
        ("a later resolution is known", PORTABLE, _time._without_later_state, '("resolved", ', "("),
        (
            "a later resolution is known",
            ARRAYS,
            _talks._known_talks,
            "_until(rows[row, RESOLVED], start)",
            "rows[row, RESOLVED]",
        ),
        (
            "what is resolved is open",
            ARRAYS,
            _talks._complaints,
            "made[IS_OPEN, to] = resolved == NONE",
            "made[IS_OPEN, to] = 1",
        ),
        ("what is open is resolved", ARRAYS, _talks.plain_talks, "fill_null(NONE)", "fill_null(0)"),
    ),
    "unreviewed_until_a_review_before_the_as_of_date_and_resolved_is_not_reviewed": (
        ("a later review is known", PORTABLE, _time._without_later_state, ', "reviewed"', ""),
        (
            "a later review is known",
            ARRAYS,
            _talks._known_talks,
            "_until(rows[row, REVIEWED], start)",
            "rows[row, REVIEWED]",
        ),
        ("a review on the day is known", PORTABLE, _time._without_later_state, "< start", "<= start"),
        ("a review on the day is known", ARRAYS, _talks._until, "< start", "<= start"),
        ("what is not known is a moment", ARRAYS, Talks._table, "known.set(known == NONE, None)", "known"),
        ("no review is known", ARRAYS, _talks._rows, "range(len(moments))", "range(len(moments) - 1)"),
    ),
    "satisfaction_with_a_complaint_or_enquiry_is_unknown_before_it_is_resolved": (
        ("satisfaction is known unresolved", PORTABLE, _time._without_later_state, "(~unasked)", "(~unasked | True)"),
        ("satisfaction is known unresolved", ARRAYS, _talks._known_talks, "not asked_later[kind]", "True"),
        ("enquiries are like visits", PORTABLE, _time._without_later_state, "(RESOLVED_FIRST)", "(RESOLVED_FIRST[:1])"),
        ("enquiries are like visits", ARRAYS, Talks.tables, "in RESOLVED_FIRST", "in RESOLVED_FIRST[:1]"),
    ),
}
"""By the claim that must fail."""
