"""Who will buy more? An active customer whose monthly spend grows clearly within the horizon."""

import narwhals as nw

from features import Frame
from models._target import Future, Past, Terms, active_customers, target


@target(population=active_customers, otherwise=False)
def upsell(past: Past, future: Future, terms: Terms) -> Frame:
    """An active customer spends at least `more_share` more per month within the horizon than before.

    Spend is net of returns. "Before" is the active window or the horizon, whichever is longer; or the time since the
    first purchase when that is shorter, but never less than the horizon, so that one first purchase does not look
    like a high monthly rate.
    """
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
    return after.join(before, on="customer_id", how="inner").select("customer_id", label=more)
