"""What does a model look like? Pictures of its calibration and of what its ranking gains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from models._matrix import Labels, Numbers
from models._metrics import equal_count_bins


def reliability_plot(label: Labels | Numbers, said: Numbers, *, title: str) -> Figure:
    """Observed against predicted rate, or spend, in ten bins of equal count; the diagonal is perfect."""
    predicted, observed = zip(*((said[p].mean(), label[p].mean()) for p in equal_count_bins(said)), strict=True)
    is_rate = label.dtype == np.bool_
    x, y = ("predicted probability", "observed rate") if is_rate else ("expected spend", "true spend")
    most = 1.0 if is_rate else 1.05 * max(*predicted, *observed, 1e-9)
    figure, axes = _figure(title, x=x, y=y, most=most)
    axes.plot([0, most], [0, most], linestyle="--", color="#999999", label="perfect")
    axes.plot(predicted, observed, marker="o", label="model")
    axes.legend()
    return figure


def gain_plot(label: Labels | Numbers, said: Numbers, *, title: str) -> Figure:
    """Share of all outcomes, or of all spend, found among the share of customers of whom most was said."""
    found = np.concatenate([[0], np.cumsum(label[np.argsort(-said, kind="stable")])]) / max(1e-9, label.sum())
    what = "outcomes" if label.dtype == np.bool_ else "spend"
    figure, axes = _figure(title, x="share of customers, the highest first", y=f"share of {what} found")
    axes.plot([0, 1], [0, 1], linestyle="--", color="#999999", label="by chance")
    axes.plot(np.linspace(0, 1, len(found)), found, label="model")
    axes.legend()
    return figure


def accuracy_plot(
    curves: Mapping[str, Mapping[str, Mapping[str, tuple[float, float, float]]]], *, model: str, title: str
) -> Figure:
    """One panel per figure: its value on every as-of date for the model and its baselines, with the model's interval.

    `curves` maps figure, contender and as-of date to value, low and high.
    """
    figure = Figure(figsize=(4.2 * len(curves), 4.2), layout="constrained")
    figure.suptitle(title)
    for axes, (name, contenders) in zip(figure.subplots(1, len(curves), squeeze=False)[0], curves.items(), strict=True):
        for contender, points in contenders.items():
            values = [point[0] for point in points.values()]
            style = {"color": "#c0392b", "linewidth": 2.5} if contender == model else {"linewidth": 1, "alpha": 0.8}
            axes.plot(list(points), values, marker="o", markersize=3, label=contender, **style)
            if contender == model:
                low, high = [point[1] for point in points.values()], [point[2] for point in points.values()]
                axes.fill_between(list(points), low, high, color="#c0392b", alpha=0.15)
        axes.set(title=name)
        axes.tick_params(axis="x", rotation=60)
    axes.legend(fontsize="small")
    return figure


def _figure(title: str, *, x: str, y: str, most: float = 1.0) -> tuple[Figure, Any]:
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y, xlim=(0, most), ylim=(0, most))
    return figure, axes
