"""Can anybody read the page, in either language, whatever the names in it hold?"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from jinja2 import Environment, PackageLoader, nodes
from report_page import Page, beside

from serving import Bundle, publish, report_pages
from serving._report_words import WORDS

BundleOf = Callable[..., Bundle]
NASTY = {
    "markup": "<script>alert(1)</script>",
    "a table's own signs": "a|b`c*d_e[f](g)",
    "a formula": "=1+1",
    "an attribute": "\" onmouseover='x' x=\"",
    "many lines": "one\r\ntwo\x00\u2028three",
    "Chinese and emoji": "客户🙂",
    "endless": "W" * 5000,
}


def in_chinese(bundle: Bundle) -> Bundle:
    """The bundle with reasons as people read them in Chinese."""
    return replace(bundle, listed=bundle.listed.with_columns(why_zh=pl.lit("很久没有购买")))


@pytest.fixture(scope="module")
def page(bundle_of: BundleOf) -> Page:
    """The English page of the small night."""
    return Page(report_pages(bundle_of(), beside(), language="en")["report.html"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_night_gives_the_same_bytes_whatever_the_order_of_its_rows(language: str, bundle_of: BundleOf) -> None:
    bundle = bundle_of()
    turned = replace(bundle, scores=bundle.scores.reverse(), decided=bundle.decided.reverse())
    assert report_pages(bundle, beside(), language=language) == report_pages(turned, beside(), language=language)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("what", NASTY)
def test_whatever_a_name_holds_is_text(what: str, language: str, bundle_of: BundleOf) -> None:
    bundle, quiet = bundle_of(), bundle_of()
    name = bundle.listed["customer_id"][0]
    tables = {
        "listed": bundle.listed.with_columns(why_en=pl.lit(NASTY[what]), why_zh=pl.lit(NASTY[what])),
        "scores": bundle.scores,
        "decided": bundle.decided,
        "changes": bundle.changes,
    }
    renamed = {
        key: table.with_columns(pl.col("customer_id").replace(name, NASTY[what])) for key, table in tables.items()
    }
    pages = report_pages(replace(bundle, **renamed), beside(), language=language)
    page, plain = (Page(report_pages(one, beside(), language=language)["report.html"]) for one in (bundle, quiet))
    nasty = Page(pages["report.html"])
    assert [tag for tag, _ in nasty.tags] == [tag for tag, _ in plain.tags] == [tag for tag, _ in page.tags]
    assert not any(key.startswith("on") for _, attributes in nasty.tags for key in attributes)
    assert NASTY[what][:3] in "".join(nasty.text)
    columns = [re.sub(r"\\.", "", line).count("|") for line in pages["report.md"].decode().splitlines()]
    usual = report_pages(quiet, beside(), language=language)["report.md"].decode().splitlines()
    assert columns == [line.replace("\\#", "").count("|") for line in usual]
    assert b"<script" not in pages["report.md"]


def test_a_page_loads_nothing_and_runs_nothing(page: Page, bundle_of: BundleOf) -> None:
    html = report_pages(bundle_of(), beside(), language="en")["report.html"].decode()
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form", "a"}
    assert not any(key in ("src", "href") or key.startswith("on") for _, found in page.tags for key in found)
    assert not re.search(r"https?:|url\(|@import", html)


def test_everybody_can_read_it(page: Page) -> None:
    assert all(found.get("scope") in ("col", "row") for tag, found in page.tags if tag == "th")
    pictures = [found for tag, found in page.tags if tag == "svg"]
    ids = {found["id"] for _, found in page.tags if "id" in found}
    assert len(pictures) == 3
    assert all(set(str(found["aria-labelledby"]).split()) <= ids for found in pictures)
    assert page.open == []
    assert [found["lang"] for tag, found in page.tags if tag == "html"] == ["en"]


def test_the_chinese_page_is_in_chinese(bundle_of: BundleOf) -> None:
    pages = report_pages(in_chinese(bundle_of()), beside(before=None), language="zh")
    names = r"VIP|Verbraken|Verbeke|Baesens"
    text = "".join(Page(pages["report.html"]).text) + pages["report.md"].decode()
    assert re.findall(r"[A-Za-z]{2,}", re.sub(names, "", text)) == []
    assert "挽留优惠" in text


def test_every_word_of_the_templates_is_there_in_both_languages() -> None:
    environment = Environment(loader=PackageLoader("serving"), autoescape=True)
    asked = set()
    for template in ("report.html.jinja", "report.md.jinja"):
        source = environment.loader.get_source(environment, template)[0] if environment.loader else ""
        for call in environment.parse(source).find_all(nodes.Call):
            is_said = isinstance(call.node, nodes.Name) and call.node.name == "say"
            if is_said and isinstance(call.args[0], nodes.Const):
                asked.add(call.args[0].value)
    assert len(asked) > 40
    assert asked <= set(WORDS)
    assert all(english and chinese for english, chinese in WORDS.values())
    fields = [tuple(sorted(re.findall(r"\{\w+\}", told)) for told in both) for both in WORDS.values()]
    assert [english for english, _ in fields] == [chinese for _, chinese in fields]


def test_the_pages_are_published_with_the_tables(tmp_path: Path, bundle_of: BundleOf) -> None:
    bundle = bundle_of()
    pages = report_pages(bundle, beside(), language="en")
    place = publish(replace(bundle, pages=pages), home=tmp_path)
    assert {name: (place / name).read_bytes() for name in pages} == pages


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FRAME = """<!doctype html><iframe id="page" style="width:{width}px;height:800px;border:0" srcdoc="{page}"></iframe>
<script>onload = () => {{ const root = document.getElementById("page").contentDocument.documentElement;
document.title = root.scrollWidth + " of " + root.clientWidth; }}</script>"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed here, so that nothing draws the page")
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [390, 1100])
def test_a_browser_draws_it_without_scrolling_sideways(
    language: str, width: int, tmp_path: Path, bundle_of: BundleOf
) -> None:
    bundle = bundle_of()
    changed = {
        name: getattr(bundle, name).with_columns(pl.col("customer_id") + "W" * 400)
        for name in ("listed", "changes", "scores", "decided")
    }
    page = report_pages(replace(bundle, **changed), beside(), language=language)["report.html"].decode()
    frame = tmp_path / "frame.html"
    escaped = page.replace("&", "&amp;").replace('"', "&quot;")
    frame.write_text(FRAME.format(width=width, page=escaped), encoding="utf-8")
    shown = subprocess.run(
        [
            *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--window-size=1200,900", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", frame.as_uri()),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert f"<title>{width} of {width}</title>" in shown.stdout
