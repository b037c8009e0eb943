"""Does `churn snapshot` write the features of a day, whole, from no more than it needs, on any engine?"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import polars.testing
import pytest
from deltalake import CommitProperties, write_deltalake
from small_shop import AS_OF, Churn

from data_contracts import contracts
from features import BUSINESS_TIME_ZONE, feature_columns, open_lake, snapshot, table_path

START = datetime(2024, 7, 1, tzinfo=UTC)
ENGINES = ["polars", "duckdb", pytest.param("spark", marks=pytest.mark.slow)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two nights of transactions, before and after the as-of date, in a folder with a difficult name."""
    home = tmp_path / "my shop 客户 #1"
    path = table_path(home, "transactions")
    path.parent.mkdir(parents=True)
    for first in (0, 40):
        days = [START + timedelta(days=first + n) for n in range(10)]
        rows = {"customer_id": ["anna", "ben"] * 5, "occurred_at": days, "amount": 2.5}
        made = pl.DataFrame(rows).with_columns(transaction_id=pl.lit("t") + pl.int_range(pl.len()).cast(pl.String))
        schema = contracts()["transactions"].polars_schema
        blank = {name: pl.lit(None, kind) for name, kind in schema.items() if name not in made.columns}
        write_deltalake(str(path), made.with_columns(**blank).select(*schema).cast(schema), mode="append")
    return home


@pytest.mark.parametrize("engine", ENGINES)
def test_the_snapshot_is_written_and_what_was_read_is_told(
    churn: Churn, home: Path, engine: str, request: pytest.FixtureRequest
) -> None:
    if engine == "spark":
        request.getfixturevalue("spark")
    ended = churn("snapshot", "--as-of", AS_OF, "--home", home, "--engine", engine)
    assert (ended.code, ended.err) == (0, "")
    assert "transactions: 1 of 2 files, 10 of 20 rows, 10 of 11 columns (version 1)" in ended.out
    assert f"snapshot_{AS_OF}.parquet: 2 rows, {len(feature_columns()) + 1} columns" in ended.out
    made = pl.read_parquet(f"snapshot_{AS_OF}.parquet")
    expected = snapshot(open_lake(home).tables, as_of=AS_OF)
    assert made["customer_id"].to_list() == ["anna", "ben"]
    polars.testing.assert_frame_equal(made, expected, rel_tol=1e-9, abs_tol=1e-9)


