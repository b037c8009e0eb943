"""Is every decision about a model kept: promoted or refused, why, by whom, and can it be taken back?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import mlflow
import numpy as np
import polars as pl
import pytest

from features import SnapshotStore
from models import NoChampion, NothingToRollBackTo
from models._card import card, summary
from models._drift import reference
from models._gate import Override, Verdict, against_base_rate
from models._matrix import features_of
from models._registry import Registry
from models._training import Trained, train

AS_OF = date(2025, 12, 1)
BY_HAND = Override(by="Li Na", why="a trial", at="2025-12-01 09:00+08:00")
REFUSED = Verdict(
    promoted=False, rival="the champion (version 1)", how="on the same customers", reasons=("worse",), champion=1
)


@pytest.fixture
def client(home: Path) -> mlflow.MlflowClient:
    return mlflow.MlflowClient(Registry(home).uri)


def promoted(trained: Trained, *, champion: int | None = None) -> Verdict:
    return replace(against_base_rate(trained), champion=champion)


def champions_of(home: Path) -> int:
    return Registry(home).champion("churn").version


def test_a_refused_model_is_kept_as_challenger_and_the_champion_stays(
    home: Path, churn_model: Trained, client: mlflow.MlflowClient
) -> None:
    registry = Registry(home)
    registry.register(churn_model, promoted(churn_model))
    assert registry.register(churn_model, REFUSED) == 2
    assert registry.champion("churn").version == 1
    tags = client.get_model_version_by_alias("churn", "challenger").tags
    assert (tags["status"], json.loads(tags["reasons"])) == ("refused", ["worse"])
    assert (tags["compared_with"], tags["champion_then"]) == ("the champion (version 1)", "1")
    assert registry.register(churn_model, REFUSED) == 3
    assert client.get_model_version_by_alias("churn", "challenger").version == 3


def test_figures_of_the_comparison_are_kept_as_numbers(home: Path, churn_model: Trained) -> None:
    Registry(home).register(churn_model, promoted(churn_model))
    kept = mlflow.MlflowClient(Registry(home).uri).get_model_version("churn", "1")
    figures = json.loads(kept.tags["figures"])
    assert [one["figure"] for one in figures] == ["average_precision", "brier"]
    assert figures[1]["challenger"] == pytest.approx(churn_model.report[churn_model.served]["brier"])


def test_an_overridden_refusal_takes_over_and_says_who_and_why(home: Path, churn_model: Trained) -> None:
    registry = Registry(home)
    registry.register(churn_model, promoted(churn_model))
    registry.register(churn_model, REFUSED.overridden(BY_HAND))
    newest = registry.versions("churn")[0]
    assert (newest.version, newest.alias, newest.status) == (2, "champion", "promoted anyway")
    assert newest.decision == {"by": "Li Na", "why": "a trial", "at": "2025-12-01 09:00+08:00"}
    assert newest.reasons == ("worse",)


def test_going_back_returns_to_the_champion_before_and_is_noted_on_the_one_that_was(
    home: Path, churn_model: Trained
) -> None:
    registry = Registry(home)
    registry.register(churn_model, promoted(churn_model))
    registry.register(churn_model, promoted(churn_model, champion=1))
    registry.register(churn_model, REFUSED)
    registry.register(churn_model, promoted(churn_model, champion=2))
    for before, after in ((4, 2), (2, 1)):
        chosen = registry.earlier_champion("churn")
        assert chosen.version == after
        assert registry.roll_back("churn", to=chosen, override=BY_HAND) == before
        assert champions_of(home) == after
    noted = {one.version: one.rolled_back for one in registry.versions("churn")}
    assert noted[4] == {"to": 2, "by": "Li Na", "why": "a trial", "at": "2025-12-01 09:00+08:00"}
    assert noted[1] is None
    registry.roll_back("churn", to=registry.earlier_champion("churn", version=4), override=BY_HAND)
    assert champions_of(home) == 4


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (3, "version 3 cannot take its place; other versions that were champion: 1"),
        (9, "version 9 cannot take its place"),
        (2, "version 2 cannot take its place"),
    ],
)
def test_there_is_no_going_back_to_what_never_was_champion(
    version: int, told: str, home: Path, churn_model: Trained
) -> None:
    registry = Registry(home)
    registry.register(churn_model, promoted(churn_model))
    registry.register(churn_model, promoted(churn_model, champion=1))
    registry.register(churn_model, REFUSED)
    with pytest.raises(NothingToRollBackTo, match=told):
        registry.earlier_champion("churn", version=version)


def test_without_an_earlier_champion_or_any_the_message_says_so(home: Path, churn_model: Trained) -> None:
    with pytest.raises(NothingToRollBackTo, match="churn has no champion"):
        Registry(home).earlier_champion("churn")
    Registry(home).register(churn_model, promoted(churn_model))
    with pytest.raises(NothingToRollBackTo, match=r"no champion of churn came before it; .*: none"):
        Registry(home).earlier_champion("churn")


def test_a_model_whose_files_are_gone_does_not_come_back_and_the_champion_stays(
    home: Path, churn_model: Trained
) -> None:
    registry = Registry(home)
    registry.register(churn_model, promoted(churn_model))
    first = next(path for path in (home / "mlartifacts" / "churn").rglob("MLmodel")).parent.parent
    registry.register(churn_model, promoted(churn_model, champion=1))
    for file in [path for path in first.rglob("*") if path.is_file()]:
        file.unlink()
    with pytest.raises(NoChampion, match="its files cannot be read"):
        registry.roll_back("churn", to=registry.earlier_champion("churn"), override=BY_HAND)
    assert champions_of(home) == 2


def test_the_run_names_its_tables_and_keeps_the_card_the_environment_and_the_rehearsal(
    home: Path, churn_model: Trained, rows: pl.DataFrame, store: SnapshotStore
) -> None:
    registry = Registry(home)
    known = reference(churn_model.model, [(churn_model.plan.known_by, rows)], churn_model.columns, seed=7)
    registry.register(churn_model, promoted(churn_model), reference=known)
    client = mlflow.MlflowClient(registry.uri)
    found = client.get_model_version_by_alias("churn", "champion")
    run = client.get_run(found.run_id)
    data = {one.dataset.name: {tag.key: tag.value for tag in one.tags} for one in run.inputs.dataset_inputs}
    assert {name: tags["delta_version"] for name, tags in data.items()} == {"transactions": "3", "interactions": "2"}
    assert data["transactions"]["as_of_dates"].endswith("to 2025-11-03")
    assert run.data.tags["kind"] == "training"
    kept = {file.path for file in client.list_artifacts(found.run_id)}
    assert {"model_card.md", "environment.txt", "plots", "drift", "rehearsal"} <= kept
    (text,) = home.glob("mlartifacts/churn/*/artifacts/model_card.md")
    assert text.read_text(encoding="utf-8") == card(churn_model, promoted(churn_model))
    (packages,) = home.glob("mlartifacts/churn/*/artifacts/environment.txt")
    assert "polars==" in packages.read_text(encoding="utf-8")
    assert found.description == summary(churn_model, promoted(churn_model))
    champion = registry.champion("churn")
    assert champion.reference == known
    assert champion.rehearsed_until == churn_model.plan.test
    rehearsal = registry.rehearsal(champion)
    assert rehearsal is not None
    X = features_of(rows, churn_model.columns)
    assert np.array_equal(rehearsal.predict_proba(X), churn_model.rehearsal.predict_proba(X))


@pytest.mark.slow
def test_the_same_data_and_seed_give_the_same_scores_through_the_registry(
    tmp_path: Path, churn_model: Trained, store: SnapshotStore, rows: pl.DataFrame
) -> None:
    again = train(churn_model.target, store, known_by=AS_OF, terms=churn_model.terms, recipe=churn_model.recipe)
    scores = []
    for number, made in enumerate((churn_model, again)):
        registry = Registry(tmp_path / f"home {number}")
        registry.register(made, promoted(made))
        champion = registry.champion("churn")
        scores.append(champion.model.predict_proba(features_of(rows, champion.columns)))
    assert np.abs(scores[0] - scores[1]).max() <= 1e-9


def test_the_card_says_for_whom_how_good_and_for_what_it_is_not(churn_model: Trained) -> None:
    text = card(churn_model, against_base_rate(churn_model))
    for words in (
        "# churn\n\nAn active customer makes no purchase within the horizon.",
        "**Promoted**, compared with the base rate 0.",
        "transactions version 3, interactions version 2",
        f"fingerprint {churn_model.fingerprint}",
        "| tier: VIP | 78 |",
        "| tenure: 365 days and more | ",
        "| as of 2025-11-03 | 1,565 |",
        "| recency rule | 0.",
        "must not be used for anybody else",
        "must not decide prices, credit, employment",
        "scikit-learn 1.",
    ):
        assert words in text
    assert "nan" not in text


def test_the_card_of_a_refused_model_says_why_and_who_overrode_it(churn_model: Trained) -> None:
    text = card(churn_model, REFUSED.overridden(BY_HAND))
    assert "**Promoted anyway**, compared with the champion (version 1)" in text
    assert "Promoted anyway by Li Na on 2025-12-01 09:00+08:00: a trial" in text
    assert "\n- worse\n" in text
