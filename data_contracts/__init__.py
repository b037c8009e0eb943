"""What does each table promise? Contracts as plain data, and the checks that hold arriving rows to them."""

from data_contracts._contract import Column, Contract
from data_contracts._declarations import DuplicateDeclaration, declared

__all__ = ["Column", "Contract", "DuplicateDeclaration", "contracts", "declared"]


def contracts() -> dict[str, Contract]:
    """Every contract declared in this folder, by table name."""
    return declared("data_contracts", Contract)
