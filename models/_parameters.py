"""By which numbers are members fitted? The usual ones, which suit very different logs, or those a search found."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """What the boosted trees (the names are those of XGBoost) and the linear model of all columns are fitted with.

    `linear_strength` is the inverse of the ridge penalty. The defaults were measured on several real logs over many
    as-of dates; `models/_tuning.py` looks for others.
    """

    n_estimators: int = 150
    max_depth: int = 6
    learning_rate: float = 0.04
    min_child_weight: float = 60
    subsample: float = 0.7
    colsample_bytree: float = 0.2
    reg_lambda: float = 5.0
    linear_strength: float = 0.02

    @property
    def of_trees(self) -> dict[str, float]:
        """Those of the trees alone, as XGBoost takes them."""
        return {name: value for name, value in asdict(self).items() if name != "linear_strength"}


USUAL = Parameters()
