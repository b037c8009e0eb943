"""What does the champion say today? Scores of a population, refused when the model no longer fits the question."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from features import fingerprint
from models._errors import FeaturesChanged, ModelFromTheFuture
from models._matrix import features_of
from models._registry import Champion
from models._target import Target, Terms

PROBABILITY_DECIMALS = 6


def check(champion: Champion, target: Target, *, as_of: date, terms: Terms) -> None:
    """Raises when the champion must not score `as_of`: changed features or terms, or learned from later days."""
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
    if champion.learned_until > as_of:
        raise ModelFromTheFuture(
            f"the champion of {champion.name} (version {champion.version}) learned from days up to "
            f"{champion.learned_until}; scoring {as_of} with it would use the future. Run "
            f"`churn train --as-of {as_of}` to replace it, or score the old date in a --home of its own."
        )


def score(champion: Champion, rows: pl.DataFrame) -> pl.Series:
    """Probability of yes for each row of a snapshot with `as_of`, in its order, rounded to six decimals."""
    probability = champion.model.predict_proba(features_of(rows, champion.columns))[:, 1]
    return pl.Series(f"{champion.name}_probability", np.round(probability.astype(np.float64), PROBABILITY_DECIMALS))
