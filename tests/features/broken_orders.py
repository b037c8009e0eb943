"""Which guards of orders are broken, and what must notice: orders, money, returns, rhythm."""

from __future__ import annotations

from features import (
    Where,
    _aggregate,
    _buckets,
    _conditions,
    _history,
    _loops,
    _makers,
    _order,
    _polars,
    _runs,
    _sums,
)
from features._sums import Programme
from tests.features.breaking import combine
from tests.features.paths import ALL, ARRAYS, BOTH, PORTABLE, Broken

UNNETTED = ("_lines(tables, moment)", '_lines(tables, moment).filter(nw.col("amount") > 0)')
WITHOUT_CUSTOMER = (
    '.group_by("customer_id", "order_key").agg(',
    '.group_by("order_key").agg(nw.col("customer_id").min(), ',
)
WITHOUT_DAY = ('"order_key", "day").agg(', '"order_key").agg(nw.col("day").min(), ')
INEXACT = ("divided(whole, by=10**MONEY_DECIMALS)", "_kept(aggregate).sum()")
BY_LINE = ('"order_id", *kinds).cast(pl.String)', '*kinds).cast(pl.String), pl.col("transaction_id").alias("order_id")')
BY_UTC_DAY = ("np.uint64(hours[run] // 24)", "np.uint64((hours[run] - 8) // 24)")
OF_ANYBODY = ("in range(start, end)", "in [(each, start := 0)[0] for each in range(start, end)]")
OF_TENTHS = ("np.floor(value * _SCALE + 0.5)", "1000 * np.floor(value * 10 + 0.5)")
BY_FIRST_LINE = ("if to < 0:\n", "if to < 0 or purchases[DAY, to] != hour // 24:\n")
BY_LAST_LINE = ("_add(runs[run], purchases, to)", "purchases[:3, to] = as_of - hour // 24, hour // 24, hour % 24")
ONLY_PAID = ("run[AMOUNT]", "run[PAID]")
OTHER_CUSTOMER = ("customer[0][row] != customer[0][row - 1] or customer[1][row] != customer[1][row - 1]", "False")
OTHER_ORDER = ("order[0][row] != order[0][row - 1] or order[1][row] != order[1][row - 1]", "False")
NO_ORDER = ("has_order[row] != has_order[row - 1]", "False")
SOME_BITS = ("runs[table[slot], ORDER] != runs[run, ORDER]", "False")
FROM_THE_FIRST_ON = ("summed[stop - begin] - summed[start - begin]", "summed[stop - begin]")
HOLDS_UNKNOWN = ("(holds[row] and wholes[row] != NONE)", "holds[row]")
"""Replacements too long for their line below."""

