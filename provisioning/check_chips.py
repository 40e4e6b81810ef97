"""The checks of a box whose policies have documents' chips read."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from controller.config import ConfigurationError
from controller.domain.model import Factor
from controller.identity import Identity
from controller.policies_file import Asked, PoliciesFile, read_policies
from controller.settings import Settings
from hal.eid.trust_manifest import Manifest, TrustStoreError, read_manifest
from hal.reader import CARD_READERS, TRUST
from provisioning.findings import Check, Finding, Machine, State

_CHIP = (Factor.EMRTD, Factor.EID)
_DROP_IN = "etc/systemd/system/abholfach-reader@eid.service.d/pcsc.conf"
_POLKIT_ASKED = "usr/share/polkit-1/actions/org.debian.pcsc-lite.policy"
_POLKIT_RULE = "etc/polkit-1/rules.d/60-abholfach-pcsc.rules"
_SOURCE = "ABHOLFACH_READER_SOURCE="


def _policies(settings: Settings) -> PoliciesFile | None:
    try:
        return read_policies(settings.paths.policies)
    except ConfigurationError:
        return None  # The check of the policies says so.


def _card_reader(machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    policies = _policies(settings)
    if policies is None:
        return
    types = [kind.name for kind in policies.types if kind.factor in _CHIP]
    if not types:
        yield Finding("chip checks", State.OK, "no type of document asks for one")
        return
    wrong = [
        *_settings_of_reader(machine.configuration.absolute().parent / "reader-eid.env"),
        *_card_stack(machine.root),
    ]
    yield Finding("chip checks", State.FAILED if wrong else State.OK, "; ".join(wrong) or ", ".join(types))


def _settings_of_reader(file: Path) -> Iterator[str]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError:
        yield f"no {file}, so nothing reads chips: abholfach-provision init … --card-reader {CARD_READERS}"
        return
    settings = [line for line in lines if line.strip() and not line.startswith("#")]
    kind = settings[0].removeprefix(_SOURCE).partition(":")[0] if len(settings) == 1 else ""
    if kind != CARD_READERS:
        yield f"{file} must hold one setting, {_SOURCE}{CARD_READERS}"


def _card_stack(root: Path) -> Iterator[str]:
    if not (root / "usr/sbin/pcscd").exists():
        yield "pcscd is missing: apt-get install pcscd"
    if not (root / _DROP_IN).exists():
        yield f"/{_DROP_IN} is missing: sh systemd/install.sh"
    if (root / _POLKIT_ASKED).exists() and not (root / _POLKIT_RULE).exists():
        yield f"pcscd asks polkit and /{_POLKIT_RULE} is missing: sh systemd/install.sh"


def _trust_store(machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    policies = _policies(settings)
    kinds = [kind for kind in policies.types if kind.factor is Factor.EMRTD] if policies is not None else []
    if not kinds:
        return
    directory = machine.root / TRUST.relative_to("/")
    try:
        manifest = read_manifest(directory)
    except TrustStoreError as error:
        yield Finding("trust store", State.FAILED, str(error))
        return
    if not manifest.anchors:
        yield Finding("trust store", State.FAILED, f"{directory} holds no CSCA certificate: abholfach csca import")
    elif open_to := [path for path in (directory, *directory.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o022]:
        yield Finding(
            "trust store",
            State.FAILED,
            f"others may write {open_to[0]}, and say which documents are genuine: chmod go-w",
        )
    else:
        yield _content(manifest, any(kind.revocation is Asked.REQUIRED for kind in kinds))


def _content(manifest: Manifest, revocation_required: bool) -> Finding:
    words = f"{len(manifest.anchors)} CSCA certificates, {len(manifest.revocation_lists)} revocation lists"
    if revocation_required and not manifest.revocation_lists:
        return Finding(
            "trust store",
            State.WARNING,
            f"{words}: the policies ask for revocation lists, so every document is refused: abholfach csca import",
        )
    return Finding("trust store", State.OK, words)


CHECKS: tuple[Check, ...] = (_card_reader, _trust_store)
