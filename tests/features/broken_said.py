"""Which other guards are broken, and what must notice: products, interactions, customers, definitions of one's own."""

from __future__ import annotations

from features import (
    _aggregate,
    _conditions,
    _history,
    _loops,
    _makers,
    _order,
    _runs,
    _snapshot,
    _sums,
    _talks,
    _time,
)
from features._sums import Programme, Table
from features._talks import Talks
from tests.features.breaking import combine, in_window, start
from tests.features.paths import ARRAYS, BOTH, PORTABLE, Broken

_products = _makers._MAKERS["products"]
_bought_lines = (_runs.run_sums, _runs.bought_kinds)
ANYBODY_RESPONDED = ("to, ALWAYS, NONE", "to, locals().get('response_age', ALWAYS), NONE")
ANYBODY_COMPLAINED = ("begin, last = to, NONE", "begin, last = to, locals().get('last', NONE)")
FIRST_COMPLAINT = ("max(last, occurred)", "occurred if last == NONE else min(last, occurred)")
KNOWN_ANSWERS = ('source[:2] if part.kind == "average" else (NOTHING, 0)', "(NOTHING, 0)")
WITHOUT_WINDOWS = ("(mask[0], days, where.after)", "(mask[0], ALWAYS, 0)")
LAST_OF_THE_HOUR = ("max(last_answer, rows[row, OCCURRED])", "rows[row, OCCURRED]")
ANY_ROW = ("counted[row - first + 1] != counted[row - first] and ", "")
HOLDS_NAN = ("(holds[row] and not np.isnan(numbers[row]))", "holds[row]")
"""Replacements too long for their line below."""

