"""What is each customer of tonight's list worth, and when will they order next? As the settings say."""

from __future__ import annotations

import logging
from datetime import date

import polars as pl
import polars.selectors as cs

from features import Lake
from models import (
    Silence,
    ValueModel,
    ValueTerms,
    fit_value,
    learned_silence,
    lifetime_values,
    next_orders,
    reactivations_known,
    referrals_known,
)
from models._spend_ahead import YEAR_DAYS, expected_spend, with_learned
from pipelines._settings import Settings

log = logging.getLogger(__name__)

_DECIMALS = 2


def value_terms_of(settings: Settings) -> ValueTerms:
    """What the settings say about the value of a customer."""
    return ValueTerms(**settings.value.model_dump())


def values_of(
    settings: Settings,
    lake: Lake,
    known: pl.DataFrame,
    *,
    among: pl.DataFrame,
    as_of: date,
    learned: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """One row per row of `among`, in its order: `customer_id`, spend ahead, lifetime value and next order.

    Spend is expected within the horizon of churn (`expected_spend`) and within a year (`expected_yearly_spend`): by the
    purchase process, or as far as `learned` reaches by that.

    `value_to_win` is the value to come of who has lapsed, if they bought again that day; null of others.

    `known` is the snapshot of all customers, from whom the purchase process is learned; `among` are rows of it.
    Numbers are rounded to cents.
    """
    model = fit_value(known)
    referrals = referrals_known(lake.arrived, as_of=as_of, time_zone=settings.time_zone)
    values = lifetime_values(
        known,
        model,
        terms=value_terms_of(settings),
        among=among,
        referrals=referrals,
        silence=_silence(settings, lake, known, model, as_of=as_of),
    )
    is_lapsed = among["days_since_last_purchase"].cast(pl.Float64) > settings.population.active_days
    values = values.with_columns(value_to_win=pl.when(is_lapsed).then("value_to_win"))
    windows = {"expected_spend": settings.churn.horizon_days, "expected_yearly_spend": YEAR_DAYS}
    spend = expected_spend(among, model, days=windows)
    if learned is not None:
        spend = with_learned(spend, learned, name="expected_spend", year="expected_yearly_spend")
    values = spend.join(values, on="customer_id", how="left", validate="1:1", maintain_order="left")
    orders = next_orders(among, model.process, as_of=as_of)
    made = values.join(orders, on="customer_id", how="left", validate="1:1", maintain_order="left")
    return made.with_columns(cs.float().round(_DECIMALS))


def _silence(settings: Settings, lake: Lake, known: pl.DataFrame, model: ValueModel, *, as_of: date) -> Silence:
    """How much of a silence counts of who comes back, as those show who came back before."""
    days = settings.population.active_days
    before = reactivations_known(lake.arrived, known, silent_days=days, as_of=as_of, time_zone=settings.time_zone)
    silence = learned_silence(model.process, before, silent_days=days)
    log.info("value to win: of the silence of who comes back counts %s (%s reactivations)", silence, before.height)
    return silence
