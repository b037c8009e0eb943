"""Does a feature give the answer away? What is too good to be known beforehand, or means the outcome, is named.

Features of purchases are cut in time by the house itself. What a company brings beside them (interactions, columns of
the customers table, subscriptions) may have been written when the outcome was known: a retention call made because the
customer wants to leave, a reason for closing that only those have who left. Such a column ranks customers far better
than anything made of purchases does, or is known almost only for those who left, or says by its name what it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from features import Attribute, FeatureColumn, feature_columns
from models._errors import LeakFound
from models._outcome_words import outcome_word, sources_of
from models._strength import Strength, strengths
from models._target import Target

STRONG_AUC = 0.9
"""Nothing below is suspected: the strongest honest columns of Complete Journey reach 0.85, of Online Retail II 0.76."""
OF_THE_HONEST = 0.5
"""A suspect makes at most this share of the errors of the best column of purchases: of ranking (1 - AUC), or of rows
with the other answer."""
TELLING = 0.6
"""A suspect also tells who it is (average precision above the base rate, 1 for certainty). A renewal date ranks well,
for nobody leaves before it, and yet it does not say who will."""
PURE, FEWEST_KNOWN = 0.85, 30
"""A column that is known (or unknown, or other than zero) for at least so many customers, at least this share of whom
have one answer, gives it away where it leaves at most half of the errors of the best column of purchases."""
SAMPLE = 20_000
HONEST = frozenset({"transactions"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Leak:
    """One column that gives the answer away: its name, what it is made from, and by what it is known."""

    column: str
    source: str
    why: str

    def __str__(self) -> str:
        return f"{self.column} (from {self.source}): {self.why}"


def ask_for_leaks(target: Target, rows: pl.DataFrame, columns: Sequence[str], *, trusted: Collection[str] = ()) -> None:
    """Raises LeakFound when a column of the training rows gives the answer away; nothing has been fitted by then.

    `rows` have `label`, `as_of` and the feature columns; `trusted` names features or columns that somebody vouches for.
    """
    about, vouched = feature_columns(), {*trusted, *target.trusted}
    asked = [name for name in columns if not _names_of(about[name]) & vouched]
    if found := leaks(rows, asked, about):
        raise LeakFound(_message(target, found))


def leaks(rows: pl.DataFrame, columns: Sequence[str], about: Mapping[str, FeatureColumn]) -> list[Leak]:
    """Which of these columns give the answer away, by name; one reason each. A column that is all null is none.

    `about` are all columns of a snapshot. What is written over when a customer leaves says most on the last as-of
    date, after which nothing but the answer came; so that date is looked at by itself as well.
    """
    known = [name for name in columns if rows[name].null_count() < rows.height]
    made_from = {name: sources_of(about[name], about) for name in known}
    suspects = [name for name in known if not made_from[name] <= HONEST]
    if not suspects:
        return []
    last = rows.filter(pl.col("as_of") == rows["as_of"].max())
    why = _too_good_on(last, known, made_from) | _too_good_on(rows, known, made_from)
    named = {name: word for name in suspects if (word := outcome_word(about[name]))}
    why |= {name: f"{word!r} in its declaration says that it means the outcome" for name, word in named.items()}
    return [Leak(column=name, source=" and ".join(sorted(made_from[name])), why=why[name]) for name in sorted(why)]


def _names_of(column: FeatureColumn) -> set[str]:
    """The names by which a column may be vouched for: its own, its feature's, that of the column it is made from."""
    own = {column.name, column.feature.name}
    return own | {column.feature.column} if isinstance(column.feature, Attribute) else own


def _too_good_on(rows: pl.DataFrame, known: Sequence[str], made_from: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """By suspected column, why it is."""
    measured = strengths(_sampled(rows), known)
    honest = [strength for name, strength in measured.items() if made_from[name] <= HONEST]
    others = {name: strength for name, strength in measured.items() if not made_from[name] <= HONEST}
    return {name: why for name, strength in others.items() if (why := _too_good(strength, honest))}


def _sampled(rows: pl.DataFrame) -> pl.DataFrame:
    """Enough rows to see by; which ones does not depend on the order of the rows that came."""
    if rows.height <= SAMPLE:
        return rows
    order = rows.select("customer_id", "as_of").with_row_index("place").sort("as_of", "customer_id")
    return rows[order["place"].gather_every(-(-rows.height // SAMPLE))]


def _too_good(one: Strength, honest: Sequence[Strength]) -> str:
    """In words, why a column is suspected; empty when it is not."""
    best = max((each.auc for each in honest), default=0.5)
    errors = (1 - one.auc_at_least) / (1 - best) if best < 1 else np.inf
    if one.auc_at_least >= STRONG_AUC and errors <= OF_THE_HONEST and one.telling >= TELLING:
        return f"alone it ranks customers with AUC {one.auc:.3f}; the best column of purchases reaches {best:.3f}"
    return next(_too_pure(one, honest), "")


def _too_pure(one: Strength, honest: Sequence[Strength]) -> Iterator[str]:
    """In words, in which rows the column all but says the answer, though purchases could not."""
    for part in one.parts:
        for answer, word in ((True, "yes"), (False, "no")):
            rival = max((each.share(answer, rows=part.rows) for each in honest), default=0.0)
            bar = max(PURE, 1 - (1 - rival) * OF_THE_HONEST)
            if part.customers >= FEWEST_KNOWN and part.share_at_least(answer) >= bar:
                yield (
                    f"it is {part.what} in {part.rows:,} rows, of which {part.share(answer):.1%} have the answer "
                    f"{word}; the best column of purchases picks so many with {rival:.1%}"
                )


def _message(target: Target, found: Sequence[Leak]) -> str:
    names = [leak.column for leak in found]
    lines = [f"{target.name} was not trained: {len(found)} of its features would give the answer away."]
    lines += [f"  - {leak}" for leak in found[:10]]
    place = f"{target.module.replace('.', '/')}.py"
    lines += [
        f"Take them out of the question (`excluded` in {place}) or out of features/. Where one is honest, known before "
        "the as-of date for everybody alike, vouch for it in the settings: [training] trusted_features = "
        f"{names[:3]!r}."
    ]
    return "\n".join(lines)
