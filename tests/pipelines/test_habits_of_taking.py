"""Before anybody tells who takes an offer, do habits of taking offers spread its effect, as far as they are known?"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from small_shop import shop_lines, write_shop

from features import open_lake
from pipelines._campaign_notes import _by_models
from pipelines._campaigns_tonight import campaigns_tonight
from pipelines._decisions import with_facts
from pipelines._ingest import ingest, read_and_check
from pipelines._learned_effects import believed_tonight
from pipelines._learning import snapshot_store
from pipelines._settings import Settings, load_settings
from pipelines._uplift import with_uplifts
from pipelines._uplift_terms import uplift_words
from serving import Ledger, Standing

TONIGHT, LATER = date(2024, 7, 1), date(2024, 7, 8)
OFFER = "retention_offer"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop in which every other customer buys at a discount, and its home."""
    folder = tmp_path_factory.mktemp("habits")
    lines = shop_lines(customers=80)
    is_led = pl.col("customer_id").str.slice(1).cast(pl.Int64) % 2 == 0
    write_shop(folder / "shop", lines.with_columns(discount=pl.when(is_led).then(5.0).otherwise(0.0)))
    settings = settings_of(folder)
    ingest(settings, read_and_check(settings, as_of=TONIGHT), as_of=TONIGHT)
    return folder


@pytest.fixture
def folder(shop: Path, tmp_path: Path) -> Path:
    """The same, of one's own."""
    return shutil.copytree(shop, tmp_path / "copy")


def settings_of(folder: Path, **chosen: Any) -> Settings:
    """The settings of a shop in `folder`, with its home beside it."""
    told = {"source.name": str(folder / "shop"), "home": folder / "home", "churn.horizon_days": 28, **chosen}
    return load_settings(None, environment={}, overrides=told)


def known(settings: Settings, as_of: date = TONIGHT) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The snapshot, and a scored list in which every third customer is not asked about."""
    rows = snapshot_store(settings, open_lake(settings.home)).at(as_of)
    place = pl.int_range(pl.len())
    asked = pl.when(place % 3 > 0).then(0.2 + place % 7 / 10)
    return rows, rows.select("customer_id", as_of=pl.lit(as_of), churn_probability=asked)


def night(settings: Settings, as_of: date = TONIGHT) -> Standing:
    """The campaigns of a night."""
    rows, scores = known(settings, as_of)
    lake = open_lake(settings.home)
    return campaigns_tonight(settings, lake, Ledger(None, settings.home), scores, rows, as_of=as_of)


def terms_of(standing: Standing, action: str = OFFER) -> dict[str, Any]:
    """The terms of an action's campaign."""
    found: dict[str, Any] = json.loads(standing.campaigns.filter(pl.col("action") == action)["terms"][0])
    return found


def said(settings: Settings, standing: Standing, *, moved: float = 0.0) -> pl.DataFrame:
    """The scored list with what campaigns say of each customer, when effects are believed to be so much greater."""
    rows, scores = known(settings)
    beliefs = believed_tonight(standing.campaigns, Ledger(None, settings.home), as_of=TONIGHT)
    beliefs = {name: replace(effect, mean=effect.mean + moved) for name, effect in beliefs.items()}
    made, notes = with_uplifts(settings, scores, rows, standing.campaigns, beliefs)
    assert not notes
    return made.with_columns(is_led=pl.col("customer_id").str.slice(1).cast(pl.Int64) % 2 == 0)


def test_the_first_campaigns_of_offers_go_by_habits_and_say_so(folder: Path) -> None:
    standing = night(settings_of(folder))
    terms = terms_of(standing)
    assert terms["habit_spread"] == 0.5
    assert "uplift" not in terms
    assert uplift_words(terms) == "effect as believed, spread by habits of taking offers"
    for action in ("thank_you", "service_recovery", "upsell"):  # nothing to take, or nobody is asked about
        assert "habit_spread" not in terms_of(standing, action)
        assert uplift_words(terms_of(standing, action)) is None


