"""For whom may the settings say that an action is, and what is said where it cannot be?"""

from pathlib import Path

import pytest
from chosen_settings import load, refusal

from pipelines._settings import Settings
from pipelines._settings_stages import STAGES, possible_stages
from serving import PURPOSES, _stages

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("in_an_empty_folder")

POSSIBLE = '"new", "active", "loyal", "at risk", "won back"'


@pytest.mark.parametrize(
    ("action", "stages", "says"),
    [
        ("upsell", "[]", f"stages is empty; choose from {POSSIBLE}. An action that nobody should get is switched off"),
        (
            "upsell",
            '["Loyl"]',
            f'"Loyl", which is no lifecycle stage; did you mean "loyal"? Else choose from {POSSIBLE}.',
        ),
        ("upsell", '"everybody"', f'"everybody", which is no lifecycle stage; choose from {POSSIBLE}.'),
        ("win_back_offer", '["gone"]', '"gone", which is no lifecycle stage; choose from "lost".'),
        ("win_back_offer", '["loyal"]', "what win_back_offer acts on is not predicted of such customers; choose from"),
        ("service_recovery", '["new", "lost"]', 'has "lost", but what service_recovery acts on is not predicted of'),
        ("thank_you", '["prospect"]', f"of such customers; choose from {POSSIBLE}."),
        ("upsell", '["new", "loyal", "new"]', 'stages has "new" twice; keep one of them.'),
    ],
)
def test_stages_that_an_action_cannot_be_for_are_refused_with_what_to_write_instead(action, stages, says):
    message = refusal(f"[actions.{action}]\nstages = {stages}")
    assert message.startswith(f"churn.toml: actions.{action}: stages ")
    assert says in message


def test_an_action_that_is_switched_off_need_be_for_nobody():
    settings = load("[actions.upsell]\nis_used = false\nstages = []")
    assert "upsell" not in settings.actions.used


def test_stages_that_are_no_texts_are_refused():
    says = "actions.upsell.stages is 3; it must be: text or list of texts."
    assert says in refusal("[actions.upsell]\nstages = 3")


def test_an_action_is_for_its_own_stages_unless_others_are_named():
    settings = load('[actions.upsell]\nstages = ["new"]\n[actions.thank_you]\nstages = "loyal"')
    found = {name: one.stages for name, one in settings.actions.used.items()}
    here = ("new", "active", "loyal", "at risk", "won back")
    assert found == {
        "service_recovery": here,
        "retention_offer": here,
        "win_back_offer": ("lost",),
        "upsell": ("new",),
        "cross_sell": ("active", "loyal", "won back"),
        "referral_invitation": ("loyal",),
        "thank_you": ("loyal",),
    }
    others = load("").actions
    assert others.upsell.stages == ("active", "loyal", "won back")
    assert others.thank_you.stages == ("new", "loyal", "won back")


def test_the_settings_know_the_stages_that_decisions_know():
    assert set(STAGES) == {kind.name for kind in _stages.STAGES}
    assert {name: set(possible_stages(name)) for name in PURPOSES} == {
        name: set(purpose.possible) for name, purpose in PURPOSES.items()
    }


def test_the_docs_say_for_whom_each_action_is_at_first():
    rows = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8").splitlines()
    for name, one in Settings().actions.used.items():
        (row,) = [row for row in rows if row.startswith(f"| `{name}` |")]
        assert row.split(" | ")[-1].removesuffix(" |").partition(";")[0] == ", ".join(one.stages)
