"""What will each customer spend? An expectation with an interval, within the horizon."""

import narwhals as nw

from features import Frame
from models._target import AMOUNT, Future, Past, Terms, known_customers, target


@target(
    population=known_customers,
    answer=AMOUNT,
    column="expected_spend",
    otherwise=0.0,
    judged_by=("deviance", "total_error"),
)
def value(past: Past, future: Future, terms: Terms) -> Frame:
    """How much a customer spends within the horizon, net of returns and never less than nothing."""
    spent = future.lines.group_by("customer_id").agg(label=nw.col("amount").sum())
    return spent.with_columns(label=nw.col("label").clip(0.0))
