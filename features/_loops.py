"""How are events summed up fast? Running sums, and the difference between their two ends.

The rows of a customer stand together, so every sum over them is the difference of two running sums; where they are in
the order of days as well, so do those of a window. A few customers are done at a time, so that all of it stays in the
processor's cache. Sums are sums of whole numbers, which do not depend on the order of rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from features._aggregate import AVERAGE_DECIMALS, MONEY_DECIMALS
from features._compiled import compiled

Array = npt.NDArray[Any]

NONE = -(1 << 63) + 1
"""A whole number that is not known."""

KINDS = ("count", "total", "average", "least", "most", "median", "distinct")
COUNT, TOTAL, AVERAGE, LEAST, MOST, MEDIAN, DISTINCT = range(len(KINDS))
NOTHING, WHOLE, FLOAT = 0, 1, 2
"""Where a value comes from: nowhere, a row of the matrix of whole numbers, or one of that of floats."""

ALWAYS = 1 << 40
"""So many days that every event is inside."""

LARGEST = 9e18
"""The largest number that can be added."""

CUSTOMERS_AT_ONCE, ROWS_AT_ONCE = 512, 4096
_TOTAL_SCALE, _AVERAGE_SCALE = float(10**MONEY_DECIMALS), float(10**AVERAGE_DECIMALS)


@compiled
def run_loops(
    table: tuple[Array, Array, Array], starts: Array, edges: Array, plan: tuple[Array, Array, Array], found: Array
) -> bool:
    """Fills `found`, a row for each step of the plan and a column for each customer; NaN for null.

    False when a number to be added is not finite, or too large.

    The table has a matrix of whole numbers, one of floats and one of conditions; `starts` says where the rows of each
    customer begin in them. `edges` are the days at which windows begin and end. The plan is a list of masks (condition,
    window, a value that must be known), one of running sums (source and place of the value, decimals, mask) and one of
    steps (kind, edges, source, place and decimals of the value, mask, running sum).
    """
    masks, sums, steps = plan
    customers, most, begin = len(starts) - 1, 0, 0
    while begin < customers:
        end = _block(starts, begin)
        most = max(most, starts[end] - starts[begin])
        begin = end
    counted, summed = np.zeros((len(masks), most + 1), np.int32), np.zeros((max(len(sums), 1), most + 1), np.int64)
    younger, older = np.empty((len(edges), CUSTOMERS_AT_ONCE), np.int64), np.zeros(most + 1, np.int32)
    kept = np.empty(most), np.empty(most, table[0].dtype)
    begin = 0
    while begin < customers:
        end = _block(starts, begin)
        rows = starts[begin], starts[end]
        for edge in range(len(edges)):
            _find_younger(table[0], rows, edges[edge], starts[begin : end + 1], older, younger[edge])
        for mask in range(len(masks)):
            _count(table, rows, masks[mask], counted[mask])
        for place in range(len(sums)):
            if not _sum(table, rows, sums[place], counted[sums[place, 3]], summed[place]):
                return False
        for step in range(len(steps)):
            first = younger[steps[step, 1]]
            last = starts[begin + 1 : end + 1] if edges[steps[step, 2]] == 0 else younger[steps[step, 2]]
            counts, sum_ = counted[steps[step, 6]], summed[steps[step, 7]]
            _take(steps[step], table, starts[begin : end + 1], first, last, counts, sum_, kept, found[step, begin:end])
        begin = end
    return True


@compiled
def _take(
    step: Array,
    table: tuple[Array, Array, Array],
    starts: Array,
    first: Array,
    last: Array,
    counted: Array,
    summed: Array,
    kept: tuple[Array, Array],
    found: Array,
) -> None:
    """One step for some customers."""
    kind, _, _, source, place, decimals, _, _ = step
    begin = starts[0]
    for customer in range(len(found)):
        start, stop = first[customer], max(first[customer], last[customer])
        if starts[customer] == starts[customer + 1]:
            found[customer] = np.nan
        elif kind == COUNT:
            found[customer] = counted[stop - begin] - counted[start - begin]
        elif kind == TOTAL or kind == AVERAGE:  # noqa: SIM109
            known = counted[stop - begin] - counted[start - begin]
            found[customer] = _shared(kind, source, summed[stop - begin] - summed[start - begin], known, decimals)
        elif source == FLOAT:
            found[customer] = _picked(kind, table[1][place], counted, start, stop, begin, 0, kept[0])
        else:
            found[customer] = _picked(kind, table[0][place], counted, start, stop, begin, decimals, kept[1])


@compiled
def _block(starts: Array, begin: int) -> int:
    """Where a block of customers that begins here ends: with few rows, or few customers, but one at least."""
    end = begin + 1
    while end < len(starts) - 1 and end - begin < CUSTOMERS_AT_ONCE and starts[end + 1] - starts[begin] <= ROWS_AT_ONCE:
        end += 1
    return end


@compiled
def _find_younger(values: Array, rows: tuple[int, int], days: int, starts: Array, older: Array, made: Array) -> None:
    """The first row of each customer of at most so many days, the rows being in the order of days."""
    ages = values[0, rows[0] : rows[1]]
    if days == ALWAYS:
        made[: len(starts) - 1] = starts[:-1]
        return
    for row in range(len(ages)):
        older[row + 1] = older[row] + (ages[row] > days)
    for customer in range(len(starts) - 1):
        begin, end = starts[customer] - starts[0], starts[customer + 1] - starts[0]
        made[customer] = starts[customer] + older[end] - older[begin]


@compiled
def _count(table: tuple[Array, Array, Array], rows: tuple[int, int], mask: Array, counted: Array) -> None:
    """The running number of rows that fulfil a condition, are in a window and, where asked, have a known value."""
    (values, floats, conditions), (first, last) = table, rows
    condition, days, after, source, place = mask
    holds, ages = conditions[condition, first:last], values[0, first:last]
    if source == WHOLE:
        wholes = values[place, first:last]
        for row in range(len(holds)):
            counted[row + 1] = counted[row] + (holds[row] and wholes[row] != NONE)
    elif source == FLOAT:
        numbers = floats[place, first:last]
        for row in range(len(holds)):
            counted[row + 1] = counted[row] + (holds[row] and not np.isnan(numbers[row]))
    else:
        for row in range(len(holds)):
            counted[row + 1] = counted[row] + holds[row]
    if days != ALWAYS or after != 0:
        outside = 0
        for row in range(len(holds)):
            is_in = after < ages[row] and ages[row] <= days
            if not is_in:
                outside += counted[row + 1] - counted[row] - outside
            counted[row + 1] -= outside


@compiled
def _sum(table: tuple[Array, Array, Array], rows: tuple[int, int], what: Array, counted: Array, summed: Array) -> bool:
    """The running sum of whole numbers over the rows that count; unknown ones add nothing. False for one too large."""
    (values, floats, _), (first, last) = table, rows
    source, place, decimals, _ = what
    if source == WHOLE:
        wholes = values[place, first:last]
        for row in range(len(wholes)):
            counts = counted[row + 1] != counted[row] and wholes[row] != NONE
            summed[row + 1] = summed[row] + (wholes[row] if counts else 0)
        return True
    numbers, scale = floats[place, first:last], float(10**decimals)
    for row in range(len(numbers)):
        counts = counted[row + 1] != counted[row] and not np.isnan(numbers[row])
        scaled = np.floor(numbers[row] * scale + 0.5) if counts else 0.0
        if not abs(scaled) < LARGEST:
            return False
        summed[row + 1] = summed[row] + np.int64(scaled)
    return True


@compiled
def _shared(kind: int, source: int, whole: int, known: int, decimals: int) -> float:
    """A total or an average, from a sum of whole numbers."""
    if kind == TOTAL:
        return float(whole if source == FLOAT else whole * 10 ** (MONEY_DECIMALS - decimals)) / _TOTAL_SCALE
    if known == 0:
        return np.nan
    return float(whole if source == FLOAT else whole * 10 ** (AVERAGE_DECIMALS - decimals)) / known / _AVERAGE_SCALE


@compiled
def _picked(
    kind: int, values: Array, counted: Array, start: int, stop: int, first: int, decimals: int, kept: Array
) -> float:
    """The least, the most or the middle of the known values of rows that count, or how many different ones."""
    size = 0
    if start == stop:
        return 0.0 if kind == DISTINCT else np.nan
    least, most = values[start], values[start]
    for row in range(start, stop):
        value = values[row]
        if counted[row - first + 1] != counted[row - first] and value != NONE and not np.isnan(value):
            if size == 0:
                least = most = value
            least, most = min(least, value), max(most, value)
            kept[size] = value
            size += 1
    scale = float(10**decimals)
    if kind == DISTINCT:
        return _different(kept[:size])
    if size == 0:
        return np.nan
    if kind == LEAST:
        return float(least / scale)
    if kind == MOST:
        return float(most / scale)
    low, high = _middle(kept[:size])
    return (low / scale + high / scale) / 2


@compiled
def _middle(kept: Array) -> tuple[float, float]:
    """The two values in the middle, or twice the one; the others change their places (Hoare's selection)."""
    left, right, middle = 0, len(kept) - 1, (len(kept) - 1) // 2
    while left < right:
        pivot = kept[(left + right) // 2]
        up, down = left, right
        while up <= down:
            while kept[up] < pivot:
                up += 1
            while kept[down] > pivot:
                down -= 1
            if up <= down:
                kept[up], kept[down] = kept[down], kept[up]
                up, down = up + 1, down - 1
        if middle <= down:
            right = down
        elif middle >= up:
            left = up
        else:
            break
    low = kept[middle]
    if len(kept) % 2 == 1:
        return low, low
    return low, kept[middle + 1 :].min()


@compiled
def _different(kept: Array) -> float:
    kept.sort()
    different = 0
    for row in range(len(kept)):
        different += row == 0 or kept[row] != kept[row - 1]
    return float(different)
