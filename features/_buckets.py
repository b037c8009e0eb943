"""How does a log of any length fit into memory? Read once, narrowed to numbers, spread over buckets of customers.

Polars streams the log past in batches. Neighbouring lines of one order in one hour become one run at once, because logs
are written order by order; of a run eight whole numbers are kept, of a line bought one for each kind (product,
category, channel) that a feature asks about. Customers get numbers as they appear, and each bucket holds the whole
history of its customers.

Orders are told apart by a 64-bit hash of their id, within one customer: among a million customers with a hundred orders
each, two share a hash once in three billion logs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features._aggregate import MONEY_DECIMALS
from features._compiled import compiled
from features._room import Room, Rooms
from features._texts import Numbers, Texts, mixed, texts
from features._time import DAY, HOUR, Frame, Shifts

Array = npt.NDArray[Any]

LINES_PER_BUCKET = 2_000_000
THREADS = 2

MONEY = ("amount", "discount", "quantity")
WHOSE, ORDER, WHEN, AMOUNT, PAID, DISCOUNT, QUANTITY, SOME = range(8)
WIDTH = 8
"""The columns of a matrix of runs: the customer's number within the bucket and how many lines (32 bits each); the hash
of the order; the hour and the day on which the run was known; money in ten-thousandths; lines returned and bought."""

HALF, LOW = 32, 0xFFFFFFFF

_SCALE = float(10**MONEY_DECIMALS)
_MOST = 9e16
_NO_ORDER = np.uint64(0xA0761D6478BD642F)


class TooWide(Exception):
    """Numbers that do not fit into those of the fast path; the portable one says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Some customers' lines: `runs`, a row for each run, and `kinds`, a column for each line bought, run by run."""

    runs: Array
    kinds: Array


@dataclass(frozen=True, slots=True)
class _Dealt:
    """A batch in the order of buckets, and where each bucket begins in it."""

    lines: Lines
    run_edges: Array
    kind_edges: Array


def plain_lines(rows: Frame, kinds: Iterable[str]) -> pl.LazyFrame:
    """What the fast path reads of a line: texts as they are, times in microseconds, no money where none is known."""
    native: pl.LazyFrame = rows.to_native()
    return native.select(
        pl.col("customer_id", "order_id", *kinds).cast(pl.String),
        "occurred_us",
        known_us=pl.max_horizontal("occurred_us", "recorded_us"),
        **{name: pl.col(name).cast(pl.Float64).fill_null(0.0) for name in MONEY},
    )


class Spread:
    """Batches of lines go in, buckets come out. Safe to use from several threads.

    Customers get numbers as they appear; the lowest `bits` of a number say its bucket.
    """

    def __init__(self, kinds: tuple[str, ...], *, bits: int, shifts: Shifts) -> None:
        self.bits, self.kinds = bits, kinds
        self.customers = Numbers()
        self._texts = {name: Numbers() for name in kinds}
        self._clocks = np.array(shifts, dtype=np.int64)
        self._dealt: dict[int, _Dealt] = {}
        self._rooms = Rooms()

    def add(self, number: int, batch: pl.DataFrame) -> None:
        """Spreads a batch of `plain_lines`, the one of this number."""
        customer, order = texts(batch["customer_id"]), texts(batch["order_id"])
        occurred, known = batch["occurred_us"].to_numpy(), batch["known_us"].to_numpy()
        room = self._rooms.mine()
        runs = run_starts(
            _pair(customer),
            _pair(order),
            order.known,
            occurred,
            known,
            self._clocks,
            room.matrix("runs", 3, len(batch)),
        )
        whose = self.customers.of(
            batch["customer_id"], read=customer, rows=runs[0], found=room.array("whose", len(runs[0]), dtype=np.int32)
        )
        amounts, discounts, quantities = (batch[name].to_numpy() for name in MONEY)
        ask_known(whose)
        money = amounts, discounts, quantities
        summed = room.matrix("summed", len(whose), WIDTH)
        fits = run_sums(runs, whose, _pair(order), order.known, money, len(batch), summed)
        if not fits:
            raise TooWide("amounts that are no finite numbers, or too large")
        kinds = room.matrix("kinds", len(self.kinds), len(batch), dtype=np.int32)
        for place, name in enumerate(self.kinds):
            self._texts[name].of(batch[name], found=kinds[place])
        made, run_edges, kind_edges = _by_bucket(runs[0], summed, amounts, kinds, self.bits)
        self._dealt[number] = _Dealt(Lines(*made), run_edges, kind_edges)

    def bucket(self, number: int, room: Room) -> Lines:
        """One bucket of all that came."""
        dealt = [each for _, each in sorted(self._dealt.items())]
        runs = [each.lines.runs[each.run_edges[number] : each.run_edges[number + 1]] for each in dealt]
        kinds = [each.lines.kinds[each.kind_edges[number] : each.kind_edges[number + 1]] for each in dealt]
        width = max(len(self.kinds), 1)
        return Lines(joined(runs, WIDTH, "bucket", room), joined(kinds, width, "lines", room, dtype=np.int32))

    def kind_counts(self) -> Array:
        """How many different products, categories, ... there are."""
        return np.array([len(self._texts[name]) for name in self.kinds], dtype=np.int64)

    def customer_count(self, bucket: int) -> int:
        """How many customers a bucket has."""
        return len(range(bucket, len(self.customers), 1 << self.bits))


