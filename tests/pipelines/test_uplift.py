"""Does a campaign that begins go by an uplift model where earlier ones taught one, and keep it until it ends?"""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from past_campaign import CUSTOMERS, SPRING, frequent, remember, win_back
from small_shop import Churn, shop_lines, write_shop

from features import open_lake
from models._uplift import LEARNING
from pipelines._campaigns_tonight import campaigns_tonight
from pipelines._decisions import declared_campaigns
from pipelines._ingest import ingest, read_and_check
from pipelines._learned_effects import believed_tonight
from pipelines._learning import snapshot_store
from pipelines._models import uplift_lines
from pipelines._settings import Settings, load_settings
from pipelines._uplift import with_uplifts
from pipelines._uplift_lessons import lesson_of
from pipelines._uplift_terms import uplift_words
from serving import Ledger, Standing

BEGINS = date(2024, 7, 1)
OFFER = "retention_offer"


@pytest.fixture(scope="module")
def lake_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop of 260 customers, its home, and a ledger with the campaign of spring."""
    folder = tmp_path_factory.mktemp("uplift")
    write_shop(folder / "shop", shop_lines(customers=CUSTOMERS))
    settings = settings_of(folder)
    ingest(settings, read_and_check(settings, as_of=BEGINS), as_of=BEGINS)
    remember(settings.home)
    night(folder, BEGINS)
    return folder


@pytest.fixture
def folder(lake_home: Path, tmp_path: Path) -> Path:
    """The same, of one's own."""
    return shutil.copytree(lake_home, tmp_path / "copy")


def settings_of(folder: Path) -> Settings:
    """The settings of a shop in `folder`, with its home beside it."""
    chosen = {"source.name": str(folder / "shop"), "home": folder / "home", "churn.horizon_days": 28}
    return load_settings(None, environment={}, overrides=chosen)


def night(folder: Path, as_of: date) -> Standing:
    """The campaigns of a night."""
    settings = settings_of(folder)
    lake = open_lake(settings.home)
    rows = snapshot_store(settings, lake).at(as_of)
    return campaigns_tonight(settings, lake, Ledger(None, settings.home), asked(rows), rows, as_of=as_of)


def terms_of(standing: Standing, action: str = OFFER) -> dict[str, Any]:
    """The terms of an action's campaign."""
    found: dict[str, Any] = json.loads(standing.campaigns.filter(pl.col("action") == action)["terms"][0])
    return found


def begun(folder: Path, standing: Standing, as_of: date) -> None:
    """Records a night on which these campaigns began, without anybody on the list."""
    nobody = pl.DataFrame(schema=dict.fromkeys(("campaign", "customer_id", "arm", "segment", "stage"), pl.String))
    numbers = dict.fromkeys(("probability", "stake", "effect", "expected_profit", "cost"), pl.Float64)
    Ledger(None, folder / "home").record_night(
        as_of,
        digest=str(as_of),
        counts={"population": 0},
        campaigns=standing.campaigns,
        assignments=nobody.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in numbers.items()),
    )


def measured_anew(folder: Path, as_of: date) -> None:
    """Records another outcome of one customer: the lesson of any later campaign is another one."""
    ledger = Ledger(None, folder / "home")
    one = ledger.rows_of(SPRING).head(1).select("customer_id", "is_good", "profit", "measured_until")
    ledger.record_outcomes(one.with_columns(pl.col("is_good").not_(), campaign=pl.lit(SPRING)), as_of=as_of)


def scored(folder: Path, standing: Standing, as_of: date) -> tuple[pl.DataFrame, list[str]]:
    """Scores of everybody, every third of them not asked, with what uplift models say."""
    settings = settings_of(folder)
    rows = snapshot_store(settings, open_lake(settings.home)).at(as_of)
    beliefs = believed_tonight(standing.campaigns, Ledger(None, settings.home), as_of=as_of)
    return with_uplifts(settings, asked(rows), rows, standing.campaigns, beliefs)


def asked(rows: pl.DataFrame) -> pl.DataFrame:
    """The scored list of everybody, every third of them not asked."""
    return rows.select("customer_id", churn_probability=pl.when(pl.int_range(pl.len()) % 3 > 0).then(0.5))


