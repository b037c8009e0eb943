"""What became of those who were assigned? Every night measures the outcomes that can be known by then, in both arms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from features import Lake, event_rows, referrals
from models import Future, Target, Terms, labels, referrals_known, targets
from models._known import Reach, reach
from pipelines._measuring_terms import REFERRAL, margin_of, question_of, window_of
from pipelines._settings import Settings
from serving import PURPOSES, Ledger

SETTLING_DAYS = 84
"""An outcome is measured anew for so many days after its window, for goods are returned late; then it stands."""

_KEY = ["campaign", "customer_id"]
_FIGURES = ("is_good", "profit", "measured_until")
_EXACT = 10_000


def measure_outcomes(settings: Settings, lake: Lake, ledger: Ledger, *, as_of: date) -> int:
    """Records what is known on `as_of` of assignments whose window is over; returns how many outcomes are new or other.

    The window is the horizon of the question on which the action acts, from the day of assignment on, by the terms that
    the campaign began with; it is over when the data reach its end. An outcome is good where the customer stayed, came
    back, grew or brought somebody; its profit is margin on spend in the window, returns known by now taken off, before
    the campaign's costs. A night on which later ones build measures nothing: they went by what was known then.
    """
    if any(night > as_of for night in ledger.lists()["as_of"]):
        return 0
    campaigns = _campaigns(settings, ledger, as_of=as_of)
    asked = ledger.to_measure(before=as_of, since=as_of - timedelta(days=_longest(campaigns, as_of) + SETTLING_DAYS))
    if asked.is_empty():
        return 0
    measured = pl.concat([_NOTHING, *_measured(campaigns, lake, asked, as_of=as_of)])
    was = asked.select(*_KEY, *(pl.col(name).alias(f"{name}_was") for name in _FIGURES))
    is_other = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_was")) for name in _FIGURES)
    fresh = measured.join(was, on=_KEY, how="left").filter(is_other).select(measured.columns)
    return ledger.record_outcomes(fresh, as_of=as_of) if fresh.height else 0


_NOTHING = pl.DataFrame(
    schema={
        "campaign": pl.String,
        "customer_id": pl.String,
        "is_good": pl.Boolean,
        "profit": pl.Float64,
        "measured_until": pl.Date,
    }
)


@dataclass(frozen=True, kw_only=True)
class _Campaign:
    """By what a campaign is measured: the window and the margin that it began with, and the day after its last."""

    ends_on: date
    terms: Terms
    margin: float


def _campaigns(settings: Settings, ledger: Ledger, *, as_of: date) -> Mapping[str, _Campaign]:
    """Every campaign that began before tonight, by name."""
    known = ledger.campaigns(before=as_of).select("name", "action", "ends_on", "terms")
    return {
        name: _Campaign(
            ends_on=ends_on,
            terms=window_of(settings, action, json.loads(terms)),
            margin=margin_of(settings, json.loads(terms)),
        )
        for name, action, ends_on, terms in known.iter_rows()
    }


def _longest(campaigns: Mapping[str, _Campaign], as_of: date) -> int:
    """The longest window, in days, of those campaigns of which an outcome may still settle."""
    settles = (
        one.terms.ahead_days
        for one in campaigns.values()
        if one.ends_on + timedelta(days=one.terms.ahead_days + SETTLING_DAYS) > as_of
    )
    return max(settles, default=0)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What tonight knows: the tables, the lines of those who were assigned, and how far data reach by question."""

    tables: Mapping[str, pl.LazyFrame]
    of_assigned: Mapping[str, pl.LazyFrame]
    as_of: date

    def reach(self, target: Target, terms: Terms) -> Reach | None:
        return reach(self.tables, time_zone=terms.time_zone, known_by=self.as_of, needs=target.needs)


def _measured(
    campaigns: Mapping[str, _Campaign], lake: Lake, asked: pl.DataFrame, *, as_of: date
) -> Iterator[pl.DataFrame]:
    """The outcomes that are known, one frame per campaign and day of assignment."""
    known = _known(lake, asked, as_of=as_of)
    for (action,), rows in asked.group_by("action", maintain_order=True):
        question = question_of(str(action))
        target = targets()["churn" if question == REFERRAL else question]
        some = campaigns[rows["campaign"][0]].terms
        brought = _brought(known, some) if question == REFERRAL else None
        data = known.reach(target, some) if target.is_asked(lake.arrived) else None
        if data is None or (question == REFERRAL and brought is None):
            continue
        for (name,), theirs in rows.group_by("campaign", maintain_order=True):
            yield from _of_campaign(campaigns[str(name)], known, target, theirs, brought=brought, over_by=data.over_by)


