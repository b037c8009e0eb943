"""Do the notebooks run? Their cells, in order, in a namespace of their own; `explore` on the home of one night."""

from __future__ import annotations

import json
import linecache
from pathlib import Path
from typing import Any

import pytest
from small_shop import AS_OF

from features import Feature

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def code_cells(notebook: str) -> list[str]:
    cells = json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def run(cells: list[str], name: str = "__main__") -> dict[str, Any]:
    """Runs cells as a notebook does, which also keeps the source of each; returns the names they leave behind."""
    names: dict[str, Any] = {"__name__": name}
    for number, cell in enumerate(cells):
        place = f"<{name} cell {number}>"
        linecache.cache[place] = (len(cell), None, cell.splitlines(keepends=True), place)
        exec(compile(cell, place, "exec"), names)  # noqa: S102
    return names


def test_every_notebook_is_run_here() -> None:
    assert {path.stem for path in NOTEBOOKS.glob("*.ipynb")} == {"explore", "new_feature"}


def test_the_home_of_a_night_can_be_explored(one_night: Path) -> None:
    year, month, day = (int(part) for part in AS_OF.split("-"))
    here = {"home/simulated-shop": str(one_night), "2025, 12, 1": f"{year}, {month}, {day}"}
    cells = code_cells("explore")
    for there, instead in here.items():
        cells = [cell.replace(there, instead) for cell in cells]
    names = run(cells)
    assert names["rows"].height == 60
    assert names["coverage"].height > 50


@pytest.fixture(scope="module")
def tried() -> dict[str, Any]:
    return run(code_cells("new_feature"))


def test_a_feature_of_a_cell_is_computed_beside_the_catalogue(tried: dict[str, Any]) -> None:
    rows = tried["rows"]
    assert (rows["delivery_complaint_count_84d"] <= rows["complaint_count_84d"]).all()
    assert rows["delivery_complaint_count_84d"].sum() > 0


def test_a_feature_of_a_cell_is_compared(tried: dict[str, Any]) -> None:
    line = tried["comparison"].rows_by_key("column", named=True, unique=True)["delivery_complaint_count_84d"]
    assert line["coverage"] == 1
    assert 0.9 < line["missing_share"] < 1
    assert line["auc"] > 0.5
    assert 0 < line["drift"] < 0.25
    assert line["nearest"] is not None


def test_moving_a_feature_to_a_file_is_copy_and_paste(
    tried: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [cell for cell in code_cells("new_feature") if "@feature" in cell]
    (tmp_path / "delivery_moved.py").write_text("\n\n".join(cells), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import delivery_moved  # type: ignore[import-not-found]

    for name in ("delivery_complaint_count", "delivery_complaint_share"):
        moved = getattr(delivery_moved, name)
        assert isinstance(moved, Feature)
        assert moved.fingerprint == tried[name].fingerprint
