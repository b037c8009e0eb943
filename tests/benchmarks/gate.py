"""How does the gate behave? Champions and challengers of one company learned at different times, and spoilt ones.

`python tests/benchmarks/gate.py HOME --horizon 28 --active 84 --question churn --as-of 2017-07-31 --as-of ...`, where
HOME is the folder of a company that `churn nightly` has filled. Every training is a champion for each one that came 14
to 100 days later. Prints how many challengers took over: as they are, and with answers spoilt on purpose.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from features import SnapshotStore, open_lake
from models import Terms, targets
from models._examples import Recipe
from models._gate import Verdict, against_champion
from models._registry import Champion
from models._training import Trained, train

APART_DAYS = range(14, 101)
SEED = 1
Spoil = Callable[[pl.DataFrame], pl.Series]


def blurred(spread: float) -> Spoil:
    """Chance added to every answer: to log-odds of probabilities, to logarithms of amounts."""

    def spoil(rows: pl.DataFrame) -> pl.Series:
        said = rows["said"].to_numpy()
        noise = np.random.default_rng(SEED).normal(0.0, spread, len(said))
        if rows.schema["label"] != pl.Boolean:
            return pl.Series(said * np.exp(noise - spread**2 / 2))
        odds = np.log(np.clip(said, 1e-6, 1 - 1e-6) / (1 - np.clip(said, 1e-6, 1 - 1e-6)))
        return pl.Series(1.0 / (1.0 + np.exp(-odds - noise)))

    return spoil


def dealt_to(tier: str) -> Spoil:
    """Answers of customers drawn from all, whoever they are, given to those of one value tier."""

    def spoil(rows: pl.DataFrame) -> pl.Series:
        said, place = rows["said"].to_numpy().copy(), np.flatnonzero((rows["tier"] == tier).to_numpy())
        said[place] = np.random.default_rng(SEED).choice(said, len(place))
        return pl.Series(said)

    return spoil


SPOILT: dict[str, Spoil] = {
    "blurred by 0.5": blurred(0.5),
    "blurred by 1.0": blurred(1.0),
    "VIP customers given those of others": dealt_to("VIP"),
    "everything a third too high": lambda rows: (rows["said"] * 4 / 3).clip(upper_bound=_most(rows)),
}


def _most(rows: pl.DataFrame) -> float:
    return 1.0 if rows.schema["label"] == pl.Boolean else float("inf")


def as_champion(trained: Trained) -> Champion:
    """A training as the registry would give it back."""
    return Champion(
        name=trained.target.name,
        version=1,
        model=trained.model,
        columns=trained.columns,
        fingerprint=trained.fingerprint,
        question=trained.target.fingerprint,
        terms=trained.terms.record(),
        learned_until=trained.plan.known_by,
        rehearsed_until=trained.plan.test,
        versions=trained.versions,
        test_metrics={},
        reference=None,
    )


def pairs(trainings: list[Trained]) -> Iterator[tuple[Trained, Trained]]:
    """Every champion with every challenger that learned 14 to 100 days later."""
    for champion in trainings:
        for challenger in trainings:
            if (challenger.plan.known_by - champion.plan.known_by).days in APART_DAYS:
                yield champion, challenger


def main() -> None:
    """Reads the options, trains, compares and prints."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("home", type=Path)
    asked.add_argument("--horizon", type=int, required=True)
    asked.add_argument("--active", type=int, required=True)
    asked.add_argument("--question", default="churn")
    asked.add_argument("--time-zone", default="UTC")
    asked.add_argument("--as-of", type=date.fromisoformat, action="append", required=True)
    told = asked.parse_args()
    lake, target = open_lake(told.home), targets()[told.question]
    terms = Terms(active_days=told.active, horizon_days=told.horizon, time_zone=told.time_zone)
    with TemporaryDirectory() as folder:
        store = SnapshotStore(
            folder=Path(folder), tables=lake.arrived, versions=lake.versions, time_zone=told.time_zone
        )
        trainings = [train(target, store, known_by=day, terms=terms, recipe=Recipe()) for day in sorted(told.as_of)]
        verdicts: dict[str, list[Verdict]] = {}
        for champion, challenger in pairs(trainings):
            rival = as_champion(champion)
            tried = {"as trained": challenger} | {
                name: replace(challenger, test=challenger.test.with_columns(said=spoil(challenger.test)))
                for name, spoil in SPOILT.items()
            }
            for name, one in tried.items():
                verdicts.setdefault(name, []).append(against_champion(one, rival, champion.rehearsal, store))
    for name, found in verdicts.items():
        print(f"{name:36} {np.mean([one.promoted for one in found]):4.0%} of {len(found)} took over")
    better = {True: [], False: []}  # type: ignore[var-annotated]
    for one in verdicts["as trained"]:
        if one.comparisons:
            better[one.comparisons[0].worse_by < 0].append(one.promoted)
    for is_better, promoted in better.items():
        share = f"{np.mean(promoted):4.0%} of {len(promoted)}" if promoted else "none"
        print(f"of those as trained, {'better' if is_better else 'worse '} in the first figure  {share}")


if __name__ == "__main__":
    main()
