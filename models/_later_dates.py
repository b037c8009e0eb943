"""By which days is a search for parameters judged? By late ones that lie before the date which tests the model.

Nothing is read here that was not known on the test date. Each later date is predicted from earlier ones whose labels
were known when it began, by the members of a model, mixed by the shares that the usual parameters lead to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from features import SnapshotStore
from models._blend import FEW_OUTCOMES, HeldOut, Shares, losses, members, mix
from models._dates import Plan
from models._errors import NotEnoughHistory
from models._examples import Recipe, as_known_by, plan_for, training_rows
from models._held_out import study_rows
from models._leaks import ask_for_leaks
from models._matrix import AS_OF_DAY, Matrix, Numbers, block_of, features_of
from models._parameters import USUAL, Parameters
from models._target import Target, Terms

LATER_DATES = 3
SEARCH_ROWS = 200_000
"""A trial fits trees once for each later date; more rows would take long and hardly choose better."""


class LaterDate:
    """A day to be predicted, and what was known when it began; what a member said once is kept."""

    def __init__(
        self, known: pl.DataFrame, asked: pl.DataFrame, *, columns: list[str], shares: Shares, seed: int
    ) -> None:
        self.day: date = asked["as_of"][0]
        self.customers = _customers(asked)
        self._columns, self._shares, self._seed = columns, shares, seed
        self._X, self._y = _block(known, columns), known["label"].to_numpy()
        self._asked, self._happened = _block(asked, columns), asked["label"].to_numpy()
        self._said: dict[tuple[object, ...], Numbers] = {}

    def losses(self, parameters: Parameters) -> Numbers:
        """The log loss of each customer of the day, at the level of the day: seasons are learned elsewhere."""
        said = {kind: self._log_odds(kind, parameters) for kind in self._shares}
        raw = mix(said, self._shares, len(self.customers))
        return losses(raw, self._happened, self._asked[:, -1].astype(np.float64))

    def _log_odds(self, kind: str, parameters: Parameters) -> Numbers:
        read = {"trees": tuple(parameters.of_trees.values()), "linear": (parameters.linear_strength,)}
        key = (kind, *read.get(kind, ()))
        if key not in self._said:
            made = members(self._columns, {kind: 1.0}, seed=self._seed, parameters=parameters)[kind]
            self._said[key] = made.fit(self._X, self._y).log_odds(self._asked)
        return self._said[key]


def later_dates(
    target: Target,
    store: SnapshotStore,
    *,
    known_by: date,
    terms: Terms,
    recipe: Recipe,
    leave_out: pl.DataFrame | None = None,
) -> list[LaterDate]:
    """Up to three of the last dates before the test date, each with the rows whose labels were known when it began.

    Of more than `SEARCH_ROWS` rows a share of the customers stands for all. Raises NotEnoughHistory where there is no
    such date or the model would do without trees, and LeakFound as the training would.
    """
    plan = plan_for(target, store, known_by=known_by, terms=terms, recipe=recipe)
    days = _days_to_predict(plan, terms)
    few = replace(recipe, max_rows=min(recipe.max_rows, SEARCH_ROWS))
    before_the_test = replace(plan, train=plan.train[:-1], test=plan.train[-1], final=plan.train, known_by=plan.test)
    rows = training_rows(target, store, plan=before_the_test, terms=terms, recipe=few, leave_out=leave_out)
    rows = rows.sort("as_of", "customer_id")
    ask_for_leaks(target, rows, target.columns, trusted=recipe.trusted)
    columns = [*target.columns, AS_OF_DAY]
    shares = _usual_shares(rows, columns, ahead_days=terms.ahead_days, seed=recipe.seed)
    made = []
    for day, before in days.items():
        known = as_known_by(day, target, store, rows.filter(pl.col("as_of").is_in(before)), terms=terms)
        asked = rows.filter(pl.col("as_of") == day)
        if _rarer(known) >= FEW_OUTCOMES and _rarer(asked):
            made.append(LaterDate(known, asked, columns=columns, shares=shares, seed=recipe.seed))
    if not made:
        raise NotEnoughHistory(
            f"before none of the dates {', '.join(map(str, days))} had {FEW_OUTCOMES} customers shown the rarer outcome"
        )
    return made


def _days_to_predict(plan: Plan, terms: Terms) -> dict[date, list[date]]:
    """Up to three of the latest third of the training dates, and for each the dates whose labels were known by then."""
    ahead = timedelta(days=terms.ahead_days)
    known = {day: [one for one in plan.train if one + ahead <= day] for day in plan.train}
    latest = [day for day in plan.train[-max(1, len(plan.train) // 3) :] if len(known[day]) > 1]
    if not latest:
        raise NotEnoughHistory(
            f"no date before the test date {plan.test} can be predicted from two earlier ones, each {terms.ahead_days} "
            f"days or more before it (learned are {plan.train[0]} to {plan.train[-1]})"
        )
    places = np.linspace(0, len(latest) - 1, min(LATER_DATES, len(latest))).round().astype(int)
    return {latest[place]: known[latest[place]] for place in places}


def _usual_shares(rows: pl.DataFrame, columns: list[str], *, ahead_days: int, seed: int) -> Shares:
    """The shares of a model with the usual parameters; raises NotEnoughHistory where it would do without trees."""
    some = rows[study_rows(_customers(rows))]
    held_out = HeldOut(
        _block(some, columns), some["label"].to_numpy(), _customers(some), columns=columns, seed=seed, parameters=USUAL
    )
    shares = held_out.choose(ahead_days=ahead_days)
    if "trees" not in shares:
        raise NotEnoughHistory(
            "the model does without boosted trees, which are not clearly better here or have too few customers to "
            f"learn from ({rows['customer_id'].n_unique():,}, of whom {_rarer(rows):,} had the rarer outcome)"
        )
    return shares


def _rarer(rows: pl.DataFrame) -> int:
    """How many customers had the rarer outcome."""
    return min(rows.filter(pl.col("label") == answer)["customer_id"].n_unique() for answer in (True, False))


def _customers(rows: pl.DataFrame) -> npt.NDArray[np.object_]:
    return rows["customer_id"].to_numpy()


def _block(rows: pl.DataFrame, columns: Sequence[str]) -> Matrix:
    return block_of(features_of(rows, columns), columns)
