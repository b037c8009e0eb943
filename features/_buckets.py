"""How does a log of any length fit into memory? Read once, narrowed to numbers, spread over buckets of customers.

Polars streams the log past in batches. Lines become runs (`_runs`), of which eight whole numbers are kept; of a line
bought one more for each kind (product, category, channel) that a feature asks about. Customers get numbers as they
appear, and each bucket holds the whole history of its customers.
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

from features._order import LOW, dealt
from features._room import Room, Rooms
from features._runs import SOME, WIDTH, bought_kinds, run_starts, run_sums
from features._texts import Numbers, Texts, texts
from features._time import Frame, Shifts

Array = npt.NDArray[Any]

LINES_PER_BUCKET = 2_000_000
THREADS = 2

MONEY = ("amount", "discount", "quantity")


class TooWide(Exception):
    """Numbers that do not fit into those of the fast path; the portable one says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Some customers' lines: `runs`, a row for each run, and `kinds`, a row for each line bought, run by run."""

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
        scratch = room.matrix("runs", 3, len(batch))
        runs = run_starts(_pair(customer), _pair(order), order.known, occurred, known, self._clocks, scratch)
        starts = runs[0]
        whose = room.array("whose", len(starts), dtype=np.int32)
        self.customers.of(batch["customer_id"], read=customer, rows=starts, found=whose)
        ask_known(whose)
        amounts, discounts, quantities = (batch[name].to_numpy() for name in MONEY)
        summed, money = room.matrix("summed", len(starts), WIDTH), (amounts, discounts, quantities)
        if not run_sums(runs, whose, _pair(order), order.known, money, len(batch), summed):
            raise TooWide("amounts that are no finite numbers, or too large")
        kinds = room.matrix("kinds", len(self.kinds), len(batch), dtype=np.int32)
        for place, name in enumerate(self.kinds):
            self._texts[name].of(batch[name], found=kinds[place])
        made, edges, came = dealt(summed, self.bits)
        lines = Lines(made, bought_kinds(starts, made, came, amounts, kinds))
        bought = np.append(0, np.cumsum(made[:, SOME] & LOW))
        self._dealt[number] = _Dealt(lines, edges, bought[edges])

    def bucket(self, number: int, room: Room) -> Lines:
        """One bucket of all that came."""
        dealt = [each for _, each in sorted(self._dealt.items())]
        runs = [each.lines.runs[each.run_edges[number] : each.run_edges[number + 1]] for each in dealt]
        kinds = [each.lines.kinds[each.kind_edges[number] : each.kind_edges[number + 1]] for each in dealt]
        of_lines = joined(kinds, len(self.kinds), "lines", room, dtype=np.int32)
        return Lines(joined(runs, WIDTH, "bucket", room), of_lines)

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
