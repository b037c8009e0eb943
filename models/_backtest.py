"""How good would it have been? Past as-of dates, each learned from what was known then, held against what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from features import SnapshotStore
from models._amounts import interval_metrics, measured
from models._bootstrap import bootstrap, bootstrap_means, interval, thinned
from models._contenders import MODEL
from models._contenders import Estimator as YesOrNo
from models._errors import NotEnoughHistory
from models._examples import NOBODY, LeftOut, Recipe, plan_for, training_rows, untouched
from models._figures import IN_GROUPS, SHOWN
from models._kinds import CONTENDERS, kind_of
from models._known import Reach
from models._labels import ask_mature, labels, population
from models._matrix import Labels, Numbers, features_of
from models._scoring import said
from models._target import AMOUNT, PROBABILITY, Target, Terms
from models._tiers import TENURES, TIERS, tenure, tier
from models._training import Trained, train

TIMES = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One figure with the middle 90% of its bootstrap; not a number where one outcome alone gives none."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Group:
    """How right the model is for some customers, over all dates: mean prediction beside what happened, and errors."""

    name: str
    customer_dates: int
    figures: Mapping[str, Figure]


def looked_back(
    target: Target,
    store: SnapshotStore,
    *,
    as_of: date,
    data: Reach,
    terms: Terms,
    recipe: Recipe,
    left_out: LeftOut = NOBODY,
) -> pl.DataFrame:
    """What would have been said on `as_of`, and what happened, as far as the `data` reach.

    One row per customer of the population who is not `left_out`: `as_of`, `customer_id`, `label`, `tier`, `tenure`,
    `served` (who would have been published: `model`, or the baseline that was served in its place), `model` (what would
    have been published) and one column per baseline, learned from the same rows. Raises NotEnoughHistory or
    LabelNotMature.
    """
    asked = _asked(target, store, left_out, as_of=as_of, terms=terms)
    ask_mature(target, as_of=as_of, terms=terms, known_by=data.over_by)
    happened = labels(target, store.tables, as_of=as_of, terms=terms, known_by=data.recorded_by, among=asked)
    made = train(target, store, known_by=as_of, terms=terms, recipe=recipe, leave_out=left_out.learning)
    rows = happened.join(store.at(as_of), on="customer_id", how="left", validate="1:1", maintain_order="left")
    rows = rows.with_columns(as_of=pl.lit(as_of))
    found = {MODEL: said(made.model, rows, made.columns)}
    found |= _bounds(made, rows)
    found |= said_by_baselines(
        target, store, rows, as_of=as_of, terms=terms, recipe=recipe, leave_out=left_out.learning
    )
    about = rows.select("as_of", "customer_id", "label", tier=tier(), tenure=tenure(), served=pl.lit(made.served))
    return about.with_columns(**{name: pl.Series(values, dtype=pl.Float64) for name, values in found.items()})


def _asked(target: Target, store: SnapshotStore, left_out: LeftOut, *, as_of: date, terms: Terms) -> pl.DataFrame:
    """The population without those who are not judged on; raises NotEnoughHistory where nobody is there, or left."""
    everybody = population(target, store.tables, as_of=as_of, terms=terms)
    if everybody.is_empty():
        raise NotEnoughHistory(f"nobody is asked about {target.name} on {as_of}; choose a date within the data.")
    asked = untouched(everybody, left_out.judging, as_of=as_of, terms=terms)
    if asked.is_empty():
        raise NotEnoughHistory(
            f"nobody to judge {target.name} on: campaigns reached all {everybody.height:,} customers of its population "
            f"on {as_of} within its horizon. Choose another date; a holdout keeps some customers apart."
        )
    return asked


def said_by_baselines(
    target: Target,
    store: SnapshotStore,
    rows: pl.DataFrame,
    *,
    as_of: date,
    terms: Terms,
    recipe: Recipe,
    leave_out: pl.DataFrame | None = None,
) -> dict[str, Numbers]:
    """What each baseline, learned from what was known before `as_of` began, says of snapshot rows with `as_of`.

    `leave_out` as in `training_rows`.
    """
    plan = plan_for(target, store, known_by=as_of, terms=terms, recipe=recipe)
    past = training_rows(target, store, plan=plan, terms=terms, recipe=recipe, leave_out=leave_out)
    kind = kind_of(target)
    lesson = kind.examples(past, store.at(as_of), plan, target, terms, recipe)
    return {name: said(kind.fitted(name, lesson), rows, lesson.X.columns) for name in kind.baselines(lesson)}


def _bounds(made: Trained, rows: pl.DataFrame) -> dict[str, Numbers]:
    """Of amounts, between which sums four of five will lie."""
    if isinstance(made.model, YesOrNo):
        return {}
    _, low, high = made.model.predict(features_of(rows, made.columns)).T
    return {"low": low, "high": high}


def by_date(rows: pl.DataFrame) -> dict[date, dict[str, dict[str, Figure]]]:
    """Figures of every contender on every as-of date, with bootstrap intervals."""
    return {day: _with_intervals(rows.filter(pl.col("as_of") == day)) for day in rows["as_of"].unique().sort()}


def over_dates(rows: pl.DataFrame) -> dict[str, dict[str, Figure]]:
    """The mean over the as-of dates of each figure of each contender; customers are resampled with all their dates."""
    rows = rows.select("as_of", "customer_id", "label", *_names(rows))  # contenders that answered on all dates
    single = [_plain(rows.filter(pl.col("as_of") == day)) for day in rows["as_of"].unique().sort()]
    some, shown = thinned(rows, seed=1), SHOWN[answer_of(rows)]
    resampled = bootstrap_means(
        some["label"].to_numpy(),
        _said(some),
        customers=some["customer_id"].to_numpy(),
        dates=some["as_of"].to_numpy(),
        seed=1,
        times=TIMES,
    )
    return {
        name: {key: _figure(float(np.mean([one[name][key] for one in single])), resampled[name][key]) for key in shown}
        for name in single[0]
    }


def spread(rows: pl.DataFrame) -> dict[str, dict[str, float]]:
    """The standard deviation over the as-of dates of each figure of each contender; zero for a single date."""
    rows = rows.select("as_of", "customer_id", "label", *_names(rows))
    single = [_plain(rows.filter(pl.col("as_of") == day)) for day in rows["as_of"].unique().sort()]
    shown = SHOWN[answer_of(rows)]
    return {
        name: {key: float(np.std([one[name][key] for one in single], ddof=min(1, len(single) - 1))) for key in shown}
        for name in single[0]
    }


def by_group(rows: pl.DataFrame) -> list[Group]:
    """The model's calibration in each value tier and by tenure that has any customers, over all dates."""
    parts = [
        (name, rows.filter(pl.col(column) == name))
        for column, names in (("tier", TIERS), ("tenure", TENURES))
        for name in names
    ]
    return [_group(name, part) for name, part in parts if part.height]


