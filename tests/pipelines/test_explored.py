"""Which actions are explored tonight? Those with a holdout of whose effect nothing is measured yet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from campaigns import decided, measured_campaign

from pipelines._decisions import Tonight, declared_campaigns
from pipelines._errors import SettingsWrong
from pipelines._settings import load_settings
from serving import Ledger
from tests.serving.conftest import make_scores, with_facts

TONIGHT = date(2024, 3, 4)
OFFER = "retention_offer"


def night(folder: Path, **chosen: object) -> Tonight:
    """What is decided of twelve customers, by all that the ledger in `folder` knows."""
    told = {"home": folder, "source.name": str(folder), "list.size": 12, **chosen}
    settings = load_settings(None, environment={}, overrides=told)
    ledger, scores = Ledger(None, folder), with_facts(make_scores(as_of=TONIGHT, customers=12, factor=1.0))
    standing = ledger.standing_campaigns(declared_campaigns(settings, ledger, as_of=TONIGHT), before=TONIGHT)
    return decided(settings, scores, ledger, standing, as_of=TONIGHT)


def places(tonight: Tonight) -> dict[str, int]:
    """The places kept for exploration."""
    return {action.name: action.exploration_places for action in tonight.rules.actions if action.exploration_places}


def chosen(tonight: Tonight) -> dict[str, int]:
    """How many customers each action is chosen for."""
    return dict(tonight.decided.customers.drop_nulls("action")["action"].value_counts().iter_rows())


def test_places_are_kept_in_equal_parts_for_what_is_held_out_of(tmp_path: Path) -> None:
    off = {"actions.win_back_offer.holdout_share": 0.0, "actions.thank_you.is_used": False}
    tonight = night(tmp_path, **off, **{"decisions.exploration_share": 0.5})
    # Six of twelve for four actions; complaints are answered anyway.
    assert places(tonight) == dict.fromkeys((OFFER, "upsell", "cross_sell", "referral_invitation"), 1)
    assert [note for note in tonight.notes if "explore" in note] == [
        "retention_offer, upsell, cross_sell, referral_invitation: no effect is measured yet, so up to 1 "
        "places each are kept to explore it where it is expected to pay (decisions.exploration_share)"
    ]


def test_without_a_share_nothing_is_kept_nor_said(tmp_path: Path) -> None:
    tonight = night(tmp_path)
    assert places(tonight) == {}
    assert not [note for note in tonight.notes if "explore" in note]


def test_an_action_that_is_worth_less_than_another_to_everybody_is_explored_nevertheless(tmp_path: Path) -> None:
    rest = {f"actions.{name}.is_used": False for name in ("cross_sell", "referral_invitation", "thank_you")}
    free = {"actions.upsell.contact_cost": 0.0, "actions.upsell.effect": 0.05}
    without = night(tmp_path, **rest, **free)
    tonight = night(tmp_path, **rest, **free, **{"decisions.exploration_share": 0.5})
    assert "upsell" not in chosen(without)
    assert chosen(tonight)["upsell"] == places(tonight)["upsell"] == 2
    assert sum(chosen(tonight).values()) == sum(chosen(without).values())


def test_what_was_measured_is_unmeasured_no_more_in_its_first_campaign_or_a_later_one(tmp_path: Path) -> None:
    measured_campaign(Ledger(None, tmp_path), 1, customers=5000)
    kept = places(night(tmp_path, **{"decisions.exploration_share": 0.5}))
    assert OFFER not in kept
    assert {"upsell", "cross_sell"} <= kept.keys()


@pytest.mark.parametrize("share", [-0.1, 0.6, float("nan")])
def test_a_share_that_cannot_be_is_refused(tmp_path: Path, share: float) -> None:
    with pytest.raises(SettingsWrong, match="exploration_share"):
        night(tmp_path, **{"decisions.exploration_share": share})
