"""What is each customer of tonight's list worth, and when will they order next? As the settings say."""

from __future__ import annotations

from datetime import date

import polars as pl
import polars.selectors as cs

from features import Lake
from models import ValueTerms, fit_value, lifetime_values, next_orders, referrals_known, targets
from models._left import share_left
from models._spend_ahead import YEAR_DAYS, expected_spend, with_learned
from pipelines._question_terms import terms_of
from pipelines._settings import Settings

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

    `value_to_win` of who has lapsed is what they would bring if they came back, less what history says comes later by
    itself of those who did not come within the horizon.

    `known` is the snapshot of all customers, from whom the purchase process is learned; `among` are rows of it.
    Numbers are rounded to cents.
    """
    model = fit_value(known)
    referrals = referrals_known(lake.arrived, as_of=as_of, time_zone=settings.time_zone)
    values = lifetime_values(known, model, terms=value_terms_of(settings), among=among, referrals=referrals)
    to_win = _value_to_win(settings, lake, among, values["value_if_back"], as_of=as_of)
    values = values.drop("value_if_back").with_columns(value_to_win=to_win)
    windows = {"expected_spend": settings.churn.horizon_days, "expected_yearly_spend": YEAR_DAYS}
    spend = expected_spend(among, model, days=windows)
    if learned is not None:
        spend = with_learned(spend, learned, name="expected_spend", year="expected_yearly_spend")
    values = spend.join(values, on="customer_id", how="left", validate="1:1", maintain_order="left")
    orders = next_orders(among, model.process, as_of=as_of)
    made = values.join(orders, on="customer_id", how="left", validate="1:1", maintain_order="left")
    return made.with_columns(cs.float().round(_DECIMALS))


def _value_to_win(settings: Settings, lake: Lake, among: pl.DataFrame, if_back: pl.Series, *, as_of: date) -> pl.Series:
    """The value if back of who has lapsed, less the share of it that comes later without being won; null of others."""
    question = targets()["win_back"]
    left = share_left(question, lake.tables, terms=terms_of(settings, question), known_by=as_of) or 0.0
    is_lapsed = among["days_since_last_purchase"].cast(pl.Float64) > settings.population.active_days
    return pl.select(pl.when(is_lapsed).then(if_back.cast(pl.Float64) * (1.0 - left))).to_series()
