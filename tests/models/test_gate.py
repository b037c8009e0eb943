"""Does a new model take over only where it is no worse, and is that found out on customers new to both?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from features import SnapshotStore
from models import Terms, active_customers, target, targets
from models._baselines import RecencyRule
from models._examples import Recipe
from models._figures import JUDGED_BY
from models._gate import (
    EVERYBODY,
    IN_A_TIER,
    OVERALL,
    Override,
    against_base_rate,
    against_champion,
    base_rate_instead,
)
from models._registry import Champion, Registry
from models._training import Trained, train

BEFORE = date(2025, 11, 3)
"""The day on which the model of the shop was tested: what was learned until then is new to its test customers."""


@pytest.fixture(scope="session")
def older_model(store: SnapshotStore, terms: Terms, recipe: Recipe) -> Trained:
    return train(targets()["churn"], store, known_by=BEFORE, terms=terms, recipe=recipe)


@pytest.fixture(scope="session")
def older_champion(older_model: Trained, tmp_path_factory: pytest.TempPathFactory) -> Champion:
    registry = Registry(tmp_path_factory.mktemp("older"))
    registry.register(older_model, against_base_rate(older_model))
    return registry.champion("churn")


def answering(trained: Trained, change: Callable[[np.ndarray], np.ndarray], *, tier: str | None = None) -> Trained:
    """The same training, as if its model had answered otherwise (to one tier only)."""
    probability = trained.test["said"].to_numpy()
    changed = change(probability)
    if tier:
        changed = np.where(trained.test["tier"].to_numpy() == tier, changed, probability)
    return replace(trained, test=trained.test.with_columns(said=pl.Series(changed)))


def blurred(probability: np.ndarray) -> np.ndarray:
    odds = np.log(np.clip(probability, 1e-4, 1 - 1e-4) / (1 - np.clip(probability, 1e-4, 1 - 1e-4)))
    return 1 / (1 + np.exp(-odds - np.random.default_rng(1).normal(0, 1.5, len(odds))))


def too_sure(probability: np.ndarray) -> np.ndarray:
    return np.clip(probability * 1.6, 0, 1)


def half(probability: np.ndarray) -> np.ndarray:
    return probability / 2


def upside_down(probability: np.ndarray) -> np.ndarray:
    return 1 - probability


def test_a_challenger_better_than_an_older_champion_on_the_same_later_customers_takes_over(
    churn_model: Trained, older_champion: Champion, store: SnapshotStore
) -> None:
    weak = replace(older_champion, model=RecencyRule().fit(churn_model.example, np.arange(5) > 2))
    verdict = against_champion(churn_model, weak, None, store)
    assert verdict.promoted, verdict.reasons
    assert verdict.champion == 1
    assert "on 2025-11-03 the champion as it is scored" in verdict.how
    overall = [one for one in verdict.comparisons if one.where == EVERYBODY]
    assert {one.figure for one in overall} == {"average_precision", "brier", "calibration_error"}
    assert all(one.worse_by < 0 for one in overall)
    assert {one.where for one in verdict.comparisons} >= {"VIP customers", "small customers"}


def test_a_champion_that_has_seen_the_test_time_is_represented_by_its_rehearsal(
    registry: Registry, churn_model: Trained, store: SnapshotStore
) -> None:
    champion = registry.champion("churn")
    verdict = against_champion(churn_model, champion, registry.rehearsal(champion), store)
    assert verdict.promoted
    assert "its rehearsal, known by 2025-11-03, scored" in verdict.how
    assert [one.worse_by for one in verdict.comparisons] == pytest.approx([0.0] * len(verdict.comparisons), abs=1e-9)


def test_where_the_champion_and_its_rehearsal_have_seen_the_test_time_nothing_is_compared_and_the_champion_stays(
    registry: Registry, older_model: Trained, store: SnapshotStore
) -> None:
    champion = registry.champion("churn")
    verdict = against_champion(older_model, champion, registry.rehearsal(champion), store)
    assert verdict.status == "refused"
    assert verdict.comparisons == ()
    assert "nothing was compared, as the champion learned until 2025-12-01" in verdict.how
    assert verdict.reasons[0].startswith("0 customers can be scored fairly by both")


def test_a_challenger_that_ranks_worse_is_refused_with_both_figures(
    churn_model: Trained, older_champion: Champion, store: SnapshotStore
) -> None:
    verdict = against_champion(answering(churn_model, blurred), older_champion, None, store)
    assert verdict.status == "refused"
    told = [one for one in verdict.reasons if one.startswith("all customers: average precision 0.")]
    assert len(told) == 1
    assert "of the champion (version 1), worse by +0." in told[0]
    assert "at most 0.04 is allowed" in told[0]


def test_a_challenger_that_ranks_alike_but_is_too_sure_is_refused_for_its_calibration(
    churn_model: Trained, older_champion: Champion, store: SnapshotStore
) -> None:
    verdict = against_champion(answering(churn_model, too_sure), older_champion, None, store)
    assert not verdict.promoted
    assert any(one.startswith("all customers: calibration error") for one in verdict.reasons)


def test_a_challenger_is_held_to_what_its_question_is_judged_by_and_to_nothing_else(
    churn_model: Trained, older_champion: Champion, store: SnapshotStore
) -> None:
    only_ranked = replace(churn_model, target=replace(churn_model.target, judged_by=("average_precision",)))
    assert not against_champion(answering(churn_model, half), older_champion, None, store).promoted
    verdict = against_champion(answering(only_ranked, half), older_champion, None, store)
    assert verdict.promoted, verdict.reasons
    assert {one.figure for one in verdict.comparisons} == {"average_precision"}


def test_every_figure_that_a_question_can_be_judged_by_has_its_bounds_and_no_other_can_be_declared() -> None:
    assert set(OVERALL) == set(IN_A_TIER) == {figure for known in JUDGED_BY.values() for figure in known}
    for figures in (("average_precision", "accuracy"), ()):
        with pytest.raises(ValueError, match="a question is judged by one or more of average_precision, brier"):
            target(population=active_customers, otherwise=False, judged_by=figures)


def test_a_challenger_that_fails_one_tier_is_refused_though_it_is_good_for_the_rest(
    churn_model: Trained, older_champion: Champion, store: SnapshotStore
) -> None:
    verdict = against_champion(answering(churn_model, upside_down, tier="VIP"), older_champion, None, store)
    assert not verdict.promoted
    assert any(one.startswith("VIP customers: Brier score") for one in verdict.reasons)
    assert not any(one.startswith(("major", "ordinary", "small")) for one in verdict.reasons)


def test_the_verdict_is_the_same_every_time(
    churn_model: Trained, older_champion: Champion, store: SnapshotStore
) -> None:
    verdicts = [against_champion(churn_model, older_champion, None, store) for _ in range(2)]
    assert verdicts[0] == verdicts[1]


def test_a_champion_that_cannot_score_leaves_the_comparison_to_the_base_rate(
    churn_model: Trained, older_champion: Champion, store: SnapshotStore
) -> None:
    changed = replace(older_champion, fingerprint="0123456789abcdef")
    verdict = against_champion(churn_model, changed, None, store)
    assert verdict.promoted
    assert verdict.rival.startswith("the base rate 0.")
    assert verdict.how.startswith("the champion cannot score: ")
    assert verdict.champion == 1


def test_a_champion_with_too_few_customers_in_common_stays(
    churn_model: Trained, older_champion: Champion, store: SnapshotStore
) -> None:
    few = replace(churn_model, test=churn_model.test.head(29))
    verdict = against_champion(few, older_champion, None, store)
    assert verdict.reasons == (
        "29 customers can be scored fairly by both, too few to show that it is no worse than the champion (version 1)",
    )


def test_the_first_model_is_promoted_when_it_is_no_worse_than_the_base_rate(churn_model: Trained) -> None:
    verdict = against_base_rate(churn_model)
    assert verdict.status == "promoted"
    assert verdict.champion is None
    assert all(one.worse_by < 0 for one in verdict.comparisons)


def test_a_first_model_worse_than_the_base_rate_is_refused_and_the_base_rate_serves(churn_model: Trained) -> None:
    worse = answering(churn_model, upside_down)
    verdict = against_base_rate(worse)
    assert verdict.status == "refused"
    assert [one.split(" 0.")[0] for one in verdict.reasons] == [
        "all customers: average precision",
        "all customers: Brier score",
    ]
    instead, promoted = base_rate_instead(worse, verdict)
    assert promoted.takes_over
    found = instead.model.predict_proba(churn_model.example)[:, 1]
    assert found == pytest.approx([churn_model.test["label"].mean()] * len(found))


def test_a_person_may_override_a_refusal_and_only_a_refusal(churn_model: Trained) -> None:
    by_hand = Override(by="Li Na", why="the old one is wrong about VIPs", at="2025-12-01 09:00+08:00")
    refused = against_base_rate(answering(churn_model, upside_down)).overridden(by_hand)
    assert (refused.status, refused.takes_over, refused.override) == ("promoted anyway", True, by_hand)
    assert refused.reasons
    assert against_base_rate(churn_model).overridden(by_hand).override is None
