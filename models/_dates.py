"""Which days can be learned from, and which day tests what was learned?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from models._errors import NotEnoughHistory
from models._target import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """As-of dates for learning: `train` ends a purge gap before `test`; `final` holds all of them for the last fit.

    Every label window of `train` is over when `test` begins, and that of `test` when `known_by` begins.
    """

    train: tuple[date, ...]
    test: date
    final: tuple[date, ...]
    known_by: date


def plan_dates(*, first_on: date, known_by: date, terms: Terms, step_days: int | None, max_dates: int) -> Plan:
    """Plans as-of dates backwards from the last one whose horizon is over before `known_by` begins.

    `first_on` is the day of the first transaction. Dates are `step_days` apart (default: half the horizon in whole
    weeks, at least one week). History before a date should span the active window; where that leaves no date to
    train on, the length of one horizon must do. Raises NotEnoughHistory when even that is not there.
    """
    step = timedelta(days=step_days or max(7, terms.horizon_days // 2 // 7 * 7))
    horizon = timedelta(days=terms.ahead_days)
    test = known_by - horizon
    for history_days in (terms.active_days, terms.horizon_days):
        earliest = first_on + timedelta(days=history_days)
        count = min(max_dates, (test - earliest) // step + 1)
        dates = tuple(sorted(test - k * step for k in range(max(count, 0))))
        train = tuple(day for day in dates if day + horizon <= test)
        if not train and earliest <= test - horizon:
            train, dates = (test - horizon,), (test - horizon, test)
        if train:
            return Plan(train=train, test=test, final=dates, known_by=known_by)
    before = min(terms.active_days, terms.horizon_days)
    there, needed = (known_by - first_on).days, before + 2 * terms.horizon_days
    raise NotEnoughHistory(
        f"history too short to train: {max(there, 0)} days are there ({first_on} to {known_by}), {needed} are needed: "
        f"{before} days of history, {terms.horizon_days} to learn from and {terms.horizon_days} to test "
        f"on (horizon_days = {terms.horizon_days}). Use an as-of date on or after "
        f"{first_on + timedelta(days=needed)}, bring older transactions, or shorten [churn] horizon_days."
    )
