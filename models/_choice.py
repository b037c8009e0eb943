"""Which sentences are told of whom? The strongest reasons first, none that is untrue, no fact twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from models._notes import NOTES
from models._reason import Reason, Wording, told_by
from models._reason_numbers import with_numbers
from models._spoken import columns_in, fill

Numbers = npt.NDArray[np.float64]

LEAST = 0.04
"""Log-odds below which a reason is none: it would move an even chance by less than one in a hundred."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """Which of the sentences on `menu` is told of each row, at each place; -1 where nothing is left to tell.

    `teller` names the reason of each sentence, None for a note. `rows` hold the numbers that are told.
    """

    menu: tuple[Wording, ...]
    teller: tuple[str | None, ...]
    places: npt.NDArray[np.int64]
    rows: pl.DataFrame

    def phrases(self, *, language: str) -> list[list[str | None]]:
        """The sentences of each place, with each customer's numbers."""
        said = np.full(self.places.shape, None, dtype=object)
        for number in np.unique(self.places[self.places >= 0]):
            row, place = np.nonzero(self.places == number)
            template = self.menu[number].says[0 if language == "en" else 1]
            numbers = {name: _floats(self.rows[name])[row].tolist() for name in columns_in(template)}
            said[row, place] = fill(template, numbers, language=language, count=len(row))
        return [list(column) for column in said.T]


def weigh(weights: Numbers, columns: Sequence[str]) -> dict[Reason, Numbers]:
    """What each reason adds to the log-odds of each row: the sum of its columns. All of them add up to `weights`."""
    places: dict[Reason, list[int]] = {}
    for place, reason in enumerate(told_by(columns).values()):
        places.setdefault(reason, []).append(place)
    return {reason: weights[:, there].sum(axis=1, dtype=np.float64) for reason, there in places.items()}


def choose(rows: pl.DataFrame, weighed: Mapping[Reason, Numbers], *, growth: bool, most: int) -> Chosen:
    """The `most` sentences of each row: those of the reasons that raise the probability most, then notes.

    A reason is told by the first of its sentences that is true and tells nothing that is told already.
    """
    full = with_numbers(rows)
    offered = [(wording, reason) for reason in weighed for wording in reason.wordings(growth=growth)]
    menu = [one for one in [*offered, *((note, None) for note in NOTES)] if one[0].needs <= set(full.columns)]
    wordings = tuple(wording for wording, _ in menu)
    teller = tuple(reason.name if reason else None for _, reason in menu)
    push = _pushes([reason for _, reason in menu], weighed, rows.height)
    push[~_truth(full, wordings)] = -np.inf
    return Chosen(menu=wordings, teller=teller, places=_best(push, _apart(wordings, teller), most), rows=full)


def _pushes(tellers: Sequence[Reason | None], weighed: Mapping[Reason, Numbers], count: int) -> Numbers:
    """How much each sentence deserves to be told: by what its reason adds; notes after all reasons, in their order."""
    push = np.empty((count, len(tellers)))
    for place, reason in enumerate(tellers):
        push[:, place] = (
            -1.0 - place if reason is None else np.where(weighed[reason] >= LEAST, weighed[reason], -np.inf)
        )
    return push


def _truth(rows: pl.DataFrame, wordings: Sequence[Wording]) -> npt.NDArray[np.bool_]:
    """Whether each sentence is true of each row, and all its numbers are known."""
    asked = [
        pl.all_horizontal(wording.when.fill_null(False), *map(_is_known, columns_in(" ".join(wording.says)))).alias(
            str(k)
        )
        for k, wording in enumerate(wordings)
    ]
    return rows.select(asked).to_numpy().astype(bool)


def _is_known(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Float64).is_finite().fill_null(False)


def _apart(wordings: Sequence[Wording], teller: Sequence[str | None]) -> npt.NDArray[np.bool_]:
    """Which sentences may not stand beside each other: of one reason, or with a fact in common."""
    facts = [
        set(wording.tells) | ({("reason", name)} if name else set())
        for wording, name in zip(wordings, teller, strict=True)
    ]
    return np.array([[bool(one & other) for other in facts] for one in facts])


def _best(push: Numbers, apart: npt.NDArray[np.bool_], most: int) -> npt.NDArray[np.int64]:
    """The sentences that deserve most to be told, one after the other; `push` is used up."""
    chosen = np.full((len(push), most), -1)
    everybody = np.arange(len(push))
    for place in range(most):
        best = push.argmax(axis=1)
        is_told = push[everybody, best] > -np.inf
        chosen[:, place] = np.where(is_told, best, -1)
        push[apart[best] & is_told[:, None]] = -np.inf
    return chosen


def _floats(numbers: pl.Series) -> Numbers:
    return numbers.cast(pl.Float64).to_numpy()
