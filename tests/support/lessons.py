"""What would be learned from, at once? Training rows as `train` takes them."""

from __future__ import annotations

from datetime import date

import polars as pl

from features import SnapshotStore
from models import Target, Terms
from models._examples import Recipe, plan_for, training_rows


def lesson(
    target: Target, store: SnapshotStore, *, known_by: date, terms: Terms, recipe: Recipe
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """All training rows of a question, and the feature columns that its model may use."""
    plan = plan_for(target, store, known_by=known_by, terms=terms, recipe=recipe)
    rows = training_rows(target, store, plan=plan, terms=terms, recipe=recipe)
    return rows, target.columns
