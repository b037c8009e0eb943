"""Can these customers be compared? The rows of a campaign, checked, and the strata in which they are alike."""

from __future__ import annotations

import polars as pl

from serving._errors import NothingToMeasure

ARMS = ("treated", "held_out")
NUMBERS = ("risk", "profit", "cost", "spend_before", "expected_profit")
COLUMNS = ("customer_id", "arm", "segment", "is_good", *NUMBERS)

MIN_IN_STRATUM = 5
"""The fewest customers of each arm in a stratum of its own."""


def as_measurable(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a campaign, with `is_treated`, `campaign` and `is_contaminated` (null and false unless told), sorted.

    Raises `NothingToMeasure` where a column is missing or null, a number is none, a risk lies outside 0 to 1, a
    cost is negative or was spent on somebody held out (who was not contacted all the same: `is_contaminated`), a
    customer comes twice in a campaign, or an arm is empty.
    """
    absent = [name for name in COLUMNS if name not in rows.columns]
    if absent:
        raise NothingToMeasure(f"the rows to measure have no column {absent[0]!r}; they need {', '.join(COLUMNS)}.")
    untold = {"campaign": pl.lit(None, dtype=pl.String), "is_contaminated": pl.lit(False)}
    known = rows.with_columns(**{name: value for name, value in untold.items() if name not in rows.columns})
    known = known.with_columns(pl.col(*NUMBERS).cast(pl.Float64), pl.col("is_good").cast(pl.Boolean))
    for wrong, says in _refusals():
        _refuse(known.filter(wrong), says, of=known.height)
    for arm in ARMS:
        if not (known["arm"] == arm).any():
            raise NothingToMeasure(_without(arm, customers=known.height))
    # A sum of decimals depends on their order; the same customers must give the same figures in any.
    return known.sort("campaign", "customer_id").with_columns(is_treated=pl.col("arm") == "treated")


def _refusals() -> tuple[tuple[pl.Expr, str], ...]:
    for_nothing = (pl.col("cost") > 0) & (pl.col("arm") == "held_out") & ~pl.col("is_contaminated")
    return (
        (pl.any_horizontal(pl.col(*COLUMNS).is_null()), "lack a value; every column must be known"),
        (~pl.all_horizontal(pl.col(*NUMBERS).is_finite()), "have a number that is not finite"),
        (~pl.col("arm").is_in(ARMS), "have an arm that is neither treated nor held_out"),
        (~pl.col("risk").is_between(0, 1), "have a risk outside 0 to 1"),
        (pl.col("cost") < 0, "have a negative cost"),
        (for_nothing, "are held out and cost money; nobody contacts them"),
        (pl.struct("campaign", "customer_id").is_duplicated(), "are of a customer who comes twice in one campaign"),
    )


def _refuse(bad: pl.DataFrame, says: str, *, of: int) -> None:
    if bad.height:
        first = bad["customer_id"].sort(nulls_last=True)[0]
        raise NothingToMeasure(
            f"{bad.height:,} of {of:,} rows to measure {says} (first: customer_id {first!r}). "
            "Correct the assignments or outcomes from which they were made."
        )


def _without(arm: str, *, customers: int) -> str:
    if arm == "treated":
        return f"none of {customers:,} assigned customers was treated; measure when the list has been worked."
    return (
        f"none of {customers:,} assigned customers was held out, so there is nobody to compare with. "
        "Give the action a holdout_share above 0; campaigns that began without one cannot be measured."
    )


def stratified(known: pl.DataFrame) -> pl.Series:
    """The number of each customer's stratum, from 0: the segment within the campaign, where both arms have enough.

    Segments of a campaign with fewer than `MIN_IN_STRATUM` in an arm are put together; where that is still too few,
    with those of other campaigns; and where that is, with the largest stratum.
    """
    campaign = pl.col("campaign").fill_null("")
    strata = known.select(
        "is_treated",
        stratum=pl.concat_str(pl.lit("segment"), campaign, "segment", separator="\x1f"),
        wider=pl.concat_str(pl.lit("campaign"), campaign, separator="\x1f"),
    )
    strata = strata.with_columns(stratum=_if_small(pl.col("wider")))
    strata = strata.with_columns(stratum=_if_small(pl.lit("rest")))
    strata = strata.with_columns(stratum=_if_small(pl.lit(_largest(strata))))
    return strata["stratum"].rank("dense").cast(pl.Int64) - 1


def _if_small(other: pl.Expr) -> pl.Expr:
    treated = pl.col("is_treated").sum().over("stratum")
    fewest = pl.min_horizontal(treated, pl.len().over("stratum") - treated)
    return pl.when(fewest < MIN_IN_STRATUM).then(other).otherwise("stratum")


def _largest(strata: pl.DataFrame) -> str:
    """The stratum with the most customers in its smaller arm; of equals the first by name."""
    arms = strata.group_by("stratum").agg(treated=pl.col("is_treated").sum(), held_out=(~pl.col("is_treated")).sum())
    fewest = arms.with_columns(fewest=pl.min_horizontal("treated", "held_out"))
    return str(fewest.sort("fewest", "stratum", descending=[True, False])["stratum"][0])