def test_a_csv_is_written_where_asked(churn: Churn, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "今天.csv"
    assert churn("snapshot", "--as-of", AS_OF, "--home", home, "--output", file).code == 0
    assert pl.read_csv(file)["purchase_count_28d"].to_list() == [5.0, 5.0]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("output", ["snapshot.xlsx", "there/is/no/such/folder.parquet"])
def test_an_output_that_cannot_be_written_is_refused_before_the_work(churn: Churn, home: Path, output: str) -> None:
    ended = churn("snapshot", "--as-of", AS_OF, "--home", home, "--output", output)
    assert ended.code == 2
    assert "--output" in ended.err
    assert not (home / "logs").exists()


def test_an_unknown_engine_is_refused_by_name(churn: Churn, home: Path) -> None:
    ended = churn("snapshot", "--as-of", AS_OF, "--home", home, "--engine", "dask")
    assert ended.code == 2
    assert "'polars', 'duckdb', 'spark'" in ended.err


def test_the_days_of_a_home_begin_in_one_zone(churn: Churn, home: Path) -> None:
    path = str(table_path(home, "transactions"))
    noted = CommitProperties(custom_metadata={BUSINESS_TIME_ZONE: "UTC"})
    write_deltalake(
        path, open_lake(home).tables["transactions"].collect().clear(), mode="append", commit_properties=noted
    )
    file = home.parent / "far.toml"
    file.write_text('time_zone = "Asia/Shanghai"\n', encoding="utf-8")
    ended = churn("snapshot", "--settings", file, "--as-of", AS_OF, "--home", home)
    assert ended.code == 2
    assert "begin in UTC, and the settings say time_zone = Asia/Shanghai" in ended.err


def test_too_little_memory_says_so(churn: Churn, home: Path) -> None:
    ended = churn("snapshot", "--as-of", AS_OF, "--home", home, "--engine", "duckdb", "--memory-limit", "1MB")
    assert ended.code == 6
    assert "Raise memory_limit" in ended.err
    assert "Traceback" not in ended.err


def test_an_unreadable_amount_of_memory_is_refused(churn: Churn, home: Path) -> None:
    ended = churn("snapshot", "--as-of", AS_OF, "--home", home, "--engine", "duckdb", "--memory-limit", "lots")
    assert ended.code == 2
    assert '"lots" is no amount of memory' in ended.err


def test_a_home_without_tables_is_named_and_left_alone(churn: Churn, tmp_path: Path) -> None:
    ended = churn("snapshot", "--as-of", AS_OF, "--home", tmp_path / "nothing")
    assert ended.code == 2
    assert "churn nightly" in ended.err
    assert not (tmp_path / "nothing").exists()


def test_spark_without_java_is_told_in_a_line(
    churn: Churn, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark")
    from pyspark.sql import SparkSession

    monkeypatch.setattr(SparkSession, "getActiveSession", staticmethod(lambda: None))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    ended = churn("snapshot", "--as-of", AS_OF, "--home", home, "--engine", "spark")
    assert ended.code == 2
    assert "Java 17" in ended.err
    assert "Traceback" not in ended.err


def test_spark_that_is_not_installed_names_the_extra(churn: Churn, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    ended = churn("snapshot", "--as-of", AS_OF, "--home", home, "--engine", "spark")
    assert ended.code == 2
    assert "pip install 'churn-pipeline[spark]'" in ended.err


def test_a_spark_server_that_is_not_there_is_named(churn: Churn, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    from pyspark.sql import SparkSession

    monkeypatch.setattr(SparkSession, "getActiveSession", staticmethod(lambda: None))
    monkeypatch.setenv("SPARK_REMOTE", "sc://localhost:1")
    ended = churn("snapshot", "--as-of", AS_OF, "--home", home, "--engine", "spark")
    assert ended.code == 2
    assert "no Spark server answers at sc://localhost:1" in ended.err


def test_settings_may_name_the_engine(churn: Churn, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "acme.toml"
    file.write_text('[features]\nengine = "duckdb"\nmemory_limit = "500MB"\ntemp_folder = "spill"\n', encoding="utf-8")
    ended = churn("snapshot", "--as-of", AS_OF, "--home", home, "--settings", file)
    assert ended.code == 0
    assert "engine duckdb" in ended.out


def test_the_command_line_does_not_load_spark_or_duckdb_for_its_help(tmp_path: Path) -> None:
    code = "import sys; sys.argv=['churn', 'snapshot', '--help']\nfrom pipelines._cli import main\n"
    heavy = "print(sorted({'polars', 'duckdb', 'pyspark'} & set(sys.modules)))"
    code += f"import atexit\natexit.register(lambda: {heavy})\nmain()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "--engine" in ended.stdout
    assert ended.stdout.strip().endswith("[]")


def test_nights_and_trainings_compute_on_the_engine_of_the_settings(home: Path) -> None:
    from pipelines._learning import snapshot_store
    from pipelines._settings import load_settings

    chosen = load_settings(None, environment={"CHURN_FEATURES_ENGINE": "duckdb"}, overrides={"home": home})
    lake = open_lake(home)
    store = snapshot_store(chosen, lake)
    assert type(store.computed_on["transactions"]).__module__.startswith("duckdb")
    day = date.fromisoformat(AS_OF)
    assert store.at(day).equals(snapshot(lake, as_of=day))
    plain = load_settings(None, environment={}, overrides={"home": home})
    assert snapshot_store(plain, lake).computed_on is None
