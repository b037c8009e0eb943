"""What happens when lists are acted on for months? Teams play the living shop, each in a copy of the same world."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

import polars as pl

from pipelines._errors import SettingsWrong
from pipelines._living_actions import ACTIONS, DRIVEN_AWAY, NATURAL
from pipelines._living_people import Nature
from pipelines._living_rivals import PAIR
from pipelines._living_shop import LivingShop
from pipelines._progress import stage
from pipelines._settings import Settings
from pipelines._simulated_outcome import Played, by_quarter, realised_profit, spent_since, summary
from pipelines._simulated_respect import RespectBroken, faults
from pipelines._simulated_rules import worth_tonight
from pipelines._simulated_teams import EXPORTS, PUBLISH, Nightly, Ours, Team, at_home, team

Training = Callable[[Settings, date], object]

HISTORY_DAYS = 728
"""What is known before the first night: two years of whole weeks."""

WORTH_DAYS = 364
"""What a contact brings counts for a year, to those who see the truth and at the end of the simulation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How long, how often, and in which world is played, and by whom."""

    nights: int
    every: int = 7
    seed: int = 7
    customers: int = 3000
    policies: tuple[str, ...]

    def days(self, first: date) -> list[date]:
        """The nights to be played."""
        return [first + timedelta(days=self.every * number) for number in range(self.nights)]


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What came of it: `policies`, one row each, `quarters`, and `campaigns`, those of our ledger against the truth."""

    policies: pl.DataFrame
    quarters: pl.DataFrame
    campaigns: pl.DataFrame | None

    def ask_for_respect(self) -> None:
        """Raises RespectBroken where a list asked to contact somebody who must not be contacted."""
        broken = self.policies.filter(pl.col("respect_broken") > 0)
        if broken.height:
            first = broken.row(0, named=True)
            raise RespectBroken(
                f"{first['respect_broken']} contacts of the policy {first['policy']} break respect: no consent, a "
                "promotion to somebody with an open complaint or within the cool-down, or one customer twice. This is "
                "a fault of the rules in serving/_respect.py; `faults` in pipelines/_simulated_respect.py says which."
            )


PLAN_FILE = "plan.json"
"""What was played, in the home of what came of it."""

_TABLES = ("policies", "quarters", "campaigns")

_NOTHING_YET = pl.DataFrame(
    schema={
        **dict.fromkeys(PAIR, pl.String),
        "incremental_profit": pl.Float64,
        "fault": pl.String,
        "day": pl.Date,
    }
)
"""Contacts made so far, none."""


def simulate_seeds(
    settings: Settings, plan: Plan, seeds: Sequence[int], *, training: Training, nightly: Nightly
) -> dict[int, Simulated]:
    """Plays one plan in several worlds, each in a home of its own below that of the settings (`seed-1`, ...).

    A world that was played to its end by the same plan and settings is not played again.
    """
    found = {}
    for seed in seeds:
        here = settings.model_copy(update={"home": settings.home / f"seed-{seed}"}) if len(seeds) > 1 else settings
        asked = replace(plan, seed=seed)
        found[seed] = kept(here, asked) or simulate(here, asked, training=training, nightly=nightly)
    return found


def simulate(settings: Settings, plan: Plan, *, training: Training, nightly: Nightly) -> Simulated:
    """Plays every policy of the plan from the same day in a copy of one world, and says what each really brought.

    The first models are learned once, from the history; then each team that publishes works in a home of its own below
    that of the settings, with the real nightly run: `nightly`, and `training` for the first time. All meet the same
    luck, so that they differ by whom they contact alone. Raises SettingsWrong where the home has been simulated in.
    """
    _ask_for_a_new_home(settings)
    world = LivingShop(plan.seed, plan.customers)
    world.advance(world.world.nature.begin + timedelta(days=HISTORY_DAYS))
    until = plan.days(world.day)[-1] + timedelta(days=max(plan.every, WORTH_DAYS))
    teams = _teams(settings, plan, world, training=training, nightly=nightly)
    alone = world.copy()
    alone.advance(until)
    played = []
    for policy, each in teams.items():
        with stage(f"simulating {policy}"):
            played.append(_played(policy, each, world, alone, settings=settings, plan=plan))
    ours = teams.get("ours")
    campaigns = ours.measured(before=until) if isinstance(ours, Ours) else None
    found = Simulated(policies=summary(played), quarters=by_quarter(played, first=world.day), campaigns=campaigns)
    keep(settings, plan, found)
    return found


