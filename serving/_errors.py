"""What can go wrong between a score and a list that somebody works from, and on the way back?"""


class ListNotPublished(Exception):
    """The list could not be written whole; what stood there before still stands."""


class CustomerTwice(Exception):
    """A customer stands twice where each may stand once, so that two things would be decided."""


class ScoresUnusable(Exception):
    """Nothing can be decided from these scores: a number is one that cannot be."""


class LedgerUnusable(Exception):
    """The ledger cannot be opened, read or written: no driver, no access, locked, damaged, or newer than this software.

    Nothing of what was to be written has been.
    """


class NotRecorded(Exception):
    """What was to be recorded cannot be true, or contradicts what the ledger knows; nothing of it was recorded."""


class HistoryWouldChange(NotRecorded):
    """A night that differs from what was recorded of it, and on which later nights, receipts or outcomes build."""


class ReceiptsUnreadable(Exception):
    """A file of receipts of which no line can be taken; nothing was."""


class NothingToMeasure(Exception):
    """The rows of a campaign cannot be compared: an arm is empty, or a row says what cannot be."""


class CountedTwice(Exception):
    """A campaign was to update an effect that it has updated before."""
