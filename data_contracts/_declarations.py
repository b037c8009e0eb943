"""What has been declared? Walks the plain modules of a package and collects the declarations they make."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol, TypeVar


class Named(Protocol):
    """Anything with a name of its own."""

    @property
    def name(self) -> str: ...


Declaration = TypeVar("Declaration", bound=Named)


class DuplicateDeclaration(Exception):
    """Two modules declare the same name."""


def declared(package: str, kind: type[Declaration]) -> dict[str, Declaration]:
    """Every `kind` declared in a plain module (no leading underscore) of `package`, by name.

    Modules are walked in alphabetical order, declarations in the order they are written.
    Raises DuplicateDeclaration when two modules declare one name.
    """
    found: dict[str, Declaration] = {}
    home: dict[str, str] = {}
    root = importlib.import_module(package)
    for module_info in sorted(pkgutil.iter_modules(root.__path__), key=lambda info: info.name):
        if module_info.name.startswith("_"):
            continue
        module_name = f"{package}.{module_info.name}"
        for value in vars(importlib.import_module(module_name)).values():
            if not isinstance(value, kind) or getattr(value, "module", module_name) != module_name:
                continue
            if home.get(value.name, module_name) != module_name or found.get(value.name, value) is not value:
                raise DuplicateDeclaration(
                    f"{value.name!r} is declared in {home[value.name]} and again in {module_name}; rename one of them"
                )
            found[value.name], home[value.name] = value, module_name
    return found
