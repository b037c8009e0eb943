"""Which actions are explored tonight? Those with a holdout of whose effect nothing is measured yet."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from campaigns import assigned, decided, measured_campaign, record

from pipelines._decisions import Tonight, declared_campaigns
from pipelines._errors import SettingsWrong
from pipelines._recording import plan_record
from pipelines._settings import load_settings
from serving import Ledger
from tests.serving.conftest import make_scores, with_facts

TONIGHT = date(2024, 3, 4)
OFFER = "retention_offer"


def night(folder: Path, **chosen: object) -> Tonight:
    """What is decided of twelve customers, by all that the ledger in `folder` knows."""
    folder.mkdir(exist_ok=True)
    told = {"home": folder, "source.name": str(folder), "list.size": 12, **chosen}
    settings = load_settings(None, environment={}, overrides=told)
    ledger, scores = Ledger(None, folder), with_facts(make_scores(as_of=TONIGHT, customers=12, factor=1.0))
    standing = ledger.standing_campaigns(declared_campaigns(settings, ledger, as_of=TONIGHT), before=TONIGHT)
    return decided(settings, scores, ledger, standing, as_of=TONIGHT)


def unmeasured(tonight: Tonight) -> set[str]:
    """The actions whose effect is not measured yet."""
    return {action.name for action in tonight.rules.actions if action.is_unmeasured}


def chosen(tonight: Tonight) -> dict[str, int]:
    """How many customers each action is chosen for."""
    return dict(tonight.decided.customers.drop_nulls("action")["action"].value_counts().iter_rows())


def notes(tonight: Tonight) -> list[str]:
    """What is said of exploration."""
    return [note for note in tonight.notes if "explor" in note]


SHARE = "decisions.exploration_share"
REST = {f"actions.{name}.is_used": False for name in ("cross_sell", "referral_invitation", "thank_you")}
CHEAP = {"actions.upsell.contact_cost": 0.0, "actions.upsell.effect": 0.05}


def test_actions_are_unmeasured_that_are_held_out_of_and_complaints_are_answered_anyway(tmp_path: Path) -> None:
    held = {"actions.win_back_offer.holdout_share": 0.0, "actions.service_recovery.holdout_share": 0.1}
    tonight = night(tmp_path, **held, **{"actions.thank_you.is_used": False})
    assert unmeasured(tonight) == {OFFER, "upsell", "cross_sell", "referral_invitation"}


def test_without_a_share_nothing_is_explored_nor_said(tmp_path: Path) -> None:
    tonight = night(tmp_path)
    assert not tonight.decided.explored
    assert notes(tonight) == []


def test_an_action_that_is_worth_less_than_another_to_everybody_is_explored_nevertheless(tmp_path: Path) -> None:
    told = {"actions.retention_offer.holdout_share": 0.0, **REST, **CHEAP}
    without, tonight = night(tmp_path, **told), night(tmp_path, **told, **{SHARE: 0.25})
    count = sum(chosen(without).values()) // 4
    assert count > 0
    assert "upsell" not in chosen(without)
    assert chosen(tonight)["upsell"] == tonight.decided.explored["upsell"] == count
    assert chosen(tonight)[OFFER] == chosen(without)[OFFER] - count
    assert plan_record(tonight)["plan"]["explored"] == {"upsell": count}
    assert notes(tonight) == [
        f"to explore what is not measured yet (decisions.exploration_share), customers got: upsell {count}"
    ]


def test_a_share_of_less_than_one_contact_is_said(tmp_path: Path) -> None:
    tonight = night(tmp_path, **REST, **{SHARE: 0.01})
    assert not tonight.decided.explored
    assert notes(tonight) == [
        "retention_offer, win_back_offer, upsell: no effect is measured yet, and none was explored: nobody whom they "
        "are expected to pay with, or 0.01 of the contacts is less than one (decisions.exploration_share)"
    ]


def test_what_was_measured_is_unmeasured_no_more_in_a_campaign_that_begins(tmp_path: Path) -> None:
    measured_campaign(Ledger(None, tmp_path), 1, customers=5000)
    tonight = night(tmp_path)
    assert OFFER not in unmeasured(tonight)
    assert {"upsell", "cross_sell"} <= unmeasured(tonight)


def test_nor_in_the_campaign_that_began_before_it_was_measured(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path / "here")
    measured_campaign(ledger, 1, customers=5000)
    begun = night(tmp_path / "elsewhere")
    assert OFFER in unmeasured(begun)
    rows = assigned({"z": "treated"}, campaign=f"{OFFER}-2024-03")
    record(ledger, date(2024, 3, 1), rows, campaigns=begun.campaigns.to_dicts())
    later = night(tmp_path / "here")
    assert not json.loads(later.campaigns.filter(action=OFFER)["terms"].item())["learned_from"]
    assert OFFER not in unmeasured(later)


@pytest.mark.parametrize("share", [-0.1, 0.6, float("nan")])
def test_a_share_that_cannot_be_is_refused(tmp_path: Path, share: float) -> None:
    with pytest.raises(SettingsWrong, match="exploration_share"):
        night(tmp_path, **{SHARE: share})
