"""How do rows find their customers? Dealt to buckets as they come, then customer by customer in the order of hours.

The rows are matrices of whole numbers whose first column says whose a row is: the customer's number in the upper half.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from features._compiled import compiled

Array = npt.NDArray[Any]

WHOSE = 0
HALF, LOW = 32, 0xFFFFFFFF
"""Two numbers in one: the upper by shifting, the lower by its bits."""


@compiled
def dealt(rows: Array, bits: int) -> tuple[Array, Array, Array]:
    """The rows bucket by bucket, where each bucket begins, and which row came to each place.

    The lowest `bits` of a customer's number say the bucket; the others are the number within it.
    """
    buckets = 1 << bits
    edges = np.zeros(buckets + 2, np.int64)
    for row in range(len(rows)):
        edges[((rows[row, WHOSE] >> HALF) & (buckets - 1)) + 2] += 1
    for bucket in range(2, buckets + 2):
        edges[bucket] += edges[bucket - 1]
    made, came = np.empty_like(rows), np.empty(len(rows), np.int64)
    for row in range(len(rows)):
        bucket = (rows[row, WHOSE] >> HALF) & (buckets - 1)
        place = edges[bucket + 1]
        edges[bucket + 1] += 1
        came[place] = row
        made[place, WHOSE] = ((rows[row, WHOSE] >> (HALF + bits)) << HALF) | (rows[row, WHOSE] & LOW)
        for column in range(1, rows.shape[1]):
            made[place, column] = rows[row, column]
    return made, edges[:-1], came


@compiled
def by_customer(rows: Array, customers: int, by: int, made: Array, came: Array) -> Array:
    """Fills the rows customer by customer in the order of a column, and which row came to each place.

    Says where each customer's begin, and where the last one's end.
    """
    starts = np.zeros(customers + 1, dtype=np.int64)
    for row in range(len(rows)):
        starts[(rows[row, WHOSE] >> HALF) + 1] += 1
    for customer in range(customers):
        starts[customer + 1] += starts[customer]
    free = starts.copy()
    for row in range(len(rows)):
        customer = rows[row, WHOSE] >> HALF
        place = free[customer]
        free[customer] += 1
        came[place] = row
        for column in range(rows.shape[1]):
            made[place, column] = rows[row, column]
    for customer in range(customers):
        _sort(made, came, starts[customer], starts[customer + 1], by)
    return starts


@compiled
def _sort(rows: Array, came: Array, start: int, end: int, by: int) -> None:
    """Brings the rows of a customer in the order of a column; logs mostly are in it."""
    for row in range(start + 1, end):
        if rows[row, by] < rows[row - 1, by]:
            order = np.argsort(rows[start:end, by], kind="mergesort")
            rows[start:end] = rows[start:end][order]
            came[start:end] = came[start:end][order]
            return
