"""What may each key hold, in words? For error messages and for the reference in docs/settings.md."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

from pipelines._settings_decisions import OWN_DEFAULTS, ActionsSettings
from pipelines._settings_keys import Settings
from pipelines._settings_section import Section
from pipelines._settings_tables import TABLES, ContractsByTable, MappingsByTable

_WORDS = {int: "whole number", float: "number", str: "text", Path: "path", bool: "true or false"}
_PLAIN_DEFAULTS = {"home": "`home/<name>`"}
_HEADER = "| Key | Type | Default | Meaning | Environment |\n|---|---|---|---|---|"
_PREFACE = """\
# Settings

Made from `pipelines/_settings_keys.py` by `settings_markdown()`; a test keeps the two the same.

Settings are read from `churn.toml` in the current folder, or from the file given with `--settings`.
An environment variable comes before the file, the command line before both; an empty variable counts as unset.
In a variable, sections are parted by one underscore or two:
`CHURN_POPULATION_ACTIVE_DAYS` and `CHURN_POPULATION__ACTIVE_DAYS` are the same.
Paths in a settings file are relative to that file; paths in a variable or on the command line to the current folder.
Two companies need two homes: each settings file has its own unless `home` says otherwise.
[examples/churn.toml](../examples/churn.toml) has every key at its default,
[examples/online_retail_ii.toml](../examples/online_retail_ii.toml) maps a real export."""


def leaves(model: type[Section] = Settings, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key below a section, as `population.active_days`, with its field."""
    for name, field in model.model_fields.items():
        section = section_of(field)
        if section is None:
            yield prefix + name, field
        else:
            yield from leaves(section, f"{prefix}{name}.")


def section_of(field: FieldInfo) -> type[Section] | None:
    """The section that a field is, or None for a key with a value of its own."""
    annotation = field.annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, Section) else None


def is_scalar(field: FieldInfo) -> bool:
    """Whether one environment variable can hold the value."""
    return typing.get_origin(_wanted(field)) not in (dict, tuple)


def is_number(field: FieldInfo) -> type[int] | type[float] | None:
    """The kind of number that a key holds, if it does."""
    wanted = _wanted(field)
    return wanted if wanted in (int, float) else None


def is_yes_or_no(field: FieldInfo) -> bool:
    """Whether a key holds true or false."""
    return _wanted(field) is bool


def what_is_allowed(field: FieldInfo) -> str:
    """In words: `whole number, at least 1`."""
    wanted = _wanted(field)
    if typing.get_origin(wanted) is typing.Literal:
        return " or ".join(f'"{value}"' for value in typing.get_args(wanted))
    if typing.get_origin(wanted) is tuple:
        return "text or list of texts"
    if typing.get_origin(wanted) is dict:
        words = {str: "table of texts", int: "table of whole numbers"}.get(_plain(wanted), "table of plain values")
        return ", ".join([words, *(bound for note in _notes(wanted) for bound in _bounds(note))])
    return ", ".join([_WORDS[wanted], *_bounds(field)])


def _wanted(field: FieldInfo) -> typing.Any:
    """The type of a key without `None` and without notes."""
    annotation = field.annotation
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        annotation = next(part for part in typing.get_args(annotation) if part is not type(None))
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    return annotation


def _plain(table: typing.Any) -> typing.Any:
    """The type of a table's values without notes."""
    held = typing.get_args(table)[1]
    return typing.get_args(held)[0] if typing.get_origin(held) is typing.Annotated else held


def _notes(table: typing.Any) -> Iterator[FieldInfo]:
    """What is asked of a table's values."""
    return (note for note in getattr(typing.get_args(table)[1], "__metadata__", ()) if isinstance(note, FieldInfo))


def _bounds(field: FieldInfo) -> Iterator[str]:
    words = {"ge": "at least", "gt": "more than", "le": "at most"}
    for note in field.metadata:
        for bound, word in words.items():
            if hasattr(note, bound):
                yield f"{word} {getattr(note, bound)}"
        if getattr(note, "max_length", None) == 1:
            yield "one character"


def variables() -> dict[str, str]:
    """Environment variable, in both spellings, to the key that it sets."""
    found: dict[str, str] = {}
    for key, field in leaves():
        if is_scalar(field):
            found["CHURN_" + key.upper().replace(".", "_")] = key
            found["CHURN_" + key.upper().replace(".", "__")] = key
    return found


def settings_markdown() -> str:
    """The reference of every key: name, type, default, meaning, environment variable."""
    parts = [_PREFACE, "", "## At the top", "", _HEADER, *_rows(Settings, "")]
    for name, field in Settings.model_fields.items():
        section = section_of(field)
        if section in (ContractsByTable, MappingsByTable):
            each = section_of(section.model_fields["transactions"])
            parts += _section(f"{name}.<table>", each, f"`<table>` is {', '.join(f'`{table}`' for table in TABLES)}.")
        elif section is ActionsSettings:
            parts += _section(f"{name}.<action>", section_of(section.model_fields["upsell"]), _own_defaults())
        elif section is not None:
            parts += _section(name, section)
    return "\n".join(parts) + "\n"


def _own_defaults() -> str:
    """Which actions there are, and where their defaults differ from those below."""
    told = [
        f"`{name}`" + (f" ({', '.join(f'`{key} = {json.dumps(value)}`' for key, value in own.items())})" if own else "")
        for name, own in OWN_DEFAULTS.items()
    ]
    return f"`<action>` is one of these, with defaults of its own in brackets: {', '.join(told)}."


def _section(name: str, section: type[Section] | None, note: str = "") -> list[str]:
    assert section is not None  # noqa: S101 - for mypy: every section by table has sections in it
    says = " ".join((section.__doc__ or "").split())
    return ["", f"## `[{name}]`", "", f"{says} {note}".strip(), "", _HEADER, *_rows(section, f"{name}.")]


def _rows(section: type[Section], prefix: str) -> Iterator[str]:
    for name, field in section.model_fields.items():
        if section_of(field) is not None:
            continue
        key = prefix + name
        variable = f"`CHURN_{key.upper().replace('.', '_')}`" if is_scalar(field) else ""
        default = _PLAIN_DEFAULTS.get(key) or _default(field)
        yield f"| `{name}` | {what_is_allowed(field)} | {default} | {field.description} | {variable} |"


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    return "" if value is None or value in ({}, ()) else f"`{json.dumps(value)}`"
