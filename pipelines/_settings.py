"""What did this company choose? Reads the settings from a file, the environment and the command line, in that order."""

from __future__ import annotations

import difflib
import json
import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from pipelines._errors import SettingsWrong
from pipelines._settings_keys import Settings, SourceSettings
from pipelines._settings_reference import (
    is_number,
    is_yes_or_no,
    leaves,
    section_of,
    settings_markdown,
    variables,
    what_is_allowed,
)
from pipelines._settings_section import Section
from pipelines._settings_tables import ContractSettings, TableSettings

__all__ = ["ContractSettings", "Settings", "SourceSettings", "TableSettings", "load_settings", "settings_markdown"]

DEFAULT_FILE = "churn.toml"

log = logging.getLogger(__name__)

Tree = dict[str, Any]


def load_settings(
    path: Path | None,
    *,
    environment: Mapping[str, str],
    overrides: Mapping[str, object] = MappingProxyType({}),
) -> Settings:
    """The settings of the file, with the environment's before them and the command line's before both.

    `path` None means `churn.toml` in the current folder where there is one. `overrides` are by key
    (`population.active_days`); one that is None does not count. Raises SettingsWrong.
    """
    here = Path.cwd()
    file = _settings_file(path, here)
    tree = _anchored(_read_toml(file), file.parent) if file else {}
    settings = _checked(tree, file.name if file else "settings", {})
    chosen_by_file = _source_of(tree)
    for layer, names in (_from_environment(environment), _from_command_line(overrides)):
        tree = _merged(tree, _anchored(_nested(layer), here))
        settings = _checked(tree, "command line", names)
    if "home" in tree:
        return settings
    by_file = file is not None and _source_of(tree) == chosen_by_file
    name = file.stem if file and by_file else _source_name(settings)
    return settings.model_copy(update={"home": here / "home" / name})


def _settings_file(path: Path | None, here: Path) -> Path | None:
    if path is None:
        return here / DEFAULT_FILE if (here / DEFAULT_FILE).is_file() else None
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise SettingsWrong(f"the settings file {path} {what}; give the path of a TOML file such as {DEFAULT_FILE}.")
    return path.absolute()


