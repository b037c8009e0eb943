"""Who will come back? A lapsed customer who makes a purchase within the horizon."""

import narwhals as nw

from features import Frame
from models._target import Future, Past, Terms, lapsed_customers, target


@target(population=lapsed_customers, otherwise=False)
def win_back(past: Past, future: Future, terms: Terms) -> Frame:
    """A lapsed customer, one with purchases but none in the active window, makes a purchase within the horizon."""
    return future.purchases.select("customer_id").unique().with_columns(label=nw.lit(True))