BROKEN_SAID: dict[str, tuple[Broken, ...]] = {
    # Products, categories, channels
    "different_product_id_and_neither_unknown_nor_returned_nor_free_ones_28": (
        ("windows of kinds are a day longer", PORTABLE, in_window, "<= self.days", "<= self.days + 1"),
        ("windows of kinds are a day longer", ARRAYS, _loops._count, "ages[row] <= days", "ages[row] <= days + 1"),
        ("kinds have no windows", PORTABLE, in_window, "[age <= self.days]", "[]"),
        ("kinds have no windows", ARRAYS, Programme._step, *WITHOUT_WINDOWS),
        ("a free line was bought", PORTABLE, _products, "> 0", ">= 0"),
        ("a free line was bought", ARRAYS, _bought_lines, " > 0:\n", " >= 0:\n"),
        ("a returned line was bought", PORTABLE, _products, 'nw.col("amount") > 0, ', ""),
        ("a returned line was bought", ARRAYS, _bought_lines, " > 0:\n", " != 0:\n"),
        ("an unknown product is a product", PORTABLE, _products, ", ~nw.col(column).is_null()", ""),
        ("an unknown product is a product", ARRAYS, _history._kinds, "kind < 0", "kind < -1"),
    ),
    "share_of_the_categories_ever_bought_that_were_bought_in_84_days": (
        ("windows of kinds are a day shorter", PORTABLE, in_window, "<= self.days", "< self.days"),
        ("windows of kinds are a day shorter", ARRAYS, _loops._count, "ages[row] <= days", "ages[row] < days"),
    ),
    "days_since_the_latest_first_time": (
        ("a kind is a day older", PORTABLE, _time.known_before, "day_number(as_of)", "day_number(as_of) + 1"),
        ("lines have the kinds of others", ARRAYS, _history._kinds_in_order, "begins[came[run]] * width", "to"),
        ("a kind is a day older", ARRAYS, _history._kinds, "age = as_of", "age = as_of + 1"),
    ),
    "a_product_bought_twice_on_one_day_was_not_bought_again": (
        ("a kind is as old as its first line", PORTABLE, _products, "age.min()", "age.max()"),
        ("a kind is as old as its first line", ARRAYS, _history._kinds, "made[AGE, seen[kind, 0]] = age", "pass"),
        ("what was bought earlier is bought later", ARRAYS, _conditions._truth, "](rows(name), ", "](-rows(name), -"),
    ),
    "a_product_id_bought_before_the_window_is_not_new_in_it_28": (
        ("a kind is as new as its last line", PORTABLE, _products, "age.max()", "age.min()"),
        ("a kind is as new as its last line", ARRAYS, _history._kinds, "made[AGE, seen", "made[:2, seen"),
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
        ("a complaint is an hour older", ARRAYS, start, "return micros(", "return 3_600_000_000 + micros("),
    ),
    "average_hours_to_resolution_of_what_was_resolved": (
        ("a resolution takes until today", PORTABLE, _makers.complaints_of, "resolved - occ", "start - occ"),
        ("a resolution takes until today", ARRAYS, _talks._complaints, "(resolved - occurred,", "(start - occurred,"),
    ),
    "a_complaint_that_is_said_to_be_resolved_before_it_came_took_no_time": (
        ("time runs backwards", PORTABLE, _makers.complaints_of, "took < 0", "took < took"),
        ("time runs backwards", ARRAYS, _talks._complaints, "max(resolved - occurred, 0)", "(resolved - occurred)"),
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
        (
            "whatever is said waits",
            ARRAYS,
            _talks._known_talks,
            "made[KIND, row] == contact",
            "made[KIND, row] != NONE",
        ),
        ("whatever is said responds", PORTABLE, _makers.interactions_of, '== "campaign_response"', '!= ""'),
        ("whatever is said responds", ARRAYS, _talks._known_talks, "kind == response", "kind != NONE"),
    ),
    "a_contact_on_the_day_of_a_response_waits_for_nothing_even_after_it": (
        ("no response is the latest", ARRAYS, _talks._known_talks, "min(response_age,", "max(response_age,"),
    ),
    "satisfaction_of_the_latest_answer_and_of_several_at_one_moment_the_average": (
        ("the latest answer is anybody's", PORTABLE, _makers.interactions_of, '.max().over("customer_id")', ".max()"),
        (
            "the latest answer is anybody's",
            ARRAYS,
            _talks._known_talks,
            "== last_answer",
            "== made[OCCURRED_US, :to].max()",
        ),
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
        ("interactions are in no order", ARRAYS, _order._sort, "rows[row, by] < rows[row - 1, by]", "False"),
        ("days run backwards", ARRAYS, _order._sort, "np.argsort(", "np.argsort(-"),
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
        ("an unknown topic is a topic", ARRAYS, _talks._or_none, "text if text >= 0 else NONE", "max(text, 0)"),
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
        ("windows of kinds end a day later", PORTABLE, in_window, "> self.after", ">= self.after"),
        ("windows of kinds end a day later", ARRAYS, _loops._count, "after < ages[row]", "after <= ages[row]"),
    ),
    "products_of_long_ago": (("windows without a beginning have no end", ARRAYS, _loops._count, " or after != 0", ""),),
    "talk_channels": (
        ("no channel is one", ARRAYS, _talks._or_none, "text if text >= 0 else NONE", "max(text, 0)"),
        ("a channel is a topic", ARRAYS, _talks._rows, "np.int64(channel[row])", "np.int64(topic[row])"),
    ),
    "talk_topics_of_a_month": (
        ("of no talk nothing is known", ARRAYS, _loops._picked, "0.0 if kind == DISTINCT else np.nan", "np.nan"),
    ),
    "evening_talks": (
        ("a talk was held in an hour of UTC", PORTABLE, _time.known_before, "hour=local", 'hour=nw.col("occurred_us")'),
        ("a talk was held in an hour of UTC", ARRAYS, _talks._rows, " + clocks[clock, 1])", ")"),
        ("a talk was held an hour later", ARRAYS, _talks._known_talks, "% 24", "% 24 + 1"),
    ),
    "pieces": (("the last line stands for all", ARRAYS, _history._add, "table[PIECES, to] +=", "table[PIECES, to] ="),),
    "lines": (
        ("the last line stands for all", ARRAYS, _history._add, "table[LINE_COUNT, to] +=", "table[LINE_COUNT, to] ="),
    ),
    "first_hour": (("a receipt was written an hour later", ARRAYS, _history._begin, "hour % 24", "hour % 24 + 1"),),
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
        ("a day has the date of the next", ARRAYS, _history._keep_purchases, "facts[1, day - ", "facts[1, 1 + day - "),
    ),
    "hours_to_resolution": (
        ("hours are of millionths", ARRAYS, Programme._running, "= MONEY_DECIMALS if", "= AVERAGE_DECIMALS if"),
    ),
    "money_by_pieces": (
        ("a product is a sum", PORTABLE, combine, "left * right", "left + right"),
        ("a product is a sum", ARRAYS, _sums._combined, "left * right", "left + right"),
    ),
    "money_and_pieces": (
        ("a sum is a difference", PORTABLE, combine, "left + right", "left - right"),
        ("a sum is a difference", ARRAYS, _sums._combined, "left + right", "left - right"),
    ),
}
"""By the claim that must fail."""
