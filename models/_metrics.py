"""How good are probabilities? The figures that every report shows, for the model and for its baselines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

Numbers = npt.NDArray[np.float64]


def metrics(label: npt.NDArray[np.bool_], probability: Numbers) -> dict[str, float]:
    """Rank and calibration figures of predicted probabilities against what happened.

    `auc` and `average_precision` are not a number when only one outcome occurred.
    """
    both = 0 < label.sum() < len(label)
    clipped = np.clip(probability, 1e-6, 1 - 1e-6)
    return {
        "customers": float(len(label)),
        "base_rate": float(label.mean()),
        "mean_probability": float(probability.mean()),
        "auc": float(roc_auc_score(label, probability)) if both else float("nan"),
        "average_precision": float(average_precision_score(label, probability)) if both else float("nan"),
        "brier": float(brier_score_loss(label, probability)),
        "log_loss": float(log_loss(label, clipped, labels=[False, True])),
        "calibration_error": calibration_error(label, probability),
        "lift_at_10_percent": lift(label, probability, share=0.1),
    }


def calibration_error(label: npt.NDArray[np.bool_], probability: Numbers, *, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count: mean distance of predicted and observed rate.

    Source: Naeini, Cooper and Hauskrecht (2015), with equal-count bins.
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(label[part].mean() - probability[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(label))


def lift(label: npt.NDArray[np.bool_], probability: Numbers, *, share: float) -> float:
    """Rate of the outcome among the `share` of customers with the highest probability, over the rate among all."""
    top = np.argsort(-probability, kind="stable")[: max(1, round(share * len(label)))]
    return float(label[top].mean() / label.mean()) if label.any() else float("nan")
