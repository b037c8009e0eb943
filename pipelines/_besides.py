"""What tells who takes the offer of an action that was hardly tried? Who takes those of other actions, and habits.

Who takes one kind of offer takes others more often too (Lichtenstein, Netemeyer and Burton 1995). So before an action
has customers of its own who tell who takes it, those contacted by other actions do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from pipelines._uplift_lessons import ASKED, WAITING, Lesson, lesson_of
from serving import PURPOSES, Ledger

_SHOWN = 10_000
"""No more than so many of tonight's customers, evenly spread, stand for all."""


def lessons_tonight(
    ledger: Ledger, beliefs: Mapping[str, float], scores: pl.DataFrame, *, habit_spread: float, as_of: date
) -> dict[str, Lesson]:
    """The lesson of each action of `beliefs` (the effect believed of all) that has one, with what other actions lend.

    Offers lend of which it is known who took them, and which are made to whoever has not acted yet: who stays takes an
    offer to stay, whatever it is worth to them. `scores` is the scored list of tonight.
    """
    lenders = [name for name, purpose in PURPOSES.items() if not purpose.is_bad]
    recorded = {name: lesson_of(name, ledger, effect=0.0, before=as_of) for name in {*lenders, *beliefs}}
    told = {name: _told(one) for name in lenders if (one := recorded[name]) is not None and one.is_told}
    lessons = {
        name: replace(
            _with_besides(recorded[name] or Lesson.empty(name, effect=effect), told, scores, as_of=as_of),
            effect=effect,
            habit_spread=habit_spread if PURPOSES[name].is_promotion else 0.0,
        )
        for name, effect in beliefs.items()
    }
    return {name: one for name, one in lessons.items() if recorded[name] is not None or one.elsewhere.height}


def _told(lesson: Lesson) -> pl.DataFrame:
    """All contacted customers of a lesson who tell who takes the offer."""
    ripe = lesson.rows.drop_nulls("took").with_columns(weight=pl.lit(1.0))
    return pl.concat([ripe.select(*WAITING), lesson.waiting.select(*WAITING)])


def _with_besides(lesson: Lesson, told: Mapping[str, pl.DataFrame], scores: pl.DataFrame, *, as_of: date) -> Lesson:
    """With what other actions tell, and those of tonight's customers whom its outcome is predicted of."""
    purpose = PURPOSES[lesson.action]
    if not purpose.is_promotion or purpose.probability not in scores.columns:
        return lesson
    weighed = purpose.weighed_by(scores.columns)
    likely_bad = scores.filter(purpose.risk_in(scores.columns) > 0)
    asked = likely_bad.select("customer_id", as_of=pl.lit(as_of), probability=weighed)
    if not asked.height:
        return lesson
    asked = asked.sort("customer_id").gather_every(-(-asked.height // _SHOWN))
    others = [rows for name, rows in sorted(told.items()) if name != lesson.action]
    return replace(lesson, elsewhere=_alike(others) if others else lesson.elsewhere, asked=asked.select(ASKED))


def _alike(others: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Those contacted by several actions, each one's share who took it made that of all."""
    took, weight = pl.col("took"), pl.col("weight")
    share = (took * weight).sum() / weight.sum()
    level = pl.concat(others).select(share).item()
    return pl.concat([rows.with_columns(took=took * level / share) for rows in others]).sort("campaign", "customer_id")