def ask_known(whose: Array) -> None:
    """Raises TooWide where a row has no customer: nothing here has room for one."""
    if whose.min(initial=0) < 0:
        raise TooWide("rows without a customer_id")


def joined(parts: Sequence[Array], width: int, name: str, room: Room, *, dtype: npt.DTypeLike = np.int64) -> Array:
    """Matrices below each other."""
    made = room.matrix(name, sum(map(len, parts)), width, dtype=dtype)
    return np.concatenate(parts, out=made) if parts else made


def _pair(read: Texts) -> tuple[Array, Array]:
    return read.low, read.high


@compiled
def run_starts(
    customer: tuple[Array, Array],
    order: tuple[Array, Array],
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
    order: tuple[Array, Array],
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
def _by_bucket(
    starts: Array, runs: Array, amounts: Array, kinds: Array, bits: int
) -> tuple[tuple[Array, Array], Array, Array]:
    """The runs and the kinds of lines bought in the order of buckets, and where each bucket begins in both."""
    buckets = 1 << bits
    run_edges, kind_edges = np.zeros(buckets + 2, np.int64), np.zeros(buckets + 2, np.int64)
    for run in range(len(runs)):
        bucket = (runs[run, WHOSE] >> HALF) & (buckets - 1)
        run_edges[bucket + 2] += 1
        if len(kinds) > 0:
            kind_edges[bucket + 2] += runs[run, SOME] & LOW
    for bucket in range(2, buckets + 2):
        run_edges[bucket] += run_edges[bucket - 1]
        kind_edges[bucket] += kind_edges[bucket - 1]
    made = np.empty_like(runs)
    dealt = np.empty((kind_edges[buckets + 1], max(len(kinds), 1)), dtype=np.int32)
    for run in range(len(runs)):
        bucket = (runs[run, WHOSE] >> HALF) & (buckets - 1)
        to = run_edges[bucket + 1]
        run_edges[bucket + 1] += 1
        for column in range(1, WIDTH):
            made[to, column] = runs[run, column]
        made[to, WHOSE] = ((runs[run, WHOSE] >> (HALF + bits)) << HALF) | (runs[run, WHOSE] & LOW)
        if len(kinds) > 0:
            line = kind_edges[bucket + 1]
            for row in range(starts[run], starts[run] + (runs[run, WHOSE] & LOW)):
                if _fixed(amounts[row]) > 0:
                    for kind in range(len(kinds)):
                        dealt[line, kind] = kinds[kind, row]
                    line += 1
            kind_edges[bucket + 1] = line
    return (made, dealt), run_edges[:-1], kind_edges[:-1]


def spread(batches: Iterable[pl.DataFrame], add: Callable[[int, pl.DataFrame], None]) -> None:
    """Adds batches, with their numbers, by several threads at once; only a few wait in memory."""
    with ThreadPoolExecutor(THREADS) as pool:
        waiting: deque[Future[None]] = deque()
        for number, batch in enumerate(batches):
            if batch.is_empty():
                continue
            waiting.append(pool.submit(add, number, batch.rechunk()))
            if len(waiting) > THREADS:
                waiting.popleft().result()
        for each in waiting:
            each.result()
