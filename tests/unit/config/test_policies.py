"""``policies.toml``: the shipped defaults, and what is refused."""

from __future__ import annotations

import datetime
import re
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.events import PolicyRule
from controller.domain.model import Factor
from controller.policies_file import Declaration, load_policies, read_policies
from hal.strict_toml import ConfigurationError

DEFAULTS = Path(str(resources.files("provisioning") / "defaults" / "policies.toml"))

GOOD = """\
format = 1

[[types]]
name = "eAT"
factor = "birth_date"
declarations = ["old_documents"]
holding_days = 28
reason = "because"
paragraph = "§ 60a AufenthV"

[[types]]
name = "Reisepass"
factor = "none"
declarations = []
holding_days = 14
reason = "because"
paragraph = "§ 15 PassG"
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "policies.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_defaults_are_rules_and_are_marked_as_not_confirmed() -> None:
    sha256, rules = load_policies(DEFAULTS)
    assert re.fullmatch(r"[0-9a-f]{64}", sha256)
    assert [rule.document_type for rule in rules] == [
        "eAT",
        "Reiseausweis",
        "Personalausweis",
        "Reisepass",
        "Führerschein",
    ]
    assert not read_policies(DEFAULTS).confirmed


def test_no_shipped_default_reads_a_chip_or_asks_for_the_pin_letter() -> None:
    _, rules = load_policies(DEFAULTS)
    assert {rule.factor for rule in rules} & {"emrtd", "eid"} == set()
    assert {declaration for rule in rules for declaration in rule.declarations} & {"pin_letter"} == set()


def test_rules_come_as_the_domain_takes_them(tmp_path: Path) -> None:
    _, rules = load_policies(write(tmp_path, GOOD))
    assert rules == (
        PolicyRule("eAT", "birth_date", ("old_documents",), 28),
        PolicyRule("Reisepass", "none", (), 14),
    )


def test_the_hash_is_of_what_the_file_says_and_not_of_how_it_is_written(tmp_path: Path) -> None:
    before, _ = load_policies(write(tmp_path, GOOD))
    commented, _ = load_policies(write(tmp_path, "# a comment\n" + GOOD.replace(" = ", "=")))
    changed, _ = load_policies(write(tmp_path, GOOD.replace("holding_days = 14", "holding_days = 15")))
    other_reason, _ = load_policies(write(tmp_path, GOOD.replace("because", "for another reason", 1)))
    assert commented == before
    assert len({before, changed, other_reason}) == 3


def test_confirmation_needs_name_and_date(tmp_path: Path) -> None:
    confirmed = GOOD.replace("format = 1\n", 'format = 1\nconfirmed_by = "A. Beauftragte"\nconfirmed_on = 2026-01-31\n')
    file = read_policies(write(tmp_path, confirmed))
    assert file.confirmed
    assert file.confirmed_on == datetime.date(2026, 1, 31)
    with pytest.raises(ConfigurationError) as caught:
        read_policies(write(tmp_path, confirmed.replace("confirmed_on = 2026-01-31\n", "")))
    assert (caught.value.line, caught.value.key) == (2, "confirmed_by")


@pytest.mark.parametrize("factor", ["emrtd", "eid"])
@pytest.mark.parametrize("absent", ["legal_basis", "approved_by", "approved_on"])
def test_a_chip_check_needs_its_whole_approval(tmp_path: Path, factor: str, absent: str) -> None:
    approval = {"legal_basis": '"§ 1"', "approved_by": '"A"', "approved_on": "2026-01-31"}
    lines = "".join(f"{key} = {value}\n" for key, value in approval.items() if key != absent)
    text = GOOD.replace('factor = "birth_date"\n', f'factor = "{factor}"\n{lines}')
    with pytest.raises(ConfigurationError) as caught:
        load_policies(write(tmp_path, text))
    assert caught.value.key == f"types.eAT.{absent}"
    assert "choose another factor" in caught.value.message
    complete = GOOD.replace(
        'factor = "birth_date"\n',
        f'factor = "{factor}"\n' + "".join(f"{key} = {value}\n" for key, value in approval.items()),
    )
    assert load_policies(write(tmp_path, complete))[1][0].factor == factor


CHIP = GOOD.replace(
    'factor = "birth_date"\n',
    'factor = "emrtd"\nlegal_basis = "§ 18"\napproved_by = "a"\napproved_on = 2026-01-31\n',
)


def test_a_chip_check_is_strict_unless_it_is_written_otherwise(tmp_path: Path) -> None:
    rule = load_policies(write(tmp_path, CHIP))[1][0]
    assert (rule.clone_proof, rule.revocation) == ("required", "required")
    text = CHIP.replace('approved_by = "a"', 'approved_by = "a"\nclone_proof = "optional"')
    rule = load_policies(write(tmp_path, text))[1][0]
    assert (rule.clone_proof, rule.revocation) == ("optional", "required")


@pytest.mark.parametrize("key", ["clone_proof", "revocation"])
def test_how_strict_a_chip_check_is_says_nothing_of_a_birth_date(tmp_path: Path, key: str) -> None:
    text = GOOD.replace('factor = "birth_date"', f'factor = "birth_date"\n{key} = "optional"')
    with pytest.raises(ConfigurationError, match="is for chip checks"):
        load_policies(write(tmp_path, text))


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ('factor = "none"', 'factor = "nothing"', 13, "types.Reisepass.factor", "none, birth_date, pin"),
        ('["old_documents"]', '["old_document"]', 6, "types.eAT.declarations.1", "old_documents, pin_letter"),
        ('["old_documents"]', '["old_documents", "old_documents"]', 6, "types.eAT.declarations", "twice"),
        ("holding_days = 14", "holding_days = 0", 15, "types.Reisepass.holding_days", "at least 1"),
        ("holding_days = 14", "holding_day = 14", 15, "types.Reisepass.holding_day", "did you mean holding_days?"),
        ('name = "Reisepass"', 'name = "eAT"', 12, "types.eAT.name", "already there (line 4)"),
        ('paragraph = "§ 15 PassG"', 'paragraph = " "', 17, "types.Reisepass.paragraph", "must not be empty"),
        ('paragraph = "§ 15 PassG"\n', "", 11, "types.Reisepass.paragraph", "missing"),
        ("format = 1", "format = 9", 1, "format", "reads format 1"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, key: str, says: str
) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(ConfigurationError) as caught:
        load_policies(write(tmp_path, GOOD.replace(old, new)))
    assert (caught.value.line, caught.value.key) == (line, key)
    assert says in caught.value.message


def test_no_type_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="at least one document type"):
        load_policies(write(tmp_path, "format = 1\ntypes = []\n"))


@given(
    factor=st.sampled_from([factor for factor in Factor if factor not in (Factor.EMRTD, Factor.EID)]),
    declarations=st.lists(st.sampled_from(Declaration), unique=True),
    days=st.integers(1, 365),
)
def test_whatever_the_schema_allows_arrives_unchanged(
    tmp_path_factory: pytest.TempPathFactory, factor: Factor, declarations: list[Declaration], days: int
) -> None:
    folder = tmp_path_factory.mktemp("policies")
    written = ", ".join(f'"{declaration.value}"' for declaration in declarations)
    text = (
        f'format = 1\n[[types]]\nname = "X"\nfactor = "{factor.value}"\ndeclarations = [{written}]\n'
        f'holding_days = {days}\nreason = "r"\nparagraph = "p"\n'
    )
    _, rules = load_policies(write(folder, text))
    assert rules == (PolicyRule("X", factor.value, tuple(d.value for d in declarations), days),)
