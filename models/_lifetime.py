"""What is a customer worth, from the first purchase to the last? Lifetime value with an interval, part by part.

Lifetime value = purchases over the relationship x average purchase value x margin - cost of winning and keeping the
customer + net income from the customers they brought, discounted to the as-of date. What is past is taken as it was;
purchases to come are those of the purchase process (`models/_ahead.py`), their value that of gamma-gamma
(`models/_purchase_value.py`), and `models/_cash.py` adds up. docs/lifetime.md has the formula at length and its limits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from features import PurchaseProcess, fit_process, purchase_history
from models._ahead import Ahead, Histories, Silence, purchases_ahead, still_customer
from models._cash import DAYS_PER_YEAR, CashFlows, Worth, worth
from models._purchase_value import PurchaseValue, fit_purchase_value
from models._referrals import referral_values
from models._spend_interval import spend_interval

Numbers = npt.NDArray[np.float64]

INTERVAL = (0.1, 0.9)
"""Between these quantiles lies the truth for four customers of five."""
FIRST_YEAR_ENDS = (28.0, 84.0, 182.0, 364.0)
"""Periods grow longer with their distance, for most change lies near; from the second year on they are years."""
LEAST_ALIVE = 1e-12
"""Nearer to zero than this, the chance of being alive is rounding only, and nothing can be divided by it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueTerms:
    """What the value of a customer leaves to the company.

    `years`: how far ahead purchases count. `margin`: the share of spend that is profit. `discount_rate`: the share by
    which money of next year is worth less than money of today. `acquisition_cost`: what it cost to win a customer of
    whom that is not known. `retention_cost`: what it costs to keep one for a year, from the second year on. Money is in
    the company's currency. Raises ValueError for terms that make no sense.
    """

    years: float = 10.0
    margin: float = 1.0
    discount_rate: float = 0.1
    acquisition_cost: float = 0.0
    retention_cost: float = 0.0

    def __post_init__(self) -> None:
        if not (self.years > 0 and self.discount_rate > -1 and self.acquisition_cost >= 0 and self.retention_cost >= 0):
            raise ValueError(f"years are above 0, a discount rate above -1, and costs never below 0: {self}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueModel:
    """How the customers of one company buy, leave and spend; `purchase_value` is None where no amounts are known."""

    process: PurchaseProcess
    purchase_value: PurchaseValue | None


def fit_value(rows: pl.DataFrame) -> ValueModel:
    """Learns from the snapshot of all customers on a day how they buy, leave and spend.

    From the columns `purchase_day_count_ever`, `tenure_days`, `days_since_last_purchase` and `spend_ever`.
    """
    buyers = _buyers(rows)
    process = fit_process(*(values.to_numpy() for values in purchase_history(buyers).get_columns()))
    return ValueModel(process=process, purchase_value=fit_purchase_value(*_bought(buyers)))


def lifetime_values(
    rows: pl.DataFrame,
    model: ValueModel,
    *,
    terms: ValueTerms,
    among: pl.DataFrame | None = None,
    referrals: pl.DataFrame | None = None,
    silence: Silence | None = None,
) -> pl.DataFrame:
    """What each customer is worth: one row per row of `rows`, or of `among` (`customer_id`), in its order.

    `rows` is a snapshot; besides the columns of `fit_value` it has `acquisition_cost` and `referral_count_ever`.
    `referrals` says who brought whom (see `referrals_known`), and `rows` must hold those brought. `silence` is how much
    of a silence counts of who comes back (see `learned_silence`), all of it unless told. Columns:

    - `expected_purchases`: days with purchases to come within `terms.years`
    - `average_purchase_value`: expected spend of such a day, net of returns; null where no amounts are known
    - `value_to_come`: profit on these purchases less what it costs to keep the customer, discounted
    - `value_to_lose`: the same if the customer has not left yet, never below zero: what leaving now would cost
    - `value_to_win`: what the value to come would be if they bought again today
    - `referral_value`: net income so far and to come, discounted, from the customers whom this one brought; null while
      nothing is known of referrals, and then not in the lifetime value
    - `lifetime_value`: profit and costs so far, value to come and referral value
    - `lifetime_value_low`, `lifetime_value_high`: four of five lie between, by what is unsure about the customer's
      own purchases to come

    All are null for a customer who never bought.
    """
    asked = rows.select("customer_id") if among is None else among.select("customer_id")
    brought = None if referrals is None else referrals.join(asked, on="customer_id", how="semi")
    wanted = asked if brought is None else pl.concat([asked, brought.select(customer_id="referred_id")])
    buyers = _buyers(rows.join(wanted, on="customer_id", how="semi"))
    made = _values(buyers, model, terms, brought, silence or Silence())
    return asked.join(made, on="customer_id", how="left", maintain_order="left")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What lies ahead of each customer, in all, and in `ahead` of those who are alive today."""

    alive: Numbers
    purchases: Numbers
    average: Numbers
    flows: CashFlows
    ahead: Ahead


def outlook(
    buyers: pl.DataFrame,
    model: ValueModel,
    terms: ValueTerms,
    *,
    histories: Histories | None = None,
    since: Histories | None = None,
) -> Outlook:
    """What lies ahead of customers in a snapshot, all of whom have bought, within `terms.years`.

    `histories` says when they bought, where that is supposed to be otherwise than in the snapshot, and `since` the same
    for what it costs to keep them, where a part of the time is left out of `histories`.
    """
    known, ends = histories or Histories.of(buyers), _period_ends(terms.years)
    ahead = purchases_ahead(model.process, known, ends_days=ends)
    alive = model.process.alive_probability(known.repeats, known.last_days, known.age_days)
    alive = np.maximum(alive, LEAST_ALIVE)
    purchases = alive[:, None] * ahead.purchases
    bought, values = _bought(buyers), model.purchase_value
    average = np.full(buyers.height, np.nan) if values is None else values.average(*bought)
    flows = CashFlows(
        at_years=np.append(0.0, _middles(ends) / DAYS_PER_YEAR),
        own=np.column_stack([bought[0] * bought[1], purchases * average[:, None]]),
        referred=np.zeros((buyers.height, 1)),
        cost=_costs(buyers, model.process, known, since or known, alive, terms, ends),
    )
    return Outlook(alive=alive, purchases=purchases.sum(axis=1), average=average, flows=flows, ahead=ahead)


def spend_bounds(buyers: pl.DataFrame, model: ValueModel, expected: Outlook) -> tuple[Numbers, Numbers]:
    """The interval of the customers' spend, over what is expected; not a number where no amounts are known."""
    if model.purchase_value is None:
        nothing = np.full(buyers.height, np.nan)
        return nothing, nothing
    return spend_interval(expected.ahead, expected.alive, model.purchase_value, _bought(buyers)[0], at=INTERVAL)


def _values(
    buyers: pl.DataFrame, model: ValueModel, terms: ValueTerms, brought: pl.DataFrame | None, silence: Silence
) -> pl.DataFrame:
    expected, known = outlook(buyers, model, terms), Histories.of(buyers)
    back = outlook(buyers, model, terms, histories=known.back_today(silence), since=known.back_today(Silence()))
    low, high = spend_bounds(buyers, model, expected)
    referred = referral_values(buyers, _worth(expected.flows, terms).total, brought)
    whole = _worth(replace(expected.flows, referred=np.nan_to_num(referred)[:, None]), terms)
    to_come = _worth(_to_come(expected.flows), terms)
    columns = {
        "expected_purchases": expected.purchases,
        "average_purchase_value": expected.average,
        "value_to_come": to_come.total,
        "value_to_lose": np.maximum(to_come.total / expected.alive, 0.0),
        "value_to_win": np.maximum(_worth(_to_come(back.flows), terms).total, 0.0),
        "referral_value": referred,
        "lifetime_value": whole.total,
        "lifetime_value_low": whole.total + (low - 1.0) * to_come.own,
        "lifetime_value_high": whole.total + (high - 1.0) * to_come.own,
    }
    made = buyers.select("customer_id").with_columns(pl.Series(name, value) for name, value in columns.items())
    return made.with_columns(pl.col(pl.Float64).fill_nan(None))


def _worth(flows: CashFlows, terms: ValueTerms) -> Worth:
    return worth(flows, margin=terms.margin, discount_rate=terms.discount_rate)


def _to_come(flows: CashFlows) -> CashFlows:
    """The flows without what is past."""
    later = {name: getattr(flows, name)[:, 1:] for name in ("own", "referred", "cost")}
    return CashFlows(at_years=flows.at_years[1:], **later)


def _period_ends(years: float) -> Numbers:
    """Where the periods ahead end, in days; the last is where purchases cease to count."""
    last = years * DAYS_PER_YEAR
    ends = [*FIRST_YEAR_ENDS, *np.arange(2, years) * DAYS_PER_YEAR]
    return np.array([*(end for end in ends if end < last), last])


def _middles(ends: Numbers) -> Numbers:
    return np.asarray(ends - np.diff(ends, prepend=0.0) / 2)


def _costs(
    buyers: pl.DataFrame,
    process: PurchaseProcess,
    known: Histories,
    since: Histories,
    alive: Numbers,
    terms: ValueTerms,
    ends: Numbers,
) -> Numbers:
    """What it cost to win and keep a customer so far, then what keeping is expected to cost in each period.

    Keeping costs from the end of the first year after the first purchase on, which `since` says; `known` says how
    likely they stay. Who has left did so after the last purchase, and cost nothing since.
    """
    won = buyers["acquisition_cost"].cast(pl.Float64).fill_null(terms.acquisition_cost).to_numpy()
    if terms.retention_cost == 0.0:
        return np.column_stack([won, np.zeros((buyers.height, len(ends)))])
    upto = np.column_stack([since.last_days, since.age_days, since.age_days[:, None] + ends])
    years = np.maximum(upto / DAYS_PER_YEAR - 1.0, 0.0)
    waited, *later = np.diff(years, axis=1).T * alive
    stays = still_customer(process, known, at_days=_middles(ends)).T
    kept = [years[:, 0] + waited, *(part * stay for part, stay in zip(later, stays, strict=True))]
    return np.column_stack([won + terms.retention_cost * kept[0], *(terms.retention_cost * part for part in kept[1:])])


def _buyers(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("tenure_days").is_not_null() & (pl.col("purchase_day_count_ever") > 0))


def _bought(buyers: pl.DataFrame) -> tuple[Numbers, Numbers]:
    """Days with purchases, and the mean spend of one; NaN where no amounts are known."""
    purchases = buyers["purchase_day_count_ever"].cast(pl.Float64).to_numpy()
    spend = buyers["spend_ever"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return purchases, spend / np.maximum(purchases, 1.0)
