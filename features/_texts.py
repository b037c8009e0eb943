"""How do texts become numbers? Equal texts get equal numbers, 0, 1, 2, ... as they appear.

Arrow keeps a text of up to twelve bytes in sixteen, its length included: two such texts are equal when these are. Of a
longer text 96 bits of two hashes stand for it; among a billion different texts two share them once in a hundred billion
logs. So every text is two whole numbers, which a compiled table of numbers finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features._compiled import compiled

Array = npt.NDArray[Any]

SHORT = 12
"""Bytes of a text that Arrow keeps in place."""

_SEEDS = (1, 2)
_LENGTH = np.uint64(0xFFFFFFFF)
_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93))
_HALF = np.uint64(32)
_FEWEST, SMALL = 1 << 11, 1 << 16


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of texts for compiled functions: `low` and `high` say which text; `known` is empty when all are."""

    low: Array
    high: Array
    known: Array


def texts(column: pl.Series) -> Texts:
    """A column of texts as pairs of whole numbers; nothing is copied while all texts are short."""
    arrow = column.to_arrow(compat_level=pl.CompatLevel.newest())
    views = np.frombuffer(arrow.buffers()[1], dtype=np.uint64).reshape(-1, 2)[arrow.offset :][: len(arrow)]
    known = np.empty(0, dtype=np.bool_) if column.null_count() == 0 else column.is_not_null().to_numpy()
    low, high = views[:, 0], views[:, 1]
    if not _all_short(low, known):
        low, high = _long(low, high, *(column.hash(seed).to_numpy() for seed in _SEEDS))
    return Texts(low, high, known)


@compiled
def _all_short(low: Array, known: Array) -> bool:
    for row in range(len(low)):
        if (low[row] & _LENGTH) > np.uint64(SHORT) and (len(known) == 0 or known[row]):
            return False
    return True


@compiled
def _long(low: Array, high: Array, one: Array, other: Array) -> tuple[Array, Array]:
    """The hashes where a text is long: a length that no short text has, and 96 bits."""
    made_low, made_high = low.copy(), high.copy()
    for row in range(len(low)):
        if (low[row] & _LENGTH) > np.uint64(SHORT):
            made_low[row], made_high[row] = one[row] | _LENGTH, other[row]
    return made_low, made_high


@compiled
def mixed(low: np.uint64, high: np.uint64) -> np.uint64:
    """64 bits that depend on all bits of a text's two numbers."""
    bits = (low ^ (high * _ODD[0]) ^ (high >> _HALF)) * _ODD[1]
    bits = (bits ^ (bits >> _HALF)) * _ODD[0]
    return bits ^ (bits >> _HALF)


class Numbers:
    """A number for every text seen so far. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._count = 0
        self._table = np.zeros((_FEWEST, 3), dtype=np.uint64)
        self._first: list[pl.Series] = []

    def of(
        self, column: pl.Series, *, read: Texts | None = None, rows: Array | None = None, found: Array | None = None
    ) -> Array:
        """The number of each text of a column, or of those in some rows; -1 for an unknown one.

        `read` is the column as `texts` reads it, where that was done before; `found` is where the numbers go.
        """
        read = read or texts(column)
        asked = np.arange(len(column)) if rows is None else rows
        found = np.empty(len(asked), dtype=np.int32) if found is None else found
        fresh = np.empty(len(asked), dtype=np.int64)
        with self._lock:
            before, done = self._count, 0
            while done < len(asked):
                if 2 * self._count >= len(self._table):
                    self._grow()
                _touched(read.low, read.high, self._table, asked, done)
                self._count, done = _numbered(
                    (read.low, read.high, read.known),
                    (self._table, self._count),
                    (asked, found, fresh[self._count - before :]),
                    done,
                )
            if self._count > before:
                self._first.append(column.gather(fresh[: self._count - before]))
        return found

    def _grow(self) -> None:
        larger = np.zeros((2 * len(self._table), 3), dtype=np.uint64)
        _moved(self._table, larger)
        self._table = larger

    def __len__(self) -> int:
        return self._count

    def texts(self) -> pl.Series:
        """All texts, by their numbers."""
        with self._lock:
            if len(self._first) != 1:
                self._first = [pl.concat(self._first) if self._first else pl.Series(dtype=pl.String, values=[])]
            return self._first[0]


@compiled
def _touched(low: Array, high: Array, table: Array, rows: Array, done: int) -> np.uint64:
    """Looks at the rows of a large table that are needed next: many at once, they come from memory much faster."""
    mask, seen = np.uint64(len(table) - 1), np.uint64(0)
    if len(table) > SMALL:
        for place in range(done, len(rows)):
            seen ^= table[mixed(low[rows[place]], high[rows[place]]) & mask, 2]
    return seen


@compiled
def _numbered(
    read: tuple[Array, Array, Array], known_texts: tuple[Array, int], asked: tuple[Array, Array, Array], done: int
) -> tuple[int, int]:
    """Fills `found` from row `done` on until the table is half full; says how many texts there are, how far it came.

    A row of the table is a text and its number plus one; 0 is a free row. New texts get the next numbers, and `fresh`
    the rows where they first stand.
    """
    (low, high, known), (table, count), (rows, found, fresh) = read, known_texts, asked
    mask, room, before = np.uint64(len(table) - 1), len(table) // 2, count
    for place in range(done, len(rows)):
        row = rows[place]
        if len(known) > 0 and not known[row]:
            found[place] = -1
            continue
        one, other = low[row], high[row]
        slot = mixed(one, other) & mask
        while table[slot, 0] != one or table[slot, 1] != other or table[slot, 2] == 0:
            if table[slot, 2] == 0:
                if count >= room:
                    return count, place
                fresh[count - before] = row
                count += 1
                table[slot, 0], table[slot, 1], table[slot, 2] = one, other, count
            else:
                slot = (slot + np.uint64(1)) & mask
        found[place] = np.int64(table[slot, 2]) - 1
    return count, len(rows)


@compiled
def _moved(table: Array, larger: Array) -> None:
    """Fills a larger table with the numbers of a smaller one."""
    mask = np.uint64(len(larger) - 1)
    for row in range(len(table)):
        if table[row, 2] != 0:
            slot = mixed(table[row, 0], table[row, 1]) & mask
            while larger[slot, 2] != 0:
                slot = (slot + np.uint64(1)) & mask
            larger[slot] = table[row]