def test_what_is_the_same_of_several_actions_is_said_once() -> None:
    short = "not enough randomised data yet"
    told = [("upsell", {"habit_spread": 0.5}), ("thank_you", {}), ("cross_sell", {"habit_spread": 0.5})]
    assert _by_models([*told, (OFFER, {"uplift_why_not": short})]) == [
        "upsell, cross_sell: effect as believed, spread by habits of taking offers",
        f"{OFFER}: effect as believed, no uplift model: {short}",
    ]


def test_who_buys_at_a_discount_is_persuaded_more_often_and_all_together_as_believed(folder: Path) -> None:
    settings = settings_of(folder)
    standing = night(settings)
    told = said(settings, standing)
    assert told["retention_offer_uplift"].null_count() == told["churn_probability"].null_count() > 0
    asked = told.drop_nulls("churn_probability")
    assert asked["retention_offer_uplift"].mean() == pytest.approx(0.1 * asked["churn_probability"].mean(), rel=1e-4)
    share = pl.col("retention_offer_uplift") / pl.col("churn_probability")
    led, others = (asked.filter(pl.col("is_led") == one).select(share.mean()).item() for one in (True, False))
    # Two groups of the same size stand one standard deviation above and below the mean.
    assert led / others == pytest.approx(3.0, rel=0.2)
    assert [name for name in told.columns if name.endswith("_uplift")] == ["retention_offer_uplift"]


def test_what_is_believed_tonight_moves_it(folder: Path) -> None:
    settings = settings_of(folder)
    standing = night(settings)
    asked, moved = (said(settings, standing, moved=by).drop_nulls("churn_probability") for by in (0.0, 0.02))
    change = moved["retention_offer_uplift"] - asked["retention_offer_uplift"]
    assert change.to_list() == pytest.approx((0.02 * asked["churn_probability"]).to_list(), abs=2e-6)


def test_whoever_does_not_believe_in_habits_sets_their_spread_to_nothing(folder: Path) -> None:
    settings = settings_of(folder, **{"decisions.habit_spread": 0.0})
    standing = night(settings)
    assert "habit_spread" not in terms_of(standing)
    assert "retention_offer_uplift" not in said(settings, standing).columns


def test_a_campaign_that_runs_keeps_what_it_began_with(folder: Path) -> None:
    began = night(settings_of(folder))
    nobody = pl.DataFrame(schema=dict.fromkeys(("campaign", "customer_id", "arm", "segment", "stage"), pl.String))
    numbers = dict.fromkeys(("probability", "stake", "effect", "expected_profit", "cost"), pl.Float64)
    Ledger(None, folder / "home").record_night(
        TONIGHT,
        digest="first",
        counts={"population": 0},
        campaigns=began.campaigns,
        assignments=nobody.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in numbers.items()),
    )
    later = night(settings_of(folder, **{"decisions.habit_spread": 1.5}), LATER)
    assert terms_of(later)["habit_spread"] == 0.5


def test_where_no_such_habit_is_known_the_effect_is_the_same_for_all(tmp_path: Path) -> None:
    write_shop(tmp_path / "shop")
    settings = settings_of(tmp_path)
    ingest(settings, read_and_check(settings, as_of=TONIGHT), as_of=TONIGHT)
    standing = night(settings)
    assert "habit_spread" not in terms_of(standing)
    assert "retention_offer_uplift" not in said(settings, standing).columns


@pytest.mark.parametrize(("horizon_days", "days"), [(28, 1.0), (14, 0.5)])
def test_at_stake_with_an_upsell_is_a_share_of_the_spend_of_as_many_days(
    folder: Path, horizon_days: int, days: float
) -> None:
    settings = settings_of(folder, **{"upsell.horizon_days": horizon_days, "upsell.more_share": 9.0})
    rows, scores = known(settings)
    spend = pl.when(pl.int_range(pl.len()) % 4 > 0).then(pl.int_range(pl.len()) - 3.0)
    made = with_facts(scores.with_columns(expected_spend=spend), rows, settings, open_lake(settings.home))
    # Nobody grows ten times, so that is what is at stake.
    expected = made["expected_spend"].clip(0) * days * 9.0
    assert made["upsell_spend"].to_list() == pytest.approx(expected.to_list(), nan_ok=True)
    assert made["upsell_spend"].null_count() == made["expected_spend"].null_count() > 0
