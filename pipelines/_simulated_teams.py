"""Who works in the living shop? A team for each rule: ours with its nightly lists, rivals, and two who see too much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl

from pipelines._campaigns import campaign_name, period_of
from pipelines._living_baskets import customer_ids
from pipelines._living_chance import Chance
from pipelines._living_rivals import PAIR, Limits, at_random, by_score, by_truth, complaints_first
from pipelines._living_shop import LivingShop
from pipelines._night import Night
from pipelines._settings import Settings, SourceSettings
from pipelines._simulated_outcome import campaigns_against_truth, true_gains
from pipelines._simulated_rules import candidates, limits_in, worth_tonight
from serving import Ledger, excel_csv, take
from serving._holdout import arms
from serving._rules import RECOVERY

OFFER = "retention_offer"
"""What the rules with one score send to whoever is highest."""

SCORES = {"churn": "churn_probability", "value": "value_to_lose", "churn-value": "value_at_risk"}
"""The published column by which each of these rules ranks."""

NEVER_DAYS = 36_500
"""Longer than any simulation."""

PUBLISH = ("ours", *SCORES)
"""Who needs the nightly run."""

EXPORTS = "exports"
"""Where in a team's home the shop's exports lie."""

Nightly = Callable[[Settings, date], Night]


class Team(Protocol):
    """Somebody who makes lists in a living shop and hears what came of them."""

    def listed(self, shop: LivingShop, contacted: pl.DataFrame) -> pl.DataFrame:
        """Whom to contact on the shop's day: customer_id, action, and where known campaign. `contacted`: before."""
        ...

    def heard(self, shop: LivingShop, day: date, listed: pl.DataFrame) -> None:
        """What the shop, which has lived on, says of the contacts of `day`."""
        ...


@dataclass(kw_only=True)
class Drawn:
    """Who is held out of the lists of a rule: the share of the settings, drawn as for our lists, by calendar month."""

    settings: Settings
    before: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_DRAWN))
    held_out: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_LEFT_ALONE))

    def left_alone(self, contacted: pl.DataFrame) -> pl.DataFrame:
        """Who was contacted (customer_id, day) and, alike, who was held out."""
        return pl.concat([contacted, self.held_out])

    def treated(self, listed: pl.DataFrame, day: date) -> pl.DataFrame:
        """Whom of `listed` (customer_id, action) to contact; the others are held out of that month's campaign."""
        if listed.is_empty():
            return listed.select(PAIR)
        period = period_of(day, length=self.settings.decisions.campaign)
        shares = {name: one.holdout_share for name, one in self.settings.actions.used.items()}
        campaigns = {name: campaign_name(name, period) for name in shares}
        assigned = listed.select(
            *PAIR,
            campaign=pl.col("action").replace_strict(campaigns),
            segment=pl.lit("everybody"),
            holdout_share=pl.col("action").replace_strict(shares, return_dtype=pl.Float64),
            salt=pl.lit(self.settings.decisions.salt),
        )
        assigned = assigned.with_columns(arms(assigned, before=self.before))
        fresh = assigned.select(list(_DRAWN)).join(self.before, on=["customer_id", "campaign"], how="anti")
        self.before = pl.concat([self.before, fresh])
        held_out = assigned.filter(pl.col("arm") == "held_out").select("customer_id", day=pl.lit(day))
        self.held_out = pl.concat([self.held_out, held_out])
        return assigned.filter(pl.col("arm") == "treated").select(PAIR)


_DRAWN: Mapping[str, type[pl.DataType]] = dict.fromkeys(("customer_id", "campaign", "segment", "arm"), pl.String)
_LEFT_ALONE: Mapping[str, type[pl.DataType]] = {"customer_id": pl.String, "day": pl.Date}


