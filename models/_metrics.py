"""How good are probabilities? The figures that every report shows, for the model and for its baselines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

Numbers = npt.NDArray[np.float64]

CERTAIN = 1e-6
"""Nobody is charged for more certainty than this in the log loss."""


def metrics(label: npt.NDArray[np.bool_], probability: Numbers, *, list_size: int | None = None) -> dict[str, float]:
    """Rank and calibration figures of predicted probabilities against what happened.

    `auc` and `average_precision` are not a number when only one outcome occurred. With a `list_size` also
    `lift_at_list_size` and `gain_at_list_size`, the share of all yes among so many customers with the highest
    probability.
    """
    both = 0 < label.sum() < len(label)
    clipped = np.clip(probability, CERTAIN, 1 - CERTAIN)
    listed = min(1.0, list_size / max(1, len(label))) if list_size else None
    at_list = {} if listed is None else {"lift_at_list_size": lift(label, probability, share=listed)}
    at_list |= {"gain_at_list_size": at_list["lift_at_list_size"] * listed} if listed is not None else {}
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
        **at_list,
    }


def calibration_error(label: npt.NDArray[np.bool_], probability: Numbers, *, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count: mean distance of predicted and observed rate.

    Source: Naeini, Cooper and Hauskrecht (2015), with equal-count bins.
    """
    parts = equal_count_bins(probability, bins=bins)
    gaps = [abs(label[part].mean() - probability[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(label))


def equal_count_bins(probability: Numbers, *, bins: int = 10) -> list[npt.NDArray[np.intp]]:
    """Positions of the values in each bin, lowest first; equal values share a bin, so the order of rows is no matter.

    Empty bins are left out.
    """
    rank = np.searchsorted(np.sort(probability), probability)
    number = rank * bins // max(1, len(probability))
    return [np.flatnonzero(number == one) for one in np.unique(number)]


def lift(label: npt.NDArray[np.bool_], probability: Numbers, *, share: float) -> float:
    """Rate of the outcome among the `share` of customers with the highest probability, over the rate among all.

    Of customers with the probability at the cut as many as needed count, at their common rate: their order says
    nothing. Not a number when the outcome never occurred.
    """
    wanted = max(1, round(share * len(label)))
    cut = np.sort(probability)[-wanted]
    above, tied = probability > cut, probability == cut
    found = label[above].sum() + label[tied].mean() * (wanted - above.sum())
    return float(found / wanted / label.mean()) if label.any() else float("nan")
