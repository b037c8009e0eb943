"""Is the house in order? Names, docstrings, doors of the heavy libraries, the clock, and the locks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("data_contracts", "features", "models", "serving", "pipelines")
MODULES = sorted(path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
LOCKS = ("requirements.lock", "requirements-test.lock")

DOORS = {
    "great_expectations": ("data_contracts/_validate.py",),
    "mlflow": ("models/_registry.py", "models/_tracking.py", "models/_uplift_registry.py"),
    "prefect": ("pipelines/",),
    "fastapi": ("serving/",),
    "optuna": ("models/_tuning.py",),
    "sqlalchemy": ("serving/",),
    "alembic": ("serving/_ledger_shape.py", "serving/migrations/"),
}
"""Where each heavy library may be imported; a folder stands for all modules in it."""

CLOCK = {"now", "today", "utcnow", "time.time", "time.time_ns", "time.localtime", "time.gmtime"}
"""Ways to ask what day it is; clocks that only measure how long something took (`time.perf_counter`) are none."""
MAY_ASK_THE_CLOCK = "pipelines/_cli.py"


def tree_of(module: str) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_dependency_claims_the_name_of_one_of_our_folders(folder: str) -> None:
    owners = set(packages_distributions().get(folder, [])) - {"churn-pipeline"}
    assert not owners, f"{', '.join(sorted(owners))} also installs a package called {folder!r}"


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_answers(module: str) -> None:
    assert ast.get_docstring(tree_of(module))


@pytest.mark.parametrize("library", DOORS)
def test_a_heavy_library_is_imported_behind_its_door_only(library: str) -> None:
    importers = [module for module in MODULES if library in imported_by(tree_of(module))]
    astray = [module for module in importers if not module.startswith(DOORS[library])]
    assert not astray, f"{library} is imported in {', '.join(astray)}; it belongs in {' or '.join(DOORS[library])}"


def imported_by(tree: ast.Module) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("module", [module for module in MODULES if module != MAY_ASK_THE_CLOCK])
def test_only_the_command_line_asks_what_day_it_is(module: str) -> None:
    asked = sorted(clocks_in(tree_of(module)))
    assert not asked, f"{module} asks the clock: {', '.join(asked)}. Take the date or the moment as an argument."


def clocks_in(tree: ast.Module) -> Iterator[str]:
    """Every mention of a clock, called or not, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and {node.attr, ast.unparse(node)} & CLOCK:
            yield f"{ast.unparse(node)} (line {node.lineno})"
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names} & CLOCK
            yield from (f"{name} (line {node.lineno})" for name in names)


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\nmoment = datetime.now(UTC)",
        "import datetime\nday = datetime.date.today()",
        "from time import time",
        "import time\nclock = time.time",
    ],
)
def test_the_clock_is_found_however_it_is_asked(code: str) -> None:
    assert list(clocks_in(ast.parse(code)))


def test_a_stopwatch_is_not_a_calendar() -> None:
    assert not list(clocks_in(ast.parse("import time\nstarted = time.perf_counter()")))


def pins_in(lock: str) -> list[str]:
    """The lines of a lock that install something."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_exact_versions_and_no_addresses(lock: str) -> None:
    assert not re.search(r"://|http:|https:|file:|--", (ROOT / lock).read_text(encoding="utf-8"))
    inexact = [line for line in pins_in(lock) if not re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .+)?", line)]
    assert not inexact


def test_the_lock_for_tests_installs_the_same_versions_and_more() -> None:
    default, tests = (set(pins_in(lock)) for lock in LOCKS)
    assert default < tests


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_for_a_graphics_card_is_installed(lock: str) -> None:
    names = {line.partition("==")[0] for line in pins_in(lock)}
    assert not {name for name in names if name.startswith("nvidia") or name == "xgboost"}
    assert packages_distributions()["xgboost"] == ["xgboost-cpu"]
