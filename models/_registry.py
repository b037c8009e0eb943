"""Which model answers a question today? MLflow keeps every training, and the alias `champion` names the one in use."""

from __future__ import annotations

import json
import logging
import math
import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
import mlflow.sklearn
import skops.io
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature

from models._errors import NoChampion
from models._plots import gain_plot, reliability_plot
from models._training import Trained

with warnings.catch_warnings():
    # MLflow 3.17 warns of type hints of its own while it is being loaded.
    warnings.simplefilter("ignore", UserWarning)
    import mlflow.pyfunc

# "Creating initial MLflow database tables..." tells an operator nothing.
logging.getLogger("mlflow").setLevel(logging.CRITICAL)

CHAMPION = "champion"
_ARTIFACTS = "mlartifacts"
_NOT_THERE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""What MLflow answers where no model, or no model of that alias, is registered."""
_TRUSTED_PREFIXES = ("sklearn.", "xgboost.", "models._", "numpy.")
_REQUIREMENTS = ("scikit-learn", "xgboost-cpu", "numpy", "pandas", "skops")


@dataclass(frozen=True, kw_only=True)
class Champion:
    """The model in use for a question, with what scoring must check before it believes it."""

    name: str
    version: int
    model: Any
    columns: tuple[str, ...]
    fingerprint: str
    question: str
    terms: Mapping[str, object]
    learned_until: date
    versions: Mapping[str, int]
    test_metrics: Mapping[str, float]


class Registry:
    """The MLflow store of a home folder: SQLite beside its artifacts, unless `tracking_uri` names a server.

    MLflow notes where artifacts are as full paths; a home that was moved or copied since still uses its own files.
    On a server that several homes share, models and experiments bear the name of the home's folder (`shop.churn`):
    companies that share one must name their folders differently, and a folder that is renamed begins anew.
    """

    def __init__(self, home: Path, *, tracking_uri: str | None = None) -> None:
        self._artifacts = None if tracking_uri else (home / _ARTIFACTS).absolute()
        self._prefix = re.sub(r"[^\w-]", "_", home.resolve().name) + "." if tracking_uri else ""
        home.mkdir(parents=True, exist_ok=True)
        self.uri = tracking_uri or f"sqlite:///{(home / 'mlflow.db').absolute()}"
        mlflow.set_tracking_uri(self.uri)
        self._client = mlflow.MlflowClient(self.uri)

    def register(self, trained: Trained) -> int:
        """Logs a training as a run and makes its model the champion; returns the model's version."""
        name = trained.target.name
        mlflow.set_tracking_uri(self.uri)
        experiment = self._experiment(self._prefix + name)
        with mlflow.start_run(experiment_id=experiment, run_name=f"{name} as of {trained.plan.known_by}"):
            mlflow.log_params(_params(trained))
            mlflow.log_metrics(_finite_metrics(trained))
            _log_plots(trained)
            model_version = self._log_model(trained)
        self._client.set_registered_model_alias(self._prefix + name, CHAMPION, str(model_version))
        return model_version

    def has_champion(self, name: str) -> bool:
        """Whether a model of that name bears the alias `champion`."""
        return self._found(name) is not None

    def champion(self, name: str) -> Champion:
        """The model under the alias `champion`; raises NoChampion when there is none, or its files are gone."""
        found = self._found(name)
        if found is None:
            raise NoChampion(f"no champion for {name!r} is registered; run `churn train` first")
        about = json.loads(found.tags["about"])
        return Champion(
            name=name,
            version=int(found.version),
            model=self._load(found),
            columns=tuple(about["columns"]),
            fingerprint=about["fingerprint"],
            question=about["question"],
            terms=about["terms"],
            learned_until=date.fromisoformat(about["learned_until"]),
            versions=about["versions"],
            test_metrics=about["test_metrics"],
        )

    def _found(self, name: str) -> Any:
        try:
            return self._client.get_model_version_by_alias(self._prefix + name, CHAMPION)
        except MlflowException as error:
            if error.error_code in _NOT_THERE:
                return None
            raise

    def _load(self, found: Any) -> object:
        where = self._where(found)
        mlflow.set_tracking_uri(self.uri)
        # Copied aside first: MLflow 3.17 takes a `%41` in the path of a local model for an `A`.
        with TemporaryDirectory() as aside:
            try:
                return mlflow.sklearn.load_model(where, dst_path=aside)
            except (MlflowException, OSError) as error:
                raise NoChampion(
                    f"the champion of {found.name} (version {found.version}) is registered, but its files cannot be "
                    f"read from {where}: {error}. Bring them back, or run `churn train` to learn a new one."
                ) from error

    def _where(self, found: Any) -> str:
        if self._artifacts is None:
            return f"models:/{found.name}/{found.version}"
        noted: str = self._client.get_logged_model(found.source.removeprefix("models:/")).artifact_location
        return (self._artifacts / noted.rpartition(f"/{_ARTIFACTS}/")[2]).as_uri()

    def _experiment(self, name: str) -> str:
        location = (self._artifacts / name).as_uri() if self._artifacts else None
        known = self._client.get_experiment_by_name(name)
        if known and location in (None, known.artifact_location):
            return str(known.experiment_id)
        if known:  # The home was moved or copied: what is learned from now on stays here, not where it came from.
            self._client.rename_experiment(known.experiment_id, f"{name} {known.experiment_id} in another home")
        return str(self._client.create_experiment(name, artifact_location=location))

    def _log_model(self, trained: Trained) -> int:
        probability = trained.model.predict_proba(trained.example)
        info = mlflow.sklearn.log_model(
            trained.model,
            name=trained.target.name,
            signature=infer_signature(trained.example, probability),
            pyfunc_predict_fn="predict_proba",
            serialization_format="skops",
            skops_trusted_types=_trusted_types(trained.model),
            pip_requirements=[f"{name}=={version(name)}" for name in _REQUIREMENTS],
        )
        return self._add_version(trained, source=info.model_uri, run_id=info.run_id, model_id=info.model_id)

    def _add_version(self, trained: Trained, **where: str) -> int:
        name = self._prefix + trained.target.name
        if not self._client.search_registered_models(f"name = '{name}'"):
            self._client.create_registered_model(name, description=trained.target.description)
        tags = {"about": json.dumps(_about(trained))}
        return int(self._client.create_model_version(name, tags=tags, **where).version)


