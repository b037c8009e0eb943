"""How do the customers of the simulated shop live? Who joins, buys, visits, complains, answers campaigns and leaves.

Time is counted in days since 2024-01-01 and runs through the shop's opening hours alone, so the fraction of a day is
the fraction of its opening hours. Every part of the world draws from a stream of its own, made from the one seed and
the part's name: a change in how customers complain leaves every basket as it was.
The bytes are the same wherever NumPy's PCG64 generator gives the same numbers, which NumPy intends but does not promise
between its versions.

The model is Pareto/NBD at heart (Schmittlein, Morrison and Colombo 1987): customers buy at a steady personal rate
until they silently leave, and rates and hazards differ between customers by a gamma distribution. On top of it come
seasons, complaints that drive customers away when they are badly answered, visits that fade before the end, and
campaigns.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAYS = 731
"""2024-01-01 to 2025-12-31."""
MONTHS = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Shop:
    """What the world is like. Rates and hazards are per day, delays in days unless the name says otherwise."""

    seed: int = 20240101
    customers: int = 3000
    joined_before_share: float = 0.45
    purchase_rate: float = 0.1
    purchase_rate_shape: float = 3.0
    leaving_hazard: float = 0.0012
    leaving_hazard_shape: float = 1.2
    referred_share: float = 0.15
    referred_hazard_factor: float = 0.7
    consent_share: float = 0.88
    withdrawn_share: float = 0.05
    complaint_rate: float = 0.0006
    complaints_per_order: float = 0.015
    answer_hours_median: float = 14.0
    answer_hours_spread: float = 1.2
    unanswered_share: float = 0.07
    patience_hours: float = 24.0
    hurt_hazard: float = 0.01
    visits_per_order: float = 1.0
    visits_fade_days: float = 45.0
    enquiry_rate: float = 0.002
    survey_rate: float = 0.002
    contacted_share: float = 0.35
    response_share: float = 0.12
    response_order_share: float = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """The customers, one entry each, in the order they joined; days before the world began are negative."""

    joined: Numbers
    referred_by: Indices
    purchase_rate: Numbers
    leaving_hazard: Numbers
    basket: Numbers
    online: Numbers
    responsiveness: Numbers
    consent: Numbers
    withdrawn: Numbers

    @property
    def first_day(self) -> Numbers:
        """The first day in the world: of joining, or 0 for those who joined before it began."""
        return np.maximum(self.joined, 0.0)


@dataclass(frozen=True, slots=True)
class Events:
    """Whose and when: one entry per event."""

    customer: Indices
    day: Numbers

    def only(self, kept: Flags) -> Events:
        """The events that are marked."""
        return Events(self.customer[kept], self.day[kept])

    def and_also(self, others: Events) -> Events:
        """These events, then the others."""
        return Events(np.concatenate([self.customer, others.customer]), np.concatenate([self.day, others.day]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaints:
    """Complaints and after how many hours they were answered; NaN for never."""

    events: Events
    answer_hours: Numbers
    is_hurt: Flags


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """All that happened, including what nobody in the shop sees: when each customer left."""

    people: People
    left: Numbers
    orders: Events
    complaints: Complaints
    visits: Events
    enquiries: Events
    surveys: Events
    contacts: Events
    responses: Events


def stream(shop: Shop, part: str) -> np.random.Generator:
    """The random numbers of one part of the world."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([shop.seed, zlib.crc32(part.encode())])))


def simulate(shop: Shop) -> World:
    """The whole world, the same for the same parameters."""
    people = join(shop)
    would_leave = leave(shop, people)
    complaints = complain(shop, people, would_leave)
    left = leave_hurt(shop, complaints, would_leave)
    complaints = complaints_only(complaints, complaints.events.day < left[complaints.events.customer])
    contacts = contact(shop, people)
    responses = respond(shop, people, contacts, left)
    return World(
        people=people,
        left=left,
        orders=order(shop, people, left).and_also(order_after_response(shop, responses, left)),
        complaints=complaints,
        visits=visit(shop, people, left),
        enquiries=arrivals(stream(shop, "enquiries"), np.full(shop.customers, shop.enquiry_rate), people, left),
        surveys=arrivals(stream(shop, "surveys"), np.full(shop.customers, shop.survey_rate), people, left),
        contacts=contacts,
        responses=responses,
    )


def join(shop: Shop) -> People:
    """Customers with their traits, in the order they joined."""
    draw, n = stream(shop, "people"), shop.customers
    before = draw.random(n) < shop.joined_before_share
    joined = np.sort(np.where(before, -730 * draw.random(n), DAYS * draw.random(n)))
    referred = draw.random(n) < shop.referred_share
    referrer = np.floor(draw.random(n) * np.arange(n)).astype(np.int64)
    hazard = _gamma(draw, shop.leaving_hazard, shop.leaving_hazard_shape, n)
    consent = np.where(draw.random(n) < shop.consent_share, joined, np.nan)
    withdraws = draw.random(n) < shop.withdrawn_share
    return People(
        joined=joined,
        # Nobody can have brought the first customer.
        referred_by=np.where(referred & (np.arange(n) > 0), referrer, -1),
        purchase_rate=_gamma(draw, shop.purchase_rate, shop.purchase_rate_shape, n),
        leaving_hazard=np.where(referred, hazard * shop.referred_hazard_factor, hazard),
        basket=draw.lognormal(0.0, 0.5, n),
        online=draw.beta(2.0, 2.0, n),
        responsiveness=_gamma(draw, shop.response_share, 2.0, n),
        consent=consent,
        withdrawn=np.where(withdraws, consent + draw.random(n) * (DAYS - joined), np.nan),
    )


