"""What can the uplift of an action be learned from? Its earlier campaigns: their outcomes, and who took the offer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from features import SnapshotStore, fingerprint
from models import targets
from models._randomised import Randomised
from models._takers import FEWEST_OF_EACH, FEWEST_TOLD, Habits, Offered, are_told
from models._tellers import Besides
from models._uplift import LEARNING
from models._uplift_traits import features_of, traits_among, traits_of
from pipelines._learned_effects import MOST_CAMPAIGNS
from pipelines._measuring_terms import REFERRAL, question_of
from serving import PURPOSES, Ledger
from serving._measurable import stratified

ASKED = ("customer_id", "as_of", "probability")
WAITING = {
    "campaign": pl.String,
    "customer_id": pl.String,
    "as_of": pl.Date,
    "probability": pl.Float64,
    "took": pl.Float64,
    "weight": pl.Float64,
}
ROWS = {
    "campaign": pl.String,
    "customer_id": pl.String,
    "as_of": pl.Date,
    "probability": pl.Float64,
    "is_treated": pl.Boolean,
    "is_good": pl.Boolean,
    "propensity": pl.Float64,
    "took": pl.Float64,
}
_AS_MANY = 50
"""The share of all nights counts as much as so many customers of one."""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """The customers of earlier campaigns whose outcome is known: one row per customer and campaign.

    `campaign`, `customer_id`, `as_of` (the night of assignment), `probability`, `is_treated`, `is_good`, `propensity`,
    `took` (1 where receipts say that the offer was accepted, 0 where they do not though they do of others in that
    campaign, null where they never do, and for those held out). `effect` is what is believed of all.

    `waiting` are customers contacted besides, who tell who takes the offer though their outcome is not known yet, or
    that of nobody held out: `campaign`, `customer_id`, `as_of`, `probability`, `took` and `weight` as `Offered` has
    them. `elsewhere` are customers contacted by other actions, in the same columns; `asked` (`customer_id`, `as_of`,
    `probability`) are customers of tonight whom this one could be done to (`_besides`). `habit_spread` is how much
    habits are believed to say of who takes offers.
    """

    action: str
    effect: float
    rows: pl.DataFrame
    waiting: pl.DataFrame
    elsewhere: pl.DataFrame
    asked: pl.DataFrame
    habit_spread: float = 0.0

    @classmethod
    def empty(cls, action: str, *, effect: float) -> Lesson:
        """That of an action of which nothing is recorded."""
        rows, waiting = pl.DataFrame(schema=ROWS), pl.DataFrame(schema=WAITING)
        return cls(
            action=action, effect=effect, rows=rows, waiting=waiting, elsewhere=waiting, asked=rows.select(ASKED)
        )

    @property
    def digest(self) -> str:
        """A hash of all that is learned from, and how: the same lesson has the same digest, whatever night asks."""
        told = f"{self.action} {self.effect!r} {LEARNING} {self.habit_spread} {self.columns} {fingerprint()} "
        told += self.rows.write_csv() + self.waiting.write_csv() + self.elsewhere.write_csv() + self.asked.write_csv()
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

    def offered(self, store: SnapshotStore | None) -> Offered:
        """Those who wait, as models take them, with the features that each had on the night of assignment."""
        return self._offered(self.waiting, store)

    @property
    def is_told(self) -> bool:
        """Whether enough customers tell who takes the offer, and enough do not."""
        return are_told(Offered.of(self.trial(None)).and_of(self.offered(None)))

    def besides(self, store: SnapshotStore | None) -> Besides:
        """What is known besides these customers of who takes the offer, as models take it."""
        columns = () if store is None else self.columns
        asked = self.asked if store is None else _with_features(self.asked, features_of(columns), store)
        others = self._offered(self.elsewhere, store)
        return Besides(
            habits=Habits.among(columns, spread=self.habit_spread),
            # At which risk they were contacted is that of another outcome, and says nothing here.
            others=replace(others, risk=np.full(len(others), np.nan)),
            traits=traits_of(asked, columns),
            risk=_risk(asked, self.action).to_numpy(),
        )

    def _offered(self, told: pl.DataFrame, store: SnapshotStore | None) -> Offered:
        columns = () if store is None else self.columns
        rows = told if store is None else _with_features(told, features_of(columns), store)
        return Offered(
            traits=traits_of(rows, columns),
            risk=_risk(rows, self.action).to_numpy(),
            took=rows["took"].to_numpy(),
            weight=rows["weight"].to_numpy(),
            customers=rows["customer_id"].to_numpy(),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The habits that the model of the question may use on which the action acts."""
        return traits_about(self.action)


def traits_about(action: str) -> tuple[str, ...]:
    """The habits that the model of the question may use on which the action acts."""
    question = question_of(action)
    return traits_among(targets()["churn" if question == REFERRAL else question].columns)


