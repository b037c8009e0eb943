"""What is learned from, and what does a model say? Rows as `train` and scoring take them."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from features import SnapshotStore
from models import Target, Terms
from models._examples import Recipe, plan_for, training_rows
from models._matrix import features_of
from models._training import Trained


def lesson(
    target: Target, store: SnapshotStore, *, known_by: date, terms: Terms, recipe: Recipe
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """All training rows of a question, and the feature columns that its model may use."""
    plan = plan_for(target, store, known_by=known_by, terms=terms, recipe=recipe)
    rows = training_rows(target, store, plan=plan, terms=terms, recipe=recipe)
    return rows, target.columns


def on(store: SnapshotStore, day: date) -> pl.DataFrame:
    """The snapshot rows of a day, as they are scored."""
    return store.at(day).with_columns(as_of=pl.lit(day))


def predictions(trained: Trained, rows: pl.DataFrame) -> np.ndarray:
    """Two columns, the probability of no and of yes, for each row."""
    return trained.model.predict_proba(features_of(rows, trained.columns))
