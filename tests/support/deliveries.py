"""What a shop delivers, and the settings that take it in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from pipelines._settings import Settings, load_settings

AS_OF = date(2024, 6, 1)
START = datetime(2024, 5, 1, 10, tzinfo=UTC)


def lines(count: int = 40) -> pl.DataFrame:
    """Lines of seven customers within a month, with ids."""
    return pl.DataFrame(
        {
            "transaction_id": [f"T{place}" for place in range(count)],
            "customer_id": [f"C{place % 7}" for place in range(count)],
            "occurred_at": [START + timedelta(days=place % 30) for place in range(count)],
            "amount": [10.0 + place for place in range(count)],
        }
    )


def settings_in(folder: Path, **changes: object) -> Settings:
    """Settings of a source and a home in a folder, with changes."""
    overrides = {"source.name": f"{folder / 'source'}/", "home": folder / "home", **changes}
    return load_settings(None, environment={}, overrides=overrides)
