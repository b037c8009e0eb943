"""Which figures are there? What they are called, and which of them a question can be judged by."""

from __future__ import annotations

JUDGED_BY = {
    "probability": ("average_precision", "brier", "calibration_error"),
    "amount": ("deviance", "total_error", "mean_error"),
}
"""The figures that a question can be judged by, by what it is answered with: `models/_gate.py` has a measured bound for
each."""
