"""A whole commissioning, in order: may it be, is it empty, the round, what it means, the map, the protocol."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from controller.config import load_settings
from controller.identity import Identity, Kind, check_kind, load_identity
from hal.cabinet import Cabinet
from hal.factory import build_cabinet
from hal.interfaces import DoorLevel, Fault, FaultListener, HardwareFault
from hal.profile import Profile, load_profile
from hal.strict_toml import read
from hal.wiring.correction import changes, corrected
from hal.wiring.judgement import judge
from hal.wiring.moved_wires import load_map
from hal.wiring.observation import Observation
from provisioning.commissioning import protocol
from provisioning.commissioning.dialogue import Installer, ask_yes
from provisioning.commissioning.examine import Examination
from provisioning.commissioning.map_file import rewritten
from provisioning.commissioning.permission import check_empty, held
from provisioning.commissioning.progress import Progress
from provisioning.commissioning.words import say
from provisioning.errors import ProvisioningError
from provisioning.files import Owner, replace

CONFIGURATION_NAME = "abholfach.toml"

INTERRUPTED = 130
"""The exit code of a round that was broken off: the map is as it was, and the same command goes on."""

OpenCabinet = Callable[[Profile, FaultListener], AbstractContextManager[Cabinet]]
"""Opens a cabinet, and closes it at the end of the block. Raises ``HardwareFault``."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done. ``only``: these labels, all of them when empty. ``protocol``: where the PDF goes."""

    config: Path
    protocol: Path
    only: tuple[str, ...] = ()


def end_as_interrupted() -> None:
    """SIGTERM and a terminal that hangs up end the round as Ctrl-C does, with every output inactive. In ``main``
    only.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


@contextmanager
def open_real(profile: Profile, faults: FaultListener) -> Iterator[Cabinet]:
    """The cabinet at this computer's own pins, lines and buses."""
    with closing(build_cabinet(profile, faults=faults)) as cabinet:
        yield cabinet


