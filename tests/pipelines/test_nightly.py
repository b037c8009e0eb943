"""Does a night hold, end to end, on real parts? Delta tables, Great Expectations, Prefect, MLflow, files."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from pathlib import Path

import polars as pl
import pytest
from small_shop import AS_OF, Churn, kept_by_prefect, shop_lines, write_shop

from serving import Ledger


def bundle(home: Path, as_of: str = AS_OF) -> Path:
    return home / "lists" / f"as_of={as_of}"


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_a_night_publishes_every_active_customer_once(night: Path) -> None:
    scores = pl.read_parquet(bundle(night) / "scores.parquet")
    start, end = pl.datetime(2024, 4, 26), pl.datetime(2024, 7, 19)
    active = shop_lines().filter(pl.col("occurred_at").is_between(start, end, closed="left"))
    asked = scores.filter("is_active")
    assert asked["customer_id"].to_list() == sorted(active["customer_id"].unique())
    for name in ("churn_probability", "upsell_probability"):
        assert asked[name].is_between(0, 1).all()


def test_lapsed_customers_are_asked_for_win_back_and_nothing_else(night: Path) -> None:
    scores = pl.read_parquet(bundle(night) / "scores.parquet")
    lapsed = scores.filter(~pl.col("is_active"))
    assert lapsed.height > 0
    assert lapsed["win_back_probability"].is_between(0, 1).all()
    assert (
        lapsed.select("churn_probability", "upsell_probability", "value_at_risk").null_count().row(0)
        == (lapsed.height,) * 3
    )
    assert scores.filter("is_active")["win_back_probability"].is_null().all()
    listed = pl.read_parquet(bundle(night) / "retention_list.parquet")
    theirs = listed.filter(pl.col("customer_id").is_in(lapsed["customer_id"].implode()))
    assert theirs["action"].is_in(["win_back_offer"]).all()


def test_the_manifest_tells_the_truth_about_the_files(night: Path) -> None:
    manifest = json.loads((bundle(night) / "manifest.json").read_text(encoding="utf-8"))
    for name, file in manifest["files"].items():
        assert hashlib.sha256((bundle(night) / name).read_bytes()).hexdigest() == file["sha256"]
    counts = manifest["counts"]
    assert counts["population"] == sum(number for key, number in counts.items() if key != "population")
    assert manifest["tables"] == {"transactions": 0}
    assert manifest["models"]["churn"]["version"] == 1
    assert str(night) not in (bundle(night) / "manifest.json").read_text(encoding="utf-8")


def test_the_list_opens_in_excel_and_is_ranked_by_expected_profit(night: Path) -> None:
    raw = (bundle(night) / "retention_list.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert [row["rank"] for row in rows] == [str(k) for k in range(1, len(rows) + 1)]
    profit = [float(row["expected_profit"]) for row in rows]
    assert profit == sorted(profit, reverse=True)
    assert all(value > 0 for value in profit)
    for name in ("reason_1", "why_en", "why_zh", "to_do_en", "to_do_zh", "until_on", "campaign"):
        assert all(row[name] for row in rows[:5])


def test_what_became_of_everybody_adds_up_and_the_ledger_has_it(night: Path) -> None:
    decided = pl.read_parquet(bundle(night) / "decisions.parquet")
    counts = json.loads((bundle(night) / "manifest.json").read_text(encoding="utf-8"))["counts"]
    found = dict(decided["outcome"].value_counts().iter_rows())
    assert {name: number for name, number in counts.items() if number and name != "population"} == found
    assert counts["population"] == decided.height
    holdout = pl.read_parquet(bundle(night) / "holdout.parquet")
    listed = pl.read_parquet(bundle(night) / "retention_list.parquet")
    assert holdout["customer_id"].is_in(listed["customer_id"].implode()).sum() == 0
    assigned = Ledger(None, night).assigned()
    assert sorted(assigned.filter(pl.col("arm") == "treated")["customer_id"]) == sorted(listed["customer_id"])
    assert sorted(assigned.filter(pl.col("arm") == "held_out")["customer_id"]) == sorted(holdout["customer_id"])


def test_what_could_be_won_is_told_of_who_has_lapsed_and_is_at_stake_where_an_offer_is_made(night: Path) -> None:
    scores = pl.read_parquet(bundle(night) / "scores.parquet")
    assert (scores["value_to_win"].is_null() == scores["is_active"]).all()
    lapsed = scores.filter(~pl.col("is_active"))
    assert (lapsed["value_to_win"] >= 0).all()
    assert (lapsed["value_to_win"] > lapsed["value_to_lose"]).any()
    decided = pl.read_parquet(bundle(night) / "decisions.parquet").filter(pl.col("action") == "win_back_offer")
    both = decided.join(scores, on="customer_id", suffix="_scored")
    assert both["stake"].to_list() == both["value_to_win"].to_list()


def test_value_at_risk_is_churn_probability_times_what_leaving_would_cost(night: Path) -> None:
    scores = pl.read_parquet(bundle(night) / "scores.parquet").filter("is_active")
    product = (scores["churn_probability"] * scores["value_to_lose"]).round(2)
    assert (scores["value_at_risk"] - product).abs().max() < 0.011
    assert (scores["value_to_lose"] >= scores["value_to_come"]).all()
    assert scores["lifetime_value"].is_between(scores["lifetime_value_low"], scores["lifetime_value_high"]).mean() > 0.9
    assert scores["referral_value"].is_null().all()
    dated = scores.filter(pl.col("next_order_on").is_not_null())
    assert dated.height > scores.height / 2
    assert dated["next_order_on"].is_between(dated["next_order_from_on"], dated["next_order_until_on"]).all()
    assert (dated["next_order_from_on"] >= dated["as_of"]).all()


def test_the_terms_of_value_are_a_matter_of_settings(
    churn: Churn, shop: Path, night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pl.read_parquet(bundle(night) / "scores.parquet")
    monkeypatch.setenv("CHURN_VALUE_MARGIN", "0.5")
    monkeypatch.setenv("CHURN_VALUE_ACQUISITION_COST", "7")
    assert churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", night).code == 0
    after = pl.read_parquet(bundle(night) / "scores.parquet")
    assert (after["value_to_come"] - before["value_to_come"] / 2).abs().max() < 0.011
    assert (after["lifetime_value"] - (before["lifetime_value"] / 2 - 7)).abs().max() < 0.011
    assert after["churn_probability"].equals(before["churn_probability"])


def test_every_published_column_is_in_the_data_dictionary(night: Path) -> None:
    text = (bundle(night) / "data_dictionary.csv").read_text(encoding="utf-8-sig")
    known = {(row["file"], row["column"]) for row in csv.DictReader(text.splitlines()) if row["meaning"]}
    scores = pl.read_parquet(bundle(night) / "scores.parquet")
    header = (bundle(night) / "retention_list.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    assert {("scores.parquet", name) for name in scores.columns} <= known
    assert {("retention_list.csv", name) for name in header} <= known


def test_the_same_night_twice_gives_the_same_bytes_and_no_new_versions(churn: Churn, shop: Path, night: Path) -> None:
    before = hashes(bundle(night))
    ended = churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", night)
    assert ended.code == 0
    assert hashes(bundle(night)) == before
    assert "0 new" in ended.out
    assert not (night / "lists" / ".replaced").exists()


def test_two_homes_get_the_same_bytes(churn: Churn, shop: Path, night: Path, tmp_path: Path) -> None:
    assert churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", tmp_path / "other").code == 0
    assert hashes(bundle(tmp_path / "other")) == hashes(bundle(night))


def test_the_next_night_uses_the_champion_and_takes_in_what_is_new(churn: Churn, shop: Path, night: Path) -> None:
    before = hashes(bundle(night))
    lines = shop_lines()
    late = lines.head(3).with_columns(pl.format("late-{}", "transaction_id").alias("transaction_id"))
    write_shop(shop, pl.concat([lines, late]))
    ended = churn("nightly", "--source", shop, "--as-of", "2024-07-20", "--home", night)
    assert ended.code == 0, ended.err
    assert "3 new" in ended.out
    assert "Learned" not in ended.out
    assert hashes(bundle(night)) == before
    manifest = json.loads((bundle(night, "2024-07-20") / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["tables"] == {"transactions": 1}


def test_late_rows_change_the_same_night_and_the_old_list_is_kept(churn: Churn, shop: Path, night: Path) -> None:
    before = hashes(bundle(night))
    lines = shop_lines()
    late = lines.tail(40).with_columns(
        pl.format("late-{}", "transaction_id").alias("transaction_id"), pl.col("amount") * 10
    )
    write_shop(shop, pl.concat([lines, late]))
    assert churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", night).code == 0
    assert hashes(bundle(night)) != before
    (kept,) = (night / "lists" / ".replaced").iterdir()
    assert hashes(kept) == before


@pytest.mark.slow
def test_a_backtest_compares_the_list_with_what_happened(churn: Churn, shop: Path, tmp_path: Path) -> None:
    ended = churn("backtest", "--source", shop, "--as-of", "2024-06-18", "--home", tmp_path / "home")
    assert ended.code == 0, ended.err
    assert "churn     the model" in ended.out
    assert "recency rule" in ended.out


def test_a_backtest_of_a_date_whose_horizon_is_not_over_says_so(churn: Churn, shop: Path, night: Path) -> None:
    ended = churn("backtest", "--source", shop, "--as-of", AS_OF, "--home", night)
    assert ended.code == 4
    assert "are over on 2024-08-16" in ended.err


def test_a_champion_from_the_future_does_not_score_the_past(churn: Churn, shop: Path, night: Path) -> None:
    ended = churn("nightly", "--source", shop, "--as-of", "2024-07-01", "--home", night)
    assert ended.code == 5
    assert "would use the future" in ended.err
    assert not bundle(night, "2024-07-01").exists()


def test_other_terms_than_the_champions_are_refused(
    churn: Churn, shop: Path, night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHURN_CHURN_HORIZON_DAYS", "21")
    ended = churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", night)
    assert ended.code == 5
    assert "horizon_days = 28" in ended.err
    assert "horizon_days = 21" in ended.err


@pytest.mark.slow
def test_training_again_makes_a_new_champion(churn: Churn, shop: Path, night: Path) -> None:
    assert churn("train", "--source", shop, "--as-of", AS_OF, "--home", night).code == 0
    assert churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", night).code == 0
    manifest = json.loads((bundle(night) / "manifest.json").read_text(encoding="utf-8"))
    assert {name: manifest["models"][name]["version"] for name in ("churn", "upsell")} == {"churn": 2, "upsell": 2}


@pytest.mark.slow
def test_reasons_come_in_chinese_when_asked(
    churn: Churn, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHURN_LANGUAGE", "zh")
    assert churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", tmp_path / "home").code == 0
    text = (bundle(tmp_path / "home") / "retention_list.csv").read_text(encoding="utf-8-sig")
    assert "天" in text


def test_prefect_keeps_a_table_and_a_summary_of_the_night(one_night: Path) -> None:
    kept = kept_by_prefect(os.environ["PREFECT_API_URL"], "artifacts")
    assert any(f"Night of {AS_OF}" in str(row["data"]) for row in kept if row["key"] == "nightly-summary")
    tops = [row for row in kept if row["key"] == "retention-list" and row["description"] == f"Top, {AS_OF}"]
    assert any('"rank"' in str(row["data"]) for row in tops)


@pytest.mark.slow
def test_quarantined_rows_come_back_when_the_contract_allows_them(
    churn: Churn, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    text = (shop / "transactions.csv").read_text()
    (shop / "transactions.csv").write_text(text + "Z1,C001,01/07/2024 10:00,5.0\nZ2,,2024-07-01 10:00:00,5.0\n")
    ended = churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", home)
    assert ended.code == 0, ended.err
    assert "2 in quarantine" in ended.out
    shown = churn("quarantine", "list", "--home", home)
    assert "01/07/2024" in shown.out
    (tmp_path / "churn.toml").write_text('[tables.transactions]\ntimestamp_format = "%d/%m/%Y %H:%M"\n')
    freed = churn("quarantine", "release", "--source", shop, "--as-of", AS_OF, "--home", home)
    assert "1 rows released into the lake, 1 stay" in freed.out
    assert "01/07/2024" not in churn("quarantine", "list", "--home", home).out
