"""Who will leave? An active customer who makes no purchase within the horizon."""

import narwhals as nw

from features import Frame
from models._target import Future, Past, Terms, active_customers, target


@target(
    population=active_customers,
    otherwise=True,
    without_families=("breadth", "habit", "season"),  # measured on two shops: no better with them, often worse
    essential=True,
)
def churn(past: Past, future: Future, terms: Terms) -> Frame:
    """An active customer makes no purchase within the horizon."""
    return future.purchases.select("customer_id").unique().with_columns(label=nw.lit(False))
