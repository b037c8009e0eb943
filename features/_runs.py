"""How do lines become runs? Neighbouring lines of one order, hour and day of knowing are one run, and add up.

Logs are written order by order, so a run is most of an order. Of a run eight whole numbers are kept. Orders are told
apart by a 64-bit hash of their id, within one customer: among a million customers with a hundred orders each, two share
a hash once in three billion logs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from features._aggregate import MONEY_DECIMALS
from features._compiled import compiled
from features._order import HALF, LOW, WHOSE
from features._texts import mixed
from features._time import DAY, HOUR

Array = npt.NDArray[Any]
Pair = tuple[Array, Array]

ORDER, WHEN, AMOUNT, PAID, DISCOUNT, QUANTITY, SOME = range(1, 8)
WIDTH = 8
"""The columns of a matrix of runs: the customer's number and how many lines (`WHOSE`); the hash of the order; the hour
and the day on which the run was known; money in ten-thousandths; how many lines returned and bought."""

_SCALE = float(10**MONEY_DECIMALS)
_MOST = 9e16
_NO_ORDER = np.uint64(0xA0761D6478BD642F)


@compiled
def run_starts(
    customer: Pair,
    order: Pair,
    has_order: Array,
    occurred: Array,
    known: Array,
    clocks: Array,
    made: Array,
) -> tuple[Array, Array, Array]:
    """Where lines differ from the one before in customer, order, hour or day of knowing; that hour and that day."""
    count = len(occurred)
    starts, hours, days = made
    runs, clock, late_clock = 0, 0, 0
    for row in range(count):
        clock = clock_of(occurred[row], clocks, clock)
        hour = (occurred[row] + clocks[clock, 1]) // HOUR
        late_clock = clock_of(known[row], clocks, late_clock)
        day = _day_known(known[row], clocks, late_clock)
        is_new = row == 0 or hour != hours[runs - 1] or day != days[runs - 1]
        if not is_new:
            is_new = customer[0][row] != customer[0][row - 1] or customer[1][row] != customer[1][row - 1]
        if not is_new:
            if len(has_order) > 0 and not (has_order[row] and has_order[row - 1]):
                is_new = has_order[row] != has_order[row - 1]
            else:
                is_new = order[0][row] != order[0][row - 1] or order[1][row] != order[1][row - 1]
        if is_new:
            starts[runs], hours[runs], days[runs] = row, hour, day
            runs += 1
    return starts[:runs], hours[:runs], days[:runs]


@compiled
def clock_of(moment: int, clocks: Array, guess: int) -> int:
    """Which of the changes of the clocks holds at a moment; the first holds before it too."""
    while guess + 1 < len(clocks) and moment >= clocks[guess + 1, 0]:
        guess += 1
    while guess > 0 and moment < clocks[guess, 0]:
        guess -= 1
    return guess


@compiled
def _day_known(moment: int, clocks: Array, clock: int) -> int:
    """The last day that had begun: the local one, but for clocks that went back over midnight, to the day before."""
    day = int((moment + clocks[clock, 1]) // DAY)
    if clock > 0 and clocks[clock, 1] < clocks[clock - 1, 1]:
        day = max(day, int((clocks[clock, 0] - 1 + clocks[clock - 1, 1]) // DAY))
    return day


@compiled
def _fixed(value: float) -> int:
    """Money or pieces as whole ten-thousandths, half rounded up."""
    return int(np.floor(value * _SCALE + 0.5))


@compiled
def _fits(value: float) -> bool:
    """Whether a number is finite, and small enough for its millionths to be counted."""
    return abs(value) * _SCALE < _MOST


@compiled
def run_sums(
    runs: tuple[Array, Array, Array],
    number: Array,
    order: Pair,
    has_order: Array,
    money: tuple[Array, Array, Array],
    count: int,
    made: Array,
) -> bool:
    """Fills the matrix of the runs, and says whether all fit into it. `number` is the customer's among all."""
    starts, hours, days = runs
    amounts, discounts, quantities = money
    fits = True
    for run in range(len(starts)):
        first, end = starts[run], starts[run + 1] if run + 1 < len(starts) else count
        amount, paid, discount, quantity, returned, bought = 0, 0, 0, 0, 0, 0
        for row in range(first, end):
            if not (_fits(amounts[row]) and _fits(discounts[row]) and _fits(quantities[row])):
                fits = False
                continue
            fixed = _fixed(amounts[row])
            amount += fixed
            discount += _fixed(discounts[row])
            quantity += _fixed(quantities[row])
            if fixed > 0:
                paid += fixed
                bought += 1
            elif fixed < 0:
                returned += 1
        if len(has_order) == 0 or has_order[first]:
            made[run, ORDER] = np.int64(mixed(order[0][first], order[1][first]))
        else:
            made[run, ORDER] = np.int64(mixed(np.uint64(hours[run] // 24), _NO_ORDER))
        made[run, WHOSE] = (np.int64(number[run]) << HALF) | (end - first)
        made[run, WHEN] = (hours[run] << HALF) | (days[run] & LOW)
        made[run, AMOUNT], made[run, PAID], made[run, DISCOUNT], made[run, QUANTITY] = amount, paid, discount, quantity
        made[run, SOME] = (returned << HALF) | bought
    return fits


@compiled
def bought_kinds(starts: Array, runs: Array, came: Array, amounts: Array, kinds: Array) -> Array:
    """A row for each line bought, in the order of the dealt runs: its product, category, ...

    `kinds` has a column for each line of the batch; `starts` says where the runs began in it, and `came` which run
    came to each place.
    """
    made = np.empty((int((runs[:, SOME] & LOW).sum()), len(kinds)), dtype=np.int32)
    to = 0
    for run in range(len(runs)):
        first = starts[came[run]]
        for line in range(first, first + (runs[run, WHOSE] & LOW)):
            if _fixed(amounts[line]) > 0:
                for kind in range(len(kinds)):
                    made[to, kind] = kinds[kind, line]
                to += 1
    return made
