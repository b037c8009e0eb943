"""What should be known of a model before it is believed? Its card: question, data, figures, verdict, limits."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version

import polars as pl

from models._bootstrap import MOST_ROWS, bootstrap, interval
from models._gate import WORDS, Verdict
from models._metrics import metrics
from models._tiers import TIERS
from models._training import Trained

_FIGURES = {"auc": "AUC", **WORDS}
_TENURES = {"up to 90 days": (0, 90), "91 to 364 days": (91, 364), "365 days and more": (365, 10**9)}
_SOFTWARE = ("scikit-learn", "xgboost-cpu", "numpy", "pandas", "polars", "narwhals", "skops", "mlflow")


def card(trained: Trained, verdict: Verdict) -> str:
    """The model card in Markdown: what it answers, what it learned from, how good it is for whom, what it is not for.

    Figures are those of later customers that it had not learned from; brackets hold 90% bootstrap intervals. After
    Mitchell et al. (2019), "Model Cards for Model Reporting".
    """
    target, plan = trained.target, trained.plan
    sections = {
        f"# {target.name}": [target.description],
        "## Verdict": _verdict(verdict),
        "## Data": _data(trained),
        "## On later customers": [
            f"What was learned by {plan.test} says this of what happened afterwards; 90% intervals in brackets.",
            *_table(("customers", "number", "rate", *_FIGURES.values()), _groups(trained)),
        ],
        "## Beside simple rules": _table(("", *_FIGURES.values()), _baselines(trained)),
        "## Limits": _limits(trained),
        "## Made with": [
            f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in _SOFTWARE)
        ],
    }
    return "\n".join(line for title, lines in sections.items() for line in (title, "", *lines, ""))


def summary(trained: Trained, verdict: Verdict) -> str:
    """The card in a few lines, for a list of models."""
    report = trained.report[trained.served]
    figures = ", ".join(f"{words} {report[name]:.4f}" for name, words in _FIGURES.items())
    return (
        f"{trained.target.description} Learned until {trained.plan.known_by} from {trained.row_count:,} rows; on "
        f"{report['customers']:,.0f} later customers of {trained.plan.test}: {figures}. "
        f"{verdict.status.capitalize()}: {'; '.join(verdict.reasons) or verdict.how}."
    )


def _verdict(verdict: Verdict) -> list[str]:
    lines = [f"**{verdict.status.capitalize()}**, compared with {verdict.rival}: {verdict.how}.", ""]
    if verdict.override:
        lines += [f"Promoted anyway by {verdict.override.by} on {verdict.override.at}: {verdict.override.why}", ""]
    lines += [f"- {reason}" for reason in verdict.reasons]
    rows = [
        (
            one.where,
            WORDS[one.figure],
            f"{one.challenger:.4f}",
            f"{one.rival:.4f}",
            f"{one.worse_by:+.4f} [{one.at_least:+.4f}, {one.at_most:+.4f}]",
            f"{one.bound:g}",
        )
        for one in verdict.comparisons
    ]
    return [*lines, "", *_table(("where", "figure", "this model", "rival", "worse by", "allowed"), rows)]


def _data(trained: Trained) -> list[str]:
    plan, terms = trained.plan, trained.terms
    tables = ", ".join(f"{name} version {number}" for name, number in trained.versions.items())
    return [
        f"- {trained.row_count:,} rows of {len(plan.final)} as-of dates, {plan.final[0]} to {plan.final[-1]}; nothing "
        f"known on or after {plan.known_by} was used",
        f"- judged on {', '.join(str(day) for day in trained.test['as_of'].unique().sort())} by a model that had "
        f"learned {plan.train[0]} to {plan.train[-1]} only",
        f"- terms: {', '.join(f'{name} = {value}' for name, value in terms.record().items())}",
        f"- tables: {tables}",
        f"- {len(trained.columns)} features, fingerprint {trained.fingerprint}; seed {trained.recipe.seed}",
        f"- parameters: {', '.join(f'{name} = {value}' for name, value in asdict(trained.recipe.parameters).items())}",
        *([f"- searched by {len(trained.search.trials)} trials: {trained.search.why}"] if trained.search else []),
    ]


def _groups(trained: Trained) -> Iterator[tuple[str, ...]]:
    """One line for everybody, and for each tier, tenure and as-of date."""
    rows, seed = trained.test, trained.recipe.seed
    yield _group("all", rows, seed)
    for tier in TIERS:
        yield _group(f"tier: {tier}", rows.filter(pl.col("tier") == tier), seed)
    for name, (low, high) in _TENURES.items():
        yield _group(f"tenure: {name}", rows.filter(pl.col("tenure_days").is_between(low, high)), seed)
    for day in rows["as_of"].unique().sort():
        yield _group(f"as of {day}", rows.filter(pl.col("as_of") == day), seed)


def _group(name: str, rows: pl.DataFrame, seed: int) -> tuple[str, ...]:
    if rows.is_empty():
        return (name, "0", *[""] * (1 + len(_FIGURES)))
    label, probability = rows["label"].to_numpy(), rows["probability"].to_numpy()
    found = metrics(label, probability)
    some = rows.sort("customer_id", "as_of").head(MOST_ROWS) if rows.height > MOST_ROWS else rows
    drawn = bootstrap(
        some["label"].to_numpy(),
        {"model": some["probability"].to_numpy()},
        customers=some["customer_id"].to_numpy(),
        seed=seed,
    )["model"]
    cells = [f"{found[key]:.4f} [{low:.4f}, {high:.4f}]" for key in _FIGURES for low, high in [interval(drawn[key])]]
    return (
        name,
        f"{rows.height:,}",
        f"{found['base_rate']:.4f}",
        *[cell.replace("nan [nan, nan]", "") for cell in cells],
    )


def _baselines(trained: Trained) -> Iterator[tuple[str, ...]]:
    for name, figures in trained.report.items():
        yield (name.replace("_", " "), *(f"{figures[key]:.4f}".replace("nan", "") for key in _FIGURES))


def _limits(trained: Trained) -> list[str]:
    terms = trained.terms
    return [
        f"- It speaks of the {terms.horizon_days} days from the as-of date, and of the population of its question "
        f"only: {trained.target.population.__name__.replace('_', ' ')} (active within {terms.active_days} days). It "
        "must not be used for anybody else, such as customers who never bought, or whose purchases are not in the log.",
        "- It says what is likely to happen, not whether contacting changes it: that is measured against a holdout.",
        "- It must not decide prices, credit, employment, or whether somebody is served at all.",
        "- Figures of a tier with few customers say little; their intervals say how little.",
        "- It knows nothing later than its data; scoring refuses it when it is too old, when features or terms have "
        "changed, or when the customers to be scored are no longer like those it learned from.",
    ]


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    return [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles), *lines] if lines else []