def test_the_campaign_goes_by_a_model_that_tells_the_persuaded_from_those_driven_away(lake_home: Path) -> None:
    standing = night(lake_home, BEGINS)
    terms = terms_of(standing)
    assert terms["uplift"] == 1
    assert terms["uplift_qini"][1] > 0
    scores, notes = scored(lake_home, standing, BEGINS)
    assert not notes
    said = scores.drop_nulls().with_columns(
        often=pl.col("customer_id").is_in(frequent(shop_lines(customers=CUSTOMERS)))
    )
    means = dict(said.group_by("often").agg(pl.col("retention_offer_uplift").mean()).iter_rows())
    assert means[True] > means[False] + 0.1
    assert scores["retention_offer_uplift"].null_count() == scores["churn_probability"].null_count() > 0
    assert not {"upsell_uplift", "retention_offer_take"} & {*scores.columns}


def test_actions_without_a_campaign_to_learn_from_say_nothing(lake_home: Path) -> None:
    standing = night(lake_home, BEGINS)
    for action in ("upsell", "thank_you"):
        assert not {"uplift", "uplift_why_not"} & {*terms_of(standing, action)}


def test_the_same_night_again_learns_nothing_and_says_the_same(folder: Path) -> None:
    first, again = (night(folder, BEGINS) for _ in range(2))
    assert first.campaigns.equals(again.campaigns)
    before, after = (scored(folder, one, BEGINS)[0] for one in (first, again))
    assert before.equals(after)


def test_a_running_campaign_keeps_its_version_and_another_is_only_learned_by_the_next(folder: Path) -> None:
    first = night(folder, BEGINS)
    begun(folder, first, BEGINS)
    measured_anew(folder, BEGINS + timedelta(days=1))
    later = night(folder, BEGINS + timedelta(days=5))
    assert terms_of(later)["uplift"] == 1
    assert not later.notes
    assert terms_of(night(folder, date(2024, 8, 1)))["uplift"] == 2


def test_what_was_recorded_tonight_or_later_is_not_learned_from(lake_home: Path) -> None:
    ledger = Ledger(None, lake_home / "home")
    assert lesson_of(OFFER, ledger, effect=0.1, before=date(2024, 6, 10)) is None
    known = lesson_of(OFFER, ledger, effect=0.1, before=date(2024, 6, 11))
    assert known is not None
    assert known.rows.height == CUSTOMERS


def test_a_look_back_goes_by_what_was_learned_then_and_learns_nothing(folder: Path) -> None:
    for day in (date(2024, 7, 10), date(2024, 8, 10)):
        measured_anew(folder, day)
    begun(folder, night(folder, date(2024, 9, 1)), date(2024, 9, 1))
    assert terms_of(night(folder, BEGINS))["uplift"] == 1
    assert "uplift" not in terms_of(night(folder, date(2024, 7, 20)))


def test_the_models_that_campaigns_go_by_are_listed_by_the_latest_campaign_of_each_action(folder: Path) -> None:
    assert uplift_lines(settings_of(folder)) == []
    for day in (BEGINS, date(2024, 8, 1)):
        begun(folder, night(folder, day), day)
        measured_anew(folder, day + timedelta(days=1))
    (line,) = uplift_lines(settings_of(folder))
    assert line.startswith("retention_offer-2024-08: by uplift model 2 (Qini ")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"customers": 40}, "not enough randomised data yet"),
        ({"moves": False}, "on customers whom it had not seen, it foretold no better than the belief"),
    ],
)
def test_without_a_model_the_terms_say_why_not(lake_home: Path, tmp_path: Path, told: Any, words: str) -> None:
    copy = shutil.copytree(lake_home, tmp_path / "copy")
    (copy / "home" / "ledger.db").unlink()
    remember(copy / "home", **told)
    first, again = (terms_of(night(copy, BEGINS)) for _ in range(2))
    assert first["uplift_why_not"].startswith(words)
    assert "uplift" not in first
    assert first == again
    assert str(uplift_words(first)).startswith(f"effect as believed, no uplift model: {words}")


