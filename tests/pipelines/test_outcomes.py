"""Is what came of a list measured as soon as it is known, for both arms alike, and does the next campaign learn it?"""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from campaigns import assigned, campaign, record
from small_shop import shop_lines, write_shop

from features import open_lake
from pipelines._decisions import declared_campaigns
from pipelines._ingest import ingest, read_and_check
from pipelines._learned_effects import belief_of
from pipelines._outcomes import measure_outcomes
from pipelines._settings import Settings, load_settings
from serving import Effect, Ledger

TONIGHT = date(2024, 7, 19)
ASSIGNED = date(2024, 6, 10)
"""Its 28 days are over on the eighth of July, and the lines reach to the eighteenth."""


def settings_of(folder: Path, **more: object) -> Settings:
    """The settings of a shop in `folder`, with its home beside it."""
    chosen = {"source.name": str(folder / "shop"), "home": folder / "home", "churn.horizon_days": 28, **more}
    return load_settings(None, environment={}, overrides=chosen)


@pytest.fixture(scope="module")
def lake_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop and a home into which its lines were brought; each customer is asked for by many tests."""
    folder = tmp_path_factory.mktemp("outcomes")
    write_shop(folder / "shop")
    settings = settings_of(folder)
    ingest(settings, read_and_check(settings, as_of=TONIGHT), as_of=TONIGHT)
    return folder


@pytest.fixture
def folder(lake_home: Path, tmp_path: Path) -> Path:
    """The same, of one's own."""
    return shutil.copytree(lake_home, tmp_path / "copy")


def summer(action: str = "retention_offer", **changed: Any) -> dict[str, Any]:
    """A campaign of summer 2024."""
    days = {"starts_on": date(2024, 6, 1), "ends_on": date(2024, 9, 1)}
    return campaign(f"{action}-2024-summer", action=action, **days, **changed)


def given(ledger: Ledger, *customers: str, on: date = ASSIGNED, action: str = "retention_offer") -> None:
    """Records a night with the customers, the first of them held out."""
    arms = {who: "treated" if number else "held_out" for number, who in enumerate(customers)}
    record(ledger, on, assigned(arms, campaign=f"{action}-2024-summer"), campaigns=[summer(action)])


def measured(folder: Path, as_of: date = TONIGHT, **more: object) -> int:
    """How many outcomes the night of `as_of` records."""
    settings = settings_of(folder, **more)
    ledger = Ledger(None, settings.home)
    return measure_outcomes(settings, open_lake(settings.home), ledger, as_of=as_of)


def spend_in_window() -> dict[str, float]:
    """What each customer spent in the 28 days from the day of assignment on."""
    first = pl.lit(ASSIGNED).cast(pl.Datetime)
    inside = pl.col("occurred_at").is_between(first, first + timedelta(days=28), closed="left")
    return dict(shop_lines().filter(inside).group_by("customer_id").agg(pl.col("amount").sum()).rows())


def test_who_bought_in_the_window_stayed_and_profit_is_margin_on_that_in_both_arms(folder: Path) -> None:
    ledger = Ledger(None, folder / "home")
    customers = shop_lines()["customer_id"].unique().sort()[:12].to_list()
    given(ledger, *customers)
    assert measured(folder, **{"value.margin": 0.5}) == 12
    spent = spend_in_window()
    rows = ledger.rows_of("retention_offer-2024-summer")
    assert {True, False} == set(rows["is_good"])
    for row in rows.iter_rows(named=True):
        assert row["is_good"] == (row["customer_id"] in spent)
        assert row["profit"] == pytest.approx(0.5 * spent.get(row["customer_id"], 0.0), abs=0.006)
        assert row["measured_until"] == ASSIGNED + timedelta(days=28)


def test_only_what_is_new_is_written_and_the_same_night_again_writes_nothing(folder: Path) -> None:
    given(Ledger(None, folder / "home"), "C000", "C001")
    assert [measured(folder), measured(folder)] == [2, 0]
    assert measured(folder, TONIGHT + timedelta(days=1)) == 0
    assert measured(folder, TONIGHT + timedelta(days=1), **{"value.margin": 0.5}) > 0


@pytest.mark.parametrize(("as_of", "count"), [(date(2024, 7, 7), 0), (date(2024, 7, 8), 1)])
def test_an_outcome_is_known_once_the_data_reach_the_end_of_its_window(folder: Path, as_of: date, count: int) -> None:
    given(Ledger(None, folder / "home"), "C000")
    assert measured(folder, as_of) == count


def test_data_that_end_before_the_window_does_leave_the_outcome_open(folder: Path) -> None:
    given(Ledger(None, folder / "home"), "C000", on=date(2024, 6, 25))
    assert measured(folder, date(2024, 8, 1)) == 0


def test_a_night_on_which_later_ones_build_measures_nothing(folder: Path) -> None:
    ledger = Ledger(None, folder / "home")
    given(ledger, "C000")
    given(ledger, "C001", on=date(2024, 7, 10))
    assert measured(folder, date(2024, 7, 9)) == 0
    assert measured(folder, TONIGHT) == 1