def _gamma(draw: np.random.Generator, mean: float, shape: float, n: int) -> Numbers:
    return draw.standard_gamma(shape, n) * (mean / shape)


def leave(shop: Shop, people: People) -> Numbers:
    """The day on which each customer would leave if never hurt; may lie after the world's end."""
    return people.first_day + stream(shop, "leaving").standard_exponential(shop.customers) / people.leaving_hazard


def complain(shop: Shop, people: People, left: Numbers) -> Complaints:
    """Complaints until leaving, each with the time to its answer. Late or no answer hurts."""
    draw = stream(shop, "complaints")
    rate = shop.complaint_rate + shop.complaints_per_order * people.purchase_rate
    events = arrivals(draw, rate, people, left)
    n = len(events.day)
    hours = shop.answer_hours_median * draw.lognormal(0.0, shop.answer_hours_spread, n)
    hours[draw.random(n) < shop.unanswered_share] = np.nan
    return Complaints(events=events, answer_hours=hours, is_hurt=~(hours <= shop.patience_hours))


def complaints_only(complaints: Complaints, kept: Flags) -> Complaints:
    """The complaints that are marked."""
    return replace(
        complaints,
        events=complaints.events.only(kept),
        answer_hours=complaints.answer_hours[kept],
        is_hurt=complaints.is_hurt[kept],
    )


def leave_hurt(shop: Shop, complaints: Complaints, would_leave: Numbers) -> Numbers:
    """The day on which each customer leaves, hurt or not.

    Each badly answered complaint adds `hurt_hazard` to the hazard from the day after it. Hazards add up, so the first
    of the waiting times decides; a complaint after that day never came to be and changes nothing.
    """
    patience = 1.0 + stream(shop, "hurt").standard_exponential(len(complaints.events.day)) / shop.hurt_hazard
    left = would_leave.copy()
    hurt = complaints.is_hurt
    np.minimum.at(left, complaints.events.customer[hurt], complaints.events.day[hurt] + patience[hurt])
    return left


def order(shop: Shop, people: People, left: Numbers) -> Events:
    """Orders of customers on their own account; those who join within the world join with an order."""
    joins = np.flatnonzero(people.joined >= 0)
    first = Events(joins, people.joined[joins])
    return first.and_also(arrivals(stream(shop, "orders"), people.purchase_rate, people, left))


def order_after_response(shop: Shop, responses: Events, left: Numbers) -> Events:
    """The order that some responses to a campaign bring, within ten days."""
    draw, n = stream(shop, "campaign orders"), len(responses.day)
    buys = draw.random(n) < shop.response_order_share
    day = responses.day + 10 * draw.random(n)
    return Events(responses.customer, day).only(buys & (day < np.minimum(left[responses.customer], DAYS)))


def visit(shop: Shop, people: People, left: Numbers) -> Events:
    """Visits without an order. They fade over the last weeks before a customer leaves."""
    draw = stream(shop, "visits")
    visits = arrivals(draw, shop.visits_per_order * people.purchase_rate, people, left)
    still_drawn = (left[visits.customer] - visits.day) / shop.visits_fade_days
    return visits.only(draw.random(len(visits.day)) < still_drawn)


def contact(shop: Shop, people: People) -> Events:
    """A monthly wave of contacts to a random part of those who agreed to it; nobody knows who has left already."""
    draw = stream(shop, "contacts")
    waves = np.floor(np.arange(MONTHS) * (DAYS / MONTHS)) + 4.0
    allowed = (people.consent < waves[:, None]) & ~(people.withdrawn <= waves[:, None])
    wave, customer = np.nonzero(allowed & (draw.random(allowed.shape) < shop.contacted_share))
    return Events(customer, waves[wave])


def respond(shop: Shop, people: People, contacts: Events, left: Numbers) -> Events:
    """Responses of customers who have not left, some days after the contact."""
    draw, n = stream(shop, "responses"), len(contacts.day)
    answers = draw.random(n) < people.responsiveness[contacts.customer]
    day = contacts.day + 2 * draw.standard_exponential(n)
    return Events(contacts.customer, day).only(answers & (day < np.minimum(left[contacts.customer], DAYS)))


def arrivals(draw: np.random.Generator, rate: Numbers, people: People, left: Numbers) -> Events:
    """Events at a rate per day that follows season and weekday, from a customer's first day until the day of leaving.

    A Poisson process on the season's own clock: the cumulative season maps days to that clock and back.
    """
    clock = np.concatenate([[0.0], np.cumsum(season())])
    days = np.arange(DAYS + 1, dtype=np.float64)
    start, end = np.interp(people.first_day, days, clock), np.interp(left, days, clock)
    count = draw.poisson(rate * (end - start))
    customer = np.repeat(np.arange(len(rate)), count)
    at = start[customer] + draw.random(len(customer)) * (end - start)[customer]
    return Events(customer, np.interp(at, clock, days))


def season() -> Numbers:
    """How busy each day is, 1 on average: weekends, a slow spring, a rush in November, a pause at the new year."""
    day = np.arange(DAYS)
    # 2024-01-01 was a Monday.
    weekday = np.array([0.8, 0.8, 0.85, 0.9, 1.1, 1.35, 1.2])[day % 7]
    of_year = day % 366
    yearly = 1 + 0.2 * np.cos(2 * np.pi * (of_year - 325) / 366)
    rush = np.where((of_year >= 305) & (of_year <= 316), 1.5, 1.0)
    busy = weekday * yearly * rush
    even: Numbers = busy / busy.mean()
    return even
