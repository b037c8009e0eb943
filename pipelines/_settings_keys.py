"""Which settings are there? Every key with its type, its default and what it means; the reference is made from this.

What the settings say of questions stands in `_settings_questions.py`, of decisions in `_settings_decisions.py`, of
arriving tables in `_settings_tables.py`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from pipelines._settings_decisions import ActionsSettings, DecisionsSettings, LedgerSettings
from pipelines._settings_questions import (
    ChurnSettings,
    ContractChurnSettings,
    CrossSellSettings,
    PopulationSettings,
    UpsellSettings,
    ValueSettings,
    WinBackSettings,
)
from pipelines._settings_section import OneOrMany, Section, TimeZone
from pipelines._settings_tables import ContractsByTable, ContractSettings, MappingsByTable, TableSettings

if TYPE_CHECKING:
    from data_contracts import Contract


class SourceSettings(Section):
    """Where the raw tables come from."""

    name: str = Field(
        default="simulated-shop",
        min_length=1,
        description="The source: `simulated-shop`, `complete-journey`, `folder`, one of your own, or straight away "
        "the path of a folder (anything with a `/` in it, or an existing folder).",
    )
    path: Path | None = Field(
        default=None,
        strict=False,
        description="The folder of the files, for the source `folder`; in a settings file relative to that file, "
        "elsewhere to the current folder.",
    )


def _amount_of_memory(text: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+)? ?([KMGT]i?B)", text):
        raise ValueError(f'"{text}" is no amount of memory; examples: "4GB", "500MB"')
    return text


class FeaturesSettings(Section):
    """On what snapshots are computed (see docs/scale.md); the results are the same."""

    engine: Literal["polars", "duckdb", "spark"] = Field(
        default="polars",
        description="`polars` is the fastest on one machine; `duckdb` where memory is short; `spark` on a cluster.",
    )
    memory_limit: Annotated[str, AfterValidator(_amount_of_memory)] | None = Field(
        default=None,
        description='The most memory that DuckDB takes, as in `"4GB"`; what does not fit goes to `temp_folder`. Unset: '
        "80% of the machine's.",
    )
    temp_folder: Path | None = Field(
        default=None,
        strict=False,
        description="Where DuckDB puts what does not fit into memory; in a settings file relative to that file, "
        "elsewhere to the current folder. Unset: a folder in `home`.",
    )


class TrainingSettings(Section):
    """What the models learn from."""

    step_days: int | None = Field(
        default=None, ge=1, description="Days between two training dates; unset: chosen from the horizon."
    )
    max_dates: int = Field(default=24, ge=1, description="The most training dates; the latest are taken.")
    max_rows: int = Field(
        default=1_000_000,
        ge=1,
        description="The most training rows (customers x dates); of more, a share of the customers is taken.",
    )
    seed: int = Field(default=7, ge=0, description="Seed of everything random, so that a run can be repeated.")
    trusted_features: OneOrMany = Field(
        default=(),
        description="Features that training may use though they look as if they gave the answer away: you vouch that "
        "they are known before the as-of date, for everybody alike.",
    )
    retrain_after_days: int = Field(
        default=28,
        ge=1,
        description="The nightly run trains anew when the latest training is so many days old; the new models take "
        "over only where they are no worse (see docs/models.md). A large number leaves training to `churn train`.",
    )


class ModelsSettings(Section):
    """When a model may score (see docs/models.md)."""

    max_age_days: int = Field(
        default=100, ge=1, description="The most days between what a model last learned and the as-of date."
    )
    max_drift: float = Field(
        default=0.25,
        gt=0,
        description="The most that the features may have drifted since the training: population stability index, "
        "weighted by how much each feature matters; four times as much for a single one.",
    )
    max_customers_change: float = Field(
        default=1.4,
        gt=1,
        description="The factor by which the number of customers to be scored may have grown or shrunk since the "
        "training, beyond its own trend.",
    )


class ListSettings(Section):
    """The list for the retention team."""

    size: int = Field(default=500, ge=1, description="The most customers of one night, those held out included.")


class MlflowSettings(Section):
    """Where trainings and models are kept."""

    tracking_uri: str | None = Field(
        default=None,
        min_length=1,
        description="Address of an MLflow server; unset: a SQLite store and its files in `home`. On a server "
        "models are named `<home folder>.<question>`. The variable `MLFLOW_TRACKING_URI` is not read: it may speak of "
        "another project.",
    )


def _usable_as_home(home: Path) -> Path:
    if re.search(r"[?\[\]]|%[0-9A-Fa-f]{2}", str(home)):
        raise ValueError(
            f'"{home}" has a question mark, a square bracket or a percent escape, which the addresses of the Delta '
            "and MLflow stores would misread; choose another folder"
        )
    return home


class Settings(Section):
    """Everything a company may choose, read once and passed on as an argument."""

    time_zone: TimeZone = Field(
        default="UTC", description="The business time zone (IANA name): in it a day begins and ends."
    )
    home: Annotated[Path, AfterValidator(_usable_as_home)] = Field(
        default=Path("home/simulated-shop"),
        strict=False,
        description="The folder of the tables, models and lists; in a settings file relative to that file, elsewhere "
        "to the current folder. Unset: `home/<name>` in the current folder, where `<name>` is that of the settings "
        "file (`acme.toml` gives `home/acme`), or of the source where the file does not choose it.",
    )
    language: Literal["en", "zh"] = Field(default="en", description="Language of the reasons in the list.")
    source: SourceSettings = SourceSettings()
    population: PopulationSettings = PopulationSettings()
    churn: ChurnSettings = ChurnSettings()
    upsell: UpsellSettings = UpsellSettings()
    cross_sell: CrossSellSettings = CrossSellSettings()
    win_back: WinBackSettings = WinBackSettings()
    value: ValueSettings = ValueSettings()
    contract_churn: ContractChurnSettings = ContractChurnSettings()
    features: FeaturesSettings = FeaturesSettings()
    training: TrainingSettings = TrainingSettings()
    models: ModelsSettings = ModelsSettings()
    list: ListSettings = ListSettings()
    decisions: DecisionsSettings = DecisionsSettings()
    actions: ActionsSettings = ActionsSettings.model_validate({})
    ledger: LedgerSettings = LedgerSettings()
    mlflow: MlflowSettings = MlflowSettings()
    contracts: ContractsByTable = ContractsByTable()
    tables: MappingsByTable = MappingsByTable()

    @model_validator(mode="after")
    def _capacities_are_of_channels(self) -> Settings:
        channels = sorted({getattr(self.actions, name).channel for name in type(self.actions).model_fields})
        for channel in sorted(self.decisions.capacity.keys() - set(channels)):
            close = difflib.get_close_matches(channel, channels, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else "."
            raise ValueError(
                f"[decisions] capacity names the channel {channel!r}, which no action has{hint} Channels: "
                f"{', '.join(channels)}"
            )
        return self

    def mapping(self, table: str) -> TableSettings:
        """How the raw table becomes `table`; nothing to do for a table that cannot be mapped."""
        mapping = getattr(self.tables, table, None)
        return mapping if isinstance(mapping, TableSettings) else TableSettings()

    def time_zone_of(self, table: str) -> str:
        """Time zone of the naive timestamps in a raw table."""
        return self.mapping(table).time_zone or self.time_zone

    def held_to(self, contract: Contract) -> Contract:
        """The contract as this company wants it."""
        own = getattr(self.contracts, contract.name, None)
        return own.held_to(contract) if isinstance(own, ContractSettings) else contract

    def record(self) -> Mapping[str, Any]:
        """The settings as published beside a list: fit for JSON, without what is only of this machine."""
        return self.model_dump(
            mode="json",
            exclude={
                "home": True,
                "source": {"path"},
                "mlflow": True,
                "ledger": True,
                "decisions": {"suppressed"},
                "features": {"memory_limit", "temp_folder"},
            },
        )
