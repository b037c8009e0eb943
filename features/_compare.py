"""Is a new feature worth a file? Beside the catalogue: for whom it is known, how steady, how telling, and how new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from features._catalogue import catalogue, feature_columns
from features._engine import Native
from features._feature import Feature, FeatureColumn
from features._frame import is_pandas
from features._front import day_of, zone_of
from features._measures import auc, rank_correlation, stability_index
from features._snapshot import snapshots
from features._tables import tables_of

LabelsOn = Callable[[date], Native]
"""Gives the labels of an as-of date: `customer_id` and a boolean `label`, one row per customer of the question."""

_MOST_ROWS = 100_000
"""More customers than these are thinned out, evenly, before columns are correlated with each other."""


def compare(
    new: Feature | Iterable[Feature],
    tables: Native,
    *,
    as_of: Sequence[date | str] | date | str,
    time_zone: str | None = None,
    labels: LabelsOn | None = None,
    beside: Iterable[Feature] | None = None,
) -> pl.DataFrame:
    """One row per column of the `new` features, computed beside the catalogue (or the features `beside`).

    `tables` and `time_zone` are whatever `snapshot` takes. `labels` gives the labels of an as-of date
    (`models.labels_on` makes it); then only the customers with a label are looked at. Over all as-of dates:

    - `coverage`: share of customers for whom the value is known; `missing_share`: share at the value that stands for
      no events, null for a feature that is null then;
    - `mean`, `p10`, `median`, `p90` of the known values;
    - `drift`: largest population stability index against the first as-of date (see `stability_index`), null for one
      date; above 0.25 the column means something else by then;
    - `auc`: how well the column alone tells the outcomes apart, 0.5 (not at all) to 1, averaged over the dates; and
      whether customers with the outcome have `higher` or `lower` values (`outcome_has`);
    - `nearest`, `correlation`: the existing column that orders customers most alike on the last date, and how much (-1
      to 1, see `rank_correlation`); beyond 0.95 it says the same.

    Raises ValueError when a new feature makes a column that an existing one makes.
    """
    existing = list(catalogue().values() if beside is None else beside)
    asked = [new] if isinstance(new, Feature) else list(new)
    together = existing + [each for each in asked if not any(each is other for other in existing)]
    columns = feature_columns(together)
    days = [day_of(day) for day in ([as_of] if isinstance(as_of, str | date) else as_of)]
    if not days:
        raise ValueError("as_of names no date; give one or several, such as ['2017-11-20', '2017-12-20']")
    if labels is not None and not callable(labels):
        raise TypeError("`labels` is a function from an as-of date to labels, as `models.labels_on` makes one")
    zone = zone_of(tables, time_zone)
    brought = tables_of(tables, time_zone=zone)
    made = zip(days, snapshots(brought, as_of=days, time_zone=zone, features=together), strict=True)
    seen = [rows if labels is None else _with_labels(rows, labels(day), day) for day, rows in made]
    return pl.DataFrame([_line(columns[c.name], seen, columns) for f in asked for c in f.columns], schema=_SCHEMA)


_SCHEMA = pl.Schema(
    {
        "column": pl.String(),
        **dict.fromkeys(("coverage", "missing_share", "mean", "p10", "median", "p90", "drift", "auc"), pl.Float64()),
        **dict.fromkeys(("outcome_has", "nearest"), pl.String()),
        "correlation": pl.Float64(),
    }
)
_LABEL = "label of the question"


def _with_labels(rows: pl.DataFrame, labels: Native, day: date) -> pl.DataFrame:
    given: pl.DataFrame = pl.from_pandas(labels) if is_pandas(labels) else labels.lazy().collect()
    missing = sorted({"customer_id", "label"} - set(given.columns))
    if missing:
        raise ValueError(f"the labels of {day} have no column {' or '.join(missing)}, but {', '.join(given.columns)}")
    kind, known = given.schema["label"], given["label"].drop_nulls()
    if kind not in (pl.Boolean, pl.Null) and not (kind.is_numeric() and known.is_in([0, 1]).all()):
        raise ValueError(f"the labels of {day} are {kind}; they should be True or False, or 1 or 0")
    named = given.select(pl.col("customer_id").cast(pl.String), pl.col("label").cast(pl.Boolean).alias(_LABEL))
    if named[_LABEL].null_count():
        raise ValueError(f"the labels of {day} hold {named[_LABEL].null_count():,} nulls; leave out who has no answer")
    strange = named.join(rows, on="customer_id", how="anti")
    if strange.height:
        raise ValueError(
            f"the labels of {day} name {strange.height:,} customers without a transaction known before that day "
            f"(first: {strange['customer_id'][0]!r}); ask about customers who are there."
        )
    return rows.join(named, on="customer_id", how="inner", validate="1:1", maintain_order="left")


def _line(
    column: FeatureColumn, seen: Sequence[pl.DataFrame], columns: Mapping[str, FeatureColumn]
) -> dict[str, object]:
    dates = [rows[column.name] for rows in seen]
    values = pl.concat(dates)
    separation = _mean_auc(column.name, seen)
    nearest, correlation = _nearest(column, seen[-1], columns)
    return {
        "column": column.name,
        "coverage": values.count() / len(values) if len(values) else None,
        "missing_share": None if column.missing is None else (values == column.missing).fill_null(False).mean(),
        "mean": values.mean(),
        **{name: values.quantile(share, "linear") for name, share in (("p10", 0.1), ("median", 0.5), ("p90", 0.9))},
        "drift": max((stability_index(dates[0], later) for later in dates[1:]), default=None),
        "auc": None if separation is None else max(separation, 1 - separation),
        "outcome_has": None if separation is None else "higher" if separation >= 0.5 else "lower",
        "nearest": nearest,
        "correlation": correlation,
    }


def _mean_auc(name: str, seen: Sequence[pl.DataFrame]) -> float | None:
    """The separation of each date on its own, so that a trend over dates is not mistaken for one between customers."""
    known = [rows for rows in seen if _LABEL in rows.columns]
    found = [(auc(rows[name], rows[_LABEL]), rows[name].count()) for rows in known]
    told = [(value, count) for value, count in found if value is not None]
    return sum(value * count for value, count in told) / sum(count for _, count in told) if told else None


def _nearest(
    column: FeatureColumn, rows: pl.DataFrame, columns: Mapping[str, FeatureColumn]
) -> tuple[str | None, float | None]:
    """The column of another feature that orders the customers most alike."""
    thinned = rows.gather_every(max(1, -(-rows.height // _MOST_ROWS)))
    others = [name for name, other in columns.items() if other.feature is not column.feature]
    found = [(name, rank_correlation(thinned[column.name], thinned[name])) for name in others]
    told = [(name, value) for name, value in found if value is not None]
    return max(told, key=lambda pair: abs(pair[1]), default=(None, None))
