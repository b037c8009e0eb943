"""What does the champion say today? Scores of a population, refused when the model no longer fits the question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from features import fingerprint
from models._errors import FeaturesChanged, ModelFromTheFuture, ModelTooOld
from models._kinds import Estimator, answers
from models._matrix import features_of
from models._target import Target, Terms

if TYPE_CHECKING:
    from models._registry import Champion
    from models._versions import Version

PROBABILITY_DECIMALS = 6


def check(champion: Champion, target: Target, *, as_of: date, terms: Terms, max_age_days: int | None = None) -> None:
    """Raises when the champion must not score `as_of`.

    FeaturesChanged for changed features or terms, ModelFromTheFuture when it learned from later days, ModelTooOld when
    it last learned more than `max_age_days` before (None: any age will do).
    """
    ask_fit(champion, target, terms=terms)
    if champion.learned_until > as_of:
        raise ModelFromTheFuture(
            f"the champion of {champion.name} (version {champion.version}) learned from days up to "
            f"{champion.learned_until}; scoring {as_of} with it would use the future. Score the old date in a --home "
            "of its own, or go back to a model that learned earlier with `churn models rollback`."
        )
    if max_age_days is not None and is_too_old(champion, as_of=as_of, max_age_days=max_age_days):
        raise ModelTooOld(
            f"the champion of {champion.name} (version {champion.version}) learned until {champion.learned_until}, "
            f"{(as_of - champion.learned_until).days} days before {as_of}; [models] max_age_days allows "
            f"{max_age_days}. Run `churn train` to learn from the days since, or raise the setting."
        )


def is_too_old(champion: Champion | Version, *, as_of: date, max_age_days: int) -> bool:
    """Whether the champion last learned more than `max_age_days` before `as_of`."""
    return (as_of - champion.learned_until).days > max_age_days


def ask_fit(champion: Champion | Version, target: Target, *, terms: Terms) -> None:
    """Raises FeaturesChanged when the champion was trained on other features or terms than those of today."""
    if champion.fingerprint != fingerprint():
        raise FeaturesChanged(
            f"the champion of {champion.name} (version {champion.version}) was trained on features "
            f"{champion.fingerprint}, today's are {fingerprint()}. Run `churn train` to learn from today's."
        )
    if champion.question != target.fingerprint:
        raise FeaturesChanged(
            f"the champion of {champion.name} (version {champion.version}) answers another question: the population or "
            f"the label of {target.name} ({target.module}) has changed since. Run `churn train` to learn today's."
        )
    changed = [key for key, value in terms.record().items() if champion.terms.get(key) != value]
    if changed:
        was = ", ".join(f"{key} = {champion.terms.get(key)}" for key in changed)
        now = ", ".join(f"{key} = {terms.record()[key]}" for key in changed)
        raise FeaturesChanged(
            f"the champion of {champion.name} (version {champion.version}) answers another question: it was trained "
            f"with {was}; the settings say {now}. Set them back, or run `churn train`."
        )


def score(champion: Champion, rows: pl.DataFrame) -> pl.Series:
    """Probability of yes for each row of a snapshot with `as_of`, in its order, rounded to six decimals."""
    found = said(champion.model, rows, champion.columns)
    return pl.Series(f"{champion.name}_probability", np.round(found, PROBABILITY_DECIMALS))


def amounts(champion: Champion, rows: pl.DataFrame, *, column: str) -> pl.DataFrame:
    """One row per row of a snapshot with `as_of`, in its order: `customer_id`, `column`, and its `_low` and `_high`."""
    found = champion.model.predict(features_of(rows, champion.columns))
    told = {f"{column}{bound}": found[:, place] for place, bound in enumerate(("", "_low", "_high"))}
    return rows.select("customer_id").with_columns(**{name: pl.Series(values) for name, values in told.items()})


def said(model: Estimator, rows: pl.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.float64]:
    """What a model says of each row of a snapshot with `as_of`, in its order: a probability, or an expected amount."""
    return answers(model, features_of(rows, columns)).astype(np.float64)
