"""By what are offers to stay weighed? By the churn probability, or by who is slowing down where the log shows it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from campaigns import decided

from pipelines._decisions import Tonight, declared_campaigns
from pipelines._errors import SettingsWrong
from pipelines._settings import load_settings
from serving import Ledger
from tests.serving.conftest import make_scores, with_facts

TONIGHT = date(2024, 3, 4)
OTHERS = ("win_back_offer", "upsell", "cross_sell", "referral_invitation", "thank_you")
OFFER_ALONE = {f"actions.{name}.is_used": False for name in OTHERS} | {"actions.retention_offer.holdout_share": 0.0}


def night(folder: Path, *more: pl.Series, **chosen: object) -> Tonight:
    """What is decided of twelve customers of whom so much more is known."""
    folder.mkdir(exist_ok=True)
    told = {"home": folder, "source.name": str(folder), "list.size": 3, **OFFER_ALONE, **chosen}
    settings = load_settings(None, environment={}, overrides=told)
    ledger, scores = Ledger(None, folder), with_facts(make_scores(as_of=TONIGHT, customers=12, factor=1.0))
    standing = ledger.standing_campaigns(declared_campaigns(settings, ledger, as_of=TONIGHT), before=TONIGHT)
    return decided(settings, scores.with_columns(*more), ledger, standing, as_of=TONIGHT)


def test_who_slows_down_gets_the_offer_and_the_ledger_keeps_that_probability(tmp_path: Path) -> None:
    usual = night(tmp_path / "usual").decided.customers
    first = usual.filter(pl.col("action") == "retention_offer")["customer_id"]
    wavering = [0.0 if name in first else 0.5 for name in usual["customer_id"]]
    tonight = night(
        tmp_path / "wavering", pl.Series("wavering_probability", wavering), **{"decisions.retention_by": "wavering"}
    )
    offered = tonight.decided.customers.filter(pl.col("action") == "retention_offer")
    assert offered.height == 3
    assert not offered["customer_id"].is_in(first.implode()).any()
    assert offered["probability"].to_list() == [0.5] * 3
    assert not [note for note in tonight.notes if "retention_by" in note]


def test_where_slowing_down_does_not_show_it_is_said_and_churn_counts(tmp_path: Path) -> None:
    usual, asked = night(tmp_path / "a"), night(tmp_path / "b", **{"decisions.retention_by": "wavering"})
    assert asked.decided.customers.equals(usual.decided.customers)
    assert not [note for note in usual.notes if "retention_by" in note]
    assert [note for note in asked.notes if "does not show in the log" in note]


def test_other_words_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="retention_by"):
        night(tmp_path, **{"decisions.retention_by": "slowness"})
