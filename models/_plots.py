"""What does a model look like? Pictures of its calibration and of what its ranking gains."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from models._metrics import equal_count_bins


def reliability_plot(label: npt.NDArray[np.bool_], probability: npt.NDArray[np.float64], *, title: str) -> Figure:
    """Observed rate against predicted probability in ten bins of equal count; the diagonal is perfect."""
    parts = equal_count_bins(probability)
    figure, axes = _figure(title, x="predicted probability", y="observed rate")
    axes.plot([0, 1], [0, 1], linestyle="--", color="#999999", label="perfect")
    axes.plot([probability[p].mean() for p in parts], [label[p].mean() for p in parts], marker="o", label="model")
    axes.legend()
    return figure


def gain_plot(label: npt.NDArray[np.bool_], probability: npt.NDArray[np.float64], *, title: str) -> Figure:
    """Share of all outcomes found among the share of customers with the highest probability."""
    found = np.concatenate([[0], np.cumsum(label[np.argsort(-probability, kind="stable")])]) / max(1, label.sum())
    figure, axes = _figure(title, x="share of customers, most likely first", y="share of outcomes found")
    axes.plot([0, 1], [0, 1], linestyle="--", color="#999999", label="by chance")
    axes.plot(np.linspace(0, 1, len(found)), found, label="model")
    axes.legend()
    return figure


def _figure(title: str, *, x: str, y: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y, xlim=(0, 1), ylim=(0, 1))
    return figure, axes
