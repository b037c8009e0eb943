"""What would the living shop's exports hold? The events of its days as the rows of customers and interactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from data_contracts import contracts
from pipelines._living_actions import ACTIONS
from pipelines._living_baskets import after, customer_ids, moments, picked
from pipelines._living_chance import Chance, Indices
from pipelines._living_day import Columns, World
from pipelines._living_lives import ACTION_NUMBERS, Lives
from pipelines._living_people import NEVER
from pipelines.simulated_shop import LATE_COMPLAINT_SHARE, REGIONS, TOPICS

REVIEWED_SHARE = 0.3

_SMALL: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "visits": ("visit", ("shop", "web", "app")),
    "enquiries": ("enquiry", ("phone", "mail", "web")),
    "surveys": ("survey", ("web", "phone")),
}
_TEAM_CHANNELS = ("mail", "sms")
_RECOVERY = ACTION_NUMBERS["service_recovery"]


def customers(world: World, lives: Lives) -> pl.DataFrame:
    """One row per customer who has joined or is known to join; `region` is an attribute that no contract names."""
    who = np.flatnonzero(lives.comes_on != NEVER)
    people, chance, comes_on = world.people, world.origin, lives.comes_on[who]
    joined_at = moments(world.nature.begin, comes_on, world.chance.of("order time", who, comes_on))
    referred_by = np.where(who >= people.own, who - people.own, -1)
    cost = np.where(referred_by >= 0, 15.0, 60.0) * np.exp(chance.of("acquisition", who) - 0.5)
    cost[chance.of("cost unknown", who) < 0.1] = np.nan
    consent_at = after(joined_at, 24 * people.consent_delay[who])
    return pl.DataFrame(
        {
            "customer_id": customer_ids(who),
            "joined_at": joined_at,
            "referred_by": customer_ids(referred_by),
            "acquisition_cost": pl.Series(cost.round(2)).fill_nan(None),
            "consent_at": consent_at,
            "withdrawn_at": after(consent_at, 24 * people.withdrawn_delay[who]),
            "language": picked(("zh", "en"), (chance.of("language", who) < 0.3).astype(np.int64)),
            "region": picked(REGIONS, _one_of(REGIONS, chance, "region", who, 0)),
        }
    )


def interactions(world: World, happened: Mapping[str, Columns], campaigns: Sequence[str]) -> pl.DataFrame:
    """One row per interaction other than a complaint, in the columns of the contract."""
    parts = [_small(world, happened[events], *kind) for events, kind in _SMALL.items()]
    parts += [_of_team(world, happened[events], campaigns, answers=answers) for events, answers in _TEAM_EVENTS]
    return pl.concat([_as_contracted(part) for part in parts])


def complaints(world: World, events: Columns) -> pl.DataFrame:
    """Complaints with their answers; some are entered up to three days late, some reviewed in the week after."""
    made = _happened(world, events, "complaint", ("phone", "mail", "web", "shop"))
    chance, who, day, hours = world.chance, events["customer"], events["day"], events["answer_hours"]
    late = chance.of("complaint late", who, day)
    late_hours = np.where(late < LATE_COMPLAINT_SHARE, 72 * late / LATE_COMPLAINT_SHARE, 0.0)
    review = chance.of("complaint review", who, day)
    review_hours = np.where(review < REVIEWED_SHARE, hours + 24 * (1 + 6 * review / REVIEWED_SHARE), np.nan)
    timed = made.with_columns(
        recorded_at=after(made["occurred_at"], late_hours),
        topic=picked(TOPICS, _one_of(TOPICS, chance, "complaint topic", who, day)),
        resolved_at=after(made["occurred_at"], hours),
        reviewed_at=after(made["occurred_at"], review_hours),
    )
    return _as_contracted(timed)


def resolved(rows: pl.DataFrame, world: World, *, who: Indices, day: Indices) -> pl.DataFrame:
    """The complaints, of which those that were open when the team called are answered by that call."""
    at = moments(world.nature.begin, day, np.zeros(len(who)))
    calls = pl.DataFrame({"customer_id": customer_ids(who), "called_at": at}).join(
        rows.select("customer_id", "interaction_id", "occurred_at"), on="customer_id"
    )
    first = (
        calls.filter(pl.col("called_at") > pl.col("occurred_at"))
        .group_by("interaction_id")
        .agg(pl.col("called_at").min())
    )
    answered = rows.join(first, on="interaction_id", how="left", maintain_order="left")
    return answered.with_columns(resolved_at=pl.min_horizontal("resolved_at", "called_at")).drop("called_at")


_TEAM_EVENTS = (("contacts", False), ("responses", True))


def _as_contracted(rows: pl.DataFrame) -> pl.DataFrame:
    schema = pl.Schema(contracts()["interactions"].polars_schema)
    return rows.match_to_schema(schema, missing_columns="insert").select(schema.names())


def _small(world: World, events: Columns, kind: str, channels: tuple[str, ...]) -> pl.DataFrame:
    frame = _happened(world, events, kind, channels)
    if "satisfaction" in events:
        return frame.with_columns(satisfaction=pl.Series(events["satisfaction"], dtype=pl.Float64))
    topic = picked(TOPICS, _one_of(TOPICS, world.chance, f"{kind} topic", events["customer"], events["day"]))
    return frame.with_columns(topic=topic) if kind == "enquiry" else frame


def _happened(world: World, events: Columns, kind: str, channels: tuple[str, ...]) -> pl.DataFrame:
    """Whose, when and where: the columns that all kinds have. One of a kind per customer and day names the event."""
    who, day = events["customer"], events["day"]
    occurred_at = moments(world.nature.begin, day, world.chance.of(f"{kind} time", who, day))
    return pl.DataFrame(
        {
            "interaction_id": _ids(kind, who, day),
            "customer_id": customer_ids(who),
            "occurred_at": occurred_at,
            "kind": pl.repeat(kind, len(who), dtype=pl.String, eager=True),
            "recorded_at": occurred_at,
            "channel": picked(channels, _one_of(channels, world.chance, f"{kind} channel", who, day)),
        }
    )


def _of_team(world: World, events: Columns, campaigns: Sequence[str], *, answers: bool) -> pl.DataFrame:
    """Contacts by the team, at opening, and what customers took of the offers; the topic is the campaign's name.

    Service recovery is a service and no campaign contact: it promotes nothing.
    """
    who, day, action = events["customer"], events["day"], events["action"]
    kind = "campaign_response" if answers else "campaign_contact"
    frame = _happened(world, events, kind, _TEAM_CHANNELS)
    at = moments(world.nature.begin, day, world.chance.of("order time", who, day) if answers else np.zeros(len(who)))
    is_service = pl.Series(action == _RECOVERY, dtype=pl.Boolean)
    names = pl.Series(tuple(ACTIONS), dtype=pl.String)[pl.Series(action, dtype=pl.Int64)]
    return frame.with_columns(
        interaction_id=pl.select(pl.format("{}-{}", frame["interaction_id"], names)).to_series(),
        occurred_at=at,
        recorded_at=at,
        kind=pl.select(pl.when(is_service).then(pl.lit("service")).otherwise(frame["kind"])).to_series(),
        channel=pl.select(pl.when(is_service).then(pl.lit("phone")).otherwise(frame["channel"])).to_series(),
        topic=picked(campaigns, events["campaign"]) if len(who) else pl.Series([], dtype=pl.String),
    )


def _one_of(names: Sequence[str], chance: Chance, purpose: str, who: Indices, day: Indices | int) -> Indices:
    return np.floor(len(names) * chance.of(purpose, who, day)).astype(np.int64)


def _ids(kind: str, who: Indices, day: Indices) -> pl.Series:
    frame = pl.DataFrame({"who": who + 1, "day": day})
    return frame.select(pl.format(kind + "-{}-{}", "who", "day")).to_series()
