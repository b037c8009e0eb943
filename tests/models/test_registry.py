"""Does a model come back from its home as it went in, and is it refused when it no longer fits?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import mlflow
import numpy as np
import polars as pl
import pytest

from models import FeaturesChanged, ModelFromTheFuture, NoChampion, Terms, targets
from models._baselines import BaseRate
from models._contenders import Estimator
from models._gate import against_base_rate
from models._matrix import features_of
from models._registry import Champion, Registry
from models._scoring import check, score
from models._training import Trained

ODD_NAMES = ["with a space 客户流失", "50%20off %41 #1 at 100%", 'it\'s "quoted" & more; +x']


def predictions(model: Estimator, trained: Trained, rows: pl.DataFrame) -> np.ndarray:
    return model.predict_proba(features_of(rows, trained.columns))


def assert_predicts_alike(champion: Champion, trained: Trained, rows: pl.DataFrame) -> None:
    before, after = (predictions(model, trained, rows) for model in (trained.model, champion.model))
    assert np.abs(after - before).max() <= 1e-12


def files_under(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("model", ["churn_model", "few_outcomes_model"])
def test_a_model_comes_back_as_it_went_in(
    model: str, request: pytest.FixtureRequest, home: Path, rows: pl.DataFrame
) -> None:
    trained: Trained = request.getfixturevalue(model)
    Registry(home).register(trained, against_base_rate(trained))
    found = Registry(home).champion("churn")
    assert_predicts_alike(found, trained, rows)
    assert (found.name, found.version) == ("churn", 1)
    assert found.columns == trained.columns
    assert found.fingerprint == trained.fingerprint
    assert found.terms == trained.terms.record()
    assert found.learned_until == trained.plan.known_by
    assert found.versions == trained.versions
    assert found.test_metrics == pytest.approx(trained.report[trained.served])


def test_a_base_rate_comes_back_as_it_went_in(home: Path, upsell_model: Trained, rows: pl.DataFrame) -> None:
    flat = BaseRate().fit(features_of(rows, upsell_model.columns), np.arange(rows.height) % 4 == 0)
    made = replace(upsell_model, model=flat)
    Registry(home).register(made, against_base_rate(made))
    assert_predicts_alike(Registry(home).champion("upsell"), made, rows)


def test_each_registration_is_the_next_version_and_the_champion(home: Path, churn_model: Trained) -> None:
    registry = Registry(home)
    assert not registry.has_champion("churn")
    assert [
        registry.register(churn_model, against_base_rate(churn_model)),
        registry.register(churn_model, against_base_rate(churn_model)),
    ] == [1, 2]
    assert registry.has_champion("churn")
    assert not registry.has_champion("upsell")
    assert registry.champion("churn").version == 2


def test_the_run_keeps_figures_of_the_model_and_its_baselines_its_dates_and_pictures(
    registry: Registry, churn_model: Trained
) -> None:
    client = mlflow.MlflowClient(registry.uri)
    found = client.get_model_version_by_alias("churn", "champion")
    run = client.get_run(found.run_id)
    for estimator in ("model", "recency_rule", "logistic_rfm"):
        for figure, value in churn_model.report[estimator].items():
            assert run.data.metrics[f"{estimator}.{figure}"] == pytest.approx(value)
    assert run.data.params["test_date"] == "2025-11-03"
    assert run.data.params["feature_fingerprint"] == churn_model.fingerprint
    assert run.data.params["version_of_transactions"] == "3"
    assert run.info.run_name == "churn as of 2025-12-01"
    assert json.loads(found.tags["about"])["learned_until"] == "2025-12-01"
    plots = {file.path for file in client.list_artifacts(found.run_id, "plots")}
    assert plots == {"plots/gain.png", "plots/reliability.png"}
    home = Path(registry.uri.removeprefix("sqlite:///")).parent
    for picture in plots:
        (file,) = home.glob(f"mlartifacts/churn/*/artifacts/{picture}")
        assert file.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_what_mlflow_itself_serves_are_probabilities(registry: Registry, churn_model: Trained) -> None:
    mlflow.set_tracking_uri(registry.uri)
    served = mlflow.pyfunc.load_model("models:/churn@champion").predict(churn_model.example)
    assert np.allclose(np.asarray(served), churn_model.model.predict_proba(churn_model.example))


@pytest.mark.slow
def test_registering_and_loading_prints_nothing(home: Path, churn_model: Trained, tmp_path: Path) -> None:
    import pickle

    (tmp_path / "trained.pickle").write_bytes(pickle.dumps(replace(churn_model, target=None)))  # type: ignore[arg-type]
    program = (
        "import pickle, sys; from dataclasses import replace; from pathlib import Path\n"
        "from models import targets\n"
        "from models._gate import against_base_rate; from models._registry import Registry\n"
        "made = replace(pickle.loads(Path(sys.argv[1]).read_bytes()), target=targets()['churn'])\n"
        "registry = Registry(Path(sys.argv[2])); registry.register(made, against_base_rate(made))\n"
        "Registry(Path(sys.argv[2])).champion('churn')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "trained.pickle", home], capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == (0, "", "")


def test_without_a_champion_the_message_says_what_to_run(home: Path) -> None:
    with pytest.raises(NoChampion, match="no champion for 'churn' is registered; run `churn train` first"):
        Registry(home).champion("churn")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_home_may_have_any_name(name: str, tmp_path: Path, churn_model: Trained, rows: pl.DataFrame) -> None:
    home = tmp_path / name
    Registry(home).register(churn_model, against_base_rate(churn_model))
    assert_predicts_alike(Registry(home).champion("churn"), churn_model, rows)
    assert sorted(path.name for path in home.iterdir()) == ["mlartifacts", "mlflow.db"]
    assert os.listdir(tmp_path) == [name]


def test_a_home_that_was_moved_still_answers_and_learns_within_itself(
    tmp_path: Path, churn_model: Trained, rows: pl.DataFrame
) -> None:
    old, new = tmp_path / "old", tmp_path / "elsewhere" / "new 新"
    Registry(old).register(churn_model, against_base_rate(churn_model))
    new.parent.mkdir()
    old.rename(new)
    registry = Registry(new)
    assert_predicts_alike(registry.champion("churn"), churn_model, rows)
    assert registry.register(churn_model, against_base_rate(churn_model)) == 2
    assert_predicts_alike(registry.champion("churn"), churn_model, rows)
    assert not old.exists()
    assert registry.register(churn_model, against_base_rate(churn_model)) == 3
    assert len(mlflow.MlflowClient(registry.uri).search_experiments(filter_string="name = 'churn'")) == 1


def test_two_homes_that_share_a_server_do_not_see_each_others_champions(
    tmp_path: Path, churn_model: Trained, rows: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where MLflow puts the artifacts of a database that names no place
    shared = f"sqlite:///{tmp_path / 'shared.db'}"
    north, south = (Registry(tmp_path / name, tracking_uri=shared) for name in ("north", "it's south 新"))
    assert north.register(churn_model, against_base_rate(churn_model)) == 1
    assert north.has_champion("churn")
    assert not south.has_champion("churn")
    with pytest.raises(NoChampion):
        south.champion("churn")
    assert south.register(churn_model, against_base_rate(churn_model)) == 1
    for registry in (north, south):
        assert registry.champion("churn").name == "churn"
        assert_predicts_alike(registry.champion("churn"), churn_model, rows)
    assert {model.name for model in mlflow.MlflowClient(shared).search_registered_models()} == {
        "north.churn",
        "it_s_south_新.churn",
    }


def test_a_copy_of_a_home_leaves_the_original_alone(tmp_path: Path, churn_model: Trained, rows: pl.DataFrame) -> None:
    original, copy = tmp_path / "original", tmp_path / "copy"
    Registry(original).register(churn_model, against_base_rate(churn_model))
    shutil.copytree(original, copy)
    before = files_under(original)
    Registry(copy).register(churn_model, against_base_rate(churn_model))
    assert files_under(original) == before
    shutil.rmtree(original / "mlartifacts")
    assert_predicts_alike(Registry(copy).champion("churn"), churn_model, rows)


def test_a_champion_whose_files_are_gone_is_said_to_be_missing_and_where(home: Path, churn_model: Trained) -> None:
    Registry(home).register(churn_model, against_base_rate(churn_model))
    shutil.rmtree(home / "mlartifacts")
    with pytest.raises(NoChampion, match=r"champion of churn \(version 1\) is registered, but its files") as missing:
        Registry(home).champion("churn")
    assert str(home / "mlartifacts" / "churn") in str(missing.value)
    assert "run `churn train`" in str(missing.value)


def test_scores_are_the_models_probabilities_in_the_order_of_the_rows(
    registry: Registry, churn_model: Trained, rows: pl.DataFrame
) -> None:
    some = rows.sample(50, shuffle=True, seed=2)
    found = score(registry.champion("churn"), some)
    assert found.name == "churn_probability"
    assert np.abs(found.to_numpy() - predictions(churn_model.model, churn_model, some)[:, 1]).max() <= 0.5000001e-6


def test_a_champion_may_score_from_the_day_it_learned_until_and_on_none_before(
    registry: Registry, terms: Terms
) -> None:
    champion, refused = registry.champion("churn"), []
    for days in (-400, -1, 0, 1, 400):
        try:
            check(champion, targets()["churn"], as_of=champion.learned_until + timedelta(days=days), terms=terms)
        except ModelFromTheFuture:
            refused.append(days)
    assert refused == [-400, -1]


def test_a_champion_that_learned_from_later_days_is_refused(registry: Registry, terms: Terms) -> None:
    with pytest.raises(ModelFromTheFuture, match=r"learned from days up to 2025-12-01; scoring 2025-11-30 .*future"):
        check(registry.champion("churn"), targets()["churn"], as_of=date(2025, 11, 30), terms=terms)


def test_a_champion_of_other_features_is_refused(registry: Registry, terms: Terms, churn_model: Trained) -> None:
    old = replace(registry.champion("churn"), fingerprint="0123456789abcdef")
    with pytest.raises(FeaturesChanged, match=rf"0123456789abcdef, today's are {churn_model.fingerprint}"):
        check(old, targets()["churn"], as_of=date(2025, 12, 1), terms=terms)


@pytest.mark.parametrize(
    "changed", [{"horizon_days": 56}, {"active_days": 90}, {"more_share": 0.5}, {"time_zone": "UTC"}]
)
def test_a_champion_of_other_terms_is_refused_with_both_values(
    changed: dict[str, object], registry: Registry, terms: Terms
) -> None:
    ((name, value),) = changed.items()
    was = terms.record()[name]
    with pytest.raises(FeaturesChanged, match=f"trained with {name} = {was}; the settings say {name} = {value}"):
        check(registry.champion("churn"), targets()["churn"], as_of=date(2025, 12, 1), terms=replace(terms, **changed))  # type: ignore[arg-type]


def test_a_champion_of_another_label_is_refused(registry: Registry, terms: Terms) -> None:
    turned = replace(targets()["churn"], otherwise=False)
    with pytest.raises(FeaturesChanged, match=r"the label of churn .* has changed"):
        check(registry.champion("churn"), turned, as_of=date(2025, 12, 1), terms=terms)