BROKEN_ORDERS: dict[str, tuple[Broken, ...]] = {
    # Orders
    "an_order_that_nets_to_zero_or_less_is_no_purchase": (
        ("an order of nothing is a purchase", PORTABLE, _makers._purchases, "> 0", ">= 0"),
        ("an order of nothing is a purchase", ARRAYS, _history._keep_purchases, "<= 0", "< 0"),
        ("money is rounded to tenths", PORTABLE, _aggregate.fixed, "Float64)", "Float64).round(1)"),
        ("money is rounded to tenths", PORTABLE, _aggregate.rounded, "Float64)", "Float64).round(1)"),
        ("money is rounded to tenths", ARRAYS, _runs._fixed, *OF_TENTHS),
    ),
    "an_order_returned_in_full_is_no_purchase": (
        ("returns do not net their order", PORTABLE, _makers._orders, *UNNETTED),
        ("returns do not net their order", ARRAYS, _history._add, *ONLY_PAID),
        ("only a return of its day nets an order", PORTABLE, _makers.orders_of, '"order_key")', '"order_key", "day")'),
        ("only a return of its day nets an order", ARRAYS, _history._bought, *BY_FIRST_LINE),
        ("what is not known is a number", ALL, _polars._column, "~np.isnan(values)", "np.full(len(values), 1)"),
        ("every run is an order", ARRAYS, _history._find_first, "first[run] = table[slot]", "first[run] = run"),
    ),
    "one_order_number_at_two_customers_is_two_orders": (
        ("customers share order numbers", PORTABLE, _makers.orders_of, *WITHOUT_CUSTOMER),
        ("customers share order numbers", ARRAYS, _history._find_first, *OF_ANYBODY),
        ("customers share a run of lines", ARRAYS, _runs.run_starts, *OTHER_CUSTOMER),
    ),
    "lines_of_one_order_are_one_purchase": (
        ("every line is an order", PORTABLE, _makers.with_order_key, 'e(nw.col("order_id', 'e(nw.col("transaction_id'),
        ("every line is an order", ARRAYS, _buckets.plain_lines, *BY_LINE),
        ("one hour is one order", ARRAYS, _runs.run_starts, *OTHER_ORDER),
    ),
    "lines_without_an_order_are_one_order_per_customer_and_day": (
        ("all days are one order", PORTABLE, _makers.with_order_key, 'nw.col("day")', "nw.lit(0)"),
        ("all days are one order", ARRAYS, _runs.run_sums, "np.uint64(hours[run] // 24)", "np.uint64(0)"),
        ("no order is one order", ARRAYS, _runs.run_sums, "if len(has_order) == 0 or has_order[first]", "if True"),
    ),
    "lines_without_an_order_are_grouped_by_the_business_day_not_the_utc_day": (
        ("UTC days are orders", PORTABLE, _makers.with_order_key, '"day")', '"occurred_us").__floordiv__(864 * 10**8)'),
        ("UTC days are orders", ARRAYS, _runs.run_sums, *BY_UTC_DAY),
    ),
    "the_wait_beyond_the_usual_gap_in_deviations_of_it": (
        ("a line without an order is of the one before it", ARRAYS, _runs.run_starts, *NO_ORDER),
    ),
    "purchases_in_all_count_the_whole_history": (
        ("orders alike in some bits are one", ARRAYS, _history._find_first, *SOME_BITS),
    ),
    "names_that_begin_alike_are_of_two_customers": (
        ("names that begin alike are one", ARRAYS, _runs.run_starts, "customer[1][row - 1]", "customer[1][row]"),
    ),
    "numbers_that_begin_alike_are_of_two_orders": (
        ("numbers that begin alike are one", ARRAYS, _runs.run_starts, "order[1][row - 1]", "order[1][row]"),
    ),
    "an_order_whose_number_is_empty_has_one": (
        ("no number is an empty one", ARRAYS, _runs.run_starts, "if len(has_order) > 0 and", "if False and"),
        (
            "no number is an empty one",
            ARRAYS,
            _runs.run_sums,
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
        ("lines of two hours are one run", ARRAYS, _runs.run_starts, "hour != hours[runs - 1] or ", ""),
    ),
    "amounts_that_cancel_in_decimals_cancel_here": (
        ("order totals are not exact", PORTABLE, _makers._sum, "divided(total, by=10**MONEY_DECIMALS)", "value.sum()"),
    ),
    "money_is_rounded_to_ten_thousandths_half_up": (
        ("half is nothing", PORTABLE, _aggregate.rounded, "+ 0.5", ""),
        ("half is nothing", ARRAYS, _runs._fixed, "+ 0.5", ""),
        ("less than half is one", PORTABLE, _aggregate.rounded, "+ 0.5", "+ 0.9"),
        ("less than half is one", ARRAYS, _runs._fixed, "+ 0.5", "+ 0.9"),
    ),
    "a_crumb_of_rounding_is_no_return": (
        (
            "a crumb is a return",
            PORTABLE,
            _makers.with_order_key,
            "rounded(nw.col(name), MONEY_DECIMALS)",
            "nw.col(name)",
        ),
        ("a crumb is a return", ARRAYS, _runs.run_sums, "fixed < 0", "amounts[row] < 0"),
    ),
    "every_line_of_a_purchase_counts_the_free_and_the_returned_one_too": (
        ("a line of an order is not counted", PORTABLE, _makers.orders_of, "=nw.len()", "=-1 + nw.len()"),
        ("a line of an order is not counted", ARRAYS, _runs.run_sums, "| (end - first)", "| (end - first - 1)"),
    ),
    # Money and returns
    "spend_is_net_of_returns_each_dated_when_it_happened_28": (
        ("returns are not taken off", PORTABLE, _makers._receipts, *UNNETTED),
        ("returns are not taken off", ARRAYS, _history._add, *ONLY_PAID),
        ("a return is dated as its order", PORTABLE, _makers.receipts_of, *WITHOUT_DAY),
        ("a return is dated as its order", ARRAYS, _history._bought, " or receipts[DAY, to] != hour // 24", ""),
        ("a receipt is a day older", PORTABLE, _makers._aged, "(moment.as_of)", "(moment.as_of) + 1"),
        ("a receipt is a day older", ARRAYS, _history._begin, "as_of - hour", "as_of + 1 - hour"),
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
        ("a free line is a return", ARRAYS, _runs.run_sums, "fixed < 0", "fixed <= 0"),
        ("a returned line counts twice", PORTABLE, _makers._number, "nw.lit(1)", "nw.lit(2)"),
        ("a returned line counts twice", ARRAYS, _runs.run_sums, "returned += 1", "returned += 2"),
        ("receipts are in no order", ARRAYS, _order._sort, "rows[row, by] < rows[row - 1, by]", "False"),
    ),
    "returns_of_earlier_purchases_can_outweigh_what_was_paid": (
        ("a return lowers what was paid", PORTABLE, _makers.receipts_of, "_sum(amount, amount > 0)", "_sum(amount)"),
        ("a return lowers what was paid", ARRAYS, _runs.run_sums, "= amount, paid", "= amount, amount"),
        ("everything is returned", PORTABLE, _makers.receipts_of, "-amount, amount < 0", "amount, amount > 0"),
        ("everything is returned", ARRAYS, _history._add_returns, "run[PAID] - run[AMOUNT]", "run[PAID]"),
    ),
    **{
        f"lines_of_some_hours_add_up_to_their_{column}": tuple(
            ("the last line stands for all", ARRAYS, function, f"{there} +=", f"{there} =") for function, there in sums
        )
        for column, sums in {
            "spend_28d": ((_runs.run_sums, "amount"), (_history._add, "table[NET, to]")),
            "largest_purchase": ((_history._add, "table[NET, to]"),),
            "discount_total_84d": ((_runs.run_sums, "discount"), (_history._add, "table[SAVED, to]")),
            "return_count_28d": ((_runs.run_sums, "returned"), (_history._add_returns, "receipts[RETURNED_LINES, to]")),
            "return_value_ratio_364d": (
                *((_runs.run_sums, "paid"), (_history._add_returns, "receipts[PAID_IN, to]")),
                (_history._add_returns, "receipts[PAID_BACK, to]"),
            ),
            "mean_purchase_quantity": ((_runs.run_sums, "quantity"), (_history._add, "table[PIECES, to]")),
            "mean_purchase_line_count": ((_history._add, "table[LINE_COUNT, to]"),),
        }.items()
    },
    # Rhythm
    "average_days_between_purchases": (
        ("gaps run across customers", PORTABLE, _makers._purchases, 'over("customer_id", order', "over(order"),
        ("gaps run across customers", ARRAYS, _history._keep_purchases, "if to == begin", "if to == 0"),
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
        (
            "the first day is the last",
            ARRAYS,
            _history._keep_purchases,
            "== purchases[DAY, begin]",
            "== purchases[DAY, to - 1]",
        ),
        ("sums have no conditions", PORTABLE, _aggregate._whole_sum, "where & ", ""),
        ("sums have no conditions", ARRAYS, _loops._sum, "counted[row + 1] != counted[row] and ", ""),
        ("sums have no conditions", ARRAYS, Programme._running, "(*mask, NOTHING, 0)", "(0, ALWAYS, 0, NOTHING, 0)"),
        ("averages are of ten-thousandths", ARRAYS, _loops._shared, "AVERAGE_DECIMALS - decimals", "AVERAGE_DECIMALS"),
    ),
    "several_last_purchases_are_averaged_and_a_later_return_is_no_purchase": (
        ("the last day is the first", PORTABLE, _makers._purchases, "day.max()", "day.min()"),
        (
            "the last day is the first",
            ARRAYS,
            _history._keep_purchases,
            "== purchases[DAY, to - 1]",
            "== purchases[DAY, begin]",
        ),
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
        ("every purchase is a new day", ARRAYS, _history._keep_purchases, "gap > 0", "gap >= 0"),
        ("counts have no conditions", PORTABLE, _aggregate._count, "_number(", "_number(nw.lit(True) | "),
        ("counts have no conditions", ARRAYS, _loops._count, "counted[row] + holds[row]", "counted[row] + 1"),
        ("a condition in a window is none", BOTH, Where.__and__, "both[0] if both", "None if both"),
        ("purchases are in no order", ARRAYS, _order._sort, "rows[row, by] < rows[row - 1, by]", "False"),
        ("days run backwards", ARRAYS, _order._sort, "np.argsort(", "np.argsort(-"),
    ),
    "weeks_are_counted_back_from_the_as_of_date_84": (
        ("weeks begin a day late", PORTABLE, _makers.purchase_facts, "gap - 1) // 7", "gap) // 7"),
        ("weeks begin a day late", ARRAYS, _history._keep_purchases, "gap - 1) // _WEEK", "gap) // _WEEK"),
    ),
    "purchases_of_84_days_less_those_of_the_84_days_a_year_before": (
        ("a difference is the other way round", PORTABLE, combine, "left - right", "right - left"),
        ("a difference is the other way round", ARRAYS, _sums._combined, "left - right", "right - left"),
        ("a difference is of one with itself", ARRAYS, _sums._value, "summary.left, found", "summary.right, found"),
    ),
}
"""By the claim that must fail."""