def inside(rows: pl.DataFrame) -> dict[str, float]:
    """Of amounts, the share of customers inside their interval and above it, over all dates; else nothing."""
    if answer_of(rows) != AMOUNT:
        return {}
    return interval_metrics(*(rows[name].to_numpy() for name in ("label", "low", "high")))


def answer_of(rows: pl.DataFrame) -> str:
    """What the rows are answered with: probabilities where the label is yes or no."""
    return PROBABILITY if rows.schema["label"] == pl.Boolean else AMOUNT


def served_instead(rows: pl.DataFrame) -> dict[date, str]:
    """The as-of dates on which a baseline would have been served in the model's place, and which one."""
    found = rows.select("as_of", "served").unique().filter(pl.col("served") != MODEL).sort("as_of")
    return dict(found.iter_rows())


def _group(name: str, rows: pl.DataFrame) -> Group:
    found = _with_intervals(rows.select("customer_id", "label", MODEL))[MODEL]
    return Group(name, rows.height, {key: found[key] for key in IN_GROUPS[answer_of(rows)]})


def _names(rows: pl.DataFrame) -> list[str]:
    return [name for name in CONTENDERS if name in rows.columns and not rows[name].null_count()]


def _said(rows: pl.DataFrame) -> dict[str, Numbers]:
    return {name: rows[name].to_numpy() for name in _names(rows)}


def _plain(rows: pl.DataFrame) -> dict[str, dict[str, float]]:
    label: Labels = rows["label"].to_numpy()
    return {name: measured(label, values) for name, values in _said(rows).items()}


def _with_intervals(rows: pl.DataFrame) -> dict[str, dict[str, Figure]]:
    """All figures of each contender."""
    some = thinned(rows, seed=1)
    customers = some["customer_id"].to_numpy()
    resampled = bootstrap(some["label"].to_numpy(), _said(some), customers=customers, seed=1, times=TIMES)
    plain = _plain(rows)
    return {
        name: {key: _figure(plain[name][key], values) for key, values in found.items()}
        for name, found in resampled.items()
    }


def _figure(value: float, resampled: Numbers) -> Figure:
    low, high = interval(resampled)
    # Resampling adds noise of its own to the calibration error, so that it is larger there than in the sample.
    return Figure(value=value, low=min(low, value), high=max(high, value))
