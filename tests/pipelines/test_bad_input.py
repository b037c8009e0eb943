"""What does a person read when something is wrong? One test per trouble, with its message and exit code."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from small_shop import AS_OF, Churn, Ended, refused, shop_lines, write_shop


@pytest.fixture
def night(churn: Churn, tmp_path: Path, home: Path):
    """Runs a night on the given lines, or on what stands in the folder already."""

    def run(lines: pl.DataFrame | None = None, *, as_of: str = AS_OF) -> Ended:
        folder = tmp_path / "shop"
        if lines is not None:
            write_shop(folder, lines)
        return churn("nightly", "--source", folder, "--as-of", as_of, "--home", home)

    return run


# The source


def test_a_missing_table_says_what_was_looked_for_and_what_is_there(night, tmp_path: Path, home: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "sales.csv").write_text("a,b\n1,2\n")
    refused(night(), home, code=3, words=["transactions.csv", "sales.csv", "[tables.transactions]"])


def test_a_missing_column_says_which_are_there_and_which_comes_close(night, home: Path) -> None:
    lines = shop_lines().rename({"amount": "amout"})
    refused(night(lines), home, code=3, words=["'amount' is missing", "did you mean 'amout'", "rename"])


def test_an_unknown_source_names_the_known_ones(churn: Churn, home: Path) -> None:
    ended = churn("nightly", "--source", "complete-jurney", "--as-of", AS_OF, "--home", home)
    refused(ended, home, code=2, words=["complete-journey", "simulated-shop"])
    assert not home.exists()


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("61 x", ["'61 x'", "'0 2 * * *'"]),
        ("0 2 30 2 *", ["'0 2 30 2 *'"]),
        ("0 0 2 * * *", ["6 fields and not 5"]),
        ("0 0 * * *", ["clocks skip midnight", "2026-04-24"]),
    ],
)
def test_times_of_a_schedule_that_are_none_are_said_with_an_example(
    churn: Churn, home: Path, tmp_path: Path, cron: str, words: list[str]
) -> None:
    settings = tmp_path / "cairo.toml"
    settings.write_text('time_zone = "Africa/Cairo"\n', encoding="utf-8")
    ended = churn("schedule", "--cron", cron, "--settings", settings, "--home", home)
    refused(ended, home, code=2, words=words)


def test_a_folder_that_is_not_there_says_so(churn: Churn, home: Path, tmp_path: Path) -> None:
    ended = churn("nightly", "--source", tmp_path / "nowhere", "--as-of", AS_OF, "--home", home)
    refused(ended, home, code=2, words=["nowhere"])


def test_an_empty_file_stops_the_night(night, tmp_path: Path, home: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "transactions.csv").write_bytes(b"")
    refused(night(), home, code=3, words=["transactions.csv", "empty"])


def test_a_header_without_rows_stops_the_night(night, home: Path) -> None:
    refused(night(shop_lines().head(0)), home, code=3, words=["transactions", "no rows, only a header"])


def test_an_unknown_settings_key_names_the_closest(churn: Churn, shop: Path, home: Path, tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("[population]\nactive_day = 90\n")
    ended = churn("nightly", "--settings", tmp_path / "my.toml", "--source", shop, "--as-of", AS_OF, "--home", home)
    refused(ended, home, code=2, words=["population.active_day", "active_days"])


@pytest.mark.slow
def test_a_changed_content_key_would_double_every_row_and_is_refused(night, home: Path) -> None:
    lines = shop_lines().drop("transaction_id")
    assert night(lines).code == 0
    ended = night(lines.with_columns(channel=pl.lit("web")))
    assert ended.code == 2
    assert "every row would stand twice" in ended.err
    rows = pl.read_delta(str(home / "tables" / "transactions")).height
    assert rows == lines.height


# Values


def test_amounts_that_are_text_throughout_stop_the_night(night, home: Path) -> None:
    lines = shop_lines().with_columns(amount=pl.lit("zwölf"))
    refused(night(lines), home, code=3, words=["amount", "'zwölf'"])


def test_a_few_amounts_that_are_text_go_to_quarantine_and_the_night_goes_on(night, home: Path) -> None:
    lines = shop_lines().with_columns(pl.col("amount").cast(pl.String))
    bad = pl.when(pl.col("transaction_id") == "T7").then(pl.lit("abc")).otherwise("amount").alias("amount")
    ended = night(lines.with_columns(bad))
    assert ended.code == 0, ended.err
    assert "1 in quarantine (first: amount: 'abc' is not a number)" in ended.out.replace("\n", " ")
    kept = pl.read_delta(str(home / "tables" / "quarantine"))
    assert kept["row_key"].to_list() == ["T7"]


def test_too_many_bad_rows_stop_the_night_with_a_count_and_an_example(night, home: Path) -> None:
    lines = shop_lines()
    half = pl.when(pl.int_range(pl.len()) % 2 == 0).then("customer_id").alias("customer_id")
    ended = night(lines.with_columns(half))
    refused(ended, home, code=3, words=[f"of {lines.height} rows", "customer_id", "max_bad_share"])
    assert not (home / "tables").exists()


@pytest.mark.slow
def test_one_key_with_two_contents_is_set_aside_and_said(night, home: Path) -> None:
    lines = shop_lines()
    twice = lines.head(1).with_columns(pl.col("amount") + 1)
    ended = night(pl.concat([lines, twice]))
    assert ended.code == 0, ended.err
    assert "2 in quarantine (first: transaction_id 'T0'" in ended.out
    ids = pl.read_delta(str(home / "tables" / "transactions"))["transaction_id"]
    assert "T0" not in ids.to_list()


@pytest.mark.slow
def test_rows_that_stand_twice_count_once(night, home: Path) -> None:
    lines = shop_lines()
    ended = night(pl.concat([lines, lines.head(100)]))
    assert "100 duplicates dropped" in ended.out
    assert pl.read_delta(str(home / "tables" / "transactions")).height == lines.height


@pytest.mark.slow
def test_a_day_in_shanghai_is_not_a_day_in_utc(night, home: Path, tmp_path: Path) -> None:
    # 23:30 UTC on the 18th is the 19th in Shanghai: known before the as-of date in UTC, not yet in Shanghai.
    lines = shop_lines()
    moment = datetime(2024, 7, 18, 23, 30)  # noqa: DTZ001
    late = pl.DataFrame(
        {"transaction_id": ["X"], "customer_id": ["NEW"], "occurred_at": [moment], "amount": [5.0]}
    ).with_columns(pl.col("occurred_at").dt.cast_time_unit(lines.schema["occurred_at"].time_unit))
    (tmp_path / "churn.toml").write_text('time_zone = "Asia/Shanghai"\n[tables.transactions]\ntime_zone = "UTC"\n')
    assert night(pl.concat([lines, late])).code == 0
    in_shanghai = pl.read_parquet(home / "lists" / f"as_of={AS_OF}" / "scores.parquet")["customer_id"].to_list()
    assert "NEW" not in in_shanghai
    assert len(in_shanghai) > 20


@pytest.mark.slow
def test_integer_ids_in_one_table_meet_text_ids_in_another(night, tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    number = pl.col("customer_id").str.strip_prefix("C").cast(pl.Int64) + 1000
    shop_lines().with_columns(number).write_parquet(folder / "transactions.parquet")
    complaints = {
        "interaction_id": ["i1", "i2"],
        "customer_id": ["1001", "1002.0"],
        "occurred_at": ["2024-07-01", "2024-07-02"],
        "kind": ["complaint", "complaint"],
    }
    pl.DataFrame(complaints).write_csv(folder / "interactions.csv")
    ended = night()
    assert ended.code == 0, ended.err
    assert "are these the same ids" not in ended.out
    assert "complaints of 84 days: 2, " in ended.out
    assert "neither resolved nor reviewed" not in ended.out  # no column says what was
    snapshot = pl.read_parquet(home / "snapshots" / f"as_of={AS_OF}.parquet")
    complained = snapshot.filter(pl.col("complaint_count_84d") > 0)["customer_id"].to_list()
    assert "1001" in complained


@pytest.mark.slow
def test_ids_that_never_meet_are_noted(night, tmp_path: Path) -> None:
    write_shop(tmp_path / "shop")
    (tmp_path / "shop" / "interactions.csv").write_text("customer_id,occurred_at,kind\nK1,2024-07-01,visit\n")
    ended = night()
    assert ended.code == 0, ended.err
    assert "are these the same ids?" in ended.out


@pytest.mark.slow
def test_chinese_text_passes_through_every_column(night, tmp_path: Path, home: Path) -> None:
    lines = shop_lines().with_columns(
        customer_id=pl.lit("客户") + pl.col("customer_id"),
        category=pl.lit("茶叶"),
        product_id=pl.lit("龙井,一级"),
        order_id=pl.lit("订单") + pl.col("transaction_id"),
        channel=pl.lit("微信"),
    )
    write_shop(tmp_path / "shop", lines)
    (tmp_path / "shop" / "interactions.csv").write_text(
        "customer_id,occurred_at,kind,topic,resolved_at,reviewed_at,satisfaction\n"
        "客户C001,2024-07-01,complaint,包装破损,2024-07-02,,2\n客户C002,2024-07-01,complaint,包装破损,,,\n",
        encoding="utf-8",
    )
    ended = night()
    assert ended.code == 0, ended.err
    assert "50% neither resolved nor reviewed, 100% of 1 answers dissatisfied" in " ".join(ended.out.split())
    published = home / "lists" / f"as_of={AS_OF}"
    assert "客户C" in (published / "retention_list.csv").read_text(encoding="utf-8-sig")
    assert json.loads((published / "manifest.json").read_text(encoding="utf-8"))["complaints"]["complaint_count"] == 2


@pytest.mark.slow
def test_a_chinese_encoding_is_read_when_named(night, tmp_path: Path, home: Path) -> None:
    lines = shop_lines().with_columns(customer_id=pl.lit("客户") + pl.col("customer_id"))
    write_shop(tmp_path / "shop", lines)
    file = tmp_path / "shop" / "transactions.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode("gb18030"))
    refused(night(), home, code=3, words=["not utf-8 at byte", "gb18030"])
    (tmp_path / "churn.toml").write_text('[tables.transactions]\nencoding = "gb18030"\n')
    assert night().code == 0


# Dates and history


def test_an_as_of_date_in_the_future_is_refused(night, home: Path) -> None:
    refused(night(shop_lines(), as_of="2199-01-01"), home, code=2, words=["lies in the future"])


def test_an_as_of_date_before_the_data_says_when_they_begin(night, home: Path) -> None:
    refused(night(shop_lines(), as_of="2023-06-01"), home, code=3, words=["2023-06-01", "begin on 2024-01-01"])


def test_an_as_of_date_long_after_the_data_says_how_old_they_are(night, home: Path) -> None:
    refused(night(shop_lines(), as_of="2024-10-01"), home, code=3, words=["75 days old", "freshness_days"])


def test_a_text_that_is_no_date_is_refused(night, home: Path) -> None:
    refused(night(shop_lines(), as_of="tomorrow"), home, code=2, words=["'tomorrow'"])


def test_too_short_a_history_says_how_much_is_there_and_needed(night, home: Path) -> None:
    ended = night(shop_lines(), as_of="2024-03-01")
    refused(ended, home, code=4, words=["60 days are there", "84 are needed", "2024-03-25"])


def test_a_single_customer_is_too_few(night, home: Path) -> None:
    one = shop_lines(customers=400).filter(pl.col("customer_id") == "C003")
    weekly = one.head(0)
    days = pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 7, 18), "7d", eager=True)
    weekly = pl.DataFrame({"transaction_id": [f"W{k}" for k in range(len(days))], "customer_id": "C003"})
    weekly = weekly.with_columns(occurred_at=days, amount=pl.lit(20.0))
    refused(night(weekly), home, code=4, words=["too few customers", "1 bought"])


def test_a_log_in_which_nobody_ever_leaves_has_nothing_to_teach(night, home: Path) -> None:
    days = pl.DataFrame({"day": pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 7, 18), "7d", eager=True)})
    who = pl.DataFrame({"customer_id": [f"C{k}" for k in range(30)]})
    loyal = (
        days.join(who, how="cross")
        .with_row_index("n")
        .select(
            pl.format("W{}", "n").alias("transaction_id"),
            "customer_id",
            pl.col("day").alias("occurred_at"),
            amount=pl.lit(20.0),
        )
    )
    refused(night(loyal), home, code=4, words=["nothing to learn for churn", "the answer is no", "30 customers"])


def test_a_log_in_which_everybody_leaves_has_nothing_to_teach(night, home: Path) -> None:
    # Every customer buys once and never again, a few new ones each day.
    days = pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 7, 18), "12h", eager=True)
    once = pl.DataFrame({"transaction_id": [f"W{k}" for k in range(len(days))]}).with_columns(
        customer_id=pl.format("once-{}", "transaction_id"), occurred_at=days, amount=pl.lit(20.0)
    )
    refused(night(once), home, code=4, words=["nothing to learn for churn", "the answer is yes"])


def test_settings_are_told_of_a_suppression_list_that_is_not_there(churn: Churn, tmp_path: Path) -> None:
    chosen = tmp_path / "acme.toml"
    chosen.write_text('[decisions]\nsuppressed = "never.csv"\n')
    ended = churn("settings", "--settings", chosen)
    assert (ended.code, ended.out) == (2, "")
    assert "[decisions] suppressed: never.csv cannot be read" in ended.err
    (tmp_path / "never.csv").write_text("customer_id\n7\n")
    assert churn("settings", "--settings", chosen).code == 0
