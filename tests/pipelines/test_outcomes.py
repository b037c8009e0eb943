"""Is what came of a list measured as soon as it is known, for both arms alike, and does the next campaign learn it?"""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from campaigns import assigned, campaign, decided, record
from small_shop import shop_lines, write_shop

from features import open_lake
from pipelines._decisions import declared_campaigns
from pipelines._ingest import ingest, read_and_check
from pipelines._measuring_terms import measuring_terms, window_of
from pipelines._outcomes import measure_outcomes
from pipelines._settings import Settings, load_settings
from serving import PURPOSES, Ledger
from tests.serving.conftest import make_scores, with_facts

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


def kept_by(ledger: Ledger, **terms: Any) -> None:
    """Records a night with the same customers in a campaign that began with these terms, C000 held out."""
    arms = {f"C{n:03}": "treated" if n else "held_out" for n in range(12)}
    began = summer(terms=terms)
    record(ledger, ASSIGNED, assigned(arms, campaign=began["name"]), campaigns=[began])


def test_a_campaign_is_measured_by_the_horizon_and_margin_it_began_with(folder: Path) -> None:
    ledger = Ledger(None, folder / "home")
    kept_by(ledger, horizon_days=28, lead_days=0, margin=0.5)
    assert measured(folder, **{"churn.horizon_days": 14, "value.margin": 0.9}) == 12
    spent = spend_in_window()
    for row in ledger.rows_of("retention_offer-2024-summer").iter_rows(named=True):
        assert row["measured_until"] == ASSIGNED + timedelta(days=28)
        assert row["is_good"] == (row["customer_id"] in spent)
        assert row["profit"] == pytest.approx(0.5 * spent.get(row["customer_id"], 0.0), abs=0.006)


def test_a_campaign_without_such_terms_is_measured_by_the_settings(folder: Path) -> None:
    ledger = Ledger(None, folder / "home")
    kept_by(ledger)
    assert measured(folder, **{"churn.horizon_days": 14}) == 12
    assert set(ledger.rows_of("retention_offer-2024-summer")["measured_until"]) == {ASSIGNED + timedelta(days=14)}


def test_growth_is_by_what_was_more_when_the_campaign_began(folder: Path) -> None:
    ledger = Ledger(None, folder / "home")
    customers = shop_lines()["customer_id"].unique().sort()[:60].to_list()
    began = [summer("upsell", terms={"more_share": 0.25}), summer("upsell") | {"name": "by the settings"}]
    halves = zip((customers[:30], customers[30:]), began, strict=True)
    rows = [assigned(dict.fromkeys(half, "treated"), campaign=one["name"]) for half, one in halves]
    record(ledger, ASSIGNED, pl.concat(rows), campaigns=began)
    assert measured(folder, **{"upsell.more_share": 10.0}) == 60
    assert [ledger.rows_of(one["name"])["is_good"].any() for one in began] == [True, False]


def test_a_campaign_begins_with_what_it_is_measured_by_and_says_when_the_settings_say_something_else(
    tmp_path: Path,
) -> None:
    (tmp_path / "shop").mkdir()
    ledger, day = Ledger(None, tmp_path / "home"), date(2024, 3, 1)
    declared = declared_campaigns(settings_of(tmp_path, **{"value.margin": 0.5}), ledger, as_of=day)
    terms = {row["action"]: json.loads(row["terms"]) for row in declared.to_dicts()}
    told = terms["retention_offer"]
    assert (told["horizon_days"], told["lead_days"], told["margin"]) == (28, 0, 0.5)
    assert [name for name, one in terms.items() if "more_share" in one] == ["upsell"]
    record(ledger, day, assigned({"a": "treated"}, campaign="upsell-2024-03"), campaigns=declared.to_dicts())
    later = day + timedelta(days=1)
    more = {"value.margin": 0.4, "upsell.more_share": 0.5, "upsell.horizon_days": 56}
    changed = declared_campaigns(settings_of(tmp_path, **more), ledger, as_of=later)
    notes = ledger.standing_campaigns(changed, before=later).notes
    note = next(note for note in notes if "upsell" in note)
    for said in ("horizon_days 28 (settings: 56)", "margin 0.5 (settings: 0.4)", "more_share 0.25 (settings: 0.5)"):
        assert said in note


def test_a_lead_time_is_left_for_those_who_may_leave_and_not_for_those_who_may_bring_a_friend(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, **{"churn.lead_days": 14})
    leads = {action: measuring_terms(settings, action, kept=None)["lead_days"] for action in PURPOSES}
    assert leads["retention_offer"] == leads["thank_you"] == 14
    assert leads["referral_invitation"] == leads["win_back_offer"] == 0
    # Campaigns of earlier versions began with it, and go on without a word of a setting that says something else.
    kept = {"lead_days": 14, "horizon_days": 28}
    assert measuring_terms(settings, "referral_invitation", kept=kept) == kept
    assert window_of(settings, "referral_invitation", kept).ahead_days == 42


@pytest.mark.parametrize(
    ("again", "blurred"), [(28, "retention_offer, win_back_offer"), (40, "retention_offer"), (41, "")]
)
def test_the_first_night_notes_whose_outcomes_take_longer_than_the_cool_down(
    tmp_path: Path, again: int, blurred: str
) -> None:
    windows = {"churn.horizon_days": 14, "churn.lead_days": 28, "win_back.horizon_days": 40, "upsell.horizon_days": 28}
    settings = settings_of(
        tmp_path, **windows, **{"decisions.cool_down_days": again, "actions.thank_you.is_used": False}
    )
    ledger = Ledger(None, tmp_path / "home")
    standing = ledger.standing_campaigns(declared_campaigns(settings, ledger, as_of=TONIGHT), before=TONIGHT)
    scores = with_facts(make_scores(as_of=TONIGHT, customers=12, factor=1.0))
    notes = decided(settings, scores, ledger, standing, as_of=TONIGHT).notes
    said = [note.split(":")[0] for note in notes if "A cool-down of 41 days" in note]
    assert said == ([blurred] if blurred else [])
    record(
        ledger,
        TONIGHT,
        assigned({"a": "treated"}, campaign="x"),
        campaigns=[*standing.campaigns.to_dicts(), summer() | {"name": "x"}],
    )
    later = TONIGHT + timedelta(days=1)
    standing = ledger.standing_campaigns(declared_campaigns(settings, ledger, as_of=later), before=later)
    assert not [note for note in decided(settings, scores, ledger, standing, as_of=later).notes if "cool-down" in note]


def test_a_campaign_that_began_without_such_terms_goes_on_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    ledger, day = Ledger(None, tmp_path / "home"), date(2024, 3, 1)
    declared = declared_campaigns(settings_of(tmp_path), ledger, as_of=day)
    new = ("horizon_days", "lead_days", "margin", "more_share")
    older = [
        row
        | {"terms": json.dumps({name: value for name, value in json.loads(row["terms"]).items() if name not in new})}
        for row in declared.to_dicts()
    ]
    record(ledger, day, assigned({"a": "treated"}, campaign="upsell-2024-03"), campaigns=older)
    later = day + timedelta(days=1)
    tonight = declared_campaigns(settings_of(tmp_path, **{"value.margin": 0.4}), ledger, as_of=later)
    assert ledger.standing_campaigns(tonight, before=later).notes == ()
