"""What went wrong with a table as a whole? One exception, with a message worth reading."""

from __future__ import annotations

from collections.abc import Sequence


class ContractBroken(Exception):
    """A table breaks a promise that no quarantine can mend: the night stops and yesterday's list stays up.

    `table` names the table; `problems` are all that was found, each with what to do.
    """

    def __init__(self, table: str, problems: Sequence[str]) -> None:
        # Both go to `args`, so that the exception survives pickling on its way through a flow engine.
        super().__init__(table, list(problems))
        self.table = table
        self.problems = list(problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"{self.table}: {self.problems[0]}"
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        return f"{self.table}: {len(self.problems)} problems{lines}"
