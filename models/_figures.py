"""Which figures are there? What they are called, and which of them a question can be judged by."""

from __future__ import annotations

WORDS = {
    "auc": "AUC",
    "average_precision": "average precision",
    "brier": "Brier score",
    "log_loss": "log loss",
    "calibration_error": "calibration error",
    "lift_at_10_percent": "lift at 10%",
    "total_error": "error of the total",
    "decile_error": "error of the tenths",
    "mean_error": "mean error",
    "deviance": "deviance",
    "mean_probability": "predicted",
    "base_rate": "observed",
    "mean_expected": "predicted",
    "mean_spend": "observed",
}
"""What reports call the figures of `models/_metrics.py` and `models/_amounts.py`."""
SHOWN = {
    "probability": ("auc", "average_precision", "brier", "log_loss", "calibration_error", "lift_at_10_percent"),
    "amount": ("total_error", "decile_error", "mean_error", "deviance"),
}
"""The figures that reports show, in this order, by what a question is answered with."""
JUDGED_BY = {
    "probability": ("average_precision", "brier", "calibration_error"),
    "amount": ("deviance", "total_error", "mean_error"),
}
"""The figures that a question can be judged by, by what it is answered with: `models/_gate.py` has a measured bound for
each."""
ON_CARDS = {"probability": ("auc", *JUDGED_BY["probability"]), "amount": SHOWN["amount"]}
"""The figures of the model card."""
IN_GROUPS = {
    "probability": ("mean_probability", "base_rate", "brier", "calibration_error"),
    "amount": ("mean_expected", "mean_spend", "mean_error", "total_error"),
}
"""The figures that are shown for groups of customers."""
PICTURED = {"probability": ("auc", "brier", "calibration_error"), "amount": ("total_error", "mean_error", "deviance")}
HIGHER_IS_BETTER = frozenset({"auc", "average_precision", "lift_at_10_percent"})
