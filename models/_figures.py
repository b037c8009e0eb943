"""Which figures are there? What they are called, and which of them a question can be judged by."""

from __future__ import annotations

JUDGED_BY = ("average_precision", "brier", "calibration_error")
"""The figures that a question can be judged by: `models/_gate.py` has a measured bound for each."""
