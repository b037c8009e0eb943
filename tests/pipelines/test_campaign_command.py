"""Does the command line plan, follow and measure a campaign, and say plainly what cannot be known yet?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from campaigns import NOVEMBER, assigned, campaign, receipt, record
from small_shop import Churn, Ended, shop_lines, write_shop

from serving import Effect, Ledger, needed_for_effect

FIRST = date(2026, 11, 3)
TERMS = {"effect": 0.1, "effect_strength": 50.0}
Asked = Callable[..., Ended]


@pytest.fixture
def asked(churn: Churn, home: Path) -> Asked:
    """Runs `churn campaign` on the home."""

    def run(*arguments: object) -> Ended:
        return churn("campaign", *arguments, "--source", "simulated-shop", "--home", home)

    return run


def began(home: Path, customers: int, *, holdout_share: float = 0.2, **changed: Any) -> Ledger:
    """Records a night with so many customers, of whom that share is held out."""
    ledger = Ledger(None, home)
    held_out = round(customers * holdout_share)
    arms = {f"{n:05}": "held_out" if n < held_out else "treated" for n in range(customers)}
    rows = assigned(arms).with_columns(
        spend_before=pl.int_range(pl.len()) % 9 * 10.0,
        segment=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("VIP")).otherwise(pl.lit("small")),
    )
    terms = TERMS | changed.pop("terms", {})
    record(ledger, FIRST, rows, campaigns=[campaign(terms=terms, holdout_share=holdout_share, **changed)])
    return ledger


def came_out(ledger: Ledger, *, treated_stay: float, held_out_stay: float) -> None:
    """Records what became of all, with these shares of good outcomes."""
    stay = {"treated": treated_stay, "held_out": held_out_stay}
    found = [
        {
            "campaign": NOVEMBER,
            "customer_id": row["customer_id"],
            "is_good": (number * 0.6180339) % 1 < stay[row["arm"]],
            "profit": 30.0 * ((number * 0.6180339) % 1 < stay[row["arm"]]),
            "measured_until": FIRST + timedelta(days=28),
        }
        for number, row in enumerate(ledger.rows_of(NOVEMBER).iter_rows(named=True))
    ]
    ledger.record_outcomes(pl.DataFrame(found), as_of=date(2026, 12, 5))


def test_without_campaigns_it_says_so_and_makes_no_home(asked: Asked, home: Path) -> None:
    listed, one = asked(), asked(NOVEMBER)
    assert (listed.code, one.code) == (0, 2)
    assert "no campaign has begun" in listed.out
    assert "no campaign has begun" in one.err
    assert not home.exists()


def test_the_list_tells_sizes_and_a_verdict_of_each(asked: Asked, home: Path, tmp_path: Path) -> None:
    began(home, 50)
    ended = asked("--output", tmp_path / "all.csv")
    assert ended.code == 0
    assert "no outcomes yet" in ended.out
    row = pl.read_csv(tmp_path / "all.csv").row(0, named=True)
    counts = {name: row[name] for name in ("assigned", "treated", "held out", "receipts", "outcomes")}
    assert counts == {"assigned": 50, "treated": 40, "held out": 10, "receipts": 0, "outcomes": 0}
    assert (row["action"], row["from"], row["until"]) == ("retention_offer", "2026-11-01", "2026-11-30")


@pytest.mark.parametrize(
    ("treated", "held_out", "verdict"),
    [(0.8, 0.6, "it has worked"), (0.5, 0.7, "it did harm"), (0.6, 0.6, "no effect")],
)
def test_a_measured_campaign_says_what_it_changed(
    asked: Asked, home: Path, tmp_path: Path, treated: float, held_out: float, verdict: str
) -> None:
    came_out(began(home, 4000), treated_stay=treated, held_out_stay=held_out)
    ended = asked(NOVEMBER, "--output", tmp_path / "figures.csv")
    assert ended.code == 0
    assert verdict in ended.out
    found = pl.read_csv(tmp_path / "figures.csv")
    whole = {row["figure"]: row for row in found.filter(pl.col("part") == "measured").iter_rows(named=True)}
    kept = whole["customers kept"]
    assert kept["low"] < 3200 * (treated - held_out) < kept["high"]
    assert whole["profit caused"]["value"] == pytest.approx(30 * kept["value"] - 3200 * 2.5, rel=0.1, abs=300)
    segments = set(found.filter(pl.col("part") == "measured by segment")["segment"])
    assert segments == {"VIP", "small"}


def test_the_budget_spent_is_what_the_profit_and_the_return_are_net_of(
    asked: Asked, home: Path, tmp_path: Path
) -> None:
    ledger = began(home, 400)
    again = assigned({f"{n:05}": "treated" for n in range(300, 400)})
    record(ledger, FIRST + timedelta(days=20), again, campaigns=[campaign(terms=TERMS)])
    told = [receipt("00200", "accepted", 5), receipt("00000", "reached", 5)]
    ledger.take_receipts(pl.DataFrame([one | {"as_of": FIRST} for one in told]))
    came_out(ledger, treated_stay=0.8, held_out_stay=0.6)
    assert asked(NOVEMBER, "--output", tmp_path / "figures.csv").code == 0
    figures = pl.read_csv(tmp_path / "figures.csv").filter(pl.col("segment").is_null())
    value = dict(figures.select("figure", "value").iter_rows())
    # 319 by what was expected, one who accepted, a hundred a second time, and one who was held out.
    assert value["budget spent"] == 319 * 2.5 + (1.0 + 10.0) + 100 * 1.0 + 1.0
    assert value["budget expected"] == 320 * 2.5
    assert value["profit caused"] / value["return on the budget"] == pytest.approx(value["budget spent"])


@pytest.mark.parametrize(("action", "risk"), [("retention_offer", 0.4), ("win_back_offer", 0.6)])
def test_the_plan_goes_by_the_risk(asked: Asked, home: Path, tmp_path: Path, action: str, risk: float) -> None:
    began(home, 40, action=action)
    assert asked(NOVEMBER, "--output", tmp_path / "figures.csv").code == 0
    figures = {row["figure"]: row for row in pl.read_csv(tmp_path / "figures.csv").iter_rows(named=True)}
    planned = needed_for_effect(0.1, pl.Series([risk] * 40), holdout_share=0.2)
    assert planned is not None
    assert figures["size needed"]["value"] == planned.customers
    low = 32 * (5.5 + (Effect(0.1, 50.0).low - 0.1) * risk * (200.0 - 10.0))
    assert figures["expected profit"]["low"] == pytest.approx(low)


def test_no_more_is_thought_lost_than_can_be(asked: Asked, home: Path, tmp_path: Path) -> None:
    ledger = Ledger(None, home)
    rows = assigned({"a": "treated", "b": "held_out"}, probability=0.01, effect=0.0)
    record(ledger, FIRST, rows, campaigns=[campaign(action="win_back_offer", terms=TERMS | {"effect": 0.0})])
    assert asked(NOVEMBER, "--output", tmp_path / "figures.csv").code == 0
    figures = {row["figure"]: row for row in pl.read_csv(tmp_path / "figures.csv").iter_rows(named=True)}
    assert figures["expected profit"]["low"] == pytest.approx(5.5 - 0.01 * (200.0 - 10.0))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"uplift": 3, "uplift_qini": [0.021, 0.008, 0.034]}, "by uplift model 3 (Qini 0.021, 0.008 to 0.034)"),
        ({"uplift_why_not": "too few"}, "effect as believed, no uplift model: too few"),
        (
            {"uplift": 3, "uplift_why_not": "too few"},
            "effect as believed, spread by who takes it (model 3), no uplift model: too few",
        ),
    ],
)
def test_it_says_whether_the_campaign_goes_by_an_uplift_model(
    asked: Asked, home: Path, told: dict[str, Any], words: str
) -> None:
    began(home, 40, terms=told)
    assert words in asked(NOVEMBER).out


def test_too_few_customers_are_told_how_many_are_needed(asked: Asked, home: Path) -> None:
    came_out(began(home, 40), treated_stay=0.8, held_out_stay=0.6)
    ended = asked(NOVEMBER)
    assert "not enough data yet: need " in ended.out
    assert "(have 40)" in ended.out


def test_of_a_few_customers_of_a_segment_no_effect_is_told(asked: Asked, home: Path, tmp_path: Path) -> None:
    came_out(began(home, 40), treated_stay=0.8, held_out_stay=0.6)
    assert asked(NOVEMBER, "--output", tmp_path / "figures.csv").code == 0
    told = pl.read_csv(tmp_path / "figures.csv").filter(pl.col("part").str.starts_with("measured"))
    effects = told.filter(pl.col("figure") == "effect")
    assert effects.filter(pl.col("segment").is_not_null() & pl.col("low").is_null()).is_empty()


def test_before_the_first_outcome_it_says_when_that_is_due(asked: Asked, home: Path) -> None:
    began(home, 40)
    assert "the first are due on 2026-12-01" in " ".join(asked(NOVEMBER).out.split())


def test_a_campaign_that_holds_nobody_out_says_what_to_set(asked: Asked, home: Path) -> None:
    came_out(began(home, 40, holdout_share=0.0), treated_stay=0.8, held_out_stay=0.6)
    ended = asked(NOVEMBER)
    assert ended.code == 0
    assert "it can never be measured" in ended.out
    assert "set holdout_share in [actions.retention_offer]" in " ".join(ended.out.split())


def test_a_mistyped_name_is_told_the_right_one(asked: Asked, home: Path) -> None:
    began(home, 5)
    ended = asked("retention_ofer-2026-11")
    assert ended.code == 2
    assert f"Did you mean '{NOVEMBER}'?" in ended.err


def test_a_month_without_a_campaign_is_told_the_nearest_on_record(asked: Asked, home: Path) -> None:
    began(home, 5)
    assert f"Did you mean '{NOVEMBER}'?" in asked("retention_offer-2026-10").err


def test_the_name_of_an_action_is_told_its_latest_campaign(asked: Asked, night: Path, home: Path) -> None:
    latest, unbegun = asked("retention_offer").err, asked("upsell").err
    assert "Did you mean 'retention_offer-2024-07'?" in latest
    assert "Did you mean 'upsell-2024-" in unbegun


def test_a_campaign_to_come_is_planned_from_the_latest_night(asked: Asked, night: Path, home: Path) -> None:
    ended = asked("retention_offer-2025-01")
    assert ended.code == 0
    assert "to come" in ended.out
    assert "not yet begun" in ended.out


def test_figures_are_written_to_csv_files_only(asked: Asked, home: Path, tmp_path: Path) -> None:
    began(home, 5)
    assert asked(NOVEMBER, "--output", tmp_path / "figures.xlsx").code == 2
    assert asked(NOVEMBER, "--output", tmp_path / "nowhere" / "figures.csv").code == 2


def test_a_night_four_weeks_later_knows_what_came_of_the_list(
    churn: Churn, night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = shop_lines()
    again = lines.filter(pl.col("occurred_at") >= pl.datetime(2024, 6, 21)).with_columns(
        pl.format("later-{}", "transaction_id").alias("transaction_id"), pl.col("occurred_at").dt.offset_by("28d")
    )
    shop = write_shop(tmp_path / "later", pl.concat([lines, again]))
    monkeypatch.setenv("CHURN_TRAINING_RETRAIN_AFTER_DAYS", "400")
    ended = churn("nightly", "--source", shop, "--as-of", "2024-08-16", "--home", night)
    assert ended.code == 0, ended.err
    ledger = Ledger(None, night)
    july = ledger.rows_of("retention_offer-2024-07")
    assert july.height > 0
    assert july["is_good"].null_count() == 0
    known = sum(ledger.rows_of(name)["is_good"].count() for name in ledger.campaigns()["name"])
    assert f"{known} outcomes of campaigns measured" in " ".join(ended.out.split())


def test_whoever_reads_a_campaign_waits_for_no_models() -> None:
    heavy = "print(sorted({'xgboost', 'mlflow', 'sklearn', 'prefect'} & set(sys.modules)))"
    code = f"import sys, pipelines._campaign_screen; {heavy}"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
