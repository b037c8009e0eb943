"""By what are offers to stay weighed? By the churn probability, or by who is slowing down where the log shows it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import polars as pl
import pytest
from campaigns import decided

from models._registry import Champion
from pipelines._decisions import Tonight, declared_campaigns
from pipelines._errors import SettingsWrong
from pipelines._settings import load_settings
from pipelines._why import with_reasons
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


def test_the_list_says_that_it_goes_by_slowing_down() -> None:
    listed = pl.DataFrame(
        {
            "customer_id": ["A", "B", "C", "D"],
            "action": ["retention_offer", "thank_you", "service_recovery", "retention_offer"],
            "oldest_open_complaint_hours": [0.0, 0.0, 5.0, 0.0],
            "wavering_probability": [0.637, 0.5, 0.5, 0.2],
        }
    )
    speaks_of_another = cast(Champion, SimpleNamespace(columns=("days_since_last_purchase",), model=None))
    rows = listed.select("customer_id", days_since_last_purchase=pl.lit(40.0))
    told, usual = (
        with_reasons(each, {"upsell": speaks_of_another}, rows, language="en").sort("customer_id")
        for each in (listed, listed.drop("wavering_probability"))
    )
    for language, said in (("en", "comes less often than usual (64% likely)"), ("zh", "来得比平时少（可能性 64%）")):
        why, before = told[f"why_{language}"].to_list(), usual[f"why_{language}"].to_list()
        assert why[0] == " · ".join(part for part in (said, before[0]) if part)
        assert why[1:] == before[1:]
