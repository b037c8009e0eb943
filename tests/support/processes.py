"""How is the command line run in a process of its own, with an empty HOME?"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

CHURN = Path(sys.executable).with_name("churn")


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """An empty HOME and nothing of ours but what is named."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "CHURN_", "MLFLOW_"))}
    (tmp_path / "empty").mkdir(exist_ok=True)
    return {**kept, "HOME": str(tmp_path / "empty"), **more}


def start(tmp_path: Path, *arguments: object, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [CHURN, *map(str, arguments)],
        cwd=tmp_path,
        env=environment(tmp_path, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def whole(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}
