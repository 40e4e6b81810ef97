"""The directory: whole after a crash at any moment, readable by everybody, damage seen, one writer at a time."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.eid import trust_files
from hal.eid.outcome import NotPossible, Reason
from hal.eid.passive_authentication import verify
from hal.eid.revocation_import import import_revocation_list
from hal.eid.trust_import import expire, import_master_list, pin_root
from hal.eid.trust_manifest import MANIFEST, OBJECTS, Manifest, TrustStoreError, manifest_bytes, read_manifest
from hal.eid.trust_store import TrustStore
from simulator.card.pki import Span, revocation_list
from tests.unit.eid.trust.state import (
    GROUPS,
    NOW,
    YEAR,
    Utopia,
    authority,
    master_list_of,
    security_object,
    signer,
)

DAY = timedelta(days=1)


class PowerCut(BaseException):
    """The machine stops: nothing after this moment happens, no clean-up either."""


def test_a_directory_that_is_not_there_is_an_empty_store(tmp_path: Path) -> None:
    assert TrustStore.open(tmp_path / "nothing").anchor_count == 0


def test_what_was_written_is_read(utopia: Utopia) -> None:
    utopia.trusted(authority(name="CSCA AA", country="AA").certificate)
    import_revocation_list(utopia.directory, revocation_list(utopia.csca, [1], NOW - DAY, NOW + DAY), NOW)
    manifest = read_manifest(utopia.directory)
    assert manifest.revision == 3
    (utopia.directory / MANIFEST).write_bytes(manifest_bytes(manifest))
    assert read_manifest(utopia.directory) == manifest


def test_everybody_may_read_and_only_the_owner_write(utopia: Utopia) -> None:
    before = os.umask(0o077)
    try:
        utopia.trusted()
    finally:
        os.umask(before)
    for path in (utopia.directory, utopia.directory / OBJECTS):
        assert stat.S_IMODE(path.stat().st_mode) == 0o755
    for path in (utopia.directory / MANIFEST, *(utopia.directory / OBJECTS).iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_importing_again_changes_nothing(utopia: Utopia) -> None:
    utopia.trusted()
    file = master_list_of(utopia.csca, [utopia.csca.certificate])
    import_master_list(utopia.directory, file, NOW)
    once = (utopia.directory / MANIFEST).read_bytes()
    import_master_list(utopia.directory, file, NOW)
    pin_root(utopia.directory, utopia.csca.certificate, NOW)
    assert (utopia.directory / MANIFEST).read_bytes() == once


def test_a_power_cut_at_any_moment_leaves_the_old_store_or_the_new_one(
    utopia: Utopia, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (authority(name=f"CSCA {country}", country=country) for country in ("AA", "BB"))
    old = utopia.trusted(first.certificate).manifest
    file = master_list_of(utopia.csca, [second.certificate], signed_at=NOW)
    moments = 0
    while True:
        broken = tmp_path / f"cut-{moments}"
        _copy(utopia.directory, broken)

        with monkeypatch.context() as patched:
            _cut_power(patched, moments)
            try:
                import_master_list(broken, file, NOW)
            except PowerCut:
                moments += 1
            else:
                break
        found = TrustStore.open(broken)
        assert found.manifest.revision in (old.revision, old.revision + 1)
        by = first if found.manifest == old else second
        document = security_object(signer(by, country=by.subject.country))
        assert verify(document, GROUPS, found, NOW, False).issuing_state == by.subject.country
        import_master_list(broken, file, NOW)
        assert not list(broken.rglob(".partial-*"))
    assert moments >= 8


def _copy(source: Path, target: Path) -> None:
    (target / OBJECTS).mkdir(parents=True)
    for path in (MANIFEST, *(f"{OBJECTS}/{one.name}" for one in (source / OBJECTS).iterdir())):
        (target / path).write_bytes((source / path).read_bytes())


def _cut_power(patched: pytest.MonkeyPatch, after: int) -> None:
    """Lets ``after`` of the steps that change the disk happen, and stops at the next."""
    done = 0

    def counted(step: Callable[..., object]) -> Callable[..., object]:
        def stepped(*arguments: object, **options: object) -> object:
            nonlocal done
            if done == after:
                raise PowerCut
            done += 1
            return step(*arguments, **options)

        return stepped

    patched.setattr(os, "fsync", counted(os.fsync))
    patched.setattr(os, "fchmod", counted(os.fchmod))
    patched.setattr(Path, "replace", counted(Path.replace))
    patched.setattr(Path, "unlink", counted(Path.unlink))


def test_objects_of_the_list_before_last_are_swept(utopia: Utopia) -> None:
    utopia.trusted()
    for days in range(6, 0, -1):
        certificate = authority(name=f"CSCA {days}", country="AA").certificate
        file = master_list_of(utopia.csca, [certificate], signed_at=NOW - days * DAY)
        import_master_list(utopia.directory, file, NOW)
    # The root, the list of now, and the list before it for whoever opened the store a moment ago.
    assert len(list((utopia.directory / OBJECTS).iterdir())) == 3


def test_a_link_that_every_list_has_does_not_keep_the_old_lists(utopia: Utopia) -> None:
    link = authority(above=utopia.csca, serial=2).certificate
    utopia.trusted()
    for days in range(6, 0, -1):
        import_master_list(utopia.directory, master_list_of(utopia.csca, [link], signed_at=NOW - days * DAY), NOW)
        other = authority(name=f"CSCA {days}", country="AA").certificate
        file = master_list_of(utopia.csca, [link, other], signed_at=NOW - days * DAY)
        import_master_list(utopia.directory, file, NOW)
    assert len(list((utopia.directory / OBJECTS).iterdir())) == 3


def test_a_reader_that_opened_the_store_before_an_import_goes_on(utopia: Utopia) -> None:
    first = authority(name="CSCA AA", country="AA")
    trust = utopia.trusted(first.certificate)
    file = master_list_of(utopia.csca, [authority(country="BB").certificate], signed_at=NOW)
    import_master_list(utopia.directory, file, NOW)
    document = security_object(signer(first, country="AA"))
    assert verify(document, GROUPS, trust, NOW, False).issuing_state == "AA"


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_object_is_seen(utopia: Utopia, damage: str) -> None:
    trust = utopia.trusted()
    (path,) = (utopia.directory / OBJECTS).iterdir()
    if damage == "missing":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[100] ^= 1
        path.write_bytes(content)
    with pytest.raises(NotPossible) as caught:
        verify(security_object(signer(utopia.csca)), GROUPS, trust, NOW, False)
    assert caught.value.reason is Reason.TRUST_STORE_EMPTY


@given(st.binary(max_size=60))
def test_a_manifest_of_anything_is_damaged_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, text: bytes
) -> None:
    directory = tmp_path_factory.mktemp("any")
    (directory / MANIFEST).write_bytes(text)
    with pytest.raises(TrustStoreError) as caught:
        TrustStore.open(directory)
    assert caught.value.code == "damaged"


def test_a_manifest_with_one_thing_changed_is_damaged_or_says_what_it_says(utopia: Utopia) -> None:
    utopia.trusted()
    import_revocation_list(utopia.directory, revocation_list(utopia.csca, [1], NOW - DAY, NOW + DAY), NOW)
    path = utopia.directory / MANIFEST
    content = json.loads(path.read_text())

    @given(st.sampled_from(["revision", "anchors", "master_lists", "revocation_lists"]), st.none() | st.just([{}]))
    def check(key: str, value: object) -> None:
        path.write_text(json.dumps({**content, key: value}))
        with pytest.raises(TrustStoreError) as caught:
            TrustStore.open(utopia.directory)
        assert caught.value.code == "damaged"

    check()


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "..", "a/b"])
def test_an_object_lies_in_its_directory(utopia: Utopia, name: str) -> None:
    utopia.trusted()
    path = utopia.directory / MANIFEST
    content = json.loads(path.read_text())
    content["anchors"][0]["object"] = name
    path.write_text(json.dumps(content))
    with pytest.raises(TrustStoreError):
        TrustStore.open(utopia.directory)


def test_a_store_of_another_version_says_so(utopia: Utopia) -> None:
    utopia.trusted()
    path = utopia.directory / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))
    with pytest.raises(TrustStoreError) as caught:
        TrustStore.open(utopia.directory)
    assert caught.value.code == "format_unknown"


def test_one_writer_at_a_time(utopia: Utopia) -> None:
    with trust_files.writing(utopia.directory), pytest.raises(TrustStoreError) as caught:
        pin_root(utopia.directory, utopia.csca.certificate, NOW)
    assert caught.value.code == "busy"
    pin_root(utopia.directory, utopia.csca.certificate, NOW)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TrustStoreError) as caught:
        pin_root(tmp_path / "file" / "trust", authority().certificate, NOW)
    assert caught.value.code == "cannot_write"


def test_expire_takes_out_what_is_over_and_says_what_will_be(utopia: Utopia) -> None:
    short = authority(name="CSCA AA", country="AA", valid=Span(NOW - YEAR, NOW + 30 * DAY)).certificate
    soon = authority(name="CSCA BB", country="BB", valid=Span(NOW - YEAR, NOW + 60 * DAY)).certificate
    utopia.trusted(short, soon)
    import_revocation_list(utopia.directory, revocation_list(utopia.csca, [1], NOW - DAY, NOW + DAY), NOW)
    done = expire(utopia.directory, NOW + 31 * DAY, timedelta(days=90))
    assert [one.country for one in done.anchors] == ["AA"]
    assert [one.country for one in done.soon] == ["BB"]
    assert len(done.stale_revocation_lists) == 1
    assert TrustStore.open(utopia.directory).anchor_count == 2


def test_expire_does_not_believe_a_clock_that_is_behind_the_lists(utopia: Utopia) -> None:
    utopia.trusted(utopia.csca.certificate)
    with pytest.raises(TrustStoreError) as caught:
        expire(utopia.directory, NOW - YEAR, timedelta())
    assert caught.value.code == "clock_wrong"


def test_an_empty_manifest_is_written_and_read(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(manifest_bytes(Manifest()))
    assert read_manifest(tmp_path) == Manifest()
