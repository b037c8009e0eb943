"""Does the command line train, refuse, show and take back models, and retrain by itself, on real parts?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import mlflow
import polars as pl
import pytest
from small_shop import AS_OF, Churn, shop_lines, write_shop

from models._registry import Registry
from tests.pipelines.conftest import run_in_process

LATER = "2024-08-16"
"""Four weeks after the first night."""


def longer_shop(folder: Path, *, factor: float = 1.0) -> Path:
    """The small shop four weeks later: the same lines, and those of the weeks before once more."""
    lines = shop_lines()
    again = lines.filter(pl.col("occurred_at") >= pl.datetime(2024, 6, 21)).with_columns(
        pl.format("later-{}", "transaction_id").alias("transaction_id"), pl.col("occurred_at").dt.offset_by("28d")
    )
    return write_shop(folder, pl.concat([lines, again]).with_columns((pl.col("amount") * factor).round(2)))


def versions(home: Path, question: str = "churn") -> dict[int, str]:
    """What each version of a question is called by now."""
    return {one.version: one.alias or one.status for one in Registry(home).versions(question)}


@pytest.fixture(scope="module")
def trained_twice(one_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose questions were trained twice on the same day, for all tests to copy and none to change."""
    folder = tmp_path_factory.mktemp("trained-twice")
    shutil.copytree(one_night, folder / "home")
    shop = write_shop(folder / "shop")
    ended = run_in_process("train", "--source", shop, "--as-of", AS_OF, "--home", folder / "home")
    assert ended.code == 0, ended.err
    return folder / "home"


@pytest.fixture
def two_models(trained_twice: Path, tmp_path: Path) -> Path:
    """A home of one's own whose questions were trained twice, so that each second model is the champion."""
    return shutil.copytree(trained_twice, tmp_path / "home")


def test_training_says_what_the_gate_decided(churn: Churn, shop: Path, night: Path) -> None:
    ended = churn("train", "--source", shop, "--as-of", AS_OF, "--home", night)
    assert ended.code == 0, ended.err
    assert "churn: version 2 is the new champion (on 2024-06-21 its rehearsal, known by 2024-06-21, scored" in ended.out


def test_models_shows_every_model_and_what_was_decided(churn: Churn, two_models: Path) -> None:
    ended = churn("models", "--home", two_models)
    assert ended.code == 0, ended.err
    rows = [line.split()[:3] for line in ended.out.splitlines() if line.startswith(("churn  ", "upsell  "))]
    assert rows == [
        ["churn", "2", "champion"],
        ["churn", "1", "former"],
        ["upsell", "2", "champion"],
        ["upsell", "1", "former"],
    ]
    assert "churn version 1: learned from transactions version 0; promoted, compared with the base rate 0." in ended.out


def test_models_of_a_home_without_any_makes_nothing(churn: Churn, tmp_path: Path) -> None:
    ended = churn("models", "--home", tmp_path / "nowhere")
    assert ended.code == 0
    assert "`churn nightly` trains the first" in ended.out
    assert not (tmp_path / "nowhere").exists()


def test_rollback_returns_to_the_champion_before_and_says_who_and_why(churn: Churn, two_models: Path) -> None:
    ended = churn("models", "rollback", "churn", "--home", two_models, "--by", "Li Na", "--why", "too many calls")
    assert ended.code == 0, ended.err
    assert "churn: version 1 (learned until 2024-07-19) is the champion again, in place of version 2" in ended.out
    assert versions(two_models) == {2: "promoted", 1: "champion"}
    shown = churn("models", "--home", two_models).out
    assert "rolled back to version 1 by Li Na on 20" in shown
    assert "too many calls" in shown


def test_a_night_after_a_rollback_scores_with_the_earlier_model(churn: Churn, shop: Path, two_models: Path) -> None:
    assert churn("models", "--home", two_models, "rollback", "churn").code == 0
    assert churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", two_models).code == 0
    text = (two_models / "lists" / f"as_of={AS_OF}" / "manifest.json").read_text(encoding="utf-8")
    models = json.loads(text)["models"]
    assert {name: models[name]["version"] for name in ("churn", "upsell")} == {"churn": 1, "upsell": 2}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("churn",), 5, "no champion of churn came before it"),
        (("churn", "--to", "7"), 5, "version 7 cannot take its place"),
        (("chrun",), 2, "no question is called 'chrun'. Did you mean 'churn'?"),
        (("churn", "--to", "0"), 2, "0 is not in the range"),
    ],
)
def test_a_rollback_that_cannot_be_is_refused_in_words(
    arguments: tuple[str, ...], code: int, told: str, churn: Churn, night: Path
) -> None:
    ended = churn("models", "rollback", *arguments, "--home", night)
    assert ended.code == code
    assert told in ended.err
    assert "Traceback" not in ended.err
    assert versions(night) == {1: "champion"}