def test_receipts_say_who_takes_the_offer_and_spread_the_effect_where_there_is_no_model(
    lake_home: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(lake_home, tmp_path / "copy")
    (copy / "home" / "ledger.db").unlink()
    ledger = remember(copy / "home", held_out_share=0.1, accepts=True)
    lesson = lesson_of(OFFER, ledger, effect=0.1, before=BEGINS)
    assert lesson is not None
    often = pl.col("customer_id").is_in(frequent(shop_lines(customers=CUSTOMERS)))
    treated, held_out = (lesson.rows.filter("is_treated"), lesson.rows.filter(~pl.col("is_treated")))
    assert treated.select((pl.col("took") == often.cast(pl.Float64)).all()).item()
    assert held_out["took"].null_count() == held_out.height > 0
    standing, again = (night(copy, BEGINS) for _ in range(2))
    terms = terms_of(standing)
    assert terms["uplift"] == 2  # beside the one that the home began with
    assert "uplift_qini" not in terms
    assert terms["uplift_why_not"].startswith("not enough randomised data yet")
    assert standing.campaigns.equals(again.campaigns)
    scores, notes = scored(copy, standing, BEGINS)
    assert not notes
    means = dict(
        scores.drop_nulls().group_by(often.alias("often")).agg(pl.col("retention_offer_uplift").mean()).iter_rows()
    )
    assert means[True] > 2 * means[False] > 0
    assert scores["retention_offer_take"].drop_nulls().is_between(0.0, 1.0).all()
    believed = lesson.effect * lesson.rows.filter("is_treated")["probability"].mean()
    assert scores["retention_offer_uplift"].mean() == pytest.approx(believed, rel=0.5)
    takes = dict(scores.group_by(often.alias("often")).agg(pl.col("retention_offer_take").mean()).iter_rows())
    assert takes[True] > takes[False] + 0.3


def test_who_accepts_soon_spreads_the_effect_before_any_outcome_is_known(lake_home: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(lake_home, tmp_path / "copy")
    (copy / "home" / "ledger.db").unlink()
    ledger = win_back(copy / "home")
    lesson = lesson_of("win_back_offer", ledger, effect=0.1, before=BEGINS)
    assert lesson is not None
    assert lesson.rows.height == 0
    nights = lesson.waiting.group_by("as_of", maintain_order=True).agg(pl.len(), pl.col("took", "weight").sum())
    # Half as many of the second night have accepted so far, each of whom stands for more.
    assert nights["len"].to_list() == [96, 64]
    first, second = nights["weight"] / nights["len"]
    assert first == pytest.approx(1.0)
    assert 0.5 < second < 0.8
    assert lesson.waiting["took"].unique().sort().to_list() == pytest.approx([0.0, 1.0, 1 / second])
    terms = terms_of(night(copy, BEGINS), "win_back_offer")
    assert terms["uplift"] == 1
    assert terms["uplift_why_not"].startswith("not enough randomised data yet: 0 held out")
    assert terms["effect"] == 0.03


def test_without_a_receipt_of_acceptance_nobody_is_known_to_take_or_refuse(lake_home: Path) -> None:
    lesson = lesson_of(OFFER, Ledger(None, lake_home / "home"), effect=0.1, before=BEGINS)
    assert lesson is not None
    assert lesson.rows["took"].null_count() == CUSTOMERS


def test_a_model_that_cannot_be_read_leaves_the_belief_and_a_note(folder: Path) -> None:
    standing = night(folder, BEGINS)
    shutil.rmtree(folder / "home" / "mlartifacts" / "uplift_retention_offer")
    scores, notes = scored(folder, standing, BEGINS)
    assert "retention_offer_uplift" not in scores.columns
    assert "uplift model 1 does not speak tonight" in notes[0]


def test_a_model_that_was_learned_in_another_way_leaves_the_belief_and_a_note(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = night(folder, BEGINS)
    monkeypatch.setattr("models._uplift_registry.LEARNING", LEARNING + 1)
    scores, notes = scored(folder, standing, BEGINS)
    assert "retention_offer_uplift" not in scores.columns
    assert "was learned in another way" in notes[0]


def test_a_campaign_to_come_is_declared_without_a_model(lake_home: Path) -> None:
    declared = declared_campaigns(settings_of(lake_home), Ledger(None, lake_home / "home"), as_of=BEGINS)
    assert not any("uplift" in terms for terms in declared["terms"])


@pytest.mark.slow
def test_a_night_publishes_what_the_model_says_and_decides_by_it_and_repeats_itself(churn: Churn, shop: Path) -> None:
    home = shop.parent / "home"
    write_shop(shop, shop_lines(customers=CUSTOMERS))
    remember(home)
    first = churn("nightly", "--source", shop, "--as-of", BEGINS, "--home", home)
    assert "retention_offer: by uplift model 1 (Qini 0." in " ".join(first.out.split())
    folder = home / "lists" / f"as_of={BEGINS}"
    published = {file.name: file.read_bytes() for file in folder.iterdir()}
    both = pl.read_parquet(folder / "scores.parquet").join(
        pl.read_parquet(folder / "decisions.parquet").filter(pl.col("action") == OFFER), on="customer_id"
    )
    assert both.height > 0
    effect = both["retention_offer_uplift"] / both["churn_probability"]
    assert (both["effect"] - effect).abs().max() < 1e-5
    assert both["effect"].n_unique() > 1
    churn("nightly", "--source", shop, "--as-of", BEGINS, "--home", home)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == published
