"""Who will take a dearer plan? A subscriber who moves up, or adds a subscription that costs more than all others."""

import narwhals as nw

from features import Frame
from models._target import DRIFTING, Future, Past, Terms, target
from models.contract_churn import subscribers
from models.reasons_contract import KEPT_AS_AGREED


@target(
    population=subscribers,
    excluded=DRIFTING,
    otherwise=False,
    needs=("subscriptions",),
    # Where an introductory price ends with the first term, nobody who has renewed moves up: that is so, and no leak.
    trusted=KEPT_AS_AGREED,
)
def contract_upsell(past: Past, future: Future, terms: Terms) -> Frame:
    """A subscriber takes a dearer plan within the horizon.

    That is: a subscription that was running on the as-of date goes to a plan that it was not on and that costs more per
    month than it did then; or one begins that was not running then, on a plan that the customer did not have, and costs
    more than any that was running. A price that rises within a plan is none, nor are terms that were corrected before
    they held.
    """
    running = past.subscription_terms.filter(nw.col("is_running"))
    began = future.subscription_terms.filter(nw.col("over_us") > nw.col("occurred_us"))
    moved = _dearer_than(running, began, of=["customer_id", "subscription_id"])
    same = running.select("customer_id", "subscription_id").unique()
    added = _dearer_than(
        running, began.join(same, on=["customer_id", "subscription_id"], how="anti"), of=["customer_id"]
    )
    return nw.concat([moved, added]).unique().with_columns(label=nw.lit(True))


def _dearer_than(running: Frame, began: Frame, *, of: list[str]) -> Frame:
    """Customers with a term that began on another plan than those that ran, and costs more than any of them."""
    before = running.group_by(of).agg(most=nw.col("monthly_amount").max())
    plans = running.select(*of, "plan", is_held=nw.lit(True)).unique()
    there = began.join(before, on=of, how="inner").join(plans, on=[*of, "plan"], how="left")
    dearer = (nw.col("monthly_amount") > nw.col("most")).fill_null(False)
    another = ~nw.col("plan").is_null() & nw.col("is_held").is_null()
    return there.filter(dearer & another).select("customer_id")