def _trusted_types(model: object) -> list[str]:
    # skops refuses to load types that nobody vouched for; the model was fitted here, from these libraries only.
    types = skops.io.get_untrusted_types(data=skops.io.dumps(model))
    strange = [name for name in types if not name.startswith(_TRUSTED_PREFIXES)]
    if strange:
        raise TypeError(f"the model holds objects of types that are not vouched for: {', '.join(strange)}")
    return list(types)


def _about(trained: Trained) -> dict[str, object]:
    return {
        "columns": trained.columns,
        "fingerprint": trained.fingerprint,
        "question": trained.target.fingerprint,
        "terms": trained.terms.record(),
        "learned_until": str(trained.plan.known_by),
        "versions": dict(trained.versions),
        "test_metrics": {key: value for key, value in trained.report["model"].items() if math.isfinite(value)},
    }


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
        "estimator": type(trained.model).__name__,
        "served": trained.served,
        **{f"version_of_{table}": number for table, number in trained.versions.items()},
    }


def _finite_metrics(trained: Trained) -> dict[str, float]:
    return {
        f"{estimator}.{figure}": value
        for estimator, figures in trained.report.items()
        for figure, value in figures.items()
        if math.isfinite(value)
    }


def _log_plots(trained: Trained) -> None:
    title = f"{trained.target.name} on {trained.plan.test}"
    for name, plot in (("reliability", reliability_plot), ("gain", gain_plot)):
        figure = plot(trained.test_label, trained.test_probability, title=title)
        mlflow.log_figure(figure, f"plots/{name}.png")
