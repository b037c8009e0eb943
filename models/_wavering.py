"""Who is slowing down? How likely each customer is here at their own pace, wavering, or gone, from week to week.

A hidden Markov model of how active customers are, as Netzer, Lattin and Srinivasan (2008) have them of relationships:
nobody says how they stand, but who wavers comes less often than is their way, and who is gone does not come at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import gammaln

from features import event_rows, interactions
from features import purchases as purchase_events
from models._matrix import Numbers

Indices = npt.NDArray[np.int64]

WEEKS = 104
"""So many weeks before the as-of date are looked at."""
FEWEST = 200
"""With fewer customers who came in several weeks nothing is learned."""
MOST_CUSTOMERS = 1_000
"""So many customers, picked by a hash of their names, are learned from."""
SLOWER = 0.7
"""Who wavers must come less often than this share of the own pace, or slowing down does not show."""
OWN_DOING = ("visit", "enquiry")
"""Interactions that customers begin themselves."""

HERE, WAVERS, GONE = range(3)
"""How customers stand."""

_AT_ONCE = 50_000
_PACES = 16
_USUAL_DAYS = 10.0
"""So many days of a usual pace count as seen in every week, so that few customers do not say how busy it was."""
_ROUNDS = 30
_SEVERAL = 3
_NEAR = 26
_LEAST_SLOW = 0.01
_RATES_OF_WAVERING = 4
_LEAST_LIKELY = 1e-300


@dataclass(frozen=True, kw_only=True)
class Activity:
    """How often customers came, week by week until the as-of date: on how many days they bought, visited or enquired.

    `days` has a row per customer and a column per week, the latest last; what was bought and seen on one day counts
    twice. `begin` is the first week in which a customer came; those before tell nothing.
    """

    customers: pl.Series
    days: Numbers | npt.NDArray[np.uint8]
    begin: Indices

    def among(self, rows: slice | Indices) -> Activity:
        """The same of some customers."""
        return Activity(customers=self.customers[rows], days=self.days[rows], begin=self.begin[rows])


@dataclass(frozen=True, kw_only=True)
class Wavering:
    """How customers turn within a week, and how often they come.

    A customer has a pace, days a week, one of `paces` (so many customers each: `shares`, in all 1), as long as they
    are here; while wavering `slower` times as often. All come so many times as often in a week as it is `busy` (an
    entry per week, 1 on average): a rush slows nobody down when it is over, nor do weeks in which the shop is closed.
    `turns` says, from each condition (row: here, wavering, gone) to each, how likely a customer turns within a week;
    `leaves_at_once` how likely who came in several weeks does from here to gone. `explains` is how much likelier the
    log is with this model than with the likeliest in which nobody wavers (difference of log-likelihoods), `worth_it`
    how much it has to be for the four rates more.
    """

    paces: Numbers
    shares: Numbers
    slower: float
    turns: Numbers
    busy: Numbers
    leaves_at_once: float = 0.0
    explains: float = 0.0
    worth_it: float = 0.0

    @property
    def shows(self) -> bool:
        """Whether customers of this log do slow down before they leave: they come much less often while wavering, leave
        sooner than those who do not, and the log is not explained as well without (Schwarz 1978)."""
        leaves_sooner = bool(self.turns[WAVERS, GONE] > self.leaves_at_once)
        return self.slower < SLOWER and leaves_sooner and self.explains > self.worth_it

    def probability(self, activity: Activity) -> Numbers:
        """How likely each customer wavers on the as-of date, by all weeks since they first came."""
        parts = [
            _Pass.of(self, activity.among(slice(first, first + _AT_ONCE))).latest[WAVERS].sum(axis=1)
            for first in range(0, len(activity.begin), _AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def explained(self, activity: Activity, week: int) -> Numbers:
        """How likely what customers did in a week is in each condition and at each pace."""
        count = activity.days[:, week, None].astype(np.float64)
        often = self.busy[week] * np.stack([self.paces, self.paces * self.slower])[:, None, :]
        poisson = np.exp(count * np.log(often) - often - gammaln(count + 1))
        nothing = np.broadcast_to((count == 0).astype(np.float64), poisson.shape[1:])
        return np.concatenate([poisson, nothing[None]])


@dataclass(frozen=True)
class _Pass:
    """A forward pass over all weeks: by week the standing of customers (condition, customer, pace), what that week's
    days say, and how likely they were; `latest` is the standing at the end."""

    standings: list[Numbers]
    explained: list[Numbers]
    likely: list[Numbers]
    latest: Numbers

    @classmethod
    def of(cls, model: Wavering, activity: Activity, *, keep: bool = False) -> _Pass:
        made = cls([], [], [], np.zeros((3, len(activity.begin), len(model.paces))))
        standing = made.latest
        for week in range(activity.days.shape[1]):
            standing = np.tensordot(model.turns.T, standing, axes=1)
            begins = activity.begin == week
            standing[:, begins] = 0.0
            standing[HERE, begins] = model.shares
            says = model.explained(activity, week)
            says[:, begins] = 1.0  # it is their first week because they came, so that it tells nothing of their pace
            standing = standing * says
            likely = np.where(activity.begin <= week, standing.sum(axis=(0, 2)), 1.0)
            likely = np.maximum(likely, _LEAST_LIKELY)
            standing = standing / likely[:, None]
            if keep:
                made.standings.append(standing)
                made.explained.append(says)
                made.likely.append(likely)
        return replace(made, latest=standing)


def wavering_probability(
    tables: Mapping[str, pl.LazyFrame], customers: pl.Series, *, as_of: date, time_zone: str
) -> pl.DataFrame | None:
    """How likely each of `customers` wavers on the as-of date, as far as was known by then: `customer_id` and
    `wavering_probability`, in their order.

    Weeks are counted back from the as-of date, 104 of them. Who did nothing in these is not wavering but gone: 0. None
    where slowing down does not show in the log: with fewer than 200 customers who came in three weeks or more, where
    those who come less often do not leave sooner, or where the log is explained as well by nobody wavering.
    """
    activity = activity_known(tables, as_of=as_of, time_zone=time_zone)
    model = learned_wavering(activity)
    if model is None or not model.shows:
        return None
    asked = customers.alias("customer_id").to_frame()
    theirs = activity.among(activity.customers.is_in(customers.implode()).arg_true().to_numpy())
    told = pl.DataFrame({"customer_id": theirs.customers, "wavering_probability": model.probability(theirs)})
    made = asked.join(told, on="customer_id", how="left", maintain_order="left")
    return made.with_columns(pl.col("wavering_probability").fill_null(0.0))


def activity_known(tables: Mapping[str, pl.LazyFrame], *, as_of: date, time_zone: str) -> Activity:
    """How often all customers came by themselves in the 104 weeks before the as-of date, as known on it."""
    bought: pl.LazyFrame = event_rows(purchase_events, tables, as_of=as_of, time_zone=time_zone).to_native()
    parts = [bought.select("customer_id", ago=pl.col("age_days").cast(pl.Int64)).unique()]
    if "interactions" in tables:
        happened: pl.LazyFrame = event_rows(interactions, tables, as_of=as_of, time_zone=time_zone).to_native()
        own = happened.filter(pl.col("kind").is_in(OWN_DOING))
        parts.append(own.select("customer_id", ago=pl.col("age_days").cast(pl.Int64)).unique())
    week = WEEKS - 1 - (pl.col("ago") - 1) // 7
    came = pl.concat(parts).select("customer_id", week=week).filter(pl.col("week").is_between(0, WEEKS - 1))
    counts = came.group_by("customer_id", "week").agg(days=pl.len()).sort("customer_id", "week").collect()
    customers = counts["customer_id"].unique().sort()
    days = np.zeros((len(customers), WEEKS), dtype=np.uint8)
    row = counts["customer_id"].rle_id().to_numpy()
    days[row, counts["week"].to_numpy()] = counts["days"].to_numpy()
    return Activity(customers=customers, days=days, begin=(days > 0).argmax(axis=1))


def learned_wavering(activity: Activity) -> Wavering | None:
    """The model under which what customers did is likeliest, by expectation maximisation (Baum and others 1970).

    Learned from at most 1,000 customers, those whose names have the smallest hashes, so that who joins changes little;
    None where fewer than 200 of them came in three weeks or more.
    """
    known = activity.among(_picked(activity.customers))
    if _came_in_several(known).sum() < FEWEST:
        return None
    begun = _beginning(known)
    model = _fitted(begun, known)
    nobody_wavers = np.array([[0.98, 0.0, 0.02], [0.08, 0.86, 0.06], [0.01, 0.0, 0.99]])
    without = _fitted(replace(begun, turns=nobody_wavers), known)
    return replace(
        model,
        explains=_log_likelihood(model, known) - _log_likelihood(without, known),
        worth_it=_RATES_OF_WAVERING / 2 * float(np.log((known.days.shape[1] - known.begin).sum())),
    )


def _picked(customers: pl.Series) -> Indices:
    """The places of those who are learned from."""
    if len(customers) <= MOST_CUSTOMERS:
        return np.arange(len(customers))
    hashes = [hashlib.blake2b(name.encode(), digest_size=8).digest() for name in customers]
    return np.sort(np.argsort(np.array(hashes), kind="stable")[:MOST_CUSTOMERS])


def _came_in_several(activity: Activity) -> npt.NDArray[np.bool_]:
    several: npt.NDArray[np.bool_] = (activity.days > 0).sum(axis=1) >= _SEVERAL
    return several


def _fitted(model: Wavering, known: Activity) -> Wavering:
    for _ in range(_ROUNDS):
        model = _improved(model, known)
    return model


def _log_likelihood(model: Wavering, known: Activity) -> float:
    return float(sum(np.log(likely).sum() for likely in _Pass.of(model, known, keep=True).likely))


def _beginning(known: Activity) -> Wavering:
    """Where the search begins: paces between those of the slowest and the quickest while they came."""
    several = known.among(_came_in_several(known).nonzero()[0])
    weeks = known.days.shape[1]
    latest = weeks - (several.days[:, ::-1] > 0).argmax(axis=1)
    # Without the first week, in which they came by its choice.
    first = several.days[np.arange(len(several.begin)), several.begin]
    pace = (several.days.sum(axis=1) - first + 0.5) / (latest - several.begin)
    low, high = np.quantile(pace, [0.02, 0.995])
    return Wavering(
        paces=np.geomspace(low, max(1.3 * high, 1.5 * low), _PACES),
        shares=np.full(_PACES, 1 / _PACES),
        slower=0.3,
        turns=np.array([[0.95, 0.04, 0.01], [0.08, 0.86, 0.06], [0.01, 0.0, 0.99]]),
        busy=_busy_at_first(known),
    )


def _busy_at_first(known: Activity) -> Numbers:
    """Days on which customers came by those who had begun, against the median of the year around each week."""
    weeks = known.days.shape[1]
    begun = known.begin[:, None] < np.arange(weeks)
    days, there = (known.days * begun).sum(axis=0), begun.sum(axis=0)
    often = days / np.maximum(there, 1)
    around = np.array([np.median(often[max(0, week - _NEAR) : week + _NEAR + 1]) for week in range(weeks)])
    return _busy(around * there, days.astype(np.float64))


_SEEN_BEFORE = np.array([[1.0, 0.1, 0.01], [0.1, 1.0, 0.1], [0.01, 0.0, 1.0]])
"""So many turns count as seen beforehand: no rate is ever 0 but those that the search began without."""


def _improved(model: Wavering, known: Activity) -> Wavering:
    """One round: how customers stood and turned as the model has it (the backward pass), and the rates that follow."""
    run = _Pass.of(model, known, keep=True)
    later = np.ones_like(run.latest)
    turned, of_several, shares = np.zeros((3, 3)), np.zeros((3, 3)), np.zeros(len(model.paces))
    several = _came_in_several(known)
    slow_days = slow_weeks = 0.0
    usual, seen_days = np.zeros_like(model.busy), np.zeros_like(model.busy)
    for week in range(known.days.shape[1] - 1, -1, -1):
        # Nobody stands anywhere before they first came, so that these weeks add nothing.
        standing, has_begun = run.standings[week] * later, known.begin < week
        slow_days += float((standing[WAVERS] * known.days[:, week, None]).sum())
        slow_weeks += float((standing[WAVERS] * model.paces).sum() * model.busy[week])
        shares += standing[:, known.begin == week].sum(axis=(0, 1))
        # A first week has a day in it by its choice, whether it was busy or not.
        usual[week] = ((standing[HERE] + model.slower * standing[WAVERS])[has_begun] * model.paces).sum()
        seen_days[week] = known.days[has_begun, week].sum()
        came = run.explained[week] * later / run.likely[week][:, None]
        if week > 0:
            for those, into in ((has_begun & several, of_several), (has_begun & ~several, turned)):
                before, after = run.standings[week - 1][:, those], came[:, those]
                into += model.turns * np.tensordot(before, after, axes=((1, 2), (1, 2)))
        later = np.tensordot(model.turns, came, axes=1)
    beforehand = np.where(model.turns > 0, _SEEN_BEFORE, 0.0)
    turns, at_once = (_by_row(each + beforehand) for each in (turned + of_several, of_several))
    return Wavering(
        paces=model.paces,
        shares=shares / shares.sum(),
        slower=min(max(slow_days / slow_weeks, _LEAST_SLOW), 1.0) if slow_weeks > 0 else model.slower,
        turns=turns,
        busy=_busy(usual, seen_days),
        leaves_at_once=float(at_once[HERE, GONE]),
    )


def _by_row(seen: Numbers) -> Numbers:
    shares: Numbers = seen / seen.sum(axis=1, keepdims=True)
    return shares


def _busy(usual: Numbers, seen_days: Numbers) -> Numbers:
    """How busy each week was, 1 on average: days on which customers came, by what their own paces say."""
    busy = (seen_days + _USUAL_DAYS) / (usual + _USUAL_DAYS)
    made: Numbers = busy * (usual + _USUAL_DAYS).sum() / (seen_days + _USUAL_DAYS).sum()
    return made
