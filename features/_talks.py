"""What did some customers say until a day? Interactions and complaints of one bucket, as numbers, as of a date."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features._buckets import ask_known, joined
from features._compiled import compiled
from features._loops import ALWAYS, NONE
from features._order import HALF, LOW, WHOSE, by_customer, dealt
from features._room import Room
from features._runs import clock_of
from features._sums import Table
from features._texts import Numbers
from features._time import HOUR, RESOLVED_FIRST, Frame, Shifts

Array = npt.NDArray[Any]

SAID = ("interactions", "complaints")
TEXTS = ("kind", "topic", "channel")

OCCURRED, KNOWN, RESOLVED, REVIEWED, POINTS, ABOUT, AT = range(1, 8)
WIDTH = 8
"""The columns of a matrix of interactions: the customer's number and the kind (`WHOSE`); microseconds; the bits of the
satisfaction; topic and channel; the hour. `NONE` where something is not known, -1 for an unknown text."""

_MOMENTS = ("occurred_us", "known_us", "resolved_us", "reviewed_us")
_MICROS = ("occurred_us", "resolved_us", "reviewed_us")
_SAID = ("age_days", "day", "hour", *TEXTS)
AGE, DAY, HOUR_OF_DAY, KIND, TOPIC, CHANNEL = range(len(_SAID))
_FOUND = ("satisfaction", *_MICROS)
SATISFACTION, OCCURRED_US, RESOLVED_US, REVIEWED_US = range(len(_SAID) + 2, len(_SAID) + 2 + len(_FOUND))
_INTERACTION = (*_SAID, "is_unanswered", "is_last_answer", *_FOUND)
IS_UNANSWERED, IS_LAST_ANSWER = len(_SAID), len(_SAID) + 1
_COMPLAINT = (*_SAID, "is_open", "is_last", *_FOUND, "open_seconds", "resolution_seconds")
IS_OPEN, IS_LAST = len(_SAID), len(_SAID) + 1
OPEN_SECONDS, RESOLUTION_SECONDS = len(_COMPLAINT) - 2, len(_COMPLAINT) - 1
"""The rows of the tables: what both have, and what is their own."""

_FLAGS = frozenset(("is_unanswered", "is_last_answer", "is_open", "is_last"))
_KINDS = ("campaign_contact", "campaign_response", "complaint")
_NO_KIND = -2
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
        rows, edges, _ = dealt(_rows(whose, (kind, topic, channel), moments, points, self._clocks), self.bits)
        self._dealt[number] = rows, edges

    def bucket(self, number: int, customers: int, room: Room) -> tuple[Array, Array]:
        """A bucket's interactions, customer by customer in the order of hours; and where each customer's begin."""
        parts = [rows[edges[number] : edges[number + 1]] for _, (rows, edges) in sorted(self._dealt.items())]
        rows = joined(parts, WIDTH, "talks", room)
        made = room.matrix("sorted talks", *rows.shape)
        return made, by_customer(rows, customers, AT, made, room.array("came", len(rows)))

    def tables(self, said: tuple[Array, Array], *, as_of: int, start: int, room: Room) -> dict[str, Table]:
        """The tables of interactions and complaints, as known before `start`, at which the day `as_of` begins."""
        rows, starts = said
        names = self._texts["kind"].texts().to_list()
        contact, response, complaint = (names.index(name) if name in names else _NO_KIND for name in _KINDS)
        asked_later = np.array([*(name in RESOLVED_FIRST for name in names), False])
        talks = room.matrix("interactions", len(_INTERACTION), len(rows))
        found = room.matrix("complaints", len(_COMPLAINT), len(rows))
        talk_starts = _known_talks(rows, starts, (as_of, start), asked_later, (contact, response), talks)
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
        return Table(
            shown, values, starts, by_day=True, flags=_FLAGS, partly=frozenset(shown[SATISFACTION:]), others=others
        )


NO_NUMBERS = frozenset((*TEXTS, *(f"{name[:-3]}_at" for name in _MICROS)))
"""Columns of texts and times."""

KNOWN_HERE = NO_NUMBERS | {
    *_INTERACTION,
    *_COMPLAINT[: IS_LAST + 1],
    "open_hours",
    "resolution_hours",
}
"""Columns of interactions and complaints that the fast path keeps."""


@compiled
def _rows(whose: Array, texts: tuple[Array, Array, Array], moments: Array, points: Array, clocks: Array) -> Array:
    """The matrix of a batch, as it came."""
    (kind, topic, channel), clock = texts, 0
    made = np.empty((len(whose), WIDTH), dtype=np.int64)
    for row in range(len(whose)):
        clock = clock_of(moments[0, row], clocks, clock)
        made[row, WHOSE] = (np.int64(whose[row]) << HALF) | (np.int64(kind[row]) & LOW)
        for place in range(len(moments)):
            made[row, OCCURRED + place] = moments[place, row]
        made[row, POINTS] = NONE if np.isnan(points[row]) else points.view(np.int64)[row]
        made[row, ABOUT] = (np.int64(topic[row]) << HALF) | (np.int64(channel[row]) & LOW)
        made[row, AT] = (moments[0, row] + clocks[clock, 1]) // HOUR
    return made


@compiled
def _known_talks(
    rows: Array, starts: Array, cut: tuple[int, int], asked_later: Array, campaign: tuple[int, int], made: Array
) -> Array:
    """Fills the table of interactions with those known before a moment, and what was known of them.

    `asked_later` says of each kind, and at last of the unknown one, whether customers answer when it is resolved.
    """
    (as_of, start), (contact, response) = cut, campaign
    made_starts = np.zeros(len(starts), np.int64)
    to = 0
    for customer in range(len(starts) - 1):
        begin, response_age, last_answer = to, ALWAYS, NONE
        for row in range(starts[customer], starts[customer + 1]):
            if rows[row, KNOWN] >= start:
                continue
            kind, day = np.int32(rows[row, WHOSE] & LOW), rows[row, AT] // 24
            resolved = _until(rows[row, RESOLVED], start)
            points = rows[row, POINTS] if resolved != NONE or not asked_later[kind] else NONE
            made[AGE, to], made[DAY, to], made[HOUR_OF_DAY, to] = as_of - day, day, rows[row, AT] % 24
            made[KIND, to] = _or_none(kind)
            made[TOPIC, to] = _or_none(rows[row, ABOUT] >> HALF)
            made[CHANNEL, to] = _or_none(np.int32(rows[row, ABOUT] & LOW))
            made[SATISFACTION, to], made[OCCURRED_US, to] = points, rows[row, OCCURRED]
            made[RESOLVED_US, to], made[REVIEWED_US, to] = resolved, _until(rows[row, REVIEWED], start)
            if kind == response:
                response_age = min(response_age, as_of - day)
            if points != NONE:
                last_answer = max(last_answer, rows[row, OCCURRED])
            to += 1
        for row in range(begin, to):
            made[IS_UNANSWERED, row] = made[KIND, row] == contact and made[AGE, row] < response_age
            made[IS_LAST_ANSWER, row] = made[SATISFACTION, row] != NONE and made[OCCURRED_US, row] == last_answer
        made_starts[customer + 1] = to
    return made_starts


@compiled
def _until(moment: int, start: int) -> int:
    """A moment that was known before another, or none."""
    return moment if moment < start else NONE


@compiled
def _or_none(text: np.int32 | int) -> np.int32 | int:
    """The number of a text, or none of an unknown one."""
    return text if text >= 0 else NONE


@compiled
def _complaints(talks: Array, starts: Array, complaint: int, start: int, made: Array) -> Array:
    """Fills the table of complaints from that of interactions."""
    made_starts = np.zeros(len(starts), np.int64)
    to = 0
    for customer in range(len(starts) - 1):
        begin, last = to, NONE
        for row in range(starts[customer], starts[customer + 1]):
            if talks[KIND, row] != complaint:
                continue
            for fact in range(len(talks)):
                made[fact, to] = talks[fact, row]
            occurred, resolved = talks[OCCURRED_US, row], talks[RESOLVED_US, row]
            last = max(last, occurred)
            made[IS_OPEN, to] = resolved == NONE
            made[OPEN_SECONDS, to] = (start - occurred) // _SECOND if resolved == NONE else NONE
            made[RESOLUTION_SECONDS, to] = max(resolved - occurred, 0) // _SECOND if resolved != NONE else NONE
            to += 1
        for row in range(begin, to):
            made[IS_LAST, row] = made[OCCURRED_US, row] == last
        made_starts[customer + 1] = to
    return made_starts
