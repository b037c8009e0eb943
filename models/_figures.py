"""Which figures are there? What they are called, and which of them a question can be judged by."""

from __future__ import annotations

WORDS = {
    "auc": "AUC",
    "average_precision": "average precision",
    "brier": "Brier score",
    "log_loss": "log loss",
    "calibration_error": "calibration error",
    "lift_at_10_percent": "lift at 10%",
}
"""What reports call the figures of `models/_metrics.py`, in the order in which they are shown."""
JUDGED_BY = ("average_precision", "brier", "calibration_error")
"""The figures that a question can be judged by: `models/_gate.py` has a measured bound for each."""
