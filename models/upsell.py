"""Who will buy more? A customer whose monthly spend grows clearly within the horizon, or who takes a dearer plan."""

import narwhals as nw

from features import Frame
from models._target import Future, Past, Terms, active_customers, target
from models.contract_churn import subscribers


def buyers_and_subscribers(past: Past, terms: Terms) -> Frame:
    """Active customers, and subscribers whose end is not announced: one row each, `customer_id`."""
    active = active_customers(past, terms)
    if "subscriptions" not in past.tables:
        return active
    return nw.concat([active, subscribers(past, terms)]).unique()


@target(population=buyers_and_subscribers, otherwise=False)
def upsell(past: Past, future: Future, terms: Terms) -> Frame:
    """A customer spends at least `more_share` more per month within the horizon than before, or takes a dearer plan.

    Spend is net of returns. "Before" is the active window or the horizon, whichever is longer; or the time since the
    first purchase when that is shorter, but never less than the horizon, so that one first purchase does not look
    like a high monthly rate. A plan is dearer when a subscription moves to it and costs more per month than it did, or
    when a new subscription to it costs more than any that was running: a dearer tier. A price that rises within a plan
    is none. Of goods no tiers are known: who buys dearer ones is seen by spend.
    """
    found = _spending_more(past, future, terms)
    if "subscriptions" in past.tables:
        found = nw.concat([found, _on_a_dearer_plan(past, future)]).unique()
    return found.with_columns(label=nw.lit(True))


def _spending_more(past: Past, future: Future, terms: Terms) -> Frame:
    """Customers, each once, whose spend per day grows by `more_share` or more."""
    window = max(terms.active_days, terms.horizon_days)
    days = nw.col("tenure").clip(terms.horizon_days, window)
    before = (
        past.lines.group_by("customer_id")
        .agg(
            tenure=nw.col("age_days").max(),
            spend=nw.when(nw.col("age_days") <= window).then(nw.col("amount")).otherwise(0.0).sum(),
        )
        .with_columns(per_day_before=nw.col("spend") / days)
    )
    after = future.lines.group_by("customer_id").agg(per_day_after=nw.col("amount").sum() / terms.horizon_days)
    bar = nw.col("per_day_before").clip(0) * (1 + terms.more_share)
    more = (nw.col("per_day_after") >= bar) & (nw.col("per_day_after") > 0)
    return after.join(before, on="customer_id", how="inner").filter(more).select("customer_id")


def _on_a_dearer_plan(past: Past, future: Future) -> Frame:
    """Customers, each once, of whom a subscription moves to a dearer plan, or who begin one dearer than all running."""
    running = past.subscription_terms.filter(nw.col("is_running"))
    held = running.group_by("customer_id").agg(dearest=nw.col("monthly_amount").max())
    plans = running.select("customer_id", "plan", is_held=nw.lit(True)).unique()
    began = future.subscription_terms.join(held, on="customer_id", how="inner")
    began = began.join(plans, on=["customer_id", "plan"], how="left")
    moved = nw.col("is_plan_change") & (nw.col("amount_change") > 0)
    is_new = nw.col("before_us").is_null() & ~nw.col("plan").is_null() & nw.col("is_held").is_null()
    dearer = is_new & (nw.col("monthly_amount") > nw.col("dearest"))
    return began.filter(moved.fill_null(False) | dearer.fill_null(False)).select("customer_id").unique()
