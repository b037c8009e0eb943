"""Is a list published whole or not at all, whatever goes wrong on the way?"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from serving import Bundle, ListNotPublished, list_folder, publish

BundleOf = Callable[..., Bundle]
AS_OF, YESTERDAY = date(2025, 12, 1), date(2025, 11, 30)
HERE = Path(__file__).parent
FILES = [
    "changes.csv",
    "data_dictionary.csv",
    "decisions.parquet",
    "holdout.parquet",
    "retention_list.csv",
    "retention_list.parquet",
    "scores.parquet",
]


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Inode and bytes of every file below a folder, hidden ones too."""
    return {
        str(path.relative_to(folder)): (path.stat().st_ino, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def home(tmp_path: Path, bundle_of: BundleOf) -> Path:
    """A home in which yesterday's list stands."""
    publish(bundle_of(as_of=YESTERDAY), home=tmp_path)
    return tmp_path


def test_a_bundle_is_its_files_whose_hashes_the_manifest_names(home: Path, bundle_of: BundleOf) -> None:
    bundle = bundle_of()
    place = publish(bundle, home=home)
    assert place == list_folder(home, AS_OF) == home / "lists" / "as_of=2025-12-01"
    assert names_in(place) == sorted([*FILES, "manifest.json"])
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["as_of"] == "2025-12-01"
    assert manifest["counts"] == dict(bundle.counts)
    assert manifest["models"] == {"churn": 3}
    for name, about in manifest["files"].items():
        content = (place / name).read_bytes()
        assert about == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert sorted(manifest["files"]) == FILES


def test_scores_come_back_as_they_went_in_and_ids_keep_their_zeros(home: Path, bundle_of: BundleOf) -> None:
    bundle = bundle_of()
    place = publish(bundle, home=home)
    assert pl.read_parquet(place / "scores.parquet").equals(bundle.scores)
    rows = list(csv.DictReader(io.StringIO((place / "retention_list.csv").read_text(encoding="utf-8-sig"))))
    assert [row["customer_id"] for row in rows] == ["0011", "0009", "0007", "0006"]
    assert pl.read_parquet(place / "holdout.parquet")["customer_id"].to_list() == ["0010"]
    assert rows[0]["reason_1"] == "很久没有购买"
    assert rows[0]["reason_2"] == 'complained, "loudly"'
    assert rows[0]["reason_3"] == ""


def test_the_dictionary_explains_every_column_of_both_files(home: Path, bundle_of: BundleOf) -> None:
    bundle = replace(bundle_of(winback_probability=[0.1] * 12), meanings={"winback_probability": "Comes back."})
    place = publish(bundle, home=home)
    rows = list(csv.DictReader(io.StringIO((place / "data_dictionary.csv").read_text(encoding="utf-8-sig"))))
    explained = {(row["file"], row["column"]) for row in rows}
    with (place / "retention_list.csv").open(encoding="utf-8-sig") as file:
        assert {("retention_list.csv", name) for name in next(csv.reader(file))} <= explained
    assert {("scores.parquet", name) for name in bundle.scores.columns} <= explained
    assert all(row["meaning"] for row in rows)


def test_the_same_bundle_twice_gives_the_same_bytes_and_touches_nothing(home: Path, bundle_of: BundleOf) -> None:
    publish(bundle_of(), home=home)
    before = state(home)
    bundle = bundle_of()
    publish(replace(bundle, scores=bundle.scores.reverse()), home=home)
    assert state(home) == before
    assert names_in(home / "lists") == ["as_of=2025-11-30", "as_of=2025-12-01"]


def test_two_homes_get_the_same_bytes(tmp_path: Path, bundle_of: BundleOf) -> None:
    one, other = (publish(bundle_of(), home=tmp_path / name) for name in ("one", "other"))
    assert {n: b for n, (_, b) in state(one).items()} == {n: b for n, (_, b) in state(other).items()}


def test_a_different_bundle_takes_the_place_of_the_old_one_which_is_kept(home: Path, bundle_of: BundleOf) -> None:
    olds = []
    for factor in (1.0, 2.0, 3.0):
        place = publish(bundle_of(factor=factor), home=home)
        olds.append({name: content for name, (_, content) in state(place).items()})
    kept = home / "lists" / ".replaced"
    assert all(name.startswith("as_of=2025-12-01.") for name in names_in(kept))
    found = [{name: content for name, (_, content) in state(folder).items()} for folder in kept.iterdir()]
    assert sorted(found, key=str) == sorted(olds[:2], key=str)
    assert names_in(home / "lists") == [".replaced", "as_of=2025-11-30", "as_of=2025-12-01"]


def test_a_list_of_nobody_is_published_too(home: Path, bundle_of: BundleOf) -> None:
    place = publish(bundle_of(may_contact=[False] * 12), home=home)
    header = (place / "retention_list.csv").read_bytes()
    assert header.startswith(b"\xef\xbb\xbfrank,customer_id,")
    assert header.count(b"\r\n") == 1


BROKEN = {
    "a probability above one": {"churn_probability": [1.2] + [0.5] * 11},
    "a probability that is no number": {"upsell_probability": [float("nan")] + [0.5] * 11},
    "a score that is null": {"churn_probability": [None] + [0.5] * 11},
    "a customer without an id": {"customer_id": [None] + [f"{n:04d}" for n in range(1, 12)]},
    "a customer who stands twice": {"customer_id": ["0001"] + [f"{n:04d}" for n in range(1, 12)]},
    "a value at risk below zero": {"value_at_risk": [-1.0] + [5.0] * 11},
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_bundle_that_breaks_its_contract_is_not_published_and_the_old_list_stands(
    what: str, home: Path, bundle_of: BundleOf
) -> None:
    publish(bundle_of(), home=home)
    before = state(home)
    with pytest.raises(ListNotPublished, match=r"breaks its contract: .* Nothing was published"):
        publish(bundle_of(**BROKEN[what]), home=home)
    assert state(home) == before
    assert names_in(home / "lists") == ["as_of=2025-11-30", "as_of=2025-12-01"]


@pytest.mark.parametrize("change", [{"listed": 6}, {"population": 13}, {"no_consent": -1}])
def test_counts_that_do_not_add_up_are_refused(change: dict[str, int], home: Path, bundle_of: BundleOf) -> None:
    bundle, before = bundle_of(), state(home)
    with pytest.raises(ListNotPublished, match="counts of 2025-12-01 do not add up: population"):
        publish(replace(bundle, counts={**bundle.counts, **change}), home=home)
    assert state(home) == before


def test_a_file_where_the_folder_of_lists_should_be_is_named_in_the_message(
    tmp_path: Path, bundle_of: BundleOf
) -> None:
    (tmp_path / "lists").write_text("in the way")
    with pytest.raises(ListNotPublished, match="the list of 2025-12-01 could not be written to ") as refused:
        publish(bundle_of(), home=tmp_path)
    assert str(tmp_path / "lists") in str(refused.value)
    assert "earlier lists are untouched" in str(refused.value)
    assert (tmp_path / "lists").read_text() == "in the way"


def test_a_file_where_the_list_should_be_is_left_alone(home: Path, bundle_of: BundleOf) -> None:
    list_folder(home, AS_OF).write_text("in the way")
    before = state(home)
    with pytest.raises(ListNotPublished):
        publish(bundle_of(), home=home)
    assert state(home) == before


FULL_DISK = """
import resource, signal, sys
from datetime import date
from pathlib import Path
from conftest import make_bundle
from serving import ListNotPublished, publish
from data_contracts._validate import great_expectations
great_expectations()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
bundle = make_bundle(factor=2.0, customers=int(sys.argv[3]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    publish(bundle, home=Path(sys.argv[1]))
except ListNotPublished as error:
    print(error)
    sys.exit(7)
"""


@pytest.mark.parametrize("room", [100, 3000])
def test_a_full_disk_publishes_nothing_and_leaves_nothing_behind(room: int, home: Path, bundle_of: BundleOf) -> None:
    publish(bundle_of(), home=home)
    before = state(home)
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, home, str(room), "400"], cwd=HERE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 7, done.stderr
    assert "File too large" in done.stdout
    assert "Free space or fix the folder's permissions" in done.stdout
    assert state(home) == before
    assert names_in(home / "lists") == ["as_of=2025-11-30", "as_of=2025-12-01"]


def test_a_disk_that_is_too_full_for_a_copy_of_the_old_list_keeps_the_old_list(home: Path, bundle_of: BundleOf) -> None:
    publish(bundle_of(customers=4000), home=home)
    before = state(home)
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, home, "12000", "12"], cwd=HERE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 7, done.stderr
    assert state(home) == before
    assert not list((home / "lists").rglob(".half*"))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["first", "replacement", "replacement without exchange"])
def test_a_publication_killed_at_any_step_leaves_whole_lists_and_can_be_repeated(mode: str, tmp_path: Path) -> None:
    stride = {"first": "14"}.get(mode, "30")
    done = subprocess.run(
        [sys.executable, HERE / "kill_publication.py", tmp_path, mode, stride],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    tries = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(tries) >= 5
    assert [one["ended"] for one in tries] == [-9] * (len(tries) - 1) + [0]
    allowed = {"first": {"absent", "new"}, "replacement": {"old", "new"}}.get(mode, {"old", "absent", "new"})
    assert {one["today"] for one in tries} == allowed
    for one in tries:
        assert one["yesterday is whole"], one
        assert one["ended again"] == 0, one
        assert one["today in the end"] == "new", one
        kept = [] if mode == "first" else [".replaced"]
        assert one["left in the end"] == [*kept, "as_of=2025-11-30", "as_of=2025-12-01"], one
        assert one["replaced in the end"] == ([] if mode == "first" else ["old"]), one
