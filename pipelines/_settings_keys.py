"""Which settings are there? Every key with its type, its default and what it means; the reference is made from this."""

from __future__ import annotations

import codecs
import dataclasses
import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from data_contracts import Contract

TABLES = ("customers", "transactions", "interactions", "subscriptions")


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


def _known_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(f'"{name}" is no known encoding; examples: "utf-8", "gb18030", "cp1252"') from None
    return name


def _inside_the_source(file: str) -> str:
    if Path(file).is_absolute() or ".." in Path(file).parts:
        raise ValueError(f'"{file}" leaves the source; name a file inside the folder that [source] path gives')
    return file


def _one_or_many(conditions: object) -> object:
    if isinstance(conditions, str):
        return (conditions,)
    return tuple(conditions) if isinstance(conditions, list) else conditions


def _plain_value(value: object) -> object:
    if isinstance(value, list | dict) or value is None:
        raise ValueError("a constant is one text, number, true/false, date or timestamp")
    return value


TimeZone = Annotated[str, AfterValidator(_known_time_zone)]


def _usable_as_home(home: Path) -> Path:
    if re.search(r"[?\[\]]|%[0-9A-Fa-f]{2}", str(home)):
        raise ValueError(
            f'"{home}" has a question mark, a square bracket or a percent escape, which the addresses of the Delta '
            "and MLflow stores would misread; choose another folder"
        )
    return home


Constant = Annotated[Any, BeforeValidator(_plain_value)]


class Section(BaseModel):
    """A section of the settings: frozen, unknown keys refused, nothing converted silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=False)


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


class PopulationSettings(Section):
    """Whom the predictions are about."""

    active_days: int = Field(
        default=84, ge=1, description="A customer counts as active with a purchase within so many days before the date."
    )


_LEAD: int = Field(
    default=0,
    ge=0,
    description="Days between the date and the beginning of the horizon, kept free for acting on the list.",
)
_HORIZON: int | None = Field(
    default=None, ge=1, description="Over how many days from the date the answer is looked for; unset: that of churn."
)


class ChurnSettings(Section):
    """What leaving means."""

    horizon_days: int = Field(
        default=28, ge=1, description="A customer has churned with no purchase within so many days from the date."
    )
    lead_days: int = _LEAD


class UpsellSettings(Section):
    """What growing means."""

    horizon_days: int | None = Field(
        default=None, ge=1, description="Over how many days from the date spend is compared; unset: that of churn."
    )
    lead_days: int = _LEAD
    more_share: float = Field(
        default=0.25,
        ge=0,
        le=10,
        description="Grown means: spends at least this share more per month than before (0.25 is a quarter more).",
    )


class CrossSellSettings(Section):
    """What trying something new means."""

    horizon_days: int | None = _HORIZON
    lead_days: int = _LEAD


class WinBackSettings(Section):
    """Whom to win back."""

    horizon_days: int | None = _HORIZON
    lead_days: int = _LEAD
    lapsed_days: int = Field(
        default=728,
        ge=1,
        description="How long ago the last purchase of a lapsed customer may be; who left earlier is not asked about.",
    )


class ValueSettings(Section):
    """What a customer is worth (see docs/lifetime.md). Money is in the company's currency."""

    years: int = Field(
        default=10, ge=1, le=100, description="How many years ahead purchases count, of 52 whole weeks each."
    )
    margin: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="The share of spend that is profit before the costs below; at 1, value is counted in spend.",
    )
    discount_rate: float = Field(
        default=0.1, ge=0, le=10, description="The share by which money of today is worth more than that of next year."
    )
    acquisition_cost: float = Field(
        default=0.0,
        ge=0,
        description="What it cost to win a customer, where the customers table does not say (`acquisition_cost`).",
    )
    retention_cost: float = Field(
        default=0.0, ge=0, description="What it costs to keep a customer for a year, from the second year on."
    )


