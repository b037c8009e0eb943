"""Is everything that a model learns from told in words, or said to be silent, and are the words fit to be read?"""

from __future__ import annotations

import re

import polars as pl
import pytest
from claims import CLAIMS, claim_of

from data_contracts import DuplicateDeclaration
from features import Attribute, catalogue, feature, feature_columns, purchases
from features._aggregate import count
from features._events import complaints
from features._feature import Feature
from models._notes import NOTES
from models._reason import Reason, Wording, _of_its_own, _owners, declared_reasons, told_by
from models._reason_numbers import SAID_BESIDE
from models._spoken import columns_in, fill

HAN = re.compile("[\u4e00-\u9fff]")
REASONS = declared_reasons()
WORDINGS = [
    wording for each in REASONS.values() for growth in (False, True) for wording in each.wordings(growth=growth)
]
EVERY_WORDING = [*WORDINGS, *NOTES]


def opening(wording: Wording) -> str:
    """The English sentence with # for its numbers."""
    return re.sub(r"\{[^}]+\}", "#", wording.says[0])


@pytest.mark.parametrize("name", list(feature_columns()))
def test_every_column_of_the_catalogue_is_told_or_says_why_it_is_silent(name: str) -> None:
    reason = told_by([name])[name]
    spoken = [*reason.loses, *reason.grows]
    assert bool(spoken) != bool(reason.silent)
    assert reason.name in REASONS or name == reason.name


@pytest.mark.parametrize("reason", REASONS.values(), ids=list(REASONS))
def test_a_reason_claims_only_what_features_make_and_explains_itself(reason: Reason) -> None:
    assert reason.meaning.endswith(".")
    assert set(reason.claims) <= set(feature_columns()) | set(catalogue())


@pytest.mark.parametrize("wording", EVERY_WORDING, ids=opening)
def test_a_sentence_reads_well_in_both_languages(wording: Wording) -> None:
    known = set(feature_columns()) | set(SAID_BESIDE)
    assert wording.needs <= known
    assert wording.tells
    english, chinese = (
        fill(says, {name: [23.0] for name in columns_in(says)}, language=language, count=1)[0]
        for says, language in zip(wording.says, ("en", "zh"), strict=True)
    )
    assert len(english) <= 90, english
    assert not english.endswith(".")
    assert english[0].islower() or english[0].isdigit()
    assert HAN.search(chinese)
    assert not HAN.search(english)
    assert not re.search(r"[.,;:]($|[^0-9])", chinese), "Chinese has punctuation of its own"
    for text in (english, chinese):
        assert not re.search(r"[{}_]|  |\s$", text)
        assert not [name for name in known if "_" in name and name in text]
    assert sorted(columns_in(wording.says[0])) == sorted(columns_in(wording.says[1])), "both tell the same numbers"


@pytest.mark.parametrize("wording", EVERY_WORDING, ids=opening)
def test_what_a_sentence_claims_is_asked_by_a_test(wording: Wording) -> None:
    assert claim_of(wording.says[0])


def test_every_claim_is_made_by_a_sentence() -> None:
    assert set(CLAIMS) == {claim_of(wording.says[0]) for wording in EVERY_WORDING}


def test_no_two_reasons_claim_the_same() -> None:
    twice = [Reason(name=name, meaning="", claims=("spend_28d",)) for name in ("money", "wealth")]
    with pytest.raises(DuplicateDeclaration, match="'spend_28d' is claimed by the reasons 'money' and 'wealth'"):
        _owners(twice)


def test_a_claimed_column_goes_before_a_claimed_feature() -> None:
    told = told_by(["purchase_count_28d", "purchase_count_182d"])
    assert {name: reason.name for name, reason in told.items()} == {
        "purchase_count_28d": "pace",
        "purchase_count_182d": "frequency",
    }


@feature(
    of=purchases,
    unit="purchases",
    missing=0,
    days=(84,),
    says=("gifts in {days} days: {value:.0f}", "{days} 天礼品 {value:.0f} 件"),
)
def gift_count(days: int) -> object:
    """Gifts bought in the last {days} days."""
    return count(purchases.within(days))


@feature(
    of=complaints, unit="complaints", missing=0, says=("rude complaints: {value:complaint}", "无礼投诉{value:times}")
)
def rude_count() -> object:
    """Rude complaints."""
    return count()


@feature(of=purchases, unit="purchases", missing=0)
def wordless_count() -> object:
    """Purchases, without a phrase."""
    return count()


def own(declared: Feature, at: int = 0) -> Reason:
    return _of_its_own(declared.columns[at])


def true_of(reason: Reason, **values: float | None) -> bool:
    (wording,) = reason.loses
    return bool(
        pl.DataFrame({name: [value] for name, value in values.items()}).select(wording.when.fill_null(False)).item()
    )


def test_a_column_that_no_reason_claims_speaks_for_itself() -> None:
    reason = own(gift_count)
    (told,) = reason.loses
    assert reason.grows == (told,)
    assert told.says == ("gifts in 84 days: {gift_count_84d:.0f}", "84 天礼品 {gift_count_84d:.0f} 件")
    assert true_of(own(gift_count), gift_count_84d=0)
    assert not true_of(own(gift_count), gift_count_84d=None)


def test_no_complaints_are_no_reason() -> None:
    assert true_of(own(rude_count), rude_count=1)
    assert not true_of(own(rude_count), rude_count=0)


def test_a_column_without_a_phrase_is_silent() -> None:
    silent = own(wordless_count)
    assert silent.loses == silent.grows == ()
    assert silent.silent


def test_a_customer_is_said_to_be_of_a_level_only_when_it_is_so() -> None:
    from features import attribute

    city = attribute(
        name="city",
        unit="yes (1) or no (0)",
        meaning="Lives in {level}.",
        known_from=None,
        levels=("Leeds", "York"),
        says=("lives in {level}", "居住在{level}"),
    )
    assert isinstance(city, Attribute)
    leeds = own(city, 0)
    assert leeds.loses[0].says == ("lives in Leeds", "居住在Leeds")
    assert true_of(leeds, city_leeds=1)
    assert not true_of(leeds, city_leeds=0)