@pytest.mark.parametrize("action", ["upsell", "win_back_offer"])
def test_growth_and_return_are_good_when_they_happen(folder: Path, action: str) -> None:
    ledger = Ledger(None, folder / "home")
    customers = shop_lines()["customer_id"].unique().sort()[:30].to_list()
    given(ledger, *customers, action=action)
    assert measured(folder) == 30
    rows, spent = ledger.rows_of(f"{action}-2024-summer"), spend_in_window()
    good = set(rows.filter("is_good")["customer_id"])
    assert good
    assert good <= set(spent)
    assert (good == set(spent) & set(customers)) == (action == "win_back_offer")


@pytest.mark.parametrize("action", ["referral_invitation", "cross_sell"])
def test_what_the_data_cannot_tell_is_not_measured(folder: Path, action: str) -> None:
    given(Ledger(None, folder / "home"), "C000", action=action)
    assert measured(folder) == 0


def measured_campaign(
    ledger: Ledger, month: int, *, customers: int, kept: float = 0.2, action: str = "retention_offer"
) -> str:
    """A campaign of 2024 whose treated leave less often by the share `kept`, every fifth held out, measured."""
    name, day = f"{action}-2024-{month:02}", date(2024, month, 2)
    arms = {f"{month}-{n:05}": "held_out" if n % 5 == 0 else "treated" for n in range(customers)}
    period = {"starts_on": date(2024, month, 1), "ends_on": date(2024, month + 1, 1)}
    rows = assigned(arms, campaign=name).with_columns(spend_before=pl.int_range(pl.len()) % 7 * 10.0)
    record(ledger, day, rows, campaigns=[campaign(name, action=action, **period)])
    leave = {"treated": 0.4 * (1 - kept), "held_out": 0.4}
    found = [
        {
            "campaign": name,
            "customer_id": who,
            "is_good": (number // 5 * 0.6180339) % 1 >= leave[arm],
            "profit": 10.0 + number % 3,
            "measured_until": day + timedelta(days=28),
        }
        for number, (who, arm) in enumerate(arms.items())
    ]
    ledger.record_outcomes(pl.DataFrame(found), as_of=date(2024, month + 1, 15))
    return name


DECLARED = Effect(0.1, 50)


def test_a_measured_campaign_moves_the_belief_towards_what_was_seen(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    name = measured_campaign(ledger, 1, customers=5000, kept=0.3)
    before, after = (belief_of("retention_offer", DECLARED, ledger, before=date(2024, 2, day)) for day in (15, 16))
    assert before == DECLARED
    assert 0.15 < after.mean < 0.3
    assert after.strength > DECLARED.strength
    assert after.campaigns == {name}
    assert belief_of("upsell", DECLARED, ledger, before=date(2024, 12, 1)) == DECLARED


def test_campaigns_too_small_alone_are_measured_together(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    first = measured_campaign(ledger, 1, customers=60)
    assert belief_of("retention_offer", DECLARED, ledger, before=date(2024, 12, 1)) == DECLARED
    second = measured_campaign(ledger, 2, customers=60)
    assert belief_of("retention_offer", DECLARED, ledger, before=date(2024, 12, 1)).campaigns == {first, second}


def test_a_campaign_of_which_an_outcome_is_open_waits(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    name = measured_campaign(ledger, 1, customers=5000)
    late = assigned({"late": "treated"}, campaign=name)
    days = {"starts_on": date(2024, 1, 1), "ends_on": date(2024, 2, 1)}
    record(ledger, date(2024, 1, 30), late, campaigns=[campaign(name, **days)])
    assert belief_of("retention_offer", DECLARED, ledger, before=date(2024, 12, 1)) == DECLARED


def terms_on(ledger: Ledger, folder: Path, as_of: date, **more: object) -> dict[str, Any]:
    """The terms of the retention offer as the night of `as_of` declares them."""
    declared = declared_campaigns(settings_of(folder, **more), ledger, as_of=as_of)
    return dict(json.loads(declared.filter(pl.col("action") == "retention_offer")["terms"].item()))


def test_a_campaign_begins_with_what_was_learned_and_keeps_it_while_it_runs(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    ledger = Ledger(None, tmp_path / "home")
    name = measured_campaign(ledger, 1, customers=5000, kept=0.3)
    first = date(2024, 3, 1)
    terms = terms_on(ledger, tmp_path, first)
    assert terms["learned_from"] == [name]
    assert terms["effect"] > 0.15 > terms["declared_effect"]
    declared = declared_campaigns(settings_of(tmp_path), ledger, as_of=first)
    begun = assigned({"a": "treated"}, campaign="retention_offer-2024-03")
    record(ledger, first, begun, campaigns=declared.to_dicts())
    later = date(2024, 3, 20)
    assert terms_on(ledger, tmp_path, later) == terms
    assert (
        ledger.standing_campaigns(declared_campaigns(settings_of(tmp_path), ledger, as_of=later), before=later).notes
        == ()
    )
    changed = declared_campaigns(settings_of(tmp_path, **{"actions.retention_offer.effect": 0.3}), ledger, as_of=later)
    notes = ledger.standing_campaigns(changed, before=later).notes
    assert len(notes) == 1
    assert "keeps the terms" in notes[0]
    assert "declared_effect 0.1 (settings: 0.3)" in notes[0]
    assert "learned_from" not in notes[0]
