"""Does the code of a definition hold every constant that it names, the same in every process?"""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from features import _code
from features._code import definition_of

CONSTANT: object = None


def helper() -> int:
    return 41


def uses_the_constant() -> object:
    return CONSTANT


def code_with(value: object, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(globals(), "CONSTANT", value)
    return definition_of(uses_the_constant)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["a"], ["b"]),
        (("a",), ("b",)),
        ({"a": 1}, {"a": 2}),
        ({"a"}, {"b"}),
        (frozenset({"a"}), frozenset({"b"})),
        (date(2025, 1, 1), date(2025, 1, 2)),
        ({"a": ["x", {"y"}]}, {"a": ["x", {"z"}]}),
    ],
)
def test_another_constant_makes_other_code(one: object, other: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_with(one, monkeypatch) != code_with(other, monkeypatch)


def test_the_order_of_a_mapping_or_set_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_with({"a": 1, "b": 2}, monkeypatch) == code_with({"b": 2, "a": 1}, monkeypatch)


def test_functions_that_a_constant_holds_are_part_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    code = code_with({"help": helper}, monkeypatch)
    assert "return 41" in code
    assert "0x" not in code


def test_the_fingerprint_is_the_same_whatever_the_order_of_sets() -> None:
    program = "from features import fingerprint; print(fingerprint())"
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(_code.__file__).parents[1],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
