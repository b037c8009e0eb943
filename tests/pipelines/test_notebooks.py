"""Do the notebooks run? Their cells, in order, on the home of one night."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_shop import AS_OF

NOTEBOOKS = sorted(Path(__file__).parents[2].glob("notebooks/*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_of_a_notebook_runs(notebook: Path, one_night: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    year, month, day = (int(part) for part in AS_OF.split("-"))
    there = code.replace("home/simulated-shop", str(one_night)).replace("2025, 12, 1", f"{year}, {month}, {day}")
    names: dict[str, object] = {}
    exec(compile(there, notebook.name, "exec"), names)  # noqa: S102
    assert names["rows"].height == 60  # type: ignore[attr-defined]
    assert names["coverage"].height > 50  # type: ignore[attr-defined]