@pytest.mark.slow
def test_a_model_of_other_terms_does_not_come_back(
    churn: Churn, two_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHURN_CHURN_HORIZON_DAYS", "21")
    ended = churn("models", "rollback", "churn", "--home", two_models)
    assert ended.code == 5
    assert "version 1 of churn could not score" in ended.err
    assert versions(two_models) == {2: "champion", 1: "promoted"}


@pytest.mark.parametrize("given", [("--promote-anyway",), ("--by", "Li Na"), ("--promote-anyway", "--by", "Li Na")])
def test_an_override_needs_a_name_and_a_reason(given: tuple[str, ...], churn: Churn, night: Path) -> None:
    ended = churn("train", "--home", night, *given)
    assert ended.code == 2
    assert "--promote-anyway, --by NAME and --why TEXT go together" in ended.err


@pytest.mark.slow
def test_an_earlier_day_is_no_reason_to_replace_a_champion_unless_a_person_says_so(
    churn: Churn, shop: Path, night: Path
) -> None:
    earlier = ("train", "--source", shop, "--as-of", "2024-07-10", "--home", night)
    ended = churn(*earlier)
    assert ended.code == 0, ended.err
    assert "churn: version 2 was refused; version 1 stays champion" in ended.out
    assert versions(night) == {1: "champion", 2: "challenger"}
    ended = churn(*earlier, "--promote-anyway", "--by", "Li Na", "--why", "to score July again")
    assert ended.code == 0, ended.err
    assert "version 3 was refused, and is the new champion all the same" in ended.out
    assert versions(night) == {1: "promoted", 2: "challenger", 3: "champion"}
    assert "promoted anyway by Li Na on 20" in churn("models", "--home", night).out


@pytest.mark.slow
def test_a_night_four_weeks_later_trains_anew_and_the_same_night_again_does_not(
    churn: Churn, night: Path, tmp_path: Path
) -> None:
    shop = longer_shop(tmp_path / "longer")
    first = churn("nightly", "--source", shop, "--as-of", LATER, "--home", night)
    assert first.code == 0, first.err
    assert "Learned; tested on 2024-07-19" in first.out
    assert set(versions(night)) == {1, 2}
    again = churn("nightly", "--source", shop, "--as-of", LATER, "--home", night)
    assert again.code == 0, again.err
    assert "Learned" not in again.out


@pytest.mark.slow
def test_a_champion_past_its_age_is_replaced_in_time_and_refused_where_it_is_not(
    churn: Churn, night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHURN_TRAINING_RETRAIN_AFTER_DAYS", "1000")
    monkeypatch.setenv("CHURN_MODELS_MAX_AGE_DAYS", "20")
    shop = longer_shop(tmp_path / "longer")
    ended = churn("nightly", "--source", shop, "--as-of", LATER, "--home", night)
    assert ended.code == 0, ended.err  # too old to score is a reason to learn anew
    assert set(versions(night)) == {1, 2}
    monkeypatch.setenv("CHURN_MODELS_MAX_AGE_DAYS", "1")
    mlflow.MlflowClient(Registry(night).uri).set_registered_model_alias("churn", "champion", "1")
    ended = churn("nightly", "--source", shop, "--as-of", LATER, "--home", night)
    assert ended.code == 5
    assert "28 days before 2024-08-16; [models] max_age_days allows 1. Run `churn train`" in ended.err


def test_a_feed_in_other_units_is_refused_before_anything_is_learned_or_published(
    churn: Churn, night: Path, tmp_path: Path
) -> None:
    cents = longer_shop(tmp_path / "cents", factor=100)
    ended = churn("nightly", "--source", cents, "--as-of", LATER, "--home", night)
    assert ended.code == 8, ended.err
    assert "features drifted by" in ended.err
    assert "Check whether the feed is whole and in its usual units" in ended.err
    assert versions(night) == {1: "champion"}
    assert [path.name for path in (night / "lists").iterdir()] == [f"as_of={AS_OF}"]


@pytest.mark.slow
def test_a_side_question_whose_customers_have_drifted_is_left_out_of_the_training_and_the_rest_learns_anew(
    churn: Churn, night: Path, tmp_path: Path
) -> None:
    (kept,) = night.glob("mlartifacts/upsell/*/artifacts/drift/reference.json")
    known = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps(known | {"customers": [10 * count for count in known["customers"]]}), encoding="utf-8")
    ended = churn("nightly", "--source", longer_shop(tmp_path / "longer"), "--as-of", LATER, "--home", night)
    assert ended.code == 0, ended.err
    assert "upsell is due to be trained anew, but is left out: the customers to be scored are not like" in ended.out
    assert set(versions(night)) == {1, 2}
    assert set(versions(night, "upsell")) == {1}
    scores = pl.read_parquet(night / "lists" / f"as_of={LATER}" / "scores.parquet")
    assert "churn_probability" in scores.columns
    assert "upsell_probability" not in scores.columns