def lesson_of(action: str, ledger: Ledger, *, effect: float, before: date) -> Lesson | None:
    """What was recorded of the action before `before`; None where there is nothing to learn from yet.

    Customers count by the arm to which they were assigned. The share who were treated is that of the value segment of
    the campaign (strata as `docs/measuring.md` has them). Those with whom nothing could end badly are left out; also
    those who complained while no churn probability was known of them.
    """
    known = ledger.campaigns(before=before).filter(pl.col("action") == action)
    found, beside = list[pl.DataFrame](), list[pl.DataFrame]()
    for name in known.sort("starts_on", "name", descending=True)["name"]:
        rows = _told(ledger, name, action=action, before=before)
        measured = rows.drop_nulls("is_good")
        has_both = measured["arm"].n_unique() == 2
        if has_both:
            found.append(measured)
        if len(beside) < MOST_CAMPAIGNS:
            beside.append((rows.filter(pl.col("is_good").is_null()) if has_both else rows).drop_nulls("took"))
        if len(found) == MOST_CAMPAIGNS:
            break
    if not beside:
        return None
    trial = _stratified(pl.concat(found) if found else beside[0].clear())
    waiting = _as_if_ripe(pl.concat(beside), trial, is_bad=PURPOSES[action].is_bad)
    if not trial.height and not waiting.height:
        return None
    return replace(Lesson.empty(action, effect=effect), rows=trial, waiting=waiting)


def _told(ledger: Ledger, name: str, *, action: str, before: date) -> pl.DataFrame:
    """The customers of a campaign with whom it could end badly."""
    rows = ledger.rows_of(name, before=before).filter(PURPOSES[action].risk(pl.col("probability")) > 0)
    accepted = (pl.col("status") == "accepted").fill_null(False) & (pl.col("arm") == "treated")
    took = pl.when(pl.col("arm") == "treated", accepted.any()).then(accepted.cast(pl.Float64))
    return rows.select(
        "customer_id", "as_of", "arm", "segment", "probability", "is_good", took=took, campaign=pl.lit(name)
    )


def _stratified(rows: pl.DataFrame) -> pl.DataFrame:
    """With the share treated of customers like each one."""
    rows = rows.with_columns(is_treated=pl.col("arm") == "treated")
    strata = stratified(rows) if rows.height else pl.Series(dtype=pl.Int64)
    rows = rows.with_columns(stratum=strata).with_columns(propensity=pl.col("is_treated").mean().over("stratum"))
    return rows.select(*ROWS).sort("campaign", "customer_id")


def _as_if_ripe(beside: pl.DataFrame, trial: pl.DataFrame, *, is_bad: bool) -> pl.DataFrame:
    """Those contacted besides, each who took the offer counted as many times as will have taken it in the end.

    Of a night whose time is not over, the share who took it so far (that of small nights near the share of all such
    nights) stands for the share of those whose time is over; where few of these are known, for the greatest of all
    nights. While nobody took it on any of them, they tell nothing. Whether somebody leaves is not known before the time
    is over, and who buys soon is who buys often: of an outcome that is bad only those count of whom it is known.
    """
    is_ripe = pl.col("is_good").is_not_null()
    if is_bad:
        beside = beside.filter(is_ripe)
    ripe = pl.concat([beside.filter(is_ripe)["took"], trial["took"].drop_nulls()]).to_numpy()
    waiting = beside.filter(~is_ripe)["took"].to_numpy()
    soon = float(waiting.mean()) if len(waiting) else 0.0
    night = (pl.col("took").sum() + _AS_MANY * soon) / (pl.len() + _AS_MANY)
    rows = beside.with_columns(night=pl.when(is_ripe).then(None).otherwise(night.over("campaign", "as_of", is_ripe)))
    is_known = len(ripe) >= FEWEST_TOLD and ripe.sum() >= FEWEST_OF_EACH
    share = pl.lit(float(ripe.mean())) if is_known else pl.col("night").max()
    # Not a number where nobody took it on any of these nights: none of none.
    rows = rows.with_columns(weight=(pl.col("night") / share).clip(0.0, 1.0).fill_nan(0.0).fill_null(1.0))
    rows = rows.filter(pl.col("weight") > 0).with_columns(took=pl.col("took") / pl.col("weight"))
    return rows.select(*WAITING).sort("campaign", "customer_id")


def _risk(rows: pl.DataFrame, action: str) -> pl.Series:
    return rows.select(PURPOSES[action].risk(pl.col("probability"))).to_series()


def _with_features(rows: pl.DataFrame, columns: tuple[str, ...], store: SnapshotStore) -> pl.DataFrame:
    if not rows.height:
        return rows.with_columns(pl.lit(None, pl.Float64).alias(name) for name in columns)
    days = rows["as_of"].unique().sort().to_list()
    known = store.among(rows.select("customer_id").unique(), days)
    parts = [
        rows.filter(pl.col("as_of") == day).join(
            features.select("customer_id", *columns), on="customer_id", how="left", validate="m:1"
        )
        for day, features in zip(days, known, strict=True)
    ]
    return pl.concat(parts).sort([name for name in ("campaign", "customer_id") if name in rows.columns])
