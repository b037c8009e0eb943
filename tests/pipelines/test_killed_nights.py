"""Does a night that is killed leave yesterday's list whole, and can it be repeated?"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from processes import start, whole
from small_shop import AS_OF


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.6])
def test_a_night_killed_at_any_point_leaves_yesterdays_list_whole(
    tmp_path: Path, shop: Path, seconds: float, night: Path
) -> None:
    lists = night / "lists"
    before = whole(lists)
    run = start(tmp_path, "nightly", "--source", shop, "--as-of", "2024-07-20", "--home", night)
    deadline = time.monotonic() + 90
    while not (night / "validation" / "as_of=2024-07-20").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(seconds)
    run.kill()
    run.communicate()
    assert {path: digest for path, digest in whole(lists).items() if "2024-07-20" not in path} == before
    again = start(tmp_path, "nightly", "--source", shop, "--as-of", "2024-07-20", "--home", night)
    _, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert sorted(path.name for path in lists.iterdir()) == [f"as_of={AS_OF}", "as_of=2024-07-20"]
