"""How does a log of any length fit into memory? Read once, narrowed to numbers, spread over buckets of customers.

Polars streams the log past in batches. Neighbouring lines of one order in one hour become one run at once, because logs
are written order by order; of a run eight whole numbers are kept, of a line one for each kind (product, category,
channel) that a feature asks about. Customers get numbers as they appear, and each bucket holds the whole history of its
customers, so that it fits the processor's cache.

Orders are told apart by a 64-bit hash of their id, within one customer: among a million customers with a hundred orders
each, two share a hash once in three billion logs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from features._aggregate import MONEY_DECIMALS
from features._time import HOUR, Frame, Shifts, known_on, local_micros

Array = npt.NDArray[Any]

ROWS_PER_BATCH = 1_000_000
LINES_PER_BUCKET = 4_000_000
THREADS = 2

CODE_BITS, KIND_BITS, DAY_BITS = 26, 22, 16
"""Room in 64 bits for a customer, a kind and a day: 67 million customers, 4 million products, 179 years."""

_WIDTH = 8
_INDEX = np.uint64(32)
_LOW = np.int64(0xFFFFFFFF)


class TooWide(Exception):
    """More customers, products or years than fit into the numbers of the fast path; the portable one has no limits."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Some customers' lines: `runs`, a matrix with a row for each run, and for each kind its keys.

    A key is place, kind and age of a line bought; `soon` holds those of lines known on their own day, in order, `late`
    those of the others beside the day of knowing.
    """

    runs: Array
    soon: dict[str, Array]
    late: dict[str, Array]


def line_numbers(rows: Frame, *, shifts: Shifts, kinds: Mapping[str, pl.Categories]) -> pl.LazyFrame:
    """A line as numbers: hashes of customer and order, money in ten-thousandths, hour and day of knowing, kinds."""
    local = local_micros(nw.col("occurred_us"), shifts)
    dated: pl.LazyFrame = rows.with_columns(at=local // HOUR, known=known_on(shifts)).to_native()
    no_order = pl.col("order_id").is_null()
    return dated.select(
        "customer_id",
        pl.col("at", "known").cast(pl.Int32),
        customer=pl.col("customer_id").hash(),
        order=pl.when(no_order).then((pl.col("at") // 24).cast(pl.UInt64)).otherwise(pl.col("order_id").hash()),
        **{name: _fixed(name) for name in ("amount", "discount", "quantity")},
        **{name: _number(name, categories) for name, categories in kinds.items()},
    )


def _fixed(name: str) -> pl.Expr:
    return (pl.col(name) * float(10**MONEY_DECIMALS) + 0.5).floor().fill_null(0).cast(pl.Int64)


def _number(name: str, categories: pl.Categories) -> pl.Expr:
    """A number for each value of a text column; 0 for none."""
    return (pl.col(name).cast(pl.Categorical(categories)).to_physical() + 1).fill_null(0)


def held(categories: pl.Categories) -> pl.Series:
    """Keeps the numbers of categories: Polars 2.1 forgets them as soon as no column has them."""
    return pl.Series(dtype=pl.Categorical(categories), values=[])


class Codes:
    """Numbers for customers, 0, 1, 2, ... as they appear; the lowest `bits` of a number say its bucket."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self._categories = pl.Categories.random()
        self._held = held(self._categories)
        self._lock = Lock()
        self._names: list[pl.Series] = []
        self._count = 0

    def places(self, names: pl.Series) -> Array:
        """Each name's place: its bucket in the highest of `CODE_BITS`, its number within the bucket in the others."""
        with self._lock:
            number = names.cast(pl.Categorical(self._categories)).to_physical().to_numpy().astype(np.uint64)
            self._remember(names, number)
        if len(number) and number.max() >= 1 << CODE_BITS:
            raise TooWide(f"more than {1 << CODE_BITS:,} customers")
        bucket = number & np.uint64((1 << self.bits) - 1)
        return (bucket << np.uint64(CODE_BITS - self.bits)) | (number >> np.uint64(self.bits))

    def _remember(self, names: pl.Series, number: Array) -> None:
        """Keeps the names of new numbers, which come in the order of their numbers."""
        fresh = np.flatnonzero(number >= self._count)
        if len(fresh):
            first = fresh[np.unique(number[fresh], return_index=True)[1]]
            self._names.append(names.gather(first))
            self._count += len(first)

    def names(self, bucket: int) -> pl.Series:
        """The names of a bucket's customers, by their numbers within it."""
        with self._lock:
            if len(self._names) != 1:
                self._names = [pl.concat(self._names) if self._names else pl.Series(dtype=pl.String, values=[])]
        return self._names[0].gather_every(1 << self.bits, offset=bucket)

    def numbers(self, keys: Array) -> Array:
        """The numbers within their bucket, of keys that have a place in their highest bits."""
        inside = (keys >> np.uint64(64 - CODE_BITS)) & np.uint64((1 << (CODE_BITS - self.bits)) - 1)
        return inside.astype(np.int32)

    def edges(self, ready: Array) -> Array:
        """Where each bucket begins among sorted keys, and where the last ends."""
        if self.bits == 0:
            return np.array([0, len(ready)])
        firsts = np.arange(1 << self.bits, dtype=np.uint64) << np.uint64(64 - self.bits)
        return np.append(np.searchsorted(ready, firsts), len(ready))


