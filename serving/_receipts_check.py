"""Which receipts belong to a list of ours? Each that does not is told why, in words that lead to the cure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from data_contracts import Column, read_column
from serving._ledger import RECEIPT_KEY, Ledger
from serving._ledger_tables import STATUSES
from serving._names import meant

_CHINESE = {"已送达": "delivered", "已拒绝": "refused", "已联系": "reached", "已接受": "accepted"}
_WHO = ["campaign", "customer_id"]
ANSWERED_WITHIN_DAYS = 364
"""What happened later is hardly an answer to that list; more likely a year is wrong."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """`good`: receipts to take, with `arm`; `rejected`: lines as they came, with `reason`."""

    good: pl.DataFrame
    rejected: pl.DataFrame


def check_receipts(rows: pl.DataFrame, ledger: Ledger, *, time_zone: str, now: datetime) -> Checked:
    """Holds what `read_receipts` gives to the ledger. Each line is good, or rejected for the first thing wrong with it.

    A receipt that names no list answers the latest list with that customer on it, on or before its day. A customer
    who was held out is on no list: the receipt is good, and its `arm` is `held_out`.
    """
    read = _read(rows, time_zone)
    names = sorted(read["campaign"].drop_nulls().unique())
    listed = ledger.listed(names)
    placed = _placed(read, listed, ledger.lists()["as_of"])
    known = {"campaign": ledger.campaigns()["name"].to_list(), "customer_id": listed["customer_id"].unique().to_list()}
    told = placed.with_columns(reason=_reason(placed, now, known)).sort("line")
    told = told.with_columns(reason=pl.coalesce("reason", _repeated()))
    bad = told.filter(pl.col("reason").is_not_null())
    return Checked(
        good=told.filter(pl.col("reason").is_null()).drop("reason"),
        rejected=rows.drop("fault").join(bad.select("line", "reason"), on="line", maintain_order="right"),
    )


def _read(rows: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """The rows with statuses, moments and days in place of text, and the text that was no moment or day."""
    moment = Column(name="happened_at", type="timestamp", meaning="")
    day = Column(name="as_of", type="date", meaning="")
    happened = read_column(moment, rows["happened_at"], time_zone=time_zone).values
    status = pl.col("status").str.to_lowercase().replace(_CHINESE)
    return rows.with_columns(
        status=status,
        told_at=pl.col("happened_at"),
        happened_at=happened,
        happened_on=happened.dt.convert_time_zone(time_zone).dt.date(),
        told_list=pl.col("as_of"),
        as_of=read_column(day, rows["as_of"], time_zone=time_zone).values,
    )


def _placed(read: pl.DataFrame, listed: pl.DataFrame, nights: pl.Series) -> pl.DataFrame:
    """Adds `arm`, `first_list` (null: not assigned), and the list that is answered: `on_list` (null: none)."""
    named, day = pl.col("as_of"), pl.coalesce("list_as_of", "first_as_of")
    pairs = read.select("line", *_WHO, "as_of", "happened_on").join(
        listed.rename({"as_of": "first_as_of"}), on=_WHO, how="inner"
    )
    held_out = (pl.col("arm") == "held_out") & (named >= pl.col("first_as_of")) & named.is_in(nights.to_list())
    answered = pl.when(named.is_null() & (day <= pl.col("happened_on"))).then(day).when(named == day).then(day)
    found = pairs.with_columns(on_list=answered.when(held_out).then(named)).group_by("line")
    lists = found.agg(pl.col("arm").first(), first_list=day.min(), on_list=pl.col("on_list").max())
    return read.join(lists, on="line", how="left").with_columns(is_night=named.is_in(nights.to_list()))


def _reason(rows: pl.DataFrame, now: datetime, known: Mapping[str, Sequence[str]]) -> pl.Expr:
    """The first thing that is wrong with each row; null where nothing is."""
    return pl.coalesce("fault", *_unreadable(), *_unknown_names(rows, now, known), *_off_list())


def _unreadable() -> list[pl.Expr]:
    """What is wrong with the cells by themselves."""
    odd = pl.any_horizontal(pl.col(*_WHO, "channel", "note").str.contains(r"[\x00-\x08\x0b\x0c\x0e-\x1f]"))
    moment = pl.format("'{}' is no moment; write it like 2026-11-03 14:30", "told_at")
    day = pl.format("'{}' is no date of a list; write it like 2026-11-03", "told_list")
    return [
        *(_where(pl.col(name).is_null(), pl.lit(f"has no {name}")) for name in (*_WHO, "status")),
        _where(pl.col("told_at").is_null(), pl.lit("has no happened_at")),
        _where(odd, pl.lit("has characters that cannot be printed")),
        _where(pl.col("happened_at").is_null(), moment),
        _where(pl.col("told_list").is_not_null() & pl.col("as_of").is_null(), day),
    ]


def _where(bad: pl.Expr, reason: pl.Expr) -> pl.Expr:
    return pl.when(bad).then(reason)


def _unknown_names(rows: pl.DataFrame, now: datetime, known: Mapping[str, Sequence[str]]) -> list[pl.Expr]:
    """Names that nobody has, and moments that nobody can know of."""
    statuses = _strangers(rows["status"], STATUSES, "is no status", f"; there are {', '.join(STATUSES)}")
    campaigns = _strangers(rows["campaign"], known["campaign"], "is no campaign of ours")
    customers = _without_zeros(rows["customer_id"], known["customer_id"])
    hint = pl.col("customer_id").replace_strict(customers, default="", return_dtype=pl.String)
    stranger = pl.format("'{}' is on no list of {}{}", "customer_id", "campaign", hint)
    return [
        pl.col("status").replace_strict(statuses, default=None, return_dtype=pl.String),
        _where(pl.col("happened_at") > now.astimezone(UTC), pl.format("'{}' is in the future", "told_at")),
        pl.col("campaign").replace_strict(campaigns, default=None, return_dtype=pl.String),
        _where(pl.col("arm").is_null(), stranger),
    ]


def _strangers(found: pl.Series, known: Sequence[str], says: str, there_are: str = "") -> dict[str, str]:
    """A reason for each name that is not known, with the one that may be meant, else with what there is."""
    reasons = {}
    for name in set(found.drop_nulls()) - set(known):
        close = meant(name, known)
        reasons[name] = f"'{name[:60]}' {says}" + (f"; is '{close}' meant?" if close else there_are)
    return reasons


def _without_zeros(found: pl.Series, known: Sequence[str]) -> dict[str, str]:
    """A hint for each customer who would be known with the zeros that spreadsheets cut off."""
    short = {name.lstrip("0"): name for name in known if name.startswith("0")}
    strangers = set(found.drop_nulls()) - set(known)
    return {name: f"; is '{short[name]}' meant, with zeros in front?" for name in strangers & set(short)}


def _off_list() -> list[pl.Expr]:
    """Receipts that answer no list."""
    named, answered = pl.col("as_of"), pl.coalesce("on_list", "first_list")
    elsewhere = pl.format("'{}' is not on the list of {} for {}", "customer_id", named, "campaign")
    early = pl.format("happened on {}, before the list of {}", "happened_on", answered)
    late = pl.format(
        "happened on {}, more than a year after the list of {}; is the year right?", "happened_on", answered
    )
    waited = (pl.col("happened_on") - answered).dt.total_days()
    return [
        _where(~pl.col("is_night"), pl.format("there is no list of {}", named)),
        _where(named.is_not_null() & pl.col("on_list").is_null(), elsewhere),
        _where(answered > pl.col("happened_on"), early),
        _where(waited > ANSWERED_WITHIN_DAYS, late),
    ]


def _repeated() -> pl.Expr:
    """A line that says what an earlier one of the file says."""
    line, good = pl.col("line"), pl.col("reason").is_null()
    first = pl.when(good).then(line).min().over(RECEIPT_KEY)
    return _where(good & (line > first), pl.format("says the same as line {}", first))
