"""How is a question declared? A target names its population, its label, its horizon and what it is judged by."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import narwhals as nw
import polars as pl

from data_contracts import declared
from features import Frame, event_rows, lines, purchases
from features._code import definition_of
from features._makers import future_lines, orders_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a question leaves to the company: who counts as active, how far it looks, how much more is more.

    `active_days`: an active customer bought within so many days before the as-of date. `horizon_days`: length of the
    label window. `more_share`: for upsell, the share by which spend must grow.
    """

    active_days: int
    horizon_days: int
    more_share: float
    time_zone: str

    def record(self) -> dict[str, object]:
        """The terms as plain data, to be kept with a model and compared before scoring."""
        return {name: getattr(self, name) for name in ("active_days", "horizon_days", "more_share", "time_zone")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What was known before the as-of date."""

    tables: Mapping[str, pl.LazyFrame]
    as_of: date
    time_zone: str

    @property
    def purchases(self) -> Frame:
        """Purchases known before the as-of date, with `age_days`."""
        return event_rows(purchases, self.tables, as_of=self.as_of, time_zone=self.time_zone)

    @property
    def lines(self) -> Frame:
        """Transaction lines known before the as-of date, with `age_days`."""
        return event_rows(lines, self.tables, as_of=self.as_of, time_zone=self.time_zone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Future:
    """What happened within the horizon, as known before the day `known_by` began."""

    tables: Mapping[str, pl.LazyFrame]
    as_of: date
    days: int
    known_by: date
    time_zone: str

    @property
    def lines(self) -> Frame:
        """Transaction lines within the horizon."""
        return future_lines(
            self.tables, start_on=self.as_of, days=self.days, known_by=self.known_by, time_zone=self.time_zone
        )

    @property
    def purchases(self) -> Frame:
        """Orders with a positive net amount within the horizon."""
        return orders_of(self.lines).filter(nw.col("amount") > 0)


class OtherPopulation(Exception):
    """A target asks about other customers than a night scores."""


DRIFTING = ("alive_probability", "expected_purchases_in_4_weeks", "expected_purchases_in_12_weeks")
"""Features of the purchase process whose level moves with the length of the log: a young log has seen nobody leave
yet. Trees trained on them were worse on every later date of Online Retail II (Brier 0.207 against 0.201); people and
values read them, models are not trained on them. The probability of no purchase in four weeks is steady."""

PopulationRule = Callable[[Past, Terms], Frame]
LabelRule = Callable[[Past, Future, Terms], Frame]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One question about each customer of a population, answered by what happens within the horizon.

    `label` returns `customer_id` and a boolean `label` for some customers; `otherwise` is the answer for the rest of
    the population. `excluded` names features that the model must not use. Without an `essential` target there is no
    night; any other answers with the base rate when too few customers are there or only one outcome ever occurred.
    """

    name: str
    description: str
    population: PopulationRule
    label: LabelRule
    otherwise: bool
    excluded: tuple[str, ...]
    essential: bool
    module: str

    @property
    def fingerprint(self) -> str:
        """A hash of what the question asks: its population, its label and what its model must not use."""
        parts = (definition_of(self.population), definition_of(self.label), str(self.otherwise), str(self.excluded))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def target(
    *, population: PopulationRule, otherwise: bool, excluded: tuple[str, ...] = (), essential: bool = False
) -> Callable[[LabelRule], Target]:
    """Declares the decorated label rule as a target named like it; the docstring says the question."""

    def declare(label: LabelRule) -> Target:
        return Target(
            name=label.__name__,
            description=" ".join((inspect.getdoc(label) or "").split()),
            population=population,
            label=label,
            otherwise=otherwise,
            excluded=excluded,
            essential=essential,
            module=label.__module__,
        )

    return declare


def active_customers(past: Past, terms: Terms) -> Frame:
    """Customers with a purchase within `active_days` before the as-of date: one row each, `customer_id`."""
    return past.purchases.filter(nw.col("age_days") <= terms.active_days).select("customer_id").unique()


def targets() -> dict[str, Target]:
    """Every target declared in this folder, by name; raises OtherPopulation for one that is not of active customers."""
    found = declared("models", Target)
    for one in found.values():
        _ask_population(one)
    return found


def _ask_population(target: Target) -> None:
    if target.population is not active_customers:
        raise OtherPopulation(
            f"{target.module}.{target.name} asks about the population {target.population.__name__!r}, but a night "
            "scores active customers only: declare it with population=active_customers, and let the label rule "
            "answer for the customers it is about."
        )
