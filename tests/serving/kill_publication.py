"""What does a publication leave that is killed at its N-th step? A program of its own, run by test_publish.py.

Each try is a fork of this process, so that it costs no imports; this process itself never computes with Polars, whose
threads do not survive a fork. Prints one JSON object per line and try.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from conftest import AS_OF, make_bundle

import data_contracts._validate
import serving._swap
from serving import list_folder, publish

FILE_EVENTS = ("open", "os.", "shutil.", "ctypes.")
YESTERDAY = date(2025, 11, 30)


def in_child(work: Callable[[], object]) -> int:
    """Runs `work` in a fork; 0 when it came through, -9 when it was killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_at(step: int, *, noted: Path) -> None:
    """From now on counts what is about to be done to files, and kills this process before the `step`-th.

    Notes at which step two folders began to change names, which is where most can go wrong.
    """
    count = 0
    exchange = serving._swap._exchange

    def exchange_noted(new: Path, place: Path) -> None:
        noted.write_text(str(count))
        exchange(new, place)

    serving._swap._exchange = exchange_noted

    def listen(event: str, _: object) -> None:
        nonlocal count
        if event.startswith(FILE_EVENTS):
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(listen)


def publish_new(home: Path, *, exchange: bool, step: int = 10**9) -> None:
    bundle = make_bundle(factor=2.0)
    if not exchange:
        serving._swap._exchange_at_once = lambda new, place: False
    die_at(step, noted=home.with_name(f"{home.name} exchanges at"))
    publish(bundle, home=home)


def digest(folder: Path) -> str:
    """`absent`, `broken`, or the hash of a manifest that every file beside it keeps."""
    if not folder.exists():
        return "absent"
    try:
        text = (folder / "manifest.json").read_bytes()
        files = json.loads(text)["files"]
        names = {path.name for path in folder.iterdir()}
        whole = names == {*files, "manifest.json"} and all(
            hashlib.sha256((folder / name).read_bytes()).hexdigest() == about["sha256"] for name, about in files.items()
        )
    except (OSError, ValueError, KeyError):
        return "broken"
    return hashlib.sha256(text).hexdigest() if whole else "broken"


def main(folder: Path, mode: str, stride: int) -> None:
    exchange = mode != "replacement without exchange"
    template, done = folder / "template", folder / "done"
    nights = [{"as_of": YESTERDAY}, {"factor": 1.0}][: 1 if mode == "first" else 2]
    assert in_child(lambda: [publish(make_bundle(**night), home=template) for night in nights]) == 0
    shutil.copytree(template, done)
    assert in_child(lambda: publish_new(done, exchange=exchange)) == 0
    names = {digest(list_folder(template, AS_OF)): "old", digest(list_folder(done, AS_OF)): "new", "absent": "absent"}
    yesterday = digest(list_folder(template, YESTERDAY))
    noted = folder / "done exchanges at"
    exchanges_at = int(noted.read_text()) if noted.exists() else 0
    step, ended = 1, -9
    while ended == -9:
        home = folder / f"try-{step}"
        shutil.copytree(template, home)
        ended = in_child(lambda home=home, step=step: publish_new(home, exchange=exchange, step=step))
        found = {
            "step": step,
            "ended": ended,
            "today": names.get(digest(list_folder(home, AS_OF)), "broken"),
            "yesterday is whole": digest(list_folder(home, YESTERDAY)) == yesterday,
        }
        found["ended again"] = in_child(lambda home=home: publish_new(home, exchange=exchange))
        found["today in the end"] = names.get(digest(list_folder(home, AS_OF)), "broken")
        found["left in the end"] = sorted(path.name for path in (home / "lists").iterdir())
        kept = home / "lists" / ".replaced"
        found["replaced in the end"] = sorted(names.get(digest(path), path.name) for path in kept.glob("*"))
        print(json.dumps(found), flush=True)
        shutil.rmtree(home)
        step += 1 if exchanges_at <= step < exchanges_at + 5 else stride
        if found["step"] < exchanges_at < step:
            step = exchanges_at


if __name__ == "__main__":
    data_contracts._validate.great_expectations()  # loaded before the first fork, so that no fork has to

    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
