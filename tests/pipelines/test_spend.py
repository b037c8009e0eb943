"""Does a night foretell spend with the model of `value`, and say so wherever models are shown?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import mlflow
import numpy as np
import polars as pl
import pytest
from small_shop import AS_OF, Churn

from features import open_lake
from models import targets
from models._registry import Registry
from models._scoring import amounts
from pipelines._learning import rows_of, snapshot_store
from pipelines._settings import load_settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scores(larger_night: Path) -> pl.DataFrame:
    return pl.read_parquet(larger_night / "lists" / f"as_of={AS_OF}" / "scores.parquet")


def test_what_is_published_is_what_the_champion_says(larger_night: Path, scores: pl.DataFrame) -> None:
    settings = load_settings(None, environment={}, overrides={"home": larger_night})
    champion = Registry(larger_night).champion("value")
    store = snapshot_store(settings, open_lake(larger_night))
    day = scores["as_of"][0]
    rows = rows_of(scores.select("customer_id"), store.at(day), as_of=day)
    told = amounts(champion, rows, column=targets()["value"].column)
    for name in ("expected_spend", "expected_spend_low", "expected_spend_high"):
        assert np.abs(told[name].to_numpy() - scores[name].to_numpy()).max() <= 0.005 + 1e-9


def test_a_year_is_the_horizon_and_more_and_lies_in_its_interval(scores: pl.DataFrame) -> None:
    assert (scores["expected_yearly_spend"] >= scores["expected_spend"] - 0.01).all()
    assert (scores["expected_yearly_spend_low"] <= scores["expected_yearly_spend_high"]).all()
    assert (scores["expected_spend_low"] <= scores["expected_spend_high"]).all()


def test_the_night_names_the_model_and_there_is_no_probability_of_an_amount(
    larger_night: Path, scores: pl.DataFrame
) -> None:
    manifest = json.loads((larger_night / "lists" / f"as_of={AS_OF}" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["models"]["value"]["test_metrics"]["deviance"] > 0
    assert "value_probability" not in scores.columns


def test_models_are_listed_with_the_figures_of_their_kind(churn: Churn, larger_night: Path) -> None:
    ended = churn("models", "--home", larger_night)
    assert ended.code == 0
    assert "deviance" in ended.out
    assert "avg precision" in ended.out


def test_a_champion_that_fits_no_longer_is_left_out_and_the_purchase_process_answers(
    churn: Churn, larger_night: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(larger_night, tmp_path / "home")
    client = mlflow.MlflowClient(Registry(home).uri)
    found = client.get_model_version_by_alias("value", "champion")
    about = json.loads(found.tags["about"]) | {"question": "another"}
    client.set_model_version_tag("value", found.version, "about", json.dumps(about))
    ended = churn("nightly", "--source", larger_night.parent / "shop", "--as-of", "2024-07-20", "--home", home)
    assert ended.code == 0, ended.err
    scores = pl.read_parquet(home / "lists" / "as_of=2024-07-20" / "scores.parquet")
    assert scores["expected_spend"].is_not_null().all()
    manifest = json.loads((home / "lists" / "as_of=2024-07-20" / "manifest.json").read_text(encoding="utf-8"))
    assert "value" not in manifest["models"]
