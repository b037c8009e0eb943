"""Who are the customers of the living shop? Their habits, what they would answer, and what nobody sees of it.

Every trait is looked up by the customer's number, so a customer is the same in a small shop and in a large one. The
first half of the people come by themselves; the second half are their friends, one each, who come only when brought.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from scipy.special import gammaincinv, ndtri

from pipelines._living_actions import FAMILIES, NATURAL, Kind, Rate, factors
from pipelines._living_chance import Chance, Indices, Numbers
from pipelines.simulated_shop import CATEGORIES

NEVER = 2**31
"""A day that does not come."""

LEAST_ENGAGEMENT = 0.4
"""Visits per order, against the usual, of those who come least without buying; at most 1.2 more."""

_KIND_SHARES: Mapping[str, tuple[float, float, float, float]] = {
    "retention": (0.5, 0.2, 0.299, 0.001),
    "win_back": (0.5, 0.12, 0.379, 0.001),
    "growth": (0.5, 0.2, 0.2995, 0.0005),
    "referral": (0.45, 0.1, 0.4495, 0.0005),
    "service": (0.6, 0.15, 0.249, 0.001),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Nature:
    """What people are like. Rates are per day and customer, delays in days unless the name says otherwise.

    `kind_shares` are, by family, the shares of persuadables, sure things, lost causes and sleeping dogs among people
    of average price sensitivity and engagement; `visibility` is how much both tilt them: 0 hides the kinds altogether.
    """

    begin: date = date(2024, 1, 1)
    joined_before_share: float = 0.45
    joins_over_days: int = 1460
    purchase_rate: float = 0.08
    purchase_rate_shape: float = 3.0
    waver_rate: float = 0.006
    waver_rate_shape: float = 1.2
    leave_rate: float = 0.01
    settle_rate: float = 0.012
    leave_hurt_rate: float = 0.02
    heal_rate: float = 0.012
    come_back_rate: float = 0.0012
    try_share: float = 0.015
    refer_rate: float = 0.0004
    wavering_pace: float = 0.25
    hurt_pace: float = 0.7
    complaint_rate: float = 0.0004
    complaints_per_order: float = 0.012
    answer_hours_median: float = 14.0
    answer_hours_spread: float = 1.2
    unanswered_share: float = 0.07
    patience_hours: float = 24.0
    visits_per_order: float = 4.0
    enquiry_rate: float = 0.002
    survey_rate: float = 0.002
    consent_share: float = 0.88
    withdrawn_share: float = 0.08
    margin: float = 0.25
    visibility: float = 4.0
    kind_shares: Mapping[str, tuple[float, float, float, float]] = field(default_factory=lambda: dict(_KIND_SHARES))


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Latent traits, one entry per person: first those who come by themselves, then a friend of each in the same order.

    `rates` is by `Rate`, `kinds` by family, `taste` by category (shares that add up to 1). Days count from the world's
    beginning; `comes_on` is `NEVER` for friends, NaN in `consent` and `withdrawn` is never.
    """

    comes_on: Indices
    rates: Numbers
    kinds: Indices
    purchase_rate: Numbers
    complaint_rate: Numbers
    basket: Numbers
    price_sensitivity: Numbers
    engagement: Numbers
    online: Numbers
    taste: Numbers
    next_category: Indices
    consent_delay: Numbers
    withdrawn_delay: Numbers

    @property
    def own(self) -> int:
        """How many come by themselves; the friend of customer c is c + own."""
        return len(self.comes_on) // 2


def born(nature: Nature, customers: int, chance: Chance) -> People:
    """The people of one world: `customers` who come by themselves sooner or later, and as many friends."""
    who = np.arange(2 * customers)
    price, engagement = chance.of("price sensitivity", who), chance.of("engagement", who)
    kinds = _kinds(chance, who, _kind_weights(nature, price=price, engagement=engagement))
    purchase_rate = _gamma(chance.of("purchase rate", who), nature.purchase_rate, nature.purchase_rate_shape)
    next_category = np.floor(chance.of("next category", who) * len(CATEGORIES)).astype(np.int64)
    return People(
        comes_on=_comes_on(nature, chance, who),
        rates=natural_rates(nature, chance, kinds),
        kinds=kinds,
        purchase_rate=purchase_rate,
        complaint_rate=nature.complaint_rate + nature.complaints_per_order * purchase_rate,
        basket=np.exp(0.5 * ndtri(chance.of("basket", who))),
        price_sensitivity=price**2,
        engagement=LEAST_ENGAGEMENT + 1.2 * engagement,
        online=chance.of("online", who),
        taste=_taste(chance, who, next_category),
        next_category=next_category,
        consent_delay=_consent_delay(nature, chance, who),
        withdrawn_delay=_withdrawn_delay(nature, chance, who),
    )


