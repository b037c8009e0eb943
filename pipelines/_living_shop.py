"""How does a shop live that answers to what its team does? Advanced day by day; exports as of any day it has lived.

Two worlds of one seed meet the same luck: whoever is treated alike in both lives alike, to the byte, and who is
contacted in one of them differs by the effect of that alone. What the shop knows stands in `tables`; what is true but
hidden in `world` and `lives`, from which `_living_truth.py` works out what each action is worth.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from data_contracts import contracts
from pipelines._living_actions import ACTIONS
from pipelines._living_baskets import transactions
from pipelines._living_belief import updated
from pipelines._living_chance import Chance
from pipelines._living_contacts import waves
from pipelines._living_day import EVENTS, Columns, World, joined, live, reach
from pipelines._living_lives import ACTION_NUMBERS, beginning, rates_on, standings
from pipelines._living_people import Nature, born
from pipelines._living_tables import complaints, customers, interactions, resolved

_LOGS = ("_lines", "_interactions", "_complaints", "_team")


class LivingShop:
    """A made-up shop with `customers` people who come by themselves over four years, and the friends they bring.

    `day` is the first day that has not been lived yet. The same seed and the same contacts give the same bytes, in
    however many steps the shop is advanced. `belief` is how likely each condition of each person is to somebody who
    knows habits and all that happened, but cannot look into people (`_living_belief.py`).
    """

    def __init__(self, seed: int, customers: int = 3000, *, nature: Nature | None = None) -> None:
        nature, chance = nature or Nature(), Chance(seed)
        people = born(nature, customers, chance)
        self.world = World(nature=nature, people=people, origin=chance, chance=chance)
        self.lives = beginning(people)
        self.belief = standings(self.lives)
        self.day: date = nature.begin
        self._campaigns: list[str] = []
        self._lines: list[pl.DataFrame] = []
        self._interactions: list[pl.DataFrame] = []
        self._complaints: list[pl.DataFrame] = []
        self._team: list[pl.DataFrame] = []
        self._record({events: joined(events, []) for events in EVENTS})

    def advance(self, until: date, contacts: pl.DataFrame | None = None) -> None:
        """Lives on until `until` begins. `contacts` (customer_id, action, day) reach customers on the morning of a day.

        A column `campaign` names each contact's campaign; without it that is the action and the month
        (`upsell-2026-11`). Raises ContactsWrong, and then nothing has been lived.
        """
        checked = waves(contacts, self.world, self.lives, start=self.day, until=until) if contacts is not None else []
        happened: list[dict[str, Columns]] = []
        for day in range(self.day_number(self.day), self.day_number(until)):
            reached = [
                reach(
                    self.world, self.lives, day, action=wave.action, campaign=self._named(wave.campaign), who=wave.who
                )
                for wave in checked
                if wave.day == day
            ]
            rates = rates_on(self.world.people, self.lives, day)
            happened.append({"contacts": joined("contacts", reached), **live(self.world, self.lives, day, rates=rates)})
            self.belief = updated(self.belief, self.world, happened[-1], rates=rates, day=day)
        self.day = max(self.day, until)
        self._record({events: joined(events, [each[events] for each in happened]) for events in EVENTS})

    def day_number(self, day: date) -> int:
        """Days since the world began."""
        return (day - self.world.nature.begin).days

    def tables(self, day: date | None = None) -> dict[str, pl.DataFrame]:
        """The exports on the morning of `day` (else of the latest): nothing recorded or answered later is in them."""
        day = day or self.day
        if day > self.day:
            raise ValueError(f"the shop has lived until {self.day}; what an export on {day} will hold is open")
        at = _morning(day)
        return {
            "customers": _known_customers(customers(self.world, self.lives), at),
            "transactions": _known_events(self.lines.drop("customer", "ordered_on"), at, "transactions"),
            "interactions": _known_events(
                pl.concat([self._log("_interactions"), self._log("_complaints")]), at, "interactions"
            ),
        }

    def write(self, folder: Path, day: date | None = None, *, since: date | None = None) -> None:
        """Writes the exports of `day` as Parquet for the source `folder`: all, or only what is new after `since`.

        Customers are one file, written anew; events are a folder of parts, one per day written. A complaint that was
        answered after `since` stands in the later part again, with its answer.
        """
        day = day or self.day
        tables = self.tables(day)
        folder.mkdir(parents=True, exist_ok=True)
        tables["customers"].write_parquet(folder / "customers.parquet")
        for name in ("transactions", "interactions"):
            part = tables[name] if since is None else tables[name].filter(_is_new(tables[name], _morning(since)))
            (folder / name).mkdir(exist_ok=True)
            part.write_parquet(folder / name / f"{day}.parquet")

    @property
    def lines(self) -> pl.DataFrame:
        """All lines of all orders made so far, also those that are recorded or brought back only later.

        `customer` is the person's number, `ordered_on` the day of the order in the world's count.
        """
        return self._log("_lines")

    @property
    def team_events(self) -> pl.DataFrame:
        """Every contact, and every offer taken or friend brought upon one: customer, day, action, is_response."""
        return self._log("_team")

    def copy(self, *, seed: int | None = None) -> LivingShop:
        """The same shop on the same day, to live on independently; another `seed` brings other luck from here on."""
        twin = copy(self)
        twin.lives, twin._campaigns = self.lives.copy(), list(self._campaigns)
        for log in _LOGS:
            setattr(twin, log, list(getattr(self, log)))
        if seed is not None:
            twin.world = replace(self.world, chance=Chance(seed))
        return twin

    def _named(self, campaign: str) -> int:
        if campaign not in self._campaigns:
            self._campaigns.append(campaign)
        return self._campaigns.index(campaign)

    def _record(self, happened: dict[str, Columns]) -> None:
        """Turns what happened into rows; a service recovery answers the complaints that were open that morning."""
        self._lines.append(transactions(self.world, happened["orders"]))
        self._interactions.append(interactions(self.world, happened, self._campaigns))
        self._complaints.append(complaints(self.world, happened["complaints"]))
        self._team.append(_team_events(happened))
        contacts = happened["contacts"]
        recovered = contacts["action"] == ACTION_NUMBERS["service_recovery"]
        if recovered.any():
            who, day = contacts["customer"][recovered], contacts["day"][recovered]
            self._complaints = [resolved(self._log("_complaints"), self.world, who=who, day=day)]

    def _log(self, name: str) -> pl.DataFrame:
        """One of the logs in one piece; kept so, for the next to ask."""
        parts: list[pl.DataFrame] = getattr(self, name)
        if len(parts) > 1:
            parts[:] = [pl.concat(parts)]
        return parts[0]


def _team_events(happened: dict[str, Columns]) -> pl.DataFrame:
    parts = [
        pl.DataFrame({name: happened[events][name] for name in ("customer", "day", "action")}).with_columns(
            action=pl.Series(tuple(ACTIONS))[pl.Series(happened[events]["action"])],
            is_response=pl.lit(events == "responses"),
        )
        for events in ("contacts", "responses")
    ]
    return pl.concat(parts)


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _known_customers(rows: pl.DataFrame, at: datetime) -> pl.DataFrame:
    joined = rows.filter(pl.col("joined_at") < at)
    return joined.with_columns(_unless_later("consent_at", at), _unless_later("withdrawn_at", at))


def _known_events(rows: pl.DataFrame, at: datetime, table: str) -> pl.DataFrame:
    """The rows recorded before `at` in time order, in the contract's columns; later answers are not there yet."""
    known = rows.filter(pl.col("recorded_at") < at)
    answers = [name for name in ("resolved_at", "reviewed_at") if name in rows.columns]
    contract = contracts()[table]
    known = known.with_columns(_unless_later(name, at) for name in answers)
    return known.sort("occurred_at", *contract.key).select(contract.column_names)


def _unless_later(name: str, at: datetime) -> pl.Expr:
    return pl.when(pl.col(name) < at).then(pl.col(name)).alias(name)


def _is_new(rows: pl.DataFrame, since: datetime) -> pl.Expr:
    """Whether a row was recorded, or an answer added to it, at or after `since`."""
    changes = [name for name in ("recorded_at", "resolved_at", "reviewed_at") if name in rows.columns]
    return pl.any_horizontal((pl.col(name) >= since).fill_null(value=False) for name in changes)
