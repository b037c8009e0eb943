"""Whom may we contact? Consent as known before the as-of date; where it is unknown, we say so."""

from __future__ import annotations

from datetime import datetime

import polars as pl


def may_contact(customers: pl.LazyFrame, *, before: datetime) -> pl.DataFrame:
    """One row per customer of the table: `customer_id`, `keeps_consent`, `may_contact`.

    `keeps_consent`, the same for all, says whether the company keeps consent dates at all. `may_contact` is true
    where consent was given before the moment `before` and not withdrawn since, and false where it was not given or
    withdrawn. It is null when the company keeps no consent dates; then a withdrawal alone still forbids.
    """
    given, withdrawn = pl.col("consent_at"), pl.col("withdrawn_at")
    known = customers.select(
        "customer_id",
        pl.when(given < before).then(given).alias("consent_at"),
        pl.when(withdrawn < before).then(withdrawn).alias("withdrawn_at"),
        keeps_consent=given.is_not_null().any(),
    )
    stands = given.is_not_null() & (withdrawn.is_null() | (withdrawn < given))
    allowed = (
        pl.when(pl.col("keeps_consent")).then(stands).when(withdrawn.is_not_null()).then(pl.lit(False)).otherwise(None)
    )
    return known.select("customer_id", "keeps_consent", may_contact=allowed).collect()


def with_consent(population: pl.DataFrame, customers: pl.LazyFrame, *, before: datetime) -> pl.DataFrame:
    """Adds `may_contact` to each row of `population`, in its order.

    A customer who is not in the customers table has not consented, if the company keeps consent at all.
    """
    known = may_contact(customers, before=before)
    keeps = bool(known["keeps_consent"].any())
    joined = population.join(
        known.select("customer_id", "may_contact"), on="customer_id", how="left", validate="m:1", maintain_order="left"
    )
    return joined.with_columns(pl.col("may_contact").fill_null(False)) if keeps else joined
