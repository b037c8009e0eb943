"""What is a section of the settings? Its strictness, and the types that keys of several sections have."""

from __future__ import annotations

import difflib
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict


class Section(BaseModel):
    """A section of the settings: frozen, unknown keys refused, nothing converted silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=False)


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder of the tz database, an absolute path, not there
        raise ValueError(f'"{name}" is no IANA time zone{_close_time_zones(name)}') from None
    return name


def _close_time_zones(name: str) -> str:
    """A hint with the zones that are spelt alike, or end in the city that was given."""
    zones = {zone.casefold(): zone for zone in sorted(available_timezones())}
    wanted = name.strip().casefold().replace(" ", "_")
    cities = [zone for folded, zone in zones.items() if wanted and folded.endswith("/" + wanted)]
    close = [zones[match] for match in difflib.get_close_matches(wanted, zones, n=3)]
    found = list(dict.fromkeys(cities + close))[:3]
    hint = f"; did you mean {' or '.join(repr(zone) for zone in found)}?" if found else "."
    return f"{hint} A time zone looks like 'Asia/Shanghai', 'Europe/London' or 'UTC'"


def _one_or_many(conditions: object) -> object:
    if isinstance(conditions, str):
        return (conditions,)
    return tuple(conditions) if isinstance(conditions, list) else conditions


TimeZone = Annotated[str, AfterValidator(_known_time_zone)]
"""The IANA name of a time zone."""
OneOrMany = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]
"""One text, or a list of them."""