@dataclass(frozen=True, kw_only=True)
class Seer:
    """A team that needs no models: at random, by the truth or by what can be known of it."""

    settings: Settings
    kind: str
    days: int
    drawn: Drawn

    def listed(self, shop: LivingShop, contacted: pl.DataFrame) -> pl.DataFrame:
        """The list of the rule named by `kind`, those held out left out."""
        seen = "knowable" if self.kind == "knowable" else "truth"
        pairs = candidates(shop, self.settings, contacted=self.drawn.left_alone(contacted)).join(
            worth_tonight(shop, self.settings, kind=seen, days=self.days), on=PAIR
        )
        if self.kind == "random":
            seed = shop.day_number(shop.day)
            return self.drawn.treated(_by_chance(pairs, limits_in(self.settings), seed=seed), shop.day)
        ranked = pairs.with_columns(priority="incremental_profit")
        answered, limits = complaints_first(ranked, limits_in(self.settings), action=RECOVERY)
        rest = pairs.filter(pl.col("action") != RECOVERY).select(PAIR)
        return self.drawn.treated(pl.concat([answered, by_truth(rest, limits, truth=pairs)]), shop.day)

    def heard(self, shop: LivingShop, day: date, listed: pl.DataFrame) -> None:
        """Nothing to learn."""


@dataclass(kw_only=True)
class Publisher:
    """A team with a home of its own, in which the real nightly run reads the shop's exports and publishes."""

    settings: Settings
    nightly: Nightly
    written: date

    def publish(self, shop: LivingShop) -> Path:
        """Writes what is new since `written` and runs the night of the shop's day; returns the bundle's folder."""
        if shop.day > self.written:
            shop.write(self.settings.home / EXPORTS, since=self.written)
            self.written = shop.day
        return self.nightly(self.settings, shop.day).published.folder


@dataclass(kw_only=True)
class Ours(Publisher):
    """The team that works off our list and says in a file of receipts whom it reached and who accepted.

    `worked` are all contacts so far, with the night they were listed on: offers are taken weeks later too. `gains` is
    what contact would truly bring everybody who was assigned, night by night. What measures campaigns and learns from
    them is part of the nightly run.
    """

    gains: list[pl.DataFrame] = field(default_factory=list)
    worked: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_WORKED))

    def listed(self, shop: LivingShop, contacted: pl.DataFrame) -> pl.DataFrame:
        """The customers of the published list."""
        folder = self.publish(shop)
        decided = pl.read_parquet(folder / "decisions.parquet").filter(pl.col("arm").is_not_null())
        self.gains.append(true_gains(shop, self.settings, decided))
        found = pl.read_parquet(folder / "retention_list.parquet")
        return found.select("customer_id", "action", "campaign")

    def heard(self, shop: LivingShop, day: date, listed: pl.DataFrame) -> None:
        """Writes the receipts since the list as a team would, and takes them on the eve of the next night."""
        new = listed.select("customer_id", "action", "campaign", as_of=pl.lit(day))
        self.worked = pl.concat([self.worked, new])
        rows = _receipts(shop, day, self.worked)
        if rows.is_empty():
            return
        file = self.settings.home / "receipts" / f"{day}.csv"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(excel_csv(rows))
        evening = datetime.combine(shop.day - timedelta(days=1), time(23), tzinfo=UTC)
        taken = take(file, self.ledger, time_zone=self.settings.time_zone, now=evening)
        if taken.rejected.height:
            raise ValueError(f"{taken.rejected.height} receipts were rejected: {taken.rejected.row(0, named=True)}")

    def measured(self, *, before: date) -> pl.DataFrame:
        """The campaigns of the ledger as measured by the nights before a day, against the truth."""
        return campaigns_against_truth(self.ledger, pl.concat(self.gains), before=before)

    @property
    def ledger(self) -> Ledger:
        """The ledger of the team's home."""
        return Ledger(self.settings.ledger.url, self.settings.home)


