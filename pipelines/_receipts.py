"""What does the team say of its list? Takes their file into the ledger, and tells what became of its lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pipelines._alone import alone_in
from pipelines._campaigns_known import ledger_with_campaigns, none_yet
from pipelines._errors import NoCampaigns
from pipelines._settings import Settings
from serving import Ledger, Taken, take

_SHOWN = 5


def take_receipts(settings: Settings, file: Path, *, now: datetime) -> Taken:
    """Records the receipts of a file; the same file again changes nothing, and no night runs meanwhile.

    Raises ReceiptsUnreadable where no line can be taken, and NoCampaigns where no list was ever recorded.
    """
    if ledger_with_campaigns(settings) is None:
        raise NoCampaigns(f"{file.name}: nothing was taken: {none_yet(settings)}")
    with alone_in(settings.home):
        ledger = Ledger(settings.ledger.url, settings.home)
        return take(file, ledger, time_zone=settings.time_zone, now=now)


def taken_lines(taken: Taken, file: Path) -> Iterator[str]:
    """What became of the lines of a file, in words."""
    new = taken.accepted + taken.contaminated
    yield f"{file.name}: {new:,} taken, {taken.repeated:,} known before, {taken.rejected.height:,} rejected"
    if taken.contaminated:
        yield (
            f"{taken.contaminated:,} of those taken speak of customers who were held out and contacted all the same: "
            "they still count as held out, and blur what the campaign shows. They are on no list; who contacted them?"
        )
    for line, reason in taken.rejected["line", "reason"].head(_SHOWN).rows():
        yield f"line {line}: {reason}"
    if taken.rejected.height > _SHOWN:
        yield f"... and {taken.rejected.height - _SHOWN:,} more"
    if taken.rejected_file is not None:
        yield f"rejected lines, with the reason of each: {taken.rejected_file}; put them right and take that file."
