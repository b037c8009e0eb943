"""How is a question declared? A target names its population, its label, its horizon and what it is judged by."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date

import narwhals as nw
import polars as pl

from data_contracts import declared
from features import Frame, event_rows, feature_columns, lines, purchases
from features._code import definition_of
from features._makers import Moment, future_endings, future_lines, future_terms, orders_of, terms_known
from models._figures import JUDGED_BY


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a question leaves to the company: who counts as active, how far it looks, how much more is more.

    `active_days`: an active customer bought within so many days before the as-of date. `horizon_days`: length of the
    label window, which begins `lead_days` after the as-of date, so that a team has time to act. `more_share`: for
    upsell, the share by which spend must grow. `lapsed_days`: for win-back, how long ago a lapsed customer's last
    purchase may be. `grace_days`: for contractual churn, how long after the end of a subscription it may be renewed.
    """

    active_days: int
    horizon_days: int
    time_zone: str
    lead_days: int = 0
    more_share: float = 0.25
    lapsed_days: int = 728
    grace_days: int = 0

    @property
    def ahead_days(self) -> int:
        """Days from the as-of date until a label is known: to the end of the label window and of what undoes it."""
        return self.lead_days + self.horizon_days + self.grace_days

    def record(self) -> dict[str, object]:
        """The terms as plain data, to be kept with a model and compared before scoring."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


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

    @property
    def subscription_terms(self) -> Frame:
        """Terms of subscriptions known before the as-of date, and whether their end was announced by then."""
        return terms_known(self.tables, Moment(as_of=self.as_of, time_zone=self.time_zone))


@dataclass(frozen=True, kw_only=True, slots=True)
class Future:
    """What happened within the horizon, `days` long from `start_on`, as known before the day `known_by` began."""

    tables: Mapping[str, pl.LazyFrame]
    start_on: date
    days: int
    known_by: date
    time_zone: str

    @property
    def lines(self) -> Frame:
        """Transaction lines within the horizon."""
        return future_lines(
            self.tables, start_on=self.start_on, days=self.days, known_by=self.known_by, time_zone=self.time_zone
        )

    @property
    def purchases(self) -> Frame:
        """Orders with a positive net amount within the horizon."""
        return orders_of(self.lines).filter(nw.col("amount") > 0)

    @property
    def subscription_terms(self) -> Frame:
        """Terms of subscriptions that began within the horizon, and when each was over."""
        return future_terms(
            self.tables, start_on=self.start_on, days=self.days, known_by=self.known_by, time_zone=self.time_zone
        )

    def endings(self, *, grace_days: int) -> Frame:
        """Moments within the horizon at which customers were left without a subscription for more than `grace_days`."""
        return future_endings(
            self.tables,
            start_on=self.start_on,
            days=self.days,
            grace_days=grace_days,
            known_by=self.known_by,
            time_zone=self.time_zone,
        )


DRIFTING = ("alive_probability", "expected_purchases_in_4_weeks", "expected_purchases_in_12_weeks")
"""Features of the purchase process whose level moves with the length of the log: a young log has seen nobody leave
yet. Trees trained on them were worse on every later date of Online Retail II (Brier 0.207 against 0.201); people and
values read them, models are not trained on them. The probability of no purchase in four weeks is steady."""

PROBABILITY, AMOUNT = "probability", "amount"
"""What a question is answered with: a probability of yes, or an expected sum of money with an interval."""

PopulationRule = Callable[[Past, Terms], Frame]
LabelRule = Callable[[Past, Future, Terms], Frame]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One question about each customer of a population, answered by what happens within the horizon.

    `label` returns `customer_id` and `label` for some customers: yes or no where the `answer` is a probability, money
    where it is an amount; `otherwise` is the label of the rest of the population. `column` is where the answer is
    published (of an amount with `_low` and `_high` beside it). `horizon_days` (None: that of churn) and `lead_days` are
    what the settings may change. `excluded` names features that the model must not use, `without_families` whole
    modules of `features/`; `trusted` ones are honest however good they look (see `models/_leaks.py`). `judged_by` names
    the figures in which a new model must be no worse than the champion, overall and in each value tier (see
    `models/_gate.py`). Without an `essential` target there is no night; any other answers with the base rate when too
    few customers are there or only one outcome ever occurred. A target that `needs` a table or a column
    (`transactions.category`) is asked only where that has come.
    """

    population: PopulationRule
    label: LabelRule
    answer: str
    column: str
    otherwise: bool | float
    horizon_days: int | None
    lead_days: int
    excluded: tuple[str, ...]
    without_families: tuple[str, ...]
    judged_by: tuple[str, ...]
    essential: bool
    needs: tuple[str, ...]
    trusted: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the label rule is called."""
        return self.label.__name__

    @property
    def description(self) -> str:
        """The question in words: the docstring of the label rule."""
        return " ".join((inspect.getdoc(self.label) or "").split())

    @property
    def module(self) -> str:
        """Where the label rule is written."""
        return self.label.__module__

    @property
    def fingerprint(self) -> str:
        """A hash of what the question asks: its population, its label and what its model must not use."""
        parts = (definition_of(self.population), definition_of(self.label), str(self.otherwise), str(self.excluded))
        return hashlib.sha256("\n".join((*parts, str(self.without_families))).encode()).hexdigest()[:16]

    @property
    def columns(self) -> tuple[str, ...]:
        """The feature columns that its model may use."""
        return tuple(
            name
            for name, column in feature_columns().items()
            if name not in self.excluded and column.feature.module.rpartition(".")[2] not in self.without_families
        )

    def is_asked(self, tables: Mapping[str, pl.LazyFrame]) -> bool:
        """Whether the tables and columns that it needs have come."""
        return all(_has_come(tables, *need.split(".")) for need in self.needs)


def _has_come(tables: Mapping[str, pl.LazyFrame], table: str, column: str | None = None) -> bool:
    return table in tables and (column is None or column in tables[table].collect_schema())


def target(
    *,
    population: PopulationRule,
    otherwise: bool | float,
    answer: str = PROBABILITY,
    column: str | None = None,
    horizon_days: int | None = None,
    lead_days: int = 0,
    excluded: tuple[str, ...] = DRIFTING,
    without_families: tuple[str, ...] = (),
    judged_by: tuple[str, ...] | None = None,
    essential: bool = False,
    needs: tuple[str, ...] = (),
    trusted: tuple[str, ...] = (),
) -> Callable[[LabelRule], Target]:
    """Declares the decorated label rule as a target named like it; the docstring says the question.

    Raises ValueError for an answer that there is not, and for figures that no such question can be judged by.
    """
    figures = _figures(answer, judged_by)

    def declare(label: LabelRule) -> Target:
        return Target(
            population=population,
            label=label,
            answer=answer,
            column=column or f"{label.__name__}_{answer}",
            otherwise=otherwise,
            horizon_days=horizon_days,
            lead_days=lead_days,
            excluded=excluded,
            without_families=without_families,
            judged_by=figures,
            essential=essential,
            needs=needs,
            trusted=trusted,
        )

    return declare


def _figures(answer: str, judged_by: tuple[str, ...] | None) -> tuple[str, ...]:
    """What a question is judged by: what it says, or all that such an answer can be judged by."""
    if answer not in JUDGED_BY:
        raise ValueError(f"answer = {answer!r}: a question is answered with one of {', '.join(JUDGED_BY)}.")
    if judged_by is None:
        return JUDGED_BY[answer]
    if not judged_by or {*judged_by} - {*JUDGED_BY[answer]}:
        known = ", ".join(JUDGED_BY[answer])
        raise ValueError(f"judged_by = {judged_by}: a question is judged by one or more of {known}.")
    return judged_by


def active_customers(past: Past, terms: Terms) -> Frame:
    """Customers with a purchase within `active_days` before the as-of date: one row each, `customer_id`."""
    return past.purchases.filter(nw.col("age_days") <= terms.active_days).select("customer_id").unique()


def lapsed_customers(past: Past, terms: Terms) -> Frame:
    """Customers whose last purchase is more than `active_days` and at most `lapsed_days` ago: one row each."""
    last = past.purchases.group_by("customer_id").agg(recency=nw.col("age_days").min())
    since = max(terms.lapsed_days, terms.active_days)
    return last.filter(nw.col("recency") > terms.active_days, nw.col("recency") <= since).select("customer_id")


def known_customers(past: Past, terms: Terms) -> Frame:
    """Customers whose last purchase is at most `lapsed_days`, or `active_days` if longer, ago: one row each."""
    since = max(terms.lapsed_days, terms.active_days)
    return past.purchases.filter(nw.col("age_days") <= since).select("customer_id").unique()


def targets(tables: Mapping[str, pl.LazyFrame] | None = None) -> dict[str, Target]:
    """Every target declared in this folder, by name; of a company with these tables, those that it can be asked."""
    found = declared("models", Target)
    return {name: one for name, one in found.items() if tables is None or one.is_asked(tables)}