class ContractChurnSettings(Section):
    """What it means that a subscription is lost; asked where the table subscriptions comes."""

    horizon_days: int | None = Field(
        default=None, ge=1, description="Over how many days from the date subscriptions may end; unset: that of churn."
    )
    grace_days: int = Field(
        default=14,
        ge=0,
        description="A subscription renewed at most so many days after the day on which its term was over is not lost.",
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
    trusted_features: Annotated[tuple[str, ...], BeforeValidator(_one_or_many)] = Field(
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

    size: int = Field(default=500, ge=1, description="The most customers on the list.")


class MlflowSettings(Section):
    """Where trainings and models are kept."""

    tracking_uri: str | None = Field(
        default=None,
        min_length=1,
        description="Address of an MLflow server; unset: a SQLite store and its files in `home`. On a server "
        "models are named `<home folder>.<question>`. The variable `MLFLOW_TRACKING_URI` is not read: it may speak of "
        "another project.",
    )


class ContractSettings(Section):
    """What an arriving table is held to, where the contract in `data_contracts/` does not fit the company."""

    freshness_days: int | None = Field(
        default=None,
        ge=0,
        description="How old the latest event may be on the as-of date; unset: as the contract says.",
    )
    min_rows: int | None = Field(
        default=None, ge=0, description="The fewest rows an arriving batch may have; unset: as the contract says."
    )
    max_bad_share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The share of bad rows above which the whole batch is refused; unset: as the contract says.",
    )
    min_week_share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The latest week's rows as a share of a usual week's, below which the batch is refused; "
        "unset: as the contract says.",
    )

    def held_to(self, contract: Contract) -> Contract:
        """The contract with what is set here in place of its own."""
        return dataclasses.replace(contract, **self.model_dump(exclude_none=True))


class TableSettings(Section):
    """How a company's own table becomes the table of the contract.

    Order: `rename`, then `where`, then `derive`, then `constants`.
    """

    file: Annotated[str, AfterValidator(_inside_the_source)] | None = Field(
        default=None, description="The file (or raw table) to read; unset: the one named like the table."
    )
    rename: dict[str, str] = Field(
        default_factory=dict, description='Contract column = raw column, as in `customer_id = "Customer ID"`.'
    )
    derive: dict[str, str] = Field(
        default_factory=dict,
        description='Contract column = SQL expression (DuckDB), as in `amount = "Quantity * Price"`. It sees the raw '
        'columns and the renamed ones (raw first where both bear one name); names with spaces as `"Customer ID"`. '
        "A text column counts as numbers when every value in it is a plain number.",
    )
    constants: dict[str, Constant] = Field(
        default_factory=dict, description='Contract column = one value for all rows, as in `channel = "web"`.'
    )
    where: Annotated[tuple[str, ...], BeforeValidator(_one_or_many)] = Field(
        default=(), description="An SQL condition or a list of them; only rows for which all hold are kept."
    )
    time_zone: TimeZone | None = Field(
        default=None, description="Time zone of timestamps that come without one; unset: the business time zone."
    )
    timestamp_format: str | None = Field(
        default=None, min_length=1, description='How timestamps in text are written, as in `"%d/%m/%Y %H:%M"`.'
    )
    delimiter: str | None = Field(
        default=None, min_length=1, max_length=1, description="What parts the fields of a CSV file; unset: found out."
    )
    encoding: Annotated[str, AfterValidator(_known_encoding)] = Field(
        default="utf-8", description="Encoding of a CSV file, as in `gb18030` or `cp1252`."
    )

    @model_validator(mode="after")
    def _each_column_once(self) -> TableSettings:
        ways = [("rename", self.rename), ("derive", self.derive), ("constants", self.constants)]
        for position, (way, columns) in enumerate(ways):
            for other_way, others in ways[position + 1 :]:
                for column in sorted(columns.keys() & others.keys()):
                    raise ValueError(f"{column!r} is set by {way} and by {other_way}; keep one of them")
        return self


class ContractsByTable(Section):
    """`ContractSettings` of each table."""

    customers: ContractSettings = ContractSettings()
    transactions: ContractSettings = ContractSettings()
    interactions: ContractSettings = ContractSettings()
    subscriptions: ContractSettings = ContractSettings()


class MappingsByTable(Section):
    """`TableSettings` of each table."""

    customers: TableSettings = TableSettings()
    transactions: TableSettings = TableSettings()
    interactions: TableSettings = TableSettings()
    subscriptions: TableSettings = TableSettings()


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
    mlflow: MlflowSettings = MlflowSettings()
    contracts: ContractsByTable = ContractsByTable()
    tables: MappingsByTable = MappingsByTable()

    @property
    def upsell_horizon_days(self) -> int:
        """Days over which growth is measured: its own setting, or that of churn."""
        return self.upsell.horizon_days or self.churn.horizon_days

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
            exclude={"home": True, "source": {"path"}, "mlflow": True, "features": {"memory_limit", "temp_folder"}},
        )
