"""Whose subscription will end? A subscriber whose term runs out or is ended, and who does not renew in time."""

import narwhals as nw

from features import Frame
from models._target import DRIFTING, Future, Past, Terms, target


def subscribers(past: Past, terms: Terms) -> Frame:
    """Customers with a running subscription whose end they have not announced: one row each, `customer_id`.

    Of those who announced to leave before the as-of date the answer is known; see `leavers`.
    """
    running = past.subscription_terms.filter(nw.col("is_running"), ~nw.col("is_announced"))
    return running.select("customer_id").unique()


def leavers(past: Past, terms: Terms) -> Frame:
    """Customers who have announced the end of every subscription that still runs: one row each, `customer_id`.

    There is nothing to predict for them: they are no part of the population, and can be asked to stay all the same.
    """
    running = past.subscription_terms.filter(nw.col("is_running")).select("customer_id").unique()
    return running.join(subscribers(past, terms), on="customer_id", how="anti")


@target(population=subscribers, excluded=DRIFTING, otherwise=False, needs=("subscriptions",))
def contract_churn(past: Past, future: Future, terms: Terms) -> Frame:
    """A subscriber's last subscription ends within the horizon and is not renewed within the grace period."""
    left = future.endings(grace_days=terms.grace_days)
    return left.select("customer_id").unique().with_columns(label=nw.lit(True))
