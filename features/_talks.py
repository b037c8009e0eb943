"""What did some customers say until a day? Interactions and complaints of one bucket, as numbers, as of a date."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features._buckets import HALF, LOW, ask_known, clock_of, joined
from features._compiled import compiled
from features._loops import ALWAYS, NONE
from features._room import Room
from features._sums import Table
from features._texts import Numbers
from features._time import HOUR, RESOLVED_FIRST, Frame, Shifts

Array = npt.NDArray[Any]

SAID = ("interactions", "complaints")
TEXTS = ("kind", "topic", "channel")

WHOSE, OCCURRED, KNOWN, RESOLVED, REVIEWED, POINTS, ABOUT, AT = range(8)
WIDTH = 8
"""The columns of a matrix of interactions: the customer's number within the bucket and the kind; microseconds; the
bits of the satisfaction; topic and channel; the hour. `NONE` where something is not known, 0 for an unknown kind."""

_MOMENTS = ("occurred_us", "known_us", "resolved_us", "reviewed_us")
_MICROS = ("occurred_us", "resolved_us", "reviewed_us")
_INTERACTION = (
    *("age_days", "day", "hour", "kind", "topic", "channel", "is_unanswered", "is_last_answer"),
    *("satisfaction", *_MICROS),
)
_COMPLAINT = (
    *("age_days", "day", "hour", "kind", "topic", "channel", "is_open", "is_last"),
    *("satisfaction", *_MICROS, "open_seconds", "resolution_seconds"),
)
_FLAGS = frozenset(("is_unanswered", "is_last_answer", "is_open", "is_last"))
_SECOND = 1_000_000


def plain_talks(rows: Frame) -> pl.LazyFrame:
    """What the fast path reads of an interaction."""
    native: pl.LazyFrame = rows.to_native()
    return native.select(
        pl.col("customer_id", *TEXTS).cast(pl.String),
        "occurred_us",
        pl.max_horizontal("occurred_us", "recorded_us").alias("known_us"),
        *(pl.col(name).fill_null(NONE) for name in ("resolved_us", "reviewed_us")),
        points=pl.col("satisfaction").cast(pl.Float64).fill_null(float("nan")),
    )


class Talks:
    """Batches of interactions go in, tables of a bucket's customers come out. Safe to use from several threads."""

    def __init__(self, customers: Numbers, *, bits: int, shifts: Shifts) -> None:
        self.bits = bits
        self._customers = customers
        self._texts = {name: Numbers() for name in TEXTS}
        self._clocks = np.array(shifts, dtype=np.int64)
        self._dealt: dict[int, tuple[Array, Array]] = {}

    def add(self, number: int, batch: pl.DataFrame) -> None:
        """Spreads a batch of `plain_talks`, the one of this number."""
        whose = self._customers.of(batch["customer_id"])
        ask_known(whose)
        kind, topic, channel = (self._texts[name].of(batch[name]) for name in TEXTS)
        moments = np.stack([batch[name].to_numpy() for name in _MOMENTS])
        points = batch["points"].to_numpy()
        self._dealt[number] = _dealt(whose, kind, topic, channel, moments, points, self._clocks, self.bits)

    def bucket(self, number: int, customers: int, room: Room) -> tuple[Array, Array]:
        """A bucket's interactions, customer by customer in the order of hours; and where each customer's begin."""
        parts = [rows[edges[number] : edges[number + 1]] for _, (rows, edges) in sorted(self._dealt.items())]
        rows = joined(parts, WIDTH, "talks", room)
        made = room.matrix("sorted talks", *rows.shape)
        return made, _sorted(rows, customers, made)

    def tables(self, said: tuple[Array, Array], *, as_of: int, start: int, room: Room) -> dict[str, Table]:
        """The tables of interactions and complaints, as known before `start`, at which the day `as_of` begins."""
        rows, starts = said
        names = ["unknown", *self._texts["kind"].texts()]
        kinds = {name: names.index(name) if name in names else -2 for name in ("campaign_contact", "campaign_response")}
        complaint = names.index("complaint") if "complaint" in names else -2
        asked_later = np.array([name in RESOLVED_FIRST for name in names], dtype=np.bool_)
        talks = room.matrix("interactions", len(_INTERACTION), len(rows))
        found = room.matrix("complaints", len(_COMPLAINT), len(rows))
        talk_starts = _known_talks(
            rows, starts, (as_of, start), asked_later, (kinds["campaign_contact"], kinds["campaign_response"]), talks
        )
        complaint_starts = _complaints(talks, talk_starts, complaint, start, found)
        return {
            "interactions": self._table(_INTERACTION, talks, talk_starts),
            "complaints": self._table(_COMPLAINT, found, complaint_starts),
        }

    def _table(self, names: tuple[str, ...], values: Array, starts: Array) -> Table:
        rows = int(starts[-1])

        def whole(name: str) -> pl.Series:
            known = pl.Series(values[names.index(name), :rows])
            return known.set(known == NONE, None)

        def text(name: str) -> pl.Series:
            return self._texts[name].texts().gather(whole(name).cast(pl.UInt32))

        def points() -> pl.Series:
            bits = values[names.index("satisfaction"), :rows]
            return pl.Series(np.where(bits == NONE, np.nan, bits.view(np.float64))).fill_nan(None)

        def moment(name: str) -> pl.Series:
            return whole(name).cast(pl.Datetime("us", "UTC"))

        def hours(name: str) -> pl.Series:
            seconds = values[names.index(name), :rows]
            return pl.Series(np.where(seconds == NONE, np.nan, seconds / 3600.0)).fill_nan(None)

        others: dict[str, Callable[[], pl.Series]] = {name: partial(text, name) for name in TEXTS}
        for name in _MICROS:
            others[f"{name[:-3]}_at"] = partial(moment, name)
        others["satisfaction"] = points
        for name in ("open", "resolution"):
            others[f"{name}_hours"] = partial(hours, f"{name}_seconds")
        hidden = {*TEXTS, "satisfaction"}
        shown = tuple(f"{name} as a number" if name in hidden else name for name in names)
        return Table(shown, values, starts, by_day=True, flags=_FLAGS, partly=frozenset(shown[8:]), others=others)


