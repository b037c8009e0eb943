"""What is believed of an action after campaigns were measured? Every night takes what is known by then."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from campaigns import assigned, campaign, measured_campaign, record

from pipelines import _learned_effects
from pipelines._decisions import declared_campaigns
from pipelines._learned_effects import MOST_CAMPAIGNS, belief_of, believed_tonight, comparable
from pipelines._settings import Settings, load_settings
from serving import Effect, Ledger, measure


def settings_of(folder: Path, **more: object) -> Settings:
    """The settings of a shop in `folder`, with its home beside it."""
    chosen = {"source.name": str(folder / "shop"), "home": folder / "home", **more}
    return load_settings(None, environment={}, overrides=chosen)


DECLARED = Effect(0.1, 50)


def test_a_measured_campaign_moves_the_belief_towards_what_was_seen(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    name = measured_campaign(ledger, 1, customers=5000, kept=0.3)
    before, after = (belief_of("retention_offer", DECLARED, ledger, before=date(2024, 2, day)) for day in (15, 16))
    assert before == DECLARED
    assert 0.15 < after.mean < 0.3
    assert after.strength > DECLARED.strength
    assert after.campaigns == {name}
    assert belief_of("upsell", DECLARED, ledger, before=date(2024, 12, 1)) == DECLARED


def test_what_is_measured_of_an_outcome_to_be_brought_about_is_of_those_who_would_stay_away(tmp_path: Path) -> None:
    ledgers = {action: Ledger(None, tmp_path / action) for action in ("retention_offer", "win_back_offer")}
    for action, ledger in ledgers.items():
        measured_campaign(ledger, 1, customers=5000, kept=0.3, action=action)
    rows = ledgers["win_back_offer"].rows_of("win_back_offer-2024-01")
    shares = dict(rows.group_by("arm").agg(pl.col("is_good").mean()).iter_rows())
    found = measure(comparable(rows, "win_back_offer-2024-01", action="win_back_offer"))
    assert found.effect is not None
    # All were thought to come back with probability 0.4.
    assert found.effect.mean == pytest.approx((shares["treated"] - shares["held_out"]) / 0.6, rel=0.05)
    beliefs = [belief_of(name, DECLARED, one, before=date(2024, 3, 1)) for name, one in ledgers.items()]
    assert beliefs[0].mean > beliefs[1].mean > DECLARED.mean


def test_campaigns_too_small_alone_are_measured_together(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    first = measured_campaign(ledger, 1, customers=60)
    assert belief_of("retention_offer", DECLARED, ledger, before=date(2024, 12, 1)) == DECLARED
    second = measured_campaign(ledger, 2, customers=60)
    assert belief_of("retention_offer", DECLARED, ledger, before=date(2024, 12, 1)).campaigns == {first, second}


def test_a_night_of_which_an_outcome_is_open_waits_and_the_others_teach(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    name = measured_campaign(ledger, 1, customers=5000)
    whole = belief_of("retention_offer", DECLARED, ledger, before=date(2024, 12, 1))
    late = assigned({"late": "treated"}, campaign=name)
    days = {"starts_on": date(2024, 1, 1), "ends_on": date(2024, 2, 1)}
    record(ledger, date(2024, 1, 30), late, campaigns=[campaign(name, **days)])
    assert belief_of("retention_offer", DECLARED, ledger, before=date(2024, 12, 1)) == whole != DECLARED


def test_running_campaigns_go_by_what_is_measured_by_tonight(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    measured_campaign(ledger, 1, customers=5000, kept=0.3)
    begun = {"effect": 0.15, "effect_strength": 60.0, "declared_effect": 0.1, "declared_effect_strength": 50.0}
    march = campaign("retention_offer-2024-03", starts_on=date(2024, 3, 1), ends_on=date(2024, 4, 1), terms=begun)
    one = pl.DataFrame([{**march, "terms": json.dumps(begun)}])
    beliefs = [believed_tonight(one, ledger, as_of=date(2024, 3, 1))["retention_offer"]]
    record(ledger, date(2024, 3, 1), assigned({"a": "treated"}, campaign=march["name"]), campaigns=[march])
    beliefs += [believed_tonight(one, ledger, as_of=date(2024, 3, day))["retention_offer"] for day in (8, 20)]
    assert beliefs[0] == Effect(0.15, 60.0)
    assert beliefs[1] == beliefs[2] == belief_of("retention_offer", DECLARED, ledger, before=date(2024, 3, 8))


def test_only_the_latest_campaigns_make_the_belief(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    names = [measured_campaign(ledger, month, customers=100) for month in range(1, 12)]
    every = belief_of("retention_offer", DECLARED, ledger, before=date(2025, 1, 1))
    assert every.campaigns == set(names)
    assert len(names) < MOST_CAMPAIGNS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_learned_effects, "MOST_CAMPAIGNS", 3)
        latest = belief_of("retention_offer", DECLARED, ledger, before=date(2025, 1, 1))
    assert latest.campaigns == set(names[-3:])


def terms_on(ledger: Ledger, folder: Path, as_of: date, **more: object) -> dict[str, Any]:
    """The terms of the retention offer as the night of `as_of` declares them."""
    declared = declared_campaigns(settings_of(folder, **more), ledger, as_of=as_of)
    return dict(json.loads(declared.filter(pl.col("action") == "retention_offer")["terms"].item()))


def test_a_campaign_begins_with_what_was_learned_and_keeps_it_while_it_runs(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    ledger = Ledger(None, tmp_path / "home")
    name = measured_campaign(ledger, 1, customers=5000, kept=0.3)
    first = date(2024, 3, 1)
    terms = terms_on(ledger, tmp_path, first)
    assert terms["learned_from"] == [name]
    assert terms["effect"] > 0.15 > terms["declared_effect"]
    declared = declared_campaigns(settings_of(tmp_path), ledger, as_of=first)
    begun = assigned({"a": "treated"}, campaign="retention_offer-2024-03")
    record(ledger, first, begun, campaigns=declared.to_dicts())
    later = date(2024, 3, 20)
    assert terms_on(ledger, tmp_path, later) == terms
    assert (
        ledger.standing_campaigns(declared_campaigns(settings_of(tmp_path), ledger, as_of=later), before=later).notes
        == ()
    )
    changed = declared_campaigns(settings_of(tmp_path, **{"actions.retention_offer.effect": 0.3}), ledger, as_of=later)
    notes = ledger.standing_campaigns(changed, before=later).notes
    assert len(notes) == 1
    assert "keeps the terms" in notes[0]
    assert "declared_effect 0.1 (settings: 0.3)" in notes[0]
    assert "learned_from" not in notes[0]