class Spread:
    """Batches of lines go in, buckets come out. Ages are counted from `base`, the last as-of date as a day number."""

    def __init__(self, codes: Codes, kinds: tuple[str, ...], *, base: int) -> None:
        self.codes, self.kinds, self.base = codes, kinds, base
        self._runs: list[list[Array]] = [[] for _ in range(1 << codes.bits)]
        self._soon: dict[str, list[list[Array]]] = {name: [[] for _ in range(1 << codes.bits)] for name in kinds}
        self._late: dict[str, list[list[Array]]] = {name: [[] for _ in range(1 << codes.bits)] for name in kinds}

    def add(self, batch: pl.DataFrame) -> None:
        """Spreads a batch of `line_numbers`."""
        if batch.is_empty():
            return
        lines = {name: batch[name].to_numpy() for name in batch.columns if name != "customer_id"}
        starts = _run_starts(lines)
        place = self.codes.places(batch["customer_id"].gather(starts)) << np.uint64(64 - CODE_BITS)
        runs = _matrix(lines, starts, place)
        order = _grouped(place, self.codes.bits)
        _deal(self._runs, runs.take(order, axis=0), self._run_edges(place))
        if self.kinds:
            of_line = np.repeat(place, np.diff(starts, append=batch.height))
            for name in self.kinds:
                self._add_kind(name, of_line, lines)

    def _run_edges(self, place: Array) -> Array:
        if self.codes.bits == 0:
            return np.array([0, len(place)])
        bucket = (place >> np.uint64(64 - self.codes.bits)).astype(np.int64)
        return np.concatenate(([0], np.cumsum(np.bincount(bucket, minlength=1 << self.codes.bits))))

    def _add_kind(self, name: str, place: Array, lines: dict[str, Array]) -> None:
        kind, day = lines[name], lines["at"] // 24
        age = (self.base - day).astype(np.uint64)
        if kind.max() >= 1 << KIND_BITS or age.max() >= 1 << DAY_BITS:
            raise TooWide(f"more than {1 << KIND_BITS:,} of {name}, or lines of more than {1 << DAY_BITS:,} days")
        key = place | (kind.astype(np.uint64) << np.uint64(DAY_BITS)) | age
        bought = (kind > 0) & (lines["amount"] > 0)
        is_late = bought & (lines["known"] > day)
        if is_late.any():
            known = lines["known"][is_late].astype(np.uint64)
            late = np.stack([key[is_late], known], axis=1)[np.argsort(key[is_late])]
            _deal(self._late[name], late, self.codes.edges(late[:, 0]))
            bought &= ~is_late
        soon = key[bought]
        soon.sort()
        _deal(self._soon[name], soon, self.codes.edges(soon))

    def bucket(self, number: int) -> Lines:
        """One bucket; it is forgotten here as it goes out."""
        return Lines(
            runs=_joined(self._runs, number, np.empty((0, _WIDTH), dtype=np.int64)),
            soon={name: _joined(self._soon[name], number, np.empty(0, dtype=np.uint64)) for name in self.kinds},
            late={name: _joined(self._late[name], number, np.empty((0, 2), dtype=np.uint64)) for name in self.kinds},
        )


def _run_starts(lines: dict[str, Array]) -> Array:
    """Where lines differ from the one before in customer, order, hour or day of knowing."""
    edges = lines["order"][1:] != lines["order"][:-1]
    for name in ("customer", "at", "known"):
        edges |= lines[name][1:] != lines[name][:-1]
    return np.concatenate(([0], np.flatnonzero(edges) + 1))


def _matrix(lines: dict[str, Array], starts: Array, place: Array) -> Array:
    """A row of whole numbers for each run, as `run_columns` reads them."""
    runs = np.empty((len(starts), _WIDTH), dtype=np.int64)
    order, amount = lines["order"][starts], lines["amount"]
    runs[:, 0] = (place | (order >> np.uint64(CODE_BITS))).view(np.int64)
    runs[:, 1] = order.view(np.int64)
    runs[:, 2] = (lines["at"][starts].astype(np.int64) << 32) | lines["known"][starts]
    for column, values in enumerate((amount, np.maximum(amount, 0), lines["discount"], lines["quantity"]), start=3):
        runs[:, column] = np.add.reduceat(values, starts)
    returned = np.add.reduceat((amount < 0).view(np.int8), starts, dtype=np.int64)
    runs[:, 7] = (np.diff(starts, append=len(amount)) << 32) | returned
    return runs


def run_columns(runs: Array) -> dict[str, Array]:
    """The columns of a matrix of runs: `key` (place and first bits of the order's hash), `order`, hour, day, money."""
    key, order, times, amount, paid, discount, quantity, counts = np.ascontiguousarray(runs.T)
    return {
        "key": key.view(np.uint64),
        "order": order,
        "at": times >> 32,
        "known": times & _LOW,
        "amount": amount,
        "paid": paid,
        "discount": discount,
        "quantity": quantity,
        "line_count": counts >> 32,
        "returned_line_count": counts & _LOW,
    }


def _grouped(place: Array, bits: int) -> Array:
    """A permutation that brings the rows of each bucket together, in their order."""
    if bits == 0:
        return np.arange(len(place))
    packed = (place >> np.uint64(64 - bits) << _INDEX) | np.arange(len(place), dtype=np.uint64)
    return (np.sort(packed) & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _deal(parts: list[list[Array]], rows: Array, edges: Array) -> None:
    for number, (start, end) in enumerate(pairwise(edges)):
        if end > start:
            parts[number].append(rows[start:end])


def _joined(parts: list[list[Array]], number: int, empty: Array) -> Array:
    mine, parts[number] = parts[number], []
    return np.concatenate([empty, *mine])


def spread(batches: Iterable[pl.DataFrame], add: Callable[[pl.DataFrame], None]) -> None:
    """Adds batches by several threads at once; only a few wait in memory."""
    with ThreadPoolExecutor(THREADS) as pool:
        waiting: deque[Future[None]] = deque()
        for batch in batches:
            waiting.append(pool.submit(add, batch.rechunk()))
            if len(waiting) > THREADS:
                waiting.popleft().result()
        for each in waiting:
            each.result()
