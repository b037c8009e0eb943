"""Which campaigns are there? Those on record, found by name; an empty ledger and a mistyped name are told apart."""

from __future__ import annotations

from pipelines._errors import CampaignUnknown
from pipelines._settings import Settings
from serving import Ledger
from serving._names import meant


def ledger_with_campaigns(settings: Settings) -> Ledger | None:
    """The ledger of the home, or None while it has no campaign; a home that is none stays none."""
    if settings.ledger.url is None and not (settings.home / "ledger.db").is_file():
        return None
    ledger = Ledger(settings.ledger.url, settings.home)
    return None if ledger.campaigns().is_empty() else ledger


def unknown(name: str, recorded: list[str], ahead: list[str]) -> CampaignUnknown:
    """The error for a name that no campaign has, with the one that may be meant: rather one on record.

    The name of an action alone means its latest campaign, or its next one while it has none.
    """
    begun, to_come = ([one for one in names if one.startswith(f"{name}-")] for names in (recorded, ahead))
    close = max(begun, default=None) or min(to_come, default=None)
    close = close or meant(name, recorded, cutoff=0.8) or meant(name, [*recorded, *ahead], cutoff=0.5)
    hint = f" Did you mean {close!r}?" if close else ""
    return CampaignUnknown(f"no campaign is called {name!r}.{hint} `churn campaign` lists those there are.")


def none_yet(settings: Settings) -> str:
    """What to say while there is no campaign."""
    return f"no campaign has begun in {settings.home}; `churn nightly` publishes the first list, and records it."
