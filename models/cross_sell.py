"""Who will try something new? An active customer who buys from a category for the first time within the horizon."""

import narwhals as nw

from features import Frame
from models._target import Future, Past, Terms, active_customers, target


def buyers_by_category(past: Past, terms: Terms) -> Frame:
    """Active customers of whom a bought category is known; nobody while categories are known for a shorter time than
    the active window, when each would seem new."""
    known = _known(past.lines)
    feed = known.select(oldest=nw.col("age_days").max())
    settled = known.join(feed, how="cross").filter(nw.col("oldest") >= terms.active_days)
    return active_customers(past, terms).join(settled.select("customer_id").unique(), on="customer_id", how="semi")


@target(population=buyers_by_category, otherwise=False, needs=("transactions.category",))
def cross_sell(past: Past, future: Future, terms: Terms) -> Frame:
    """An active customer buys from a category within the horizon from which the customer had not bought before.

    Lines of unknown category say nothing; where categories are not known at all the question is not asked.
    """
    bought, to_buy = (_known(lines).select("customer_id", "category").unique() for lines in (past.lines, future.lines))
    new = to_buy.join(bought, on=["customer_id", "category"], how="anti")
    return new.select("customer_id").unique().with_columns(label=nw.lit(True))


def _known(lines: Frame) -> Frame:
    """Lines bought from a category that is known."""
    return lines.filter(nw.col("amount") > 0, ~nw.col("category").is_null())
