"""Whom is an action for? The stages that the settings say tonight, whatever campaign runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from campaigns import assigned, decided, record

from pipelines._decisions import Tonight, declared_campaigns
from pipelines._settings import load_settings
from serving import Ledger
from tests.serving.conftest import make_scores, with_facts

CAMPAIGN = "retention_offer-2025-12"
FIRST, LATER = date(2025, 12, 1), date(2025, 12, 8)


def night(ledger: Ledger, as_of: date, folder: Path, stages: Sequence[str]) -> Tonight:
    """What is decided of twelve loyal customers, while retention offers are for customers of these stages."""
    chosen = {"home": folder, "source.name": str(folder), "actions.retention_offer.stages": list(stages)}
    settings = load_settings(None, environment={}, overrides=chosen)
    scores = with_facts(make_scores(as_of=as_of, customers=12, factor=1.0))
    standing = ledger.standing_campaigns(declared_campaigns(settings, ledger, as_of=as_of), before=as_of)
    return decided(settings, scores, ledger, standing, as_of=as_of)


def offered(tonight: Tonight) -> set[str]:
    """Who was given a retention offer."""
    return set(tonight.decided.customers.filter(action="retention_offer")["customer_id"])


def test_a_campaign_may_be_narrowed_and_widened_from_night_to_night(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    wide = night(ledger, FIRST, tmp_path, ["new", "loyal"])
    assert offered(wide)
    record(ledger, FIRST, assigned({"0001": "treated"}, campaign=CAMPAIGN), campaigns=wide.campaigns.to_dicts())
    narrow = night(ledger, LATER, tmp_path, ["new"])
    again = night(ledger, LATER, tmp_path, ["loyal"])
    assert not offered(narrow)
    assert offered(again) == offered(wide) - {"0001"}


def test_it_is_no_change_of_terms_and_who_was_assigned_stays_so(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    wide = night(ledger, FIRST, tmp_path, ["loyal"])
    record(ledger, FIRST, assigned({"0001": "treated"}, campaign=CAMPAIGN), campaigns=wide.campaigns.to_dicts())
    narrow = night(ledger, LATER, tmp_path, ["new"])
    assert narrow.campaigns.equals(wide.campaigns)
    assert not narrow.notes
    assert ledger.assigned(before=LATER, campaigns=[CAMPAIGN])["customer_id"].to_list() == ["0001"]