class Faults:
    """Collects faults of boards and sensors. Any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._seen: dict[tuple[str, str], Fault] = {}

    def fault_raised(self, fault: Fault) -> None:
        """See ``FaultListener``."""
        with self._guard:
            self._seen.setdefault((fault.code, fault.subject), fault)

    def fault_cleared(self, code: str, subject: str) -> None:
        """See ``FaultListener``: it stays in the protocol, for it was there."""

    def all(self) -> tuple[Fault, ...]:
        """Each once, as they came."""
        with self._guard:
            return tuple(self._seen.values())


def commission(
    order: Order, installer: Installer, *, kind: Kind = Kind.REAL, open_cabinet: OpenCabinet = open_real
) -> bool:
    """``True`` when nothing was found that has to be mended and the map is as it was.

    Raises ``ProvisioningError`` and ``ConfigurationError``. Whatever happens, all outputs are inactive afterwards.
    """
    protocol.check_place(order.protocol)
    settings = load_settings(order.config / CONFIGURATION_NAME)
    identity = load_identity(settings.paths.data)
    check_kind(identity, kind, settings.paths.data)
    profile = load_map(settings.paths.cabinet, settings.paths.data)
    unknown = sorted(set(order.only) - set(profile.labels))
    if unknown:
        raise ProvisioningError("unknown_compartment", f"this cabinet has no {', '.join(unknown)}")
    with held(settings.paths.data):
        return _held(order, installer, identity, profile, settings.paths.cabinet, settings.paths.data, open_cabinet)


def _held(
    order: Order,
    installer: Installer,
    identity: Identity,
    profile: Profile,
    file: Path,
    data: Path,
    open_cabinet: OpenCabinet,
) -> bool:
    by_log = check_empty(data, identity.box)
    own = load_profile(file)
    name = installer.ask("Who looks at the doors? Your name, for the protocol:")
    if not name:
        raise ProvisioningError("no_name", "a protocol without a name proves nothing")
    if not ask_yes(installer, "Is every compartment empty, with your own eyes seen, and every door closed?"):
        raise ProvisioningError("not_seen_empty", "empty the box and close every door first; nothing was fired")
    faults = Faults()
    progress = Progress(order.protocol, identity.box, profile.profile_hash())
    before = _seen_before(installer, progress)
    observations = _round(order, installer, profile, faults, open_cabinet, progress, before)
    findings = judge(profile, observations)
    after = corrected(profile, observations)
    lines = changes(profile, after)
    for finding in findings:
        installer.say(f"{finding.label}: {say(finding)}")
    for fault in faults.all():
        installer.say(f"{fault.subject}: {fault.message}. {fault.advice}")
    written = bool(lines) and _write_map(installer, file, own, after, lines)
    protocol.write(
        order.protocol,
        protocol.Report(
            box=identity.box,
            simulated=identity.kind is Kind.SIMULATED,
            installer=name,
            at=datetime.now().astimezone(),
            by_log=by_log,
            before=profile,
            after=after,
            written=written,
            observations=observations,
            findings=findings,
            faults=faults.all(),
        ),
    )
    progress.done()
    installer.say(f"{len(observations)} locks tested, {len(findings)} findings; the protocol is in {order.protocol}")
    return not findings and not faults.all()


def _seen_before(installer: Installer, progress: Progress) -> tuple[Observation, ...]:
    """What a round that was broken off has seen, if the installer goes on with it."""
    before = progress.read()
    question = (
        f"{len(before)} locks were tested before this was broken off. Go on behind {before[-1].label}?"
        if before
        else ""
    )
    if not before or not ask_yes(installer, question):
        before = ()
    progress.begin(before)
    return before


def _round(
    order: Order,
    installer: Installer,
    profile: Profile,
    faults: Faults,
    open_cabinet: OpenCabinet,
    progress: Progress,
    before: tuple[Observation, ...],
) -> tuple[Observation, ...]:
    wanted = [item.label for item in sorted(profile.compartments, key=lambda item: (item.column, item.row))]
    done = {seen.label for seen in before}
    labels = [label for label in wanted if label not in done and (not order.only or label in order.only)]
    try:
        with (
            open_cabinet(profile, faults) as cabinet,
            closing(Examination(cabinet, installer, faults=faults)) as examination,
        ):
            _tell_levels(installer, examination, labels)
            return (*before, *_each(installer, examination, labels, progress, len(before)))
    except HardwareFault as error:
        raise ProvisioningError(error.code, str(error)) from error


def _each(
    installer: Installer, examination: Examination, labels: Sequence[str], progress: Progress, before: int
) -> list[Observation]:
    seen = []
    for number, label in enumerate(labels, before + 1):
        installer.say(f"[{number}/{before + len(labels)}] The lock of {label} is fired.")
        seen.append(examination.lock(label))
        progress.add(seen[-1])
    return seen


def _tell_levels(installer: Installer, examination: Examination, labels: Sequence[str]) -> None:
    """A door that really stands open would spoil what is seen of it."""
    while True:
        away = [label for label in labels if examination.levels()[label] is DoorLevel.OPEN]
        if not away:
            return
        shown = f"{', '.join(away[:12])}{' …' if len(away) > 12 else ''}"
        answer = installer.ask(
            f"The contacts of {shown} say open. Close these doors and press Enter; s if they are closed:"
        )
        if answer.casefold() == "s":
            return


def _write_map(installer: Installer, file: Path, own: Profile, after: Profile, lines: Sequence[str]) -> bool:
    """On the installer's word only. The old file stays beside it as ``.old``. What the controller had corrected beside
    it goes into it, for that was tested too.
    """
    installer.say(f"The wires are not where {file.name} says. Proved by this round:")
    for line in lines:
        installer.say(f"  {line}")
    now = read(file).convert(Profile)  # what stands there now must still be what was tested
    if now != own:
        raise ProvisioningError("map_changed", f"{file} was changed by somebody else during the round; start again")
    new = rewritten(file, file.read_text("utf-8"), own, after)
    if not ask_yes(installer, f"Write this into {file}?"):
        installer.say("Nothing was written. Exchange the plugs, or run this again.")
        return False
    there = file.stat()
    replace(file, new.encode("utf-8"), there.st_mode & 0o777, Owner(there.st_uid, there.st_gid))
    installer.say(f"Written; what was there is in {file.name}.old. Run this again to prove it.")
    return True
