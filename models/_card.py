"""What should be known of a model before it is believed? Its card: question, data, figures, verdict, limits."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version

import polars as pl

from models._amounts import measured
from models._bootstrap import bootstrap, interval, thinned
from models._figures import IN_GROUPS, ON_CARDS, WORDS
from models._gate import Verdict
from models._kinds import parameters_of
from models._tiers import TENURES, TIERS, tenure
from models._training import Trained

_SOFTWARE = ("scikit-learn", "xgboost-cpu", "numpy", "pandas", "polars", "narwhals", "skops", "mlflow")


def card(trained: Trained, verdict: Verdict) -> str:
    """The model card in Markdown: what it answers, what it learned from, how good it is for whom, what it is not for.

    Figures are those of later customers that it had not learned from; brackets hold 90% bootstrap intervals. After
    Mitchell et al. (2019), "Model Cards for Model Reporting".
    """
    target, plan = trained.target, trained.plan
    words = [WORDS[figure] for figure in ON_CARDS[target.answer]]
    sections = {
        f"# {target.name}": [target.description],
        "## Verdict": _verdict(verdict),
        "## Data": _data(trained),
        "## On later customers": [
            f"What was learned by {plan.test} says this of what happened afterwards; 90% intervals in brackets.",
            *_table(("customers", "number", "observed", *words), _groups(trained)),
            *_intervals(trained),
        ],
        "## Beside simple rules": _table(("", *words), _baselines(trained)),
        "## Limits": _limits(trained),
        "## Made with": [
            f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in _SOFTWARE)
        ],
    }
    return "\n".join(line for title, lines in sections.items() for line in (title, "", *lines, ""))


def summary(trained: Trained, verdict: Verdict) -> str:
    """The card in a few lines, for a list of models."""
    report = trained.report[trained.served]
    figures = ", ".join(f"{WORDS[name]} {report[name]:.4f}" for name in ON_CARDS[trained.target.answer])
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
    used = parameters_of(trained.target, trained.model, trained.recipe)
    tables = ", ".join(f"{name} version {number}" for name, number in trained.versions.items())
    return [
        f"- {trained.row_count:,} rows of {len(plan.final)} as-of dates, {plan.final[0]} to {plan.final[-1]}; nothing "
        f"known on or after {plan.known_by} was used",
        f"- judged on {', '.join(str(day) for day in trained.test['as_of'].unique().sort())} by a model that had "
        f"learned {plan.train[0]} to {plan.train[-1]} only",
        f"- terms: {', '.join(f'{name} = {value}' for name, value in terms.record().items())}",
        f"- tables: {tables}",
        f"- {len(trained.columns)} features, fingerprint {trained.fingerprint}; seed {trained.recipe.seed}",
        f"- parameters: {', '.join(f'{name} = {value}' for name, value in used.items()) or 'none'}",
        *([f"- searched by {len(trained.search.trials)} trials: {trained.search.why}"] if trained.search else []),
    ]


def _groups(trained: Trained) -> Iterator[tuple[str, ...]]:
    """One line for everybody, and for each tier, tenure and as-of date."""
    rows, answer, seed = trained.test.with_columns(tenure=tenure()), trained.target.answer, trained.recipe.seed
    yield _group("all", rows, answer, seed)
    for column, names in (("tier", TIERS), ("tenure", TENURES)):
        for name in names:
            yield _group(f"{column}: {name}", rows.filter(pl.col(column) == name), answer, seed)
    for day in rows["as_of"].unique().sort():
        yield _group(f"as of {day}", rows.filter(pl.col("as_of") == day), answer, seed)


def _group(name: str, rows: pl.DataFrame, answer: str, seed: int) -> tuple[str, ...]:
    if rows.is_empty():
        return (name, "0", *[""] * (1 + len(ON_CARDS[answer])))
    label, said = rows["label"].to_numpy(), rows["said"].to_numpy()
    found = measured(label, said)
    some = thinned(rows, seed=seed)
    drawn = bootstrap(
        some["label"].to_numpy(),
        {"model": some["said"].to_numpy()},
        customers=some["customer_id"].to_numpy(),
        seed=seed,
    )["model"]
    cells = [
        f"{found[key]:.4f} [{low:.4f}, {high:.4f}]" for key in ON_CARDS[answer] for low, high in [interval(drawn[key])]
    ]
    return (
        name,
        f"{rows.height:,}",
        f"{found[IN_GROUPS[answer][1]]:.4f}",
        *[cell.replace("nan [nan, nan]", "") for cell in cells],
    )


def _intervals(trained: Trained) -> list[str]:
    """Of amounts, how well the interval of what is served holds."""
    report = trained.report[trained.served]
    if "inside_share" not in report:
        return []
    inside, above = report["inside_share"], report["above_share"]
    return [
        "",
        f"In their interval, made for four of five, were {inside:.1%}; above it, made for one of ten, {above:.1%}.",
    ]


def _baselines(trained: Trained) -> Iterator[tuple[str, ...]]:
    for name, figures in trained.report.items():
        yield (
            name.replace("_", " "),
            *(f"{figures[key]:.4f}".replace("nan", "") for key in ON_CARDS[trained.target.answer]),
        )


def _limits(trained: Trained) -> list[str]:
    terms = trained.terms
    return [
        f"- It speaks of the {terms.horizon_days} days from the as-of date, and of the population of its question "
        f"only: {trained.target.population.__name__.replace('_', ' ')} (by the terms above). It "
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
