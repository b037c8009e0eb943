"""Who will try something new? An active customer who buys from a category for the first time within the horizon."""

import narwhals as nw

from features import Frame
from models._target import Future, Past, Terms, active_customers, target


@target(population=active_customers, otherwise=False, needs=("transactions.category",))
def cross_sell(past: Past, future: Future, terms: Terms) -> Frame:
    """An active customer buys from a category within the horizon from which the customer had not bought before.

    Lines of unknown category say nothing; where categories are not known at all the question is not asked.
    """
    bought = _categories(past.lines)
    new = _categories(future.lines).join(bought, on=["customer_id", "category"], how="anti")
    return new.select("customer_id").unique().with_columns(label=nw.lit(True))


def _categories(lines: Frame) -> Frame:
    """One row per customer and category of which the customer bought anything."""
    known = lines.filter(nw.col("amount") > 0, ~nw.col("category").is_null())
    return known.select("customer_id", "category").unique()
