"""What can an uplift model of an action be learned from? Its earlier campaigns, as far as their outcomes are known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from itertools import islice

import numpy as np
import polars as pl

from features import SnapshotStore, fingerprint
from models import targets
from models._randomised import Randomised
from models._uplift import LEARNING
from models._uplift_traits import features_of, traits_among, traits_of
from pipelines._learned_effects import MOST_CAMPAIGNS
from pipelines._measuring_terms import REFERRAL, question_of
from serving import PURPOSES, Ledger
from serving._measurable import stratified


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """The customers of earlier campaigns whose outcome is known: one row per customer and campaign.

    `campaign`, `customer_id`, `as_of` (the night of assignment), `probability`, `is_treated`, `is_good`, `propensity`,
    `took` (1 where receipts say that the offer was accepted, 0 where they do not though they do of others in that
    campaign, null where they never do, and for those held out). `effect` is what is believed of all.
    """

    action: str
    effect: float
    rows: pl.DataFrame

    @property
    def digest(self) -> str:
        """A hash of all that is learned from, and how: the same lesson has the same digest, whatever night asks."""
        told = f"{self.action} {self.effect!r} {LEARNING} {self.columns} {fingerprint()} {self.rows.write_csv()}"
        return hashlib.sha256(told.encode()).hexdigest()

    def trial(self, store: SnapshotStore | None) -> Randomised:
        """The lesson as models take it, with the features that each customer had on the night of assignment.

        Without a `store` it has none, which is enough to count customers.
        """
        columns = () if store is None else self.columns
        rows = self.rows if store is None else _with_features(self.rows, features_of(columns), store)
        return Randomised(
            columns=columns,
            traits=traits_of(rows, columns),
            probability=rows["probability"].to_numpy(),
            is_treated=rows["is_treated"].to_numpy(),
            is_good=rows["is_good"].to_numpy(),
            propensity=rows["propensity"].to_numpy(),
            customers=rows["customer_id"].to_numpy(),
            campaigns=rows["campaign"].to_numpy(),
            effect=self.effect,
            is_bad=PURPOSES[self.action].is_bad,
            took=rows["took"].fill_null(np.nan).to_numpy(),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The habits that the model of the question may use on which the action acts."""
        question = question_of(self.action)
        return traits_among(targets()["churn" if question == REFERRAL else question].columns)


def lesson_of(action: str, ledger: Ledger, *, effect: float, before: date) -> Lesson | None:
    """What was recorded of the action before `before`; None where no campaign with a holdout has outcomes yet.

    Customers count by the arm to which they were assigned. The share who were treated is that of the value segment of
    the campaign (strata as `docs/measuring.md` has them). Those with whom nothing could end badly are left out; also
    those who complained while no churn probability was known of them.
    """
    known = ledger.campaigns(before=before).filter(pl.col("action") == action)
    latest = known.sort("starts_on", "name", descending=True)["name"]
    measured = (rows for name in latest if (rows := _measured(ledger, name, action=action, before=before)) is not None)
    found = list(islice(measured, MOST_CAMPAIGNS))
    if not found:
        return None
    rows = pl.concat(found).with_columns(is_treated=pl.col("arm") == "treated")
    rows = rows.with_columns(stratum=stratified(rows)).with_columns(
        propensity=pl.col("is_treated").mean().over("stratum")
    )
    columns = ("campaign", "customer_id", "as_of", "probability", "is_treated", "is_good", "propensity", "took")
    return Lesson(action=action, effect=effect, rows=rows.select(columns).sort("campaign", "customer_id"))


def _measured(ledger: Ledger, name: str, *, action: str, before: date) -> pl.DataFrame | None:
    """The customers of a campaign with an outcome; None where both arms have none."""
    rows = ledger.rows_of(name, before=before).filter(
        pl.col("is_good").is_not_null(), PURPOSES[action].risk(pl.col("probability")) > 0
    )
    if rows["arm"].n_unique() < 2:
        return None
    accepted = (pl.col("status") == "accepted").fill_null(False) & (pl.col("arm") == "treated")
    took = pl.when(pl.col("arm") == "treated", accepted.any()).then(accepted.cast(pl.Float64))
    chosen = rows.select("customer_id", "as_of", "arm", "segment", "probability", "is_good", took=took)
    return chosen.with_columns(campaign=pl.lit(name))


def _with_features(rows: pl.DataFrame, columns: tuple[str, ...], store: SnapshotStore) -> pl.DataFrame:
    days = rows["as_of"].unique().sort().to_list()
    known = store.among(rows.select("customer_id").unique(), days)
    parts = [
        rows.filter(pl.col("as_of") == day).join(
            features.select("customer_id", *columns), on="customer_id", how="left", validate="m:1"
        )
        for day, features in zip(days, known, strict=True)
    ]
    return pl.concat(parts).sort("campaign", "customer_id")
