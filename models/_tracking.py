"""What is kept of a training? One MLflow run: parameters, figures, data, pictures, the model card, the environment."""

from __future__ import annotations

import math
import os
import warnings
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
import skops.io

with warnings.catch_warnings():
    # MLflow 3.17 warns of type hints of its own while it is being loaded.
    warnings.simplefilter("ignore", UserWarning)
    import mlflow.pyfunc
    from mlflow.data.delta_dataset_source import DeltaDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

from models._card import card
from models._drift import Reference
from models._gate import Verdict
from models._kinds import Estimator, parameters_of
from models._plots import gain_plot, reliability_plot
from models._training import Trained

REFERENCE = "drift/reference.json"
REHEARSAL = "rehearsal/model.skops"
_TRUSTED_PREFIXES = ("sklearn.", "xgboost.", "models._", "numpy.")


def log_training(trained: Trained, verdict: Verdict, reference: Reference | None) -> None:
    """Writes all that is known of a training into the run that is open."""
    mlflow.set_tags({"kind": "training", "verdict": verdict.status})
    mlflow.log_params(_params(trained))
    mlflow.log_metrics(_finite_metrics(trained))
    _log_data(trained)
    _log_plots(trained)
    mlflow.log_text(card(trained, verdict), "model_card.md")
    mlflow.log_text(_environment(), "environment.txt")
    if reference is not None:
        mlflow.log_dict(reference.as_json(), REFERENCE)
    _log_rehearsal(trained.rehearsal)
    _log_trials(trained)


def read_rehearsal(kept: bytes) -> Estimator:
    """A rehearsal as `log_training` kept it; TypeError when it holds types that are not vouched for."""
    found: Estimator = skops.io.loads(kept, trusted=_vouched(skops.io.get_untrusted_types(data=kept)))
    return found


def trusted_types(model: object) -> list[str]:
    """The types in a model that skops is to load; TypeError when one is not vouched for.

    skops refuses to load types that nobody vouched for; the model was fitted here, from these libraries only.
    """
    return _vouched(skops.io.get_untrusted_types(data=skops.io.dumps(model)))


def _vouched(types: list[str]) -> list[str]:
    strange = [name for name in types if not name.startswith(_TRUSTED_PREFIXES)]
    if strange:
        raise TypeError(f"the model holds objects of types that are not vouched for: {', '.join(strange)}")
    return list(types)


def _params(trained: Trained) -> dict[str, object]:
    plan = trained.plan
    return {
        **trained.terms.record(),
        "known_by": str(plan.known_by),
        "train_dates": f"{plan.train[0]} to {plan.train[-1]} ({len(plan.train)})",
        "test_date": str(plan.test),
        "final_dates": f"{plan.final[0]} to {plan.final[-1]} ({len(plan.final)})",
        "row_count": trained.row_count,
        "feature_count": len(trained.columns),
        "feature_fingerprint": trained.fingerprint,
        "seed": trained.recipe.seed,
        "trial_count": len(trained.search.trials) if trained.search else 0,
        **parameters_of(trained.target, trained.model, trained.recipe),
        "estimator": type(trained.model).__name__,
        **{f"version_of_{table}": number for table, number in trained.versions.items()},
    }


def _finite_metrics(trained: Trained) -> dict[str, float]:
    return {
        f"{estimator}.{figure}": value
        for estimator, figures in trained.report.items()
        for figure, value in figures.items()
        if math.isfinite(value)
    }


def _log_data(trained: Trained) -> None:
    """Names what was learned from, table by table, without copying any of it."""
    days = f"{trained.plan.final[0]} to {trained.plan.final[-1]}"
    for table, number in trained.versions.items():
        source = DeltaDatasetSource(path=f"tables/{table}", delta_table_version=number)
        dataset = MetaDataset(source, name=table, digest=f"version {number}")
        mlflow.log_input(dataset, context="training", tags={"delta_version": str(number), "as_of_dates": days})


def _log_plots(trained: Trained) -> None:
    title = f"{trained.target.name} on {trained.plan.test}"
    label, said = trained.test["label"].to_numpy(), trained.test["said"].to_numpy()
    for name, plot in (("reliability", reliability_plot), ("gain", gain_plot)):
        mlflow.log_figure(plot(label, said, title=title), f"plots/{name}.png")


def _environment() -> str:
    """Every installed package with its version, as pip writes them."""
    found = {f"{one.metadata['Name']}=={one.version}" for one in distributions()}
    return "\n".join(sorted(found, key=str.casefold)) + "\n"


def _log_rehearsal(model: Estimator) -> None:
    trusted_types(model)
    with TemporaryDirectory() as aside:
        file = Path(aside) / Path(REHEARSAL).name
        skops.io.dump(model, file)
        mlflow.log_artifact(str(file), str(Path(REHEARSAL).parent))


def _log_trials(trained: Trained) -> None:
    """One child run per trial: its parameters, and its log loss on each later date and in the mean."""
    parent = mlflow.active_run().info
    for trial in trained.search.trials if trained.search else ():
        name = f"trial {trial.number} of {parent.run_name}"
        with mlflow.start_run(experiment_id=parent.experiment_id, run_name=name, nested=True):
            mlflow.set_tags({"kind": "trial", "trial": str(trial.number)})
            mlflow.log_params(asdict(trial.parameters))
            by_date = {f"log_loss.{day}": loss for day, loss in trial.losses.items()}
            mlflow.log_metrics({"log_loss": trial.loss, **by_date})
