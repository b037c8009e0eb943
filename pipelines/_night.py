"""What is one night? The plain functions under the flows, from raw events to a published list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines._ingest import Arrival
from pipelines._learning import Learned
from pipelines._publication import Published


@dataclass(frozen=True, kw_only=True)
class Night:
    """What one night did: what arrived, what was learned (usually nothing), what was published, what smells."""

    as_of: date
    arrivals: list[Arrival]
    learned: list[Learned]
    published: Published
    docs: Path
    notes: tuple[str, ...]