def keep(settings: Settings, plan: Plan, found: Simulated) -> None:
    """Writes what came of a plan into the home, the plan last."""
    settings.home.mkdir(parents=True, exist_ok=True)
    for name in _TABLES:
        table = getattr(found, name)
        if table is not None:
            table.write_parquet(settings.home / f"{name}.parquet")
    (settings.home / PLAN_FILE).write_text(_told(settings, plan), encoding="utf-8")


def kept(settings: Settings, plan: Plan) -> Simulated | None:
    """What came of the same plan under the same settings, where the home has it."""
    file = settings.home / PLAN_FILE
    if not file.is_file() or file.read_text(encoding="utf-8") != _told(settings, plan):
        return None
    files = {name: settings.home / f"{name}.parquet" for name in _TABLES}
    campaigns = files["campaigns"]
    return Simulated(
        policies=pl.read_parquet(files["policies"]),
        quarters=pl.read_parquet(files["quarters"]),
        campaigns=pl.read_parquet(campaigns) if campaigns.is_file() else None,
    )


def _told(settings: Settings, plan: Plan) -> str:
    chosen = settings.model_dump(mode="json", exclude={"home", "source"})
    world = repr((Nature(), ACTIONS, NATURAL, DRIVEN_AWAY))
    return json.dumps({"plan": asdict(plan), "settings": chosen, "world": world}, indent=1, sort_keys=True) + "\n"


def _ask_for_a_new_home(settings: Settings) -> None:
    there = [name for name in ("learned", *PUBLISH) if (settings.home / name).exists()]
    if there:
        raise SettingsWrong(
            f"{settings.home} holds an earlier simulation ({', '.join(there)}); remove it, or give this one a --home "
            "of its own."
        )


def _teams(
    settings: Settings, plan: Plan, world: LivingShop, *, training: Training, nightly: Nightly
) -> dict[str, Team]:
    """The team of each policy; those that publish move in with the models that are learned from the world's history."""
    publish = [policy for policy in plan.policies if policy in PUBLISH]
    if publish:
        learned = at_home(settings, settings.home / "learned")
        world.write(learned.home / EXPORTS)
        training(learned, world.day)
        for policy in publish:
            shutil.copytree(learned.home, settings.home / policy)
    return {
        policy: team(policy, settings, nightly=nightly, days=WORTH_DAYS, written=world.day) for policy in plan.policies
    }


def _played(
    policy: str, working: Team, world: LivingShop, alone: LivingShop, *, settings: Settings, plan: Plan
) -> Played:
    """Lets a team work night after night, and the shop live on until all that was done has had its time."""
    shop, start, made = world.copy(), world.day, _NOTHING_YET
    for day in plan.days(start):
        listed = working.listed(shop, made.select("customer_id", "day"))
        made = pl.concat([made, _looked_at(shop, listed, made, settings)])
        shop.advance(day + timedelta(days=plan.every), listed.with_columns(day=pl.lit(day)))
        working.heard(shop, day, listed)
    shop.advance(alone.day)
    realised = realised_profit(shop, alone, settings, since=start)
    return Played(policy=policy, contacts=made, realised=realised, spent=spent_since(shop, settings, since=start))


def _looked_at(shop: LivingShop, listed: pl.DataFrame, before: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """The contacts of tonight with what they are truly worth, and with what is wrong with them."""
    worth = worth_tonight(shop, settings, kind="truth", days=WORTH_DAYS)
    wrong = faults(shop, listed, contacted=before, cool_down_days=settings.decisions.cool_down_days)
    found = listed.select(PAIR).hstack([wrong]).join(worth, on=PAIR, how="left", maintain_order="left")
    return found.select(*PAIR, "incremental_profit", "fault", day=pl.lit(shop.day)).select(_NOTHING_YET.columns)