NO_NUMBERS = frozenset((*TEXTS, *(f"{name[:-3]}_at" for name in _MICROS)))
"""Columns of texts and times."""

KNOWN_HERE = NO_NUMBERS | {
    *_INTERACTION[:8],
    *_COMPLAINT[:8],
    *_MICROS,
    "satisfaction",
    "open_hours",
    "resolution_hours",
}
"""Columns of interactions and complaints that the fast path keeps."""


@compiled
def _dealt(
    whose: Array,
    kind: Array,
    topic: Array,
    channel: Array,
    moments: Array,
    points: Array,
    clocks: Array,
    bits: int,
) -> tuple[Array, Array]:
    """The matrix of a batch in the order of buckets, and where each begins."""
    occurred, known, resolved, reviewed = moments
    buckets, clock = 1 << bits, 0
    edges = np.zeros(buckets + 2, np.int64)
    for row in range(len(whose)):
        edges[(whose[row] & (buckets - 1)) + 2] += 1
    for bucket in range(2, buckets + 2):
        edges[bucket] += edges[bucket - 1]
    made = np.empty((len(whose), WIDTH), dtype=np.int64)
    for row in range(len(whose)):
        bucket = whose[row] & (buckets - 1)
        to = edges[bucket + 1]
        edges[bucket + 1] += 1
        clock = clock_of(occurred[row], clocks, clock)
        made[to, WHOSE] = ((np.int64(whose[row]) >> bits) << HALF) | (kind[row] + 1)
        made[to, OCCURRED], made[to, KNOWN] = occurred[row], known[row]
        made[to, RESOLVED], made[to, REVIEWED] = resolved[row], reviewed[row]
        made[to, POINTS] = NONE if np.isnan(points[row]) else points.view(np.int64)[row]
        made[to, ABOUT] = (np.int64(topic[row]) << HALF) | (np.int64(channel[row]) & LOW)
        made[to, AT] = (occurred[row] + clocks[clock, 1]) // HOUR
    return made, edges[:-1]