@dataclass(kw_only=True)
class Scorer(Publisher):
    """A team with our scores and a simple rule: one offer for whoever has the highest."""

    score: str
    days: int
    drawn: Drawn

    def listed(self, shop: LivingShop, contacted: pl.DataFrame) -> pl.DataFrame:
        """The customers with the highest score to whom respect allows the offer, those held out left out."""
        scores = pl.read_parquet(self.publish(shop) / "scores.parquet")
        worth = worth_tonight(shop, self.settings, kind="truth", days=self.days)
        pairs = candidates(shop, self.settings, contacted=self.drawn.left_alone(contacted))
        priced = pairs.join(worth.select(*PAIR, "expected_cost"), on=PAIR)
        ranked = priced.join(scores.select("customer_id", priority=self.score), on="customer_id", how="left")
        answered, limits = complaints_first(ranked, limits_in(self.settings), action=RECOVERY)
        offered = by_score(priced, limits, scores=scores, score=self.score, action=OFFER)
        return self.drawn.treated(pl.concat([answered, offered]), shop.day)

    def heard(self, shop: LivingShop, day: date, listed: pl.DataFrame) -> None:
        """Nothing to learn but what the exports say."""


def team(policy: str, settings: Settings, *, nightly: Nightly, days: int, written: date) -> Team:
    """The team of a policy; those that publish have a home of their own in the home of `settings`.

    The exports there are `written` as of a day; a contact counts for what it brings within `days`.
    """
    if policy not in PUBLISH:
        return Seer(settings=settings, kind=policy, days=days, drawn=Drawn(settings=settings))
    own = at_home(settings, settings.home / policy)
    if policy == "ours":
        return Ours(settings=own, nightly=nightly, written=written)
    drawn = Drawn(settings=settings)
    return Scorer(
        settings=_as_learned(own), nightly=nightly, written=written, score=SCORES[policy], days=days, drawn=drawn
    )


def _as_learned(settings: Settings) -> Settings:
    """The same settings for a team that goes on with the models it began with."""
    never = {"retrain_after_days": NEVER_DAYS}
    return settings.model_copy(
        update={
            "training": settings.training.model_copy(update=never),
            "models": settings.models.model_copy(update={"max_age_days": NEVER_DAYS}),
        }
    )


def at_home(settings: Settings, home: Path) -> Settings:
    """The same settings for a home of its own, which reads the exports in it."""
    return settings.model_copy(update={"home": home, "source": SourceSettings(name="folder", path=home / EXPORTS)})


def _by_chance(pairs: pl.DataFrame, limits: Limits, *, seed: int) -> pl.DataFrame:
    """Complaints in any order, then any customers and any actions."""
    luck = Chance(seed).of("complaints", np.arange(len(pairs)))
    ranked = pairs.sort(PAIR).with_columns(priority=luck)
    answered, left = complaints_first(ranked, limits, action=RECOVERY)
    rest = pairs.filter(pl.col("action") != RECOVERY).select(*PAIR, "expected_cost")
    return pl.concat([answered, at_random(rest, left, seed=seed)])


_WORKED: Mapping[str, type[pl.DataType]] = {
    "customer_id": pl.String,
    "action": pl.String,
    "campaign": pl.String,
    "as_of": pl.Date,
}


def _receipts(shop: LivingShop, day: date, worked: pl.DataFrame) -> pl.DataFrame:
    """Everybody on the list of `day` is reached; who took an offer since, of whatever list, has accepted it."""
    reached = worked.filter(as_of=day).with_columns(happened_on="as_of", status=pl.lit("reached"))
    since, begin = shop.day_number(day), shop.world.nature.begin
    events = shop.team_events.filter("is_response", pl.col("day") >= since, pl.col("day") < shop.day_number(shop.day))
    took = events.select(
        "action",
        customer_id=customer_ids(events["customer"].to_numpy()),
        happened_on=pl.lit(begin) + pl.duration(days="day"),
    )
    told = worked.join(took, on=["customer_id", "action"]).filter(pl.col("as_of") <= pl.col("happened_on"))
    latest = told.sort("as_of", "happened_on", descending=[True, False])
    accepted = latest.unique(["customer_id", "action"], keep="first", maintain_order=True)
    both = pl.concat([reached, accepted.with_columns(status=pl.lit("accepted"))], how="diagonal")
    both = both.with_columns(happened_at=pl.format("{} 09:30", "happened_on"))
    return both.select("campaign", "customer_id", "status", "happened_at", "as_of").sort("campaign", "customer_id")
