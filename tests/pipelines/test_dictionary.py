"""Does the data dictionary say of every column what it means, and does docs/features.md say it still?"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from features import feature_columns
from models._reason import declared_reasons
from pipelines._cli import cli
from pipelines._dictionary import entries, features_markdown

ROOT = Path(__file__).parents[2]


def test_the_dictionary_in_the_docs_is_what_the_declarations_say() -> None:
    there = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    assert there == features_markdown(), (
        "docs/features.md is out of date: run `churn features --write docs/features.md`"
    )


@pytest.mark.slow
def test_every_column_is_in_the_dictionary_once() -> None:
    columns = [name for entry in entries() for name in entry.columns]
    assert sorted(columns) == sorted(feature_columns())
    assert all(f"`{name}`" in features_markdown() for name in columns)


def test_an_entry_says_meaning_unit_null_and_source() -> None:
    for entry in entries():
        assert entry.meaning.endswith(".")
        assert "{" not in "".join((entry.meaning, *entry.says))
        assert entry.unit
        assert entry.without_any
        assert entry.events or entry.inputs
        assert len(entry.says) == 2
        assert entry.reasons


def test_every_reason_is_in_the_dictionary_with_all_that_it_says() -> None:
    text = features_markdown()
    for reason in declared_reasons().values():
        assert f"| {reason.name} | {reason.meaning} |" in text
        assert reason.silent in text
    assert "has not bought for …; usually …<br>已有…没有购买；通常…购买一次" in text


def test_what_null_means_stands_apart_from_the_meaning() -> None:
    (entry,) = [entry for entry in entries() if entry.name == "days_since_last_complaint"]
    assert entry.meaning == "Days since the latest complaint."
    assert entry.without_any == "null for a customer who never complained"


def test_windows_of_one_feature_share_an_entry() -> None:
    (entry,) = [entry for entry in entries() if entry.name == "complaint_count"]
    assert entry.columns == tuple(f"complaint_count_{days}d" for days in entry.days)
    assert entry.meaning == "Complaints in the last N days."


def test_a_feature_is_found_by_words_in_any_case() -> None:
    found = {entry.name for entry in entries(["Complaint", "hours"])}
    assert "mean_resolution_hours" in found
    assert "purchase_count" not in found
    assert not entries(["complaint", "xyzzy"])


def typed(*arguments: object) -> Result:
    """Types a command that needs no flow engine."""
    return CliRunner().invoke(cli, ["features", *map(str, arguments)])


def test_the_command_lists_what_speaks_of_all_words() -> None:
    listed = typed("complaint", "latest").output
    assert "days_since_last_complaint  days · null for a customer who never complained · from complaints" in listed
    assert "    Days since the latest complaint." in listed
    assert "No feature speaks of 'xyzzy'" in typed("xyzzy").output


def test_the_command_writes_the_dictionary(tmp_path: Path) -> None:
    assert typed("--write", tmp_path / "features.md").exit_code == 0
    assert (tmp_path / "features.md").read_text(encoding="utf-8") == features_markdown()


def test_words_and_writing_do_not_go_together(tmp_path: Path) -> None:
    assert typed("complaint", "--write", tmp_path / "features.md").exit_code == 2
    assert not list(tmp_path.iterdir())