def _of_campaign(
    campaign: _Campaign,
    known: _Known,
    target: Target,
    rows: pl.DataFrame,
    *,
    brought: pl.DataFrame | None,
    over_by: date,
) -> Iterator[pl.DataFrame]:
    """The outcomes of one campaign whose window ended by `over_by`; `brought` has who brought somebody, if asked."""
    terms = campaign.terms
    over = rows.filter(pl.col("as_of") + pl.duration(days=terms.ahead_days) <= over_by)
    for (day,), theirs in over.group_by("as_of", maintain_order=True):
        who = theirs.select("customer_id").unique().sort("customer_id")
        good = _good(known, target, who, day, terms) if brought is None else _has_brought(who, brought, day, terms)
        yield _joined(theirs, good, _profit(known, day, campaign), until=day + timedelta(days=terms.ahead_days))


def _known(lake: Lake, asked: pl.DataFrame, *, as_of: date) -> _Known:
    """Lines of others are left out at once: every label is about the customer's own."""
    mine = lake.tables["transactions"].join(asked.lazy().select("customer_id").unique(), on="customer_id", how="semi")
    return _Known(tables=lake.tables, of_assigned={**lake.tables, "transactions": mine.collect().lazy()}, as_of=as_of)


def _good(known: _Known, target: Target, who: pl.DataFrame, day: date, terms: Terms) -> pl.DataFrame:
    """Whether each ended well, by the label of the question."""
    answered = labels(target, known.of_assigned, as_of=day, terms=terms, known_by=known.as_of, among=who)
    is_bad = any(one.is_bad for one in PURPOSES.values() if one.probability == target.column)
    return answered.select("customer_id", is_good=pl.col("label").cast(pl.Boolean) != is_bad)


def _brought(known: _Known, terms: Terms) -> pl.DataFrame | None:
    """Who brought somebody, and on which day that one joined; None while it is not known who brought whom."""
    pairs = referrals_known(known.tables, as_of=known.as_of, time_zone=terms.time_zone)
    if pairs is None or pairs.is_empty():
        return None
    events: pl.LazyFrame = event_rows(referrals, known.tables, as_of=known.as_of, time_zone=terms.time_zone).to_native()
    joined_on = pl.lit(known.as_of) - pl.duration(days=pl.col("age_days"))
    return events.filter(pl.col("is_referral")).select("customer_id", joined_on=joined_on.cast(pl.Date)).collect()


def _has_brought(who: pl.DataFrame, brought: pl.DataFrame, day: date, terms: Terms) -> pl.DataFrame:
    """Whether each brought somebody within the window from `day` on."""
    first, end = (day + timedelta(days=days) for days in (terms.lead_days, terms.ahead_days))
    theirs = brought.filter(pl.col("joined_on") >= first, pl.col("joined_on") < end)
    return who.with_columns(is_good=pl.col("customer_id").is_in(theirs["customer_id"].unique().implode()))


def _profit(known: _Known, day: date, campaign: _Campaign) -> pl.DataFrame:
    """Margin on what each spent, net of returns, from `day` to the end of the window; to cents."""
    future = Future(
        tables=known.of_assigned,
        start_on=day,
        days=campaign.terms.ahead_days,
        known_by=known.as_of,
        time_zone=campaign.terms.time_zone,
    )
    lines: pl.LazyFrame = future.lines.to_native()
    # Whole numbers add up to the same in any order.
    spend = (pl.col("amount") * _EXACT).round().cast(pl.Int64).sum() / _EXACT
    return lines.group_by("customer_id").agg(profit=(spend * campaign.margin).round(2)).collect()


def _joined(theirs: pl.DataFrame, good: pl.DataFrame, profit: pl.DataFrame, *, until: date) -> pl.DataFrame:
    both = theirs.select(*_KEY).join(good, on="customer_id", how="inner").join(profit, on="customer_id", how="left")
    return both.with_columns(pl.col("profit").fill_null(0.0), measured_until=until).select(_NOTHING.columns)
