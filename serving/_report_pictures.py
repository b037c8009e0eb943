"""What do the figures look like? The curve, the bars and the calibration as SVG that needs nothing but the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from serving._report_calibration import Tenth
from serving._report_numbers import money, share
from serving._report_value import AtRisk, Curve
from serving._report_words import Say

_LEFT, _TOP, _WIDE, _HIGH = 52.0, 12.0, 290.0, 170.0
"""The field of a picture with axes, within a picture of 360 by 220."""
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def curve_picture(curve: Curve, say: Say) -> Markup:
    """The share of profit by the share of customers, with the places where the value segments end."""
    line = " ".join(_at(x, y) for x, y in curve.points)
    marks = [
        Markup('<circle class="mark" cx="{}" cy="{}" r="4"/>{}').format(
            _x(mark.customers),
            _y(mark.profit),
            _text(_x(mark.customers) + 8, _label_y(mark.profit), say(mark.segment), kind="name"),
        )
        for mark in curve.marks[:-1]
    ]
    drawn = Markup('<polygon class="area" points="{0} {1} {2}"/><polyline class="line" points="{1}"/>').format(
        _at(0, 0), line, _at(1, 0)
    )
    told = say("curve_desc", top=share(curve.top_profit))
    parts = [*_axes(say("share_of_customers"), say("share_of_profit")), drawn, *marks]
    return _picture("curve", parts, title=say("curve_title"), told=told)


def bars_picture(rows: Sequence[AtRisk], say: Say) -> Markup:
    """Value at risk, one bar per segment."""
    most, parts = max(row.at_risk for row in rows), []
    for place, row in enumerate(rows):
        top = 14 + place * 44
        length = round(190 * row.at_risk / most, 1)
        parts += [
            _text(82, top + 18, say(row.segment), kind="name end"),
            Markup('<rect class="bar" x="90" y="{}" width="{}" height="26" rx="2"/>').format(top, length),
            _text(96 + length, top + 18, f"{money(row.at_risk)}", kind="value"),
        ]
    told = "; ".join(f"{say(row.segment)} {money(row.at_risk)} ({share(row.share)})" for row in rows)
    return _picture("bars", parts, title=say("at_risk_title"), told=told, high=190)


def calibration_picture(rows: Sequence[Tenth], say: Say) -> Markup:
    """What happened by what was predicted; on the diagonal, both are the same."""
    diagonal = Markup('<polyline class="even" points="{} {}"/>').format(_at(0, 0), _at(1, 1))
    parts = [*_axes(say("predicted"), say("happened")), diagonal]
    for row in rows:
        x = _x(row.predicted)
        parts.append(
            Markup('<path class="whisker" d="M{0} {1}V{2}"/><circle class="mark" cx="{0}" cy="{3}" r="4"/>').format(
                x, _y(row.low), _y(row.high), _y(row.happened)
            )
        )
    told = "; ".join(f"{row.number}: {share(row.predicted)} / {share(row.happened)}" for row in rows)
    return _picture("calibration", parts, title=say("calibration_title"), told=told)


def _x(part: float) -> float:
    return round(_LEFT + _WIDE * part, 1)


def _y(part: float) -> float:
    return round(_TOP + _HIGH * (1 - part), 1)


def _at(x: float, y: float) -> str:
    return f"{_x(x)},{_y(y)}"


def _label_y(profit: float) -> float:
    """Below the curve, where there is room."""
    return min(_y(profit) + 14, _TOP + _HIGH - 4)


def _axes(across: str, up: str) -> Iterable[Markup]:
    for part in _QUARTERS:
        yield Markup('<path class="ruled" d="M{0} {1}H{2}"/>').format(_LEFT, _y(part), _LEFT + _WIDE)
        yield _text(_LEFT - 6, _y(part) + 4, f"{part:.0%}", kind="tick end")
        yield _text(_x(part), _TOP + _HIGH + 15, f"{part:.0%}", kind="tick middle")
    yield _text(_LEFT + _WIDE / 2, _TOP + _HIGH + 33, across, kind="axis middle")
    yield Markup('<text class="axis middle" transform="translate(11 {}) rotate(-90)">{}</text>').format(
        _TOP + _HIGH / 2, up
    )


def _text(x: float, y: float, words: str, *, kind: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, round(x, 1), round(y, 1), words)


def _picture(name: str, parts: Iterable[Markup], *, title: str, told: str, high: int = 220) -> Markup:
    """A picture that a screen reader can tell: `told` is what it shows, in words."""
    return Markup(
        '<svg role="img" aria-labelledby="{0}-title {0}-desc" viewBox="0 0 360 {1}">'
        '<title id="{0}-title">{2}</title><desc id="{0}-desc">{3}</desc>{4}</svg>'
    ).format(name, high, title, told, Markup("").join(parts))
