"""What did customers buy and return? One row per line of a receipt."""

from data_contracts._contract import Column, Contract

MOST = 1e12
"""Beyond it, ten-thousandths of a sum would no longer be exact; and no line costs so much in any currency."""

transactions = Contract(
    name="transactions",
    grain="one row per line that a customer bought or returned",
    key=("transaction_id",),
    freshness_days=14,
    min_week_share=0.1,
    columns=(
        Column(
            name="transaction_id",
            type="text",
            required=True,
            meaning="Names the line; when the source has none, a content key made from the line itself.",
        ),
        Column(name="customer_id", type="text", required=True, meaning="Who bought or returned."),
        Column(name="occurred_at", type="timestamp", required=True, meaning="When the purchase or return happened."),
        Column(
            name="amount",
            type="number",
            at_least=-MOST,
            at_most=MOST,
            required=True,
            unit="currency",
            meaning="Money paid for the line; negative for a return.",
        ),
        Column(
            name="recorded_at",
            type="timestamp",
            null_means="recorded as it happened",
            changes_later=True,
            meaning="When we could have known of the line.",
        ),
        Column(
            name="order_id",
            type="text",
            null_means="the lines of one customer on one day are one order",
            meaning="The order, basket or invoice that the line belongs to. All its lines are one purchase, dated by "
            "the first of them.",
        ),
        Column(name="product_id", type="text", null_means="unknown product", meaning="The product or article."),
        Column(name="category", type="text", null_means="unknown category", meaning="The product's category."),
        Column(
            name="quantity",
            type="number",
            at_least=-MOST,
            at_most=MOST,
            unit="pieces",
            null_means="unknown quantity",
            meaning="Pieces bought; negative for a return.",
        ),
        Column(
            name="discount",
            type="number",
            at_least=-MOST,
            at_most=MOST,
            unit="currency",
            null_means="unknown discount",
            meaning="Money taken off the list price of the line.",
        ),
        Column(
            name="channel", type="text", null_means="unknown channel", meaning="Where it was sold (shop, web, ...)."
        ),
    ),
)
