"""Which days can be learned from, and which day tests what was learned?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from models._errors import NotEnoughHistory
from models._target import Terms

SEASON_DAYS = 364
"""A season is known from a year before; dates that reach back so far, and a horizon more on both sides, show it."""
WIDEST_STEP_DAYS = 28
"""Dates farther apart than this, and than a horizon, would leave too few to be worth a season."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """As-of dates for learning: `train` ends a purge gap before `test`; `final` holds all of them for the last fit.

    Every label window of `train` is over when `test` begins, and that of `test` when `known_by` begins. `settled`
    says whether the log before each date spans the active window: in a younger log everybody is new.
    """

    train: tuple[date, ...]
    test: date
    final: tuple[date, ...]
    known_by: date
    settled: bool = True


def plan_dates(*, first_on: date, known_by: date, terms: Terms, step_days: int | None, max_dates: int) -> Plan:
    """Plans as-of dates backwards from the last one whose label is known when `known_by` begins.

    `first_on` is the day of the first transaction. Dates are `step_days` apart; by default half the horizon in whole
    weeks, at least one week, and as much more as lets `max_dates` of them span a year and a horizon on both sides,
    where the log is that long. History before a date should span the active window; where that leaves no date to
    train on, the length of one horizon must do. Raises NotEnoughHistory when even that is not there.
    """
    ahead = timedelta(days=terms.ahead_days)
    test = known_by - ahead
    for history_days in (terms.active_days, terms.horizon_days):
        earliest = first_on + timedelta(days=history_days)
        step = timedelta(days=step_days or _step(terms, (test - earliest).days, max_dates=max_dates))
        count = min(max_dates, (test - earliest) // step + 1)
        dates = tuple(sorted(test - k * step for k in range(max(count, 0))))
        train = tuple(day for day in dates if day + ahead <= test)
        if not train and earliest <= test - ahead:
            train, dates = (test - ahead,), (test - ahead, test)
        if train:
            settled = history_days >= terms.active_days
            return Plan(train=train, test=test, final=dates, known_by=known_by, settled=settled)
    before = min(terms.active_days, terms.horizon_days)
    there, needed = (known_by - first_on).days, before + 2 * terms.ahead_days
    raise NotEnoughHistory(
        f"history too short to train: {max(there, 0)} days are there ({first_on} to {known_by}), {needed} are needed: "
        f"{before} days of history, {terms.ahead_days} to learn from and {terms.ahead_days} to test "
        f"on (horizon_days = {terms.horizon_days}). Use an as-of date on or after "
        f"{first_on + timedelta(days=needed)}, bring older transactions, or shorten [churn] horizon_days."
    )


def _step(terms: Terms, there_days: int, *, max_dates: int) -> int:
    """Half a horizon in whole weeks, or more where the dates would not reach back over a year that is there."""
    usual = max(7, terms.horizon_days // 2 // 7 * 7)
    wanted = min(there_days, SEASON_DAYS + terms.ahead_days + 2 * terms.horizon_days)
    stretched = -(-wanted // max(max_dates - 1, 1) // 7) * 7
    return stretched if usual < stretched <= max(WIDEST_STEP_DAYS, terms.horizon_days) else usual