def _read_toml(file: Path) -> Tree:
    try:
        # utf-8-sig: editors on Windows like to begin a file with a byte order mark, which TOML does not allow
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsWrong(f"{file.name}: not UTF-8 at byte {error.start}; save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsWrong(f'{file.name}: not valid TOML: {error}. Texts need quotes: name = "folder".') from None
    except OSError as error:
        raise SettingsWrong(f"{file.name}: cannot be read: {error.strerror}.") from None


def _anchored(tree: Tree, base: Path) -> Tree:
    """The tree with its paths made absolute, and a source that is really a folder turned into one."""
    tree = dict(tree)
    if isinstance(tree.get("home"), str):
        tree["home"] = str(_absolute(tree["home"], base))
    for section, name in (("features", "temp_folder"), ("decisions", "suppressed")):
        if isinstance(tree.get(section), dict) and isinstance(tree[section].get(name), str):
            tree[section] = tree[section] | {name: str(_absolute(tree[section][name], base))}
    if isinstance(tree.get("source"), dict):
        source = tree["source"] = dict(tree["source"])
        if isinstance(source.get("name"), str) and _is_folder(source["name"], base):
            source.setdefault("path", source["name"])
            source["name"] = "folder"
        if isinstance(source.get("path"), str):
            source["path"] = str(_absolute(source["path"], base))
    return tree


def _absolute(path: str, base: Path) -> Path:
    return Path(base, Path(path).expanduser()).resolve()


def _is_folder(name: str, base: Path) -> bool:
    """Whether a source's name is really a path. A module of that name in this folder comes first."""
    if "/" in name or "\\" in name or name in (".", "..", "~"):
        return True
    known = Path(__file__).with_name(f"{name.replace('-', '_')}.py").is_file()
    return bool(name) and not known and (base / name).is_dir()


def _source_of(tree: Tree) -> object:
    return tree.get("source", {})


def _source_name(settings: Settings) -> str:
    path = settings.source.path
    return path.name if settings.source.name == "folder" and path and path.name else settings.source.name


def _from_environment(environment: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Values by key, and the variable that each comes from."""
    known, fields = variables(), dict(leaves())
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    for variable, text in sorted(environment.items()):
        if not variable.startswith("CHURN_") or not text:
            continue
        key = known.get(variable)
        if key is None:
            close = difflib.get_close_matches(variable, known, n=1)
            log.warning("%s sets nothing%s", variable, f"; did you mean {close[0]}?" if close else "")
            continue
        if key in names:
            raise SettingsWrong(f"{names[key]} and {variable} both set {key}; keep one of them.")
        values[key], names[key] = _from_text(text, fields[key]), variable
    return values, {key: f"environment variable {variable}" for key, variable in names.items()}


def _from_command_line(overrides: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, str]]:
    fields = dict(leaves())
    values: dict[str, Any] = {}
    for key, value in overrides.items():
        if isinstance(value, Path):
            value = str(value)
        if isinstance(value, str) and key in fields:
            value = _from_text(value, fields[key])
        if value is not None:
            values[key] = value
    return values, {}


def _from_text(text: str, field: FieldInfo) -> object:
    """The number, or the true or false, that a text means; one that means none is left to be refused by name."""
    number = is_number(field)
    if is_yes_or_no(field):
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    try:
        return number(text) if number else text
    except ValueError:
        return text


def _nested(values: Mapping[str, Any]) -> Tree:
    tree: Tree = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        branch = tree
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[name] = value
    return tree


def _merged(below: Tree, above: Tree) -> Tree:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def _checked(tree: Tree, place: str, names: Mapping[str, str]) -> Settings:
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        lines = [_explained(detail, place, names) for detail in error.errors()]
        raise SettingsWrong("\n".join(dict.fromkeys(lines))) from None


def _explained(detail: ErrorDetails, place: str, names: Mapping[str, str]) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    place = names.get(key, place)
    if detail["type"] == "extra_forbidden":
        return f"{place}: unknown key '{key}'{_close_keys(detail['loc'])}"
    if detail["type"] == "value_error":
        about = f"{place}: {key}" if key else place
        return f"{about}: {str(detail['ctx']['error']).rstrip('.')}."
    value = json.dumps(detail["input"], default=str, ensure_ascii=False)
    if detail["type"] == "model_type":
        return f"{place}: {key} is {value}; it must be a section: [{key}]."
    return f"{place}: {key} is {value}; it must be: {_allowed(detail['loc'])}."


def _allowed(loc: tuple[int | str, ...]) -> str:
    """What the key may hold, or, inside a table such as `rename`, what the table may hold."""
    fields = dict(leaves())
    parts = [str(part) for part in loc]
    return next(
        what_is_allowed(fields[key])
        for length in range(len(parts), 0, -1)
        if (key := ".".join(parts[:length])) in fields
    )


def _close_keys(loc: tuple[int | str, ...]) -> str:
    """A hint with the key that was probably meant, and all keys of the section."""
    *sections, name = [str(part) for part in loc]
    there = list(_section_at(sections).model_fields)
    prefix = "".join(f"{section}." for section in sections)
    close = [prefix + match for match in difflib.get_close_matches(name, there, n=1)]
    elsewhere = [key for key, _ in leaves() if key.split(".")[-1] == name]
    meant = (close + elsewhere)[:1]
    hint = f"; did you mean '{meant[0]}'?" if meant else "."
    return f"{hint} Known keys there: {', '.join(there)}."


def _section_at(sections: list[str]) -> type[Section]:
    model: type[Section] = Settings
    for name in sections:
        model = section_of(model.model_fields[name]) or model
    return model
