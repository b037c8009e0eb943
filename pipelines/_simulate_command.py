"""What can be typed after `churn simulate`? How long, how often, in which world and by which rules is played."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines._options import settings_of

POLICIES = ("ours", "random", "churn", "value", "churn-value", "knowable", "oracle")
"""`ours` acts on the published list; `random`, `churn`, `value` and `churn-value` are simpler rules under the same
limits; `knowable` knows habits, effects and all that happened, `oracle` also what nobody can see."""


@click.command()
@click.option("--nights", type=click.IntRange(1), required=True, help="How many lists are made and acted on.")
@click.option("--every", type=click.IntRange(1), default=7, show_default=True, help="Days from one to the next.")
@click.option(
    "--seed",
    "seeds",
    type=click.IntRange(0),
    multiple=True,
    default=(7,),
    show_default=True,
    help="Which world; several times for several, each another one.",
)
@click.option("--customers", type=click.IntRange(50), default=3000, show_default=True, help="Who come by themselves.")
@click.option(
    "--policy",
    "policies",
    type=click.Choice(POLICIES),
    multiple=True,
    help="Who chooses whom to contact; several times for several [all but knowable, which takes long].",
)
@click.option("--settings", "file", type=click.Path(path_type=Path), help="Settings file [churn.toml].")
@click.option("--home", type=click.Path(path_type=Path), help="An empty folder, for a home of each policy.")
@click.option("--verbose", is_flag=True, help="Show the log of every part, frameworks included.")
def simulate(
    nights: int,
    every: int,
    seeds: tuple[int, ...],
    customers: int,
    policies: tuple[str, ...],
    file: Path | None,
    home: Path | None,
    verbose: bool,
) -> None:
    """Play the living shop: publish, act, observe and learn, night after night, and say what that really brought.

    examples/living_shop.toml has the settings of that shop; docs/simulation.md says what the figures mean.
    """
    settings = settings_of(None, file, home)
    plan = {"nights": nights, "every": every, "customers": customers}
    from pipelines import _run

    chosen = tuple(dict.fromkeys(policies)) or tuple(name for name in POLICIES if name != "knowable")
    _run.simulate(settings, plan | {"policies": chosen}, seeds=tuple(dict.fromkeys(seeds)), verbose=verbose)