@compiled
def _sorted(rows: Array, customers: int, made: Array) -> Array:
    """Fills rows by customer and hour, and says where each customer's begin."""
    starts = np.zeros(customers + 1, dtype=np.int64)
    for row in range(len(rows)):
        starts[(rows[row, WHOSE] >> HALF) + 1] += 1
    for customer in range(customers):
        starts[customer + 1] += starts[customer]
    to = starts.copy()
    for row in range(len(rows)):
        place = to[rows[row, WHOSE] >> HALF]
        to[rows[row, WHOSE] >> HALF] += 1
        for column in range(WIDTH):
            made[place, column] = rows[row, column]
    for customer in range(customers):
        start, end = starts[customer], starts[customer + 1]
        for row in range(start + 1, end):
            if made[row, AT] < made[row - 1, AT]:
                order = np.argsort(made[start:end, AT], kind="mergesort")
                made[start:end] = made[start:end][order]
                break
    return starts


@compiled
def _known_talks(
    rows: Array, starts: Array, cut: tuple[int, int], asked_later: Array, campaign: tuple[int, int], made: Array
) -> Array:
    """Fills the table of interactions with those known before a moment, and what was known of them."""
    (as_of, start), (contact, response) = cut, campaign
    made_starts = np.zeros(len(starts), np.int64)
    to = 0
    for customer in range(len(starts) - 1):
        begin, response_age, last_answer = to, ALWAYS, NONE
        for row in range(starts[customer], starts[customer + 1]):
            if rows[row, KNOWN] >= start:
                continue
            kind, day = rows[row, WHOSE] & LOW, rows[row, AT] // 24
            resolved = rows[row, RESOLVED] if rows[row, RESOLVED] < start else NONE
            points = rows[row, POINTS] if resolved != NONE or not asked_later[kind] else NONE
            made[0, to], made[1, to], made[2, to], made[3, to] = (
                as_of - day,
                day,
                rows[row, AT] % 24,
                kind - 1 if kind > 0 else NONE,
            )
            topic, channel = rows[row, ABOUT] >> HALF, np.int32(rows[row, ABOUT] & LOW)
            made[4, to], made[5, to] = topic if topic >= 0 else NONE, channel if channel >= 0 else NONE
            made[8, to], made[9, to], made[10, to] = points, rows[row, OCCURRED], resolved
            made[11, to] = rows[row, REVIEWED] if rows[row, REVIEWED] < start else NONE
            if kind == response:
                response_age = min(response_age, as_of - day)
            if points != NONE:
                last_answer = max(last_answer, rows[row, OCCURRED])
            to += 1
        for row in range(begin, to):
            made[6, row] = made[3, row] == contact - 1 and made[0, row] < response_age
            made[7, row] = made[8, row] != NONE and made[9, row] == last_answer
        made_starts[customer + 1] = to
    return made_starts


@compiled
def _complaints(talks: Array, starts: Array, complaint: int, start: int, made: Array) -> Array:
    """Fills the table of complaints from that of interactions."""
    made_starts = np.zeros(len(starts), np.int64)
    to = 0
    for customer in range(len(starts) - 1):
        begin, last = to, NONE
        for row in range(starts[customer], starts[customer + 1]):
            if talks[3, row] != complaint - 1:
                continue
            made[:6, to] = talks[:6, row]
            made[8:12, to] = talks[8:12, row]
            occurred, resolved = talks[9, row], talks[10, row]
            last = max(last, occurred)
            made[6, to] = resolved == NONE
            made[12, to] = (start - occurred) // _SECOND if resolved == NONE else NONE
            made[13, to] = (resolved - occurred) // _SECOND if resolved != NONE else NONE
            to += 1
        for row in range(begin, to):
            made[7, row] = made[9, row] == last
        made_starts[customer + 1] = to
    return made_starts
