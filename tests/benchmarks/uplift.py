"""Whom would each way of learning contact first, and how often is an uplift model taken? Trials whose truth is known.

Prints the Markdown tables of docs/uplift.md: `PYTHONPATH=tests/support python tests/benchmarks/uplift.py`, about
a quarter of an hour on two cores; a number after it says how many trials of each kind (24).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
from randomised_trial import World, trial
from xgboost import XGBRegressor

from models._randomised import Randomised, within
from models._ranked import Ranked
from models._uplift import AHEAD, SEED, SHARE, judged, learned_from

TRIALS = 24
NO_DIFFERENCE = 8
"""So many times as many trials of worlds in which nothing is to be found."""
WORLDS = {
    "all alike": World(kind="same"),
    "linear in three traits": World(kind="linear"),
    "one in three persuadable": World(kind="step"),
    "half persuaded, half driven away": World(kind="harm"),
    "the same, a belief four times too high": World(kind="harm", effect=0.2, believed=0.8),
    "growth, 6%, linear": World(kind="linear", rate=0.06, effect=0.03, spread=0.04, is_bad=False),
    "growth, 6%, all alike": World(kind="same", rate=0.06, effect=0.03, is_bad=False),
    "friends, 1%, one in three persuadable": World(kind="step", rate=0.01, effect=0.04, spread=0.055, is_bad=False),
    "friends, 1%, all alike": World(kind="same", rate=0.01, effect=0.04, is_bad=False),
    "a share of all, whatever their risk": World(kind="flat", effect=0.4),
}
SIZES = (1000, 4000)
POLICIES = ("belief", "T-learner", "X-learner", "DR-learner", "a third of it", "ours", "truth")


def main(trials: int) -> None:
    """Both tables."""
    kinds = [(name, replace(world, customers=size)) for name, world in WORLDS.items() for size in SIZES]
    asked = [(world, number) for _, world in kinds for number in range(trials)]
    with ProcessPoolExecutor(2) as pool:
        found = np.array(list(pool.map(_gains, asked))).reshape(len(kinds), trials, -1).mean(axis=1)
        table(
            ("world", "customers", *POLICIES),
            (
                [name, f"{world.customers:,}", *(f"{gain:.3f}" for gain in gains)]
                for (name, world), gains in _both(kinds, found)
            ),
        )
        rows = []
        for name, world in kinds:
            count = trials * (NO_DIFFERENCE if world.kind == "same" else 1)
            ahead = np.array(list(pool.map(_ahead, [(world, 1000 + number) for number in range(count)])))
            rows.append([name, f"{world.customers:,}", count, f"{(ahead > AHEAD).mean():.0%}", f"{ahead.mean():.2f}"])
    table(("world", "customers", "trials", "taken", "mean standard errors ahead"), rows)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One Markdown table."""
    print("| " + " | ".join(header) + " |\n|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)
    print()


def _both(kinds: list[tuple[str, World]], found: np.ndarray) -> Iterable[tuple[tuple[str, World], np.ndarray]]:
    return zip(kinds, found, strict=True)


def _gains(asked: tuple[World, int]) -> list[float]:
    """The mean true change of the best 30% of new customers, by each policy."""
    known, new, change = _worlds(*asked)
    best = round(0.3 * len(new))
    return [float(change[np.argsort(-said, kind="stable")[:best]].mean()) for said in _said(known, new, change)]


def _ahead(asked: tuple[World, int]) -> float:
    """By how many standard errors a model is ahead of the belief."""
    known, _ = trial(asked[0], seed=(asked[1], asked[0].customers))
    return judged(replace(known, traits=Ranked.of(known.traits).apply(known.traits))).ahead


def _worlds(world: World, number: int) -> tuple[Randomised, Randomised, np.ndarray]:
    """A trial to learn from, and as many other customers of the same world with the truth about them."""
    known, _ = trial(world, seed=(number, world.customers))
    new, change = trial(world, seed=(number, world.customers, 1))
    ranked = Ranked.of(known.traits)
    shown = [replace(one, traits=ranked.apply(one.traits)) for one in (known, new)]
    return shown[0], shown[1], change


def _said(known: Randomised, new: Randomised, change: np.ndarray) -> Iterable[np.ndarray]:
    taught = learned_from(known, seed=SEED, share=1.0)
    levelled, added = taught.believed(new), taught.added(new)
    found = judged(known)
    share = found.share if found.ahead > AHEAD else 0.0
    yield new.believed
    yield _t_learner(known, new)
    yield _x_learner(known, new)
    for counts in (1.0, SHARE):
        yield within(levelled + counts * added, new.by_itself)
    yield within(levelled + share * added, new.by_itself) if share else new.believed
    yield change


def _t_learner(known: Randomised, new: Randomised) -> np.ndarray:
    """What happened in each arm, learned apart (Künzel, Sekhon, Bickel and Yu 2019)."""
    held_out, treated = (_outcome(known, arm) for arm in (False, True))
    return np.asarray(treated(new) - held_out(new))


def _x_learner(known: Randomised, new: Randomised) -> np.ndarray:
    """What each arm would have done in the other is made up for, and the differences are learned (the same source)."""
    held_out, treated = (_outcome(known, arm) for arm in (False, True))
    there, not_there = known.among(known.is_treated), known.among(~known.is_treated)
    of_treated = _trees(_block(there), there.is_good - held_out(there))
    of_held_out = _trees(_block(not_there), treated(not_there) - not_there.is_good)
    share = float(known.propensity.mean())
    return np.asarray(share * of_held_out.predict(_block(new)) + (1 - share) * of_treated.predict(_block(new)))


def _outcome(known: Randomised, arm: bool) -> Callable[[Randomised], np.ndarray]:
    part = known.among(known.is_treated == arm)
    grown = _trees(_block(part), part.is_good - part.by_itself)
    return lambda asked: np.clip(asked.by_itself + grown.predict(_block(asked)), 0.0, 1.0)


def _block(asked: Randomised) -> np.ndarray:
    return np.column_stack([asked.probability, asked.traits])


def _trees(block: np.ndarray, told: np.ndarray) -> XGBRegressor:
    made = XGBRegressor(
        n_estimators=60, max_depth=2, learning_rate=0.1, subsample=0.8, min_child_weight=20, max_bin=32, n_jobs=1
    )
    return made.fit(block, told)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS)
