"""What does each table promise? Contracts as plain data, and the checks that hold arriving rows to them."""

from data_contracts._check import Checked, check
from data_contracts._conform import Conformed, conform, read_column
from data_contracts._contract import Column, Contract
from data_contracts._declarations import DuplicateDeclaration, declared
from data_contracts._errors import ContractBroken
from data_contracts._validate import Verdict, validate
from data_contracts._values import Reading, UnreadableColumn, delimiter_of

__all__ = [
    "Checked",
    "Column",
    "Conformed",
    "Contract",
    "ContractBroken",
    "DuplicateDeclaration",
    "Reading",
    "UnreadableColumn",
    "Verdict",
    "check",
    "conform",
    "contracts",
    "declared",
    "delimiter_of",
    "read_column",
    "validate",
]


def contracts() -> dict[str, Contract]:
    """Every contract declared in this folder, by table name."""
    return declared("data_contracts", Contract)
