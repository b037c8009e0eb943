"""What do settings in a file of the current folder say, or why are they refused?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines._errors import SettingsWrong
from pipelines._settings import Settings, load_settings


def load(text: str, environment: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """The settings that `churn.toml` makes with that text."""
    Path("churn.toml").write_text(text, encoding="utf-8")
    return load_settings(None, environment=environment or {}, overrides=overrides)


def refusal(
    text: str, environment: Mapping[str, str] | None = None, overrides: Mapping[str, object] | None = None
) -> str:
    """Why they are refused."""
    with pytest.raises(SettingsWrong) as caught:
        load(text, environment, **(overrides or {}))
    return str(caught.value)
