"""Does `churn train --tune` search, say what it found, keep it for the nights that come, and stop when told to?"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import mlflow
import polars as pl
import pytest
from processes import start
from small_shop import AS_OF, Churn, shop_lines, write_shop

from features import open_lake
from models import targets
from models._gate import Verdict, against_base_rate
from models._parameters import USUAL, Parameters
from models._registry import Registry
from models._training import Trained, train
from pipelines._learning import recipe_of, snapshot_store
from pipelines._question_terms import terms_of
from pipelines._settings import load_settings

pytestmark = pytest.mark.slow

OWN = Parameters(n_estimators=100, max_depth=3)
AS_OF_DAY = date.fromisoformat(AS_OF)
LATER = "2024-08-16"


@pytest.fixture(scope="module")
def searched(prefect: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """The source, the home and what was told of a training with a search, in a shop with enough customers for one."""
    folder = tmp_path_factory.mktemp("searched")
    shop = write_shop(folder / "shop", shop_lines(customers=900))
    typed = ("--source", shop, "--as-of", AS_OF, "--home", folder / "home")
    run = start(folder, "train", *typed, "--tune", 3)
    out, err = run.communicate(timeout=300)
    assert run.returncode == 0, err
    return shop, folder / "home", out


def test_a_search_says_what_it_led_to(searched: tuple[Path, Path, str]) -> None:
    _, home, out = searched
    assert "tuning churn" in out
    said = [line for line in out.splitlines() if line.startswith("  learned with the ")]
    assert len(said) == len([line for line in out.splitlines() if line.startswith("  tuning ")])
    assert any("of 3" in line and "log loss 0." in line for line in said)
    log = (home / "logs" / "churn.log").read_text(encoding="utf-8")
    assert "tuning churn: trial 3 of 3, log loss 0." in log
    assert "A new study created" not in out + log


def test_every_trial_of_a_search_is_a_child_run_of_its_training(searched: tuple[Path, Path, str]) -> None:
    client = mlflow.MlflowClient(Registry(searched[1]).uri)
    training = client.get_run(client.get_model_version_by_alias("churn", "champion").run_id).info
    query = f"tags.`mlflow.parentRunId` = '{training.run_id}'"
    trials = client.search_runs([training.experiment_id], filter_string=query)
    assert {run.data.tags["trial"] for run in trials} == {"1", "2", "3"}
    first = next(run for run in trials if run.data.tags["trial"] == "1")
    assert {name: float(value) for name, value in first.data.params.items()} == vars(USUAL)


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_search_that_is_stopped_leaves_every_champion_as_it_is(
    searched: tuple[Path, Path, str], tmp_path: Path, stop: signal.Signals, code: int
) -> None:
    shop, home = searched[0], shutil.copytree(searched[1], tmp_path / "home")
    before, log = Registry(home).versions("churn"), home / "logs" / "churn.log"
    begun = log.stat().st_size
    run = start(tmp_path, "train", "--source", shop, "--as-of", AS_OF, "--home", home, "--tune", 500)
    wait_for("tuning churn: trial 2 of 500", log, begun=begun, run=run)
    run.send_signal(stop)
    _, err = run.communicate(timeout=60)
    assert run.returncode == code
    assert "stopped" in err
    assert "Traceback" not in err
    assert Registry(home).versions("churn") == before


def wait_for(words: str, log: Path, *, begun: int, run: subprocess.Popen[str]) -> None:
    """Until the log has the words, the process has ended or two minutes have passed."""
    deadline = time.monotonic() + 120
    while words not in log.read_text(encoding="utf-8")[begun:] and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)


def test_where_too_few_customers_allow_no_search_the_training_goes_on_and_says_so(
    churn: Churn, shop: Path, night: Path
) -> None:
    ended = churn("train", "--source", shop, "--as-of", AS_OF, "--home", night, "--tune", 2)
    assert ended.code == 0, ended.err
    assert "learned with the usual parameters, as nothing can be searched: the model does without boosted" in ended.out
    assert "WARNING pipelines._parameters churn is learned with" in (night / "logs" / "churn.log").read_text()


def test_a_training_without_a_search_learns_by_the_parameters_of_the_champion(
    churn: Churn, shop: Path, night: Path
) -> None:
    registry = with_a_tuned_champion(night)
    typed = ("--source", shop, "--as-of", AS_OF, "--home", night)
    assert churn("train", *typed).code == 0
    assert [one.parameters for one in registry.versions("churn")] == [OWN, OWN, USUAL]
    assert churn("models", "rollback", "churn", "--to", 1, "--home", night).code == 0
    assert churn("train", *typed).code == 0
    assert registry.versions("churn")[0].parameters == USUAL


def test_the_base_rate_in_a_refused_models_stead_does_not_keep_what_was_found_for_it(
    churn: Churn, shop: Path, night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = with_a_tuned_champion(night)
    monkeypatch.setenv("CHURN_MODELS_MAX_AGE_DAYS", "7")  # so that none but the base rate can score
    monkeypatch.setattr("pipelines._learning.against_base_rate", refused)
    write_shop(shop, pl.concat([shop_lines(), again(days=28)]))
    assert churn("train", "--source", shop, "--as-of", LATER, "--home", night).code == 0
    found = {one.version: one for one in registry.versions("churn")}
    assert (found[3].alias, found[3].parameters) == ("challenger", OWN)
    assert (found[4].alias, found[4].parameters) == ("champion", USUAL)


def refused(trained: Trained, *, champion: int | None = None, why: str = "") -> Verdict:
    """What the gate would say of a model that is worse than the base rate."""
    return replace(against_base_rate(trained, champion=champion, why=why), promoted=False)


def again(*, days: int) -> pl.DataFrame:
    """The lines of the last weeks of the small shop once more, so many days later."""
    lines = shop_lines().filter(pl.col("occurred_at") >= pl.datetime(2024, 6, 21))
    moved = pl.col("occurred_at").dt.offset_by(f"{days}d")
    return lines.with_columns(pl.format("later-{}", "transaction_id").alias("transaction_id"), moved)


def with_a_tuned_champion(home: Path) -> Registry:
    """The registry of a home in which a search has led to the champion of churn."""
    settings = load_settings(None, environment={}, overrides={"home": home})
    lake, target = open_lake(home), targets()["churn"]
    recipe = replace(recipe_of(settings), parameters=OWN)
    store, terms = snapshot_store(settings, lake), terms_of(settings, target)
    trained = train(target, store, known_by=AS_OF_DAY, terms=terms, recipe=recipe)
    Registry(home).register(trained, against_base_rate(trained))
    return Registry(home)


@pytest.mark.parametrize("number", ["0", "-3", "many", "2.5"])
def test_a_number_of_trials_that_is_none_is_refused(number: str, churn: Churn, tmp_path: Path) -> None:
    ended = churn("train", "--home", tmp_path / "home", "--tune", number)
    assert ended.code == 2
    assert "--tune" in ended.err
    assert number in ended.err
    assert not (tmp_path / "home").exists()


def test_without_optuna_nothing_is_begun_and_what_to_install_is_said(
    churn: Churn, shop: Path, night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Registry(night).versions("churn")
    monkeypatch.setitem(sys.modules, "optuna", None)
    ended = churn("train", "--source", shop, "--as-of", AS_OF, "--home", night, "--tune", 20)
    assert ended.code == 2
    assert "pip install 'churn-pipeline[tune]'" in ended.err
    assert "Traceback" not in ended.err
    assert Registry(night).versions("churn") == before
