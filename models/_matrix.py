"""What does an estimator see? Feature rows as one block of numbers, with the day they are as of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

AS_OF_DAY = "as_of_day"
"""The column beside the features: days since 1970 of the as-of date. Seasons are learned by it, nothing else is."""

Matrix = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]


def features_of(rows: pl.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The named columns as scikit-learn takes them: a pandas frame of 32-bit floats, null as NaN.

    `rows` is part of a snapshot with `as_of`, from which `as_of_day` is made where it is among the columns.
    """
    wanted = [_as_of_day() if name == AS_OF_DAY else pl.col(name).cast(pl.Float32) for name in columns]
    return pd.DataFrame(rows.select(wanted).to_numpy(order="c"), columns=list(columns))


def block_of(X: pd.DataFrame, columns: Sequence[str]) -> Matrix:
    """The named columns of a frame as one array; without a copy where the frame is one block in that order."""
    asked = X if list(X.columns) == list(columns) else X[list(columns)]
    return np.asarray(asked, dtype=np.float32)


def _as_of_day() -> pl.Expr:
    return pl.col("as_of").cast(pl.Date).to_physical().cast(pl.Float32).alias(AS_OF_DAY)
