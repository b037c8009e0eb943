"""How long do training, scoring and reasons take? A million customer-dates, a million customers, all questions.

Run by `make bench`. The log is generated (10 million lines, 200,000 customers) and kept in `--folder`; its snapshots
are computed before the clock starts (docs/scale.md has their cost). A million customers to score are the 200,000, five
times over. Ratios are against plain XGBoost (250 trees of depth 4, two threads) on the same matrix in the same run.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from shop_log import AS_OF, write_log
from xgboost import XGBClassifier

from features import SnapshotStore
from models import Target, Terms, targets
from models._dates import Plan
from models._examples import Recipe, plan_for, training_rows
from models._labels import population
from models._matrix import features_of
from models._reasons import reasons
from models._scoring import said
from models._training import Trained, train

LINES, CUSTOMERS, SCORED, LISTED = 10_000_000, 200_000, 1_000_000, 50_000
TERMS = Terms(active_days=182, horizon_days=28, time_zone="Europe/London")
RECIPE = Recipe(max_dates=12)
ASKED = ("churn", "upsell", "cross_sell", "win_back", "value")


def timed(what: str, work: Callable[[], Any], *, beside: float | None = None) -> tuple[Any, float]:
    """Does the work and prints how long it took, as a ratio where there is something to compare with."""
    started = time.perf_counter()
    made = work()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    ratio = f", {seconds / beside:.1f} times plain XGBoost" if beside else ""
    print(f"{what}: {seconds:.1f} s{ratio} (peak memory so far {peak:.1f} GB)", flush=True)
    return made, seconds


def asked_rows(target: Target, store: SnapshotStore, day: date) -> pl.DataFrame:
    """The snapshot rows of the customers whom a question is about."""
    asked = population(target, store.tables, as_of=day, terms=TERMS)
    return asked.join(store.at(day), on="customer_id", how="left").with_columns(as_of=pl.lit(day))


def enlarged(rows: pl.DataFrame, count: int) -> pl.DataFrame:
    """The rows over and over until there are `count`."""
    return pl.concat([rows] * -(-count // rows.height)).head(count)


def main() -> None:
    """Prints every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "churn-logs")
    folder = parser.parse_args().folder
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {date.today()}\n")
    log = write_log(folder, lines=LINES, customers=CUSTOMERS)
    with tempfile.TemporaryDirectory() as place:
        store = SnapshotStore(folder=Path(place), tables=log.tables(), versions={}, time_zone=TERMS.time_zone)
        plan = plan_for(targets()["churn"], store, known_by=AS_OF, terms=TERMS, recipe=RECIPE)
        store.prepare([*plan.final, AS_OF])
        measure(store, plan)


def measure(store: SnapshotStore, plan: Plan) -> None:
    """Trains, scores and explains."""
    churn = targets()["churn"]
    trained = {
        "churn": timed(
            f"training churn on up to {RECIPE.max_rows:,} customer-dates",
            lambda: train(churn, store, known_by=AS_OF, terms=TERMS, recipe=RECIPE),
        )[0]
    }
    print(f"  {trained['churn'].row_count:,} rows, {len(trained['churn'].columns)} columns")
    few = Recipe(max_dates=RECIPE.max_dates, max_rows=60_000)
    for name in ASKED[1:]:
        trained[name] = train(targets()[name], store, known_by=AS_OF, terms=TERMS, recipe=few)
    rows = training_rows(churn, store, plan=plan, terms=TERMS, recipe=RECIPE)
    X, y = features_of(rows, trained["churn"].columns), rows["label"].to_numpy()
    plain = XGBClassifier(n_estimators=250, max_depth=4, learning_rate=0.04, n_jobs=2)
    timed("plain XGBoost on the same rows", lambda: plain.fit(X, y))
    active = enlarged(asked_rows(churn, store, AS_OF), SCORED)
    everybody = enlarged(store.at(AS_OF).with_columns(as_of=pl.lit(AS_OF)), SCORED)
    _, alone = timed(
        f"plain XGBoost scores {SCORED:,} customers",
        lambda: plain.predict_proba(features_of(active, trained["churn"].columns)),
    )
    timed(f"{len(trained)} champions score {SCORED:,} customers each", lambda: scored(trained, everybody), beside=alone)
    listed = active.head(LISTED)
    timed(
        f"reasons for {LISTED:,} customers",
        lambda: reasons(trained["churn"].model, listed, trained["churn"].columns, language="en"),
    )


def scored(trained: dict[str, Trained], rows: pl.DataFrame) -> None:
    """Every question answered for every row."""
    for one in trained.values():
        said(one.model, rows, one.columns)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