def kind_shares(nature: Nature, people: People) -> Numbers:
    """How likely each kind is, by family, kind and person, for somebody who knows a customer's habits and no more."""
    weights = _kind_weights(
        nature, price=np.sqrt(people.price_sensitivity), engagement=(people.engagement - LEAST_ENGAGEMENT) / 1.2
    )
    shares: Numbers = weights / weights.sum(axis=1, keepdims=True)
    return shares


def natural_rates(nature: Nature, chance: Chance, kinds: Indices) -> Numbers:
    """The daily rates of people of those kinds (by family and person) whom nobody contacts."""
    who = np.arange(kinds.shape[1])
    rates = np.empty((len(Rate), len(who)))
    rates[Rate.WAVER] = _gamma(chance.of("waver rate", who), nature.waver_rate, nature.waver_rate_shape)
    rates[Rate.LEAVE] = nature.leave_rate
    rates[Rate.SETTLE] = nature.settle_rate
    rates[Rate.LEAVE_HURT] = nature.leave_hurt_rate
    rates[Rate.HEAL] = nature.heal_rate
    rates[Rate.COME_BACK] = nature.come_back_rate
    rates[Rate.SPEND] = 1.0
    rates[Rate.TRY] = nature.try_share
    rates[Rate.REFER] = nature.refer_rate
    for number, family in enumerate(FAMILIES):
        by_kind = np.array([factors(NATURAL[family].get(kind, {})) for kind in Kind])
        rates *= by_kind[kinds[number]].T
    return rates


def _kinds(chance: Chance, who: Indices, weights: Numbers) -> Indices:
    upto = np.cumsum(weights, axis=1)
    kinds = [
        (chance.of(f"kind {family}", who) * each[-1] > each[:-1]).sum(axis=0)
        for family, each in zip(FAMILIES, upto, strict=True)
    ]
    return np.array(kinds, dtype=np.int64)


def _kind_weights(nature: Nature, *, price: Numbers, engagement: Numbers) -> Numbers:
    """By family, kind and person: discount buyers accept offers, the engaged grow and refer, the distant want peace."""
    tilts = {
        "retention": price + engagement - 1,
        "win_back": price + engagement - 1,
        "growth": 2 * engagement - 1,
        "referral": 2 * engagement - 1,
        "service": engagement - price,
    }
    weights = np.empty((len(FAMILIES), len(Kind), len(price)))
    for weight, family in zip(weights, FAMILIES, strict=True):
        weight[:] = np.array(nature.kind_shares[family])[:, None]
        weight[Kind.PERSUADABLE] *= np.exp(2 * nature.visibility * tilts[family])
        weight[Kind.SLEEPING_DOG] *= np.exp(-2 * nature.visibility * tilts[family])
    return weights


def _gamma(uniform: Numbers, mean: float, shape: float) -> Numbers:
    quantile: Numbers = gammaincinv(shape, uniform) * (mean / shape)
    return quantile


def _comes_on(nature: Nature, chance: Chance, who: Indices) -> Indices:
    """Before the world began (negative), or evenly over the days in which people join; friends never by themselves."""
    when = chance.of("comes on", who)
    earlier = chance.of("comes earlier", who) < nature.joined_before_share
    day = np.floor(np.where(earlier, -730 * when, nature.joins_over_days * when)).astype(np.int64)
    return np.where(who < len(who) // 2, day, NEVER)


def _taste(chance: Chance, who: Indices, next_category: Indices) -> Numbers:
    """Shares of the categories that a customer buys from: few favourites often, others seldom, the next one never."""
    liking = np.array([_gamma(chance.of("taste", who, place=n), 1.0, 0.4) for n in range(len(CATEGORIES))]).T
    # The second favourite at the least, so that nobody is left without any taste.
    liking[who, (next_category + 1) % len(CATEGORIES)] += 0.2
    liking[who, next_category] = 0.0
    taste: Numbers = liking / liking.sum(axis=1, keepdims=True)
    return taste


def _consent_delay(nature: Nature, chance: Chance, who: Indices) -> Numbers:
    """Days from joining to consent: at once for most, later for some, NaN for those who never agree."""
    asked, later = chance.of("consent", who), chance.of("consent later", who)
    delay = np.where(asked < 0.75 * nature.consent_share, 0.0, -90 * np.log(later))
    return np.where(asked < nature.consent_share, delay, np.nan)


def _withdrawn_delay(nature: Nature, chance: Chance, who: Indices) -> Numbers:
    """Days from consent to its withdrawal, NaN for never."""
    withdraws = chance.of("withdraws", who) < nature.withdrawn_share
    return np.where(withdraws, -400 * np.log(chance.of("withdrawn", who)), np.nan)
