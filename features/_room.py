"""Where do large arrays come from? From one place that is used again: memory that is new costs much more than used."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Room:
    """Matrices by name; the next one of a name takes the place of the one before. For one thread."""

    def __init__(self) -> None:
        self._held: dict[str, Array] = {}

    def matrix(self, name: str, rows: int, columns: int, *, dtype: npt.DTypeLike = np.int64) -> Array:
        """A matrix of whatever was there before."""
        size = rows * columns
        if name not in self._held or len(self._held[name]) < size:
            self._held[name] = np.empty(size + size // 4, dtype=dtype)
        return self._held[name][:size].reshape(rows, columns)
