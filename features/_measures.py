"""What is a column of numbers worth? Drift between two days, how well it tells two outcomes apart, and its twins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

_TENTHS = [n / 10 for n in range(1, 10)]


def stability_index(first: pl.Series, later: pl.Series) -> float:
    """How far a column has drifted: the population stability index of `later` against `first`.

    The sum of (q - p) * ln(q / p) over bins, where p and q are the shares of customers in a bin on the two days. Bins
    are the tenths of the first day's known values, with one of its own for a value that fills a tenth (such as 0 of a
    rare event), and one for unknown values. Half a customer is added to each bin, so that an empty one has a
    logarithm. By custom, less than 0.1 is no change to speak of, and above 0.25 a large one. Source: Siddiqi (2006),
    "Credit Risk Scorecards".
    """
    edges = bin_edges(first.drop_nulls())
    return index_of_counts(bin_counts(first, edges), bin_counts(later, edges))


def index_of_counts(first: npt.NDArray[np.float64], later: npt.NDArray[np.float64]) -> float:
    """The population stability index of bins that were counted on two days, see `stability_index`."""
    p, q = ((counts + 0.5) / (counts + 0.5).sum() for counts in (first, later))
    return float(((q - p) * np.log(q / p)).sum())


def bin_edges(known: pl.Series) -> npt.NDArray[np.float64]:
    """The tenths of the known values, with a bin of its own for a value that fills a tenth."""
    if known.is_empty():
        return np.array([])
    edges, times = np.unique([known.quantile(tenth, "lower") for tenth in _TENTHS], return_counts=True)
    return np.union1d(edges, np.nextafter(edges[times > 1], np.inf))


def bin_counts(values: pl.Series, edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Customers in each bin, lowest first, and at the end those whose value is unknown."""
    known = values.drop_nulls().to_numpy()
    counts = np.bincount(np.searchsorted(edges, known, side="right"), minlength=len(edges) + 1)
    return np.append(counts, values.null_count()).astype(np.float64)


def auc(values: pl.Series, label: pl.Series) -> float | None:
    """How well a column alone tells two outcomes apart, among customers whose value is known.

    The probability that a customer with the outcome has a higher value than one without, ties counting half: 0.5 says
    nothing, 1 that all with the outcome have higher values, 0 that all have lower ones. None when only one outcome is
    there. Source: Hanley and McNeil (1982), "The meaning and use of the area under a ROC curve"; by ranks, as in Mann
    and Whitney (1947).
    """
    known = pl.DataFrame({"value": values, "label": label}).drop_nulls()
    with_it = int(known["label"].sum())
    without = known.height - with_it
    if not with_it or not without:
        return None
    ranks = float(known["value"].rank("average").filter(known["label"]).sum())
    return (ranks - with_it * (with_it + 1) / 2) / (with_it * without)


def rank_correlation(one: pl.Series, other: pl.Series) -> float | None:
    """How alike two columns order the customers who have both: 1 the same, -1 the other way round, 0 unrelated.

    None when fewer than half of those who have `one` have both, or when either is the same for all. Source: Spearman
    (1904), "The proof and measurement of association between two things"; ties get their average rank.
    """
    both = pl.DataFrame({"one": one, "other": other}).drop_nulls()
    if both.height < 2 or both.height < one.count() / 2:
        return None
    found = both.select(pl.corr(pl.col("one").rank("average"), pl.col("other").rank("average"))).item()
    return found if found is not None and np.isfinite(found) else None
