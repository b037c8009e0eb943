"""Which events can a feature speak of? Event tables, each with its grain and columns."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import narwhals as nw

from data_contracts import contracts
from features._aggregate import Where


class UnknownColumn(Exception):
    """A definition names a column that its event table does not have."""


@dataclass(frozen=True, slots=True)
class Events:
    """One kind of event: `events.amount` is its column `amount`, checked when the expression is built.

    `tables` are the contract tables that it is made from, and `needs` columns of these without which there are none of
    its rows. `sources` names, for columns made from others of those tables that may be absent, these.
    """

    name: str
    tables: tuple[str, ...]
    grain: str
    columns: tuple[str, ...]
    needs: tuple[str, ...] = ()
    sources: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __getattr__(self, column: str) -> nw.Expr:
        if column.startswith("__"):
            raise AttributeError(column)
        if column not in self.columns:
            close = difflib.get_close_matches(column, self.columns, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise UnknownColumn(f"{self.name} has no column {column!r}.{hint} It has {', '.join(self.columns)}.")
        return nw.col(column)

    def within(self, days: int, *, after: int = 0) -> Where:
        """Events of the last `days` days before the as-of date, without the last `after` of them.

        Raises ValueError for days that are no positive whole numbers, or an `after` that leaves none of them.
        """
        if type(days) is not int or type(after) is not int or not 0 <= after < days:
            raise ValueError(
                f"{self.name}.within({days!r}{f', after={after!r}' if after else ''}): give whole numbers of days "
                "above 0, and an `after` below them"
            )
        return Where(days=days, after=after, of=self.name)


def _columns_of(table: str, *more: str) -> tuple[str, ...]:
    return (*contracts()[table].column_names, "age_days", "day", "hour", *more)


_MONEY = ("amount", "discount", "quantity")

lines = Events(
    name="lines",
    tables=("transactions",),
    grain="one row per line of a receipt known before the as-of date",
    columns=_columns_of("transactions", "order_key"),
)
returns = Events(
    name="returns",
    tables=("transactions",),
    grain="one row per returned line (negative amount)",
    columns=lines.columns,
)
receipts = Events(
    name="receipts",
    tables=("transactions",),
    grain="one row per order and day on which lines of it were bought or returned",
    columns=(
        *("customer_id", "order_key", "age_days", "day", "hour", *_MONEY),
        *("paid", "returned", "line_count", "returned_line_count"),
    ),
)
_ORDER_COLUMNS = ("customer_id", "order_key", "age_days", "day", "hour", *_MONEY, "line_count")
orders = Events(
    name="orders",
    tables=("transactions",),
    grain="one row per order (or per customer and day when the source names no orders), dated by its first line",
    columns=_ORDER_COLUMNS,
)
purchases = Events(
    name="purchases",
    tables=("transactions",),
    grain="one row per order with a positive net amount",
    columns=(
        *(*_ORDER_COLUMNS, "weekday", "day_of_month", "is_month_end", "gap_days"),
        *("is_new_day", "is_new_week", "is_first_day", "is_last_day"),
    ),
)
_KIND_COLUMNS = ("customer_id", "age_days", "first_age_days", "line_count")
products = Events(
    name="products",
    tables=("transactions",),
    grain="one row per customer and product bought; age_days of its latest line, first_age_days of its first",
    columns=(*_KIND_COLUMNS, "product_id"),
    needs=("product_id",),
)
categories = Events(
    name="categories",
    tables=("transactions",),
    grain="one row per customer and category bought; age_days of its latest line, first_age_days of its first",
    columns=(*_KIND_COLUMNS, "category"),
    needs=("category",),
)
channels = Events(
    name="channels",
    tables=("transactions",),
    grain="one row per customer and channel bought through; age_days of its latest line, first_age_days of its first",
    columns=(*_KIND_COLUMNS, "channel"),
    needs=("channel",),
)
interactions = Events(
    name="interactions",
    tables=("interactions",),
    grain="one row per interaction known before the as-of date",
    columns=_columns_of("interactions", "is_unanswered", "is_last_answer"),
    sources=(("is_last_answer", ("satisfaction",)),),
)
complaints = Events(
    name="complaints",
    tables=("interactions",),
    grain="one row per complaint known before the as-of date",
    columns=(*_columns_of("interactions"), "is_open", "open_hours", "resolution_hours", "is_last"),
    sources=(
        *((name, ("resolved_at",)) for name in ("is_open", "open_hours", "resolution_hours")),
        ("satisfaction", ("satisfaction", "resolved_at")),
    ),
)
referrals = Events(
    name="referrals",
    tables=("customers", "transactions"),
    grain="one row per customer who joined (or first came) before the as-of date, under who brought them, and one per "
    "customer of whom to ask (without is_referral); no row at all while nobody is known to have been brought",
    columns=("customer_id", "is_referral", "referred_id", "age_days", "spend"),
    needs=("referred_by",),
)
profiles = Events(
    name="profiles",
    tables=("customers",),
    grain="one row per customer of the customers table who is not known to have joined later; age_days since joining",
    columns=("customer_id", "age_days"),
)
subscription_terms = Events(
    name="subscription_terms",
    tables=("subscriptions",),
    grain="one row per term of a subscription known before the as-of date; nothing in it says who announced to leave",
    columns=(
        *("customer_id", "subscription_id", "plan", "monthly_amount", "age_days", "day", "hour"),
        *("is_running", "is_renewal", "is_plan_change"),
        *("amount_change", "subscribed_days", "days_to_renewal", "term_days"),
    ),
    sources=(
        ("subscription_id", ()),
        ("is_plan_change", ("plan",)),
        ("amount_change", ("monthly_amount",)),
        *((name, ("renews_at",)) for name in ("days_to_renewal", "term_days")),
    ),
)
EVENT_TABLES = (
    *(lines, returns, receipts, orders, purchases, products, categories, channels),
    *(interactions, complaints, referrals, profiles, subscription_terms),
)
