"""How does a person see whether a table kept its promises? Data Docs: one plain page per table, readable offline.

The pages of Great Expectations load styles, scripts and a logo from eight outside addresses, and are blank without
them. These pages show the same result and load nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from data_contracts._contract import Contract

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border-bottom: 1px solid #8886; padding: .35rem .6rem; text-align: left; vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.kept { color: #17803d; } .broken { color: #c02626; font-weight: 600; }
"""


def write_docs(folder: Path, contract: Contract, result: Mapping[str, Any]) -> None:
    """Writes `<table>.html` and `<table>.validation.json` into the folder, and an `index.html` over all tables."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=2, allow_nan=False, default=str)
    (folder / f"{contract.name}.validation.json").write_text(text + "\n", encoding="utf-8")
    (folder / f"{contract.name}.html").write_text(_table_page(contract, result), encoding="utf-8")
    results = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.validation.json"))]
    (folder / "index.html").write_text(_index_page(results), encoding="utf-8")


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _index_page(results: list[Mapping[str, Any]]) -> str:
    rows = [
        f'<tr><td><a href="{escape(result["table"])}.html">{escape(result["table"])}</a></td>'
        f"<td>{_outcome(result)}</td></tr>"
        for result in results
    ]
    heading = "<tr><th>Table</th><th>What arrived</th></tr>"
    return _page("Data docs", f"<h1>Data docs</h1>\n<table>{heading}\n{_lines(rows)}</table>")


def _table_page(contract: Contract, result: Mapping[str, Any]) -> str:
    title = f"{contract.name}: what was promised, what arrived"
    parts = [
        '<p><a href="index.html">All tables</a></p>',
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(contract.grain.capitalize())}. {_outcome(result)}</p>",
        _list("Problems of the whole table", result["problems"]),
        _promises(result["promises"]),
        _list("Rows set aside (the first ones; rows count from 0)", _examples(result)),
        _columns(contract),
    ]
    return _page(title, "\n".join(part for part in parts if part))


def _outcome(result: Mapping[str, Any]) -> str:
    arrived = f"{result['row_count']:,} rows came, {result['bad_count']:,} were set aside."
    if result["problems"]:
        return f'<span class="broken">Refused.</span> {arrived}'
    return f'<span class="kept">Accepted.</span> {arrived}'


def _promises(promises: list[Mapping[str, Any]]) -> str:
    rows = [
        f"<tr><td>{escape(promise['promise'])}</td><td>{_mark(promise['success'])}</td>"
        f"{_count(promise['checked'])}{_count(promise['unexpected'])}</tr>"
        for promise in promises
    ]
    if not rows:
        return ""
    heading = "<tr><th>Promise</th><th></th><th class='number'>Rows checked</th><th class='number'>Broken</th></tr>"
    return f"<h2>Promises</h2>\n<table>{heading}\n{_lines(rows)}</table>"


def _examples(result: Mapping[str, Any]) -> list[str]:
    """Example rows: those set aside in all where the result says so, else those that broke a promise here."""
    found = result.get("set_aside")
    if found is None:
        found = [example for promise in result["promises"] for example in promise["examples"]]
    return [f"row {example['row']:,}: {example['reason']}" for example in found]


def _columns(contract: Contract) -> str:
    rows = [
        f"<tr><td>{escape(column.name)}</td><td>{escape(column.type)}</td><td>{escape(column.unit)}</td>"
        f"<td>{escape(column.meaning)}</td>"
        f"<td>{escape('never null' if column.required else column.null_means)}</td></tr>"
        for column in contract.columns
    ]
    heading = "<tr><th>Column</th><th>Type</th><th>Unit</th><th>Meaning</th><th>Null means</th></tr>"
    return f"<h2>Columns</h2>\n<table>{heading}\n{_lines(rows)}</table>"


def _list(heading: str, lines: list[str]) -> str:
    if not lines:
        return ""
    return f"<h2>{escape(heading)}</h2>\n<ul>{_lines([f'<li>{escape(line)}</li>' for line in lines])}</ul>"


def _lines(rows: list[str]) -> str:
    return "\n".join(rows)


def _mark(success: bool) -> str:
    return '<span class="kept">kept</span>' if success else '<span class="broken">broken</span>'


def _count(count: int | None) -> str:
    return f'<td class="number">{"" if count is None else f"{count:,}"}</td>'
