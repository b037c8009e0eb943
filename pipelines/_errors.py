"""What can go wrong in the pipelines, in words worth reading? One exception per kind, each with its exit code.

The command line prints the message without a traceback and exits with `exit_code`.
"""

from __future__ import annotations

from typing import ClassVar


class PipelineError(Exception):
    """Something went wrong that the person at the keyboard can put right; the message says how."""

    exit_code: ClassVar[int] = 1


class SettingsWrong(PipelineError):
    """A setting, in the file, the environment or on the command line, cannot be used as it stands."""

    exit_code: ClassVar[int] = 2


class SourceUnknown(PipelineError):
    """No source has that name, and no folder is there either."""

    exit_code: ClassVar[int] = 2


class SourceUnavailable(PipelineError):
    """The source is known, but what it needs is not installed."""

    exit_code: ClassVar[int] = 2


class SourceUnreadable(PipelineError):
    """The source is there, but what it holds cannot be read: a corrupt file, a wrong encoding, ragged lines."""

    exit_code: ClassVar[int] = 3


class TableMissing(PipelineError):
    """The source has no file or table for a table that the contracts require."""

    exit_code: ClassVar[int] = 3


class SourceChanged(PipelineError):
    """The lake was filled from another source, or its rows are keyed in another way."""

    exit_code: ClassVar[int] = 2


class NoTables(PipelineError):
    """The home has no tables yet from which a snapshot could be made."""

    exit_code: ClassVar[int] = 2


class HomeBusy(PipelineError):
    """Another run is working in the same home."""

    exit_code: ClassVar[int] = 7


class QuestionUnknown(PipelineError):
    """No question of that name is declared."""

    exit_code: ClassVar[int] = 2


class DateWrong(PipelineError):
    """The as-of date is no date, or lies in the future."""

    exit_code: ClassVar[int] = 2


class NoCampaigns(PipelineError):
    """Receipts came, and no list has been published that they could answer."""

    exit_code: ClassVar[int] = 3


class CampaignUnknown(PipelineError):
    """No campaign of that name has begun or is to come."""

    exit_code: ClassVar[int] = 2


class ServerDown(PipelineError):
    """The Prefect server that the schedule needs is not there."""

    exit_code: ClassVar[int] = 1


class Unexpected(PipelineError):
    """Something that nobody foresaw; the log has the details."""

    exit_code: ClassVar[int] = 1
