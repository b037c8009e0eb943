"""Where do large arrays come from? From one place that is used again: memory that is new costs much more than used."""

from __future__ import annotations

from threading import local
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Room:
    """Arrays by name; the next one of a name takes the place of the one before. For one thread.

    A room that does not lend gives new ones, to keep.
    """

    def __init__(self, *, lends: bool = True) -> None:
        self._lends = lends
        self._held: dict[str, Array] = {}

    def array(self, name: str, size: int, *, dtype: npt.DTypeLike = np.int64) -> Array:
        """An array of whatever was there before."""
        row: Array = self.matrix(name, 1, size, dtype=dtype)[0]
        return row

    def matrix(self, name: str, rows: int, columns: int, *, dtype: npt.DTypeLike = np.int64) -> Array:
        """A matrix of whatever was there before."""
        size = rows * columns
        if not self._lends:
            return np.empty((rows, columns), dtype=dtype)
        if name not in self._held or len(self._held[name]) < size:
            self._held[name] = np.empty(size + size // 4, dtype=dtype)
        return self._held[name][:size].reshape(rows, columns)


class Rooms:
    """A room for each thread."""

    def __init__(self) -> None:
        self._here = local()

    def mine(self) -> Room:
        """The room of the thread that asks."""
        if not hasattr(self._here, "room"):
            self._here.room = Room()
        room: Room = self._here.room
        return room
