"""``abholfach-provision staff``: gives a person a badge and a PIN, or a password for the office, through the running
controller.

The controller writes the log, so the controller is asked: over its admin socket, with the badge's hash and the PIN's
argon2id hash. Badge and PIN themselves never go there, and nothing of them is printed.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Collection
from pathlib import Path

from controller import api
from controller.adapters.pin_hash import hasher
from controller.domain.model import Role
from hal.wire.codes import SecretText
from provisioning.badge import badge_sha256, check_badge_file, new_badge, write_badge
from provisioning.errors import ProvisioningError

ADMIN_SOCKET = Path("/run/abholfach/admin.sock")
ANSWER_WITHIN_S = 30.0

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
FEWEST_CHARACTERS = 5

_STAFF_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_PIN = re.compile(r"[0-9]{4,12}", re.ASCII)


def check_staff_id(staff: str) -> None:
    """Raises ``ProvisioningError`` (``bad_staff_id``)."""
    if not _STAFF_ID.fullmatch(staff):
        raise ProvisioningError(
            "bad_staff_id", f'"{staff}": a-z, 0-9, dot, hyphen, underscore; a personnel id, for it stands in the log'
        )


def check_roles(roles: Collection[str]) -> tuple[str, ...]:
    """The roles in their usual order. Raises ``ProvisioningError`` (``bad_roles``)."""
    known = [role.value for role in Role]
    unknown = [role for role in roles if role not in known]
    if unknown or not roles:
        raise ProvisioningError("bad_roles", f"{', '.join(unknown) or 'none given'}; there is {', '.join(known)}")
    return tuple(role for role in known if role in roles)


def check_pin(pin: SecretText) -> None:
    """Raises ``ProvisioningError`` (``bad_pin``, ``guessable_pin``), which never repeats it."""
    digits = pin.reveal()
    if not _PIN.fullmatch(digits):
        raise ProvisioningError("bad_pin", "a PIN has 4 to 12 digits and nothing else")
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(digits)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        raise ProvisioningError("guessable_pin", "the first that a stranger would try (1111, 1234, 4321); take another")


def check_password(password: SecretText) -> None:
    """Raises ``ProvisioningError`` (``bad_password``), which never repeats it."""
    given = password.reveal()
    if not SHORTEST_PASSWORD <= len(given) <= LONGEST_PASSWORD or not given.isprintable():
        raise ProvisioningError(
            "bad_password", f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; take a few words"
        )
    if len(set(given)) < FEWEST_CHARACTERS:
        raise ProvisioningError("bad_password", "too few different characters; take a few words")


async def set_office_password(socket: Path, staff: str, password: SecretText) -> None:
    """Give a registered staff member a password for the office's pages. Raises ``ProvisioningError`` as `register`."""
    check_staff_id(staff)
    check_password(password)
    hashed = await asyncio.to_thread(hasher().hash, password.reveal())
    await _ask(socket, api.SetOfficePassword(staff, hashed))


async def register(socket: Path, staff: str, roles: Collection[str], badge: SecretText, pin: SecretText) -> None:
    """Register, or replace, a staff member with the controller at ``socket``.

    Raises ``ProvisioningError``: ``bad_staff_id``, ``bad_roles``, ``bad_pin``, ``guessable_pin``,
    ``controller_not_running``, ``no_permission``, ``refused``.
    """
    check_staff_id(staff)
    ordered = check_roles(roles)
    check_pin(pin)
    hashed = await asyncio.to_thread(hasher().hash, pin.reveal())
    await _ask(socket, api.RegisterStaff(staff, ordered, badge_sha256(badge), hashed))


async def unlock(socket: Path, staff: str) -> None:
    """Let a staff member try again after too many wrong PINs. Raises ``ProvisioningError``."""
    check_staff_id(staff)
    await _ask(socket, api.UnlockStaff(staff))


def add(socket: Path, staff: str, roles: Collection[str], pin: SecretText, badge_out: Path) -> None:
    """Make a badge, write its card to ``badge_out`` and register the person; no card stays when that fails."""
    check_staff_id(staff)
    check_roles(roles)
    check_pin(pin)
    check_badge_file(badge_out)
    badge = new_badge()
    write_badge(badge_out, badge, staff)
    try:
        asyncio.run(register(socket, staff, roles, badge, pin))
    except BaseException:
        badge_out.unlink(missing_ok=True)  # a card that opens nothing must not be printed
        raise


async def _ask(socket: Path, request: api.Request[api.Nothing]) -> None:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S), api.connected(str(socket)) as client:
            await client.call(request)
    except api.ControlError as error:
        raise ProvisioningError("refused", f"the controller refused: {error.reason}") from error
    except TimeoutError as error:
        raise ProvisioningError(
            "no_answer", f"no answer within {ANSWER_WITHIN_S:.0f} s; look at: journalctl -u abholfach-controller"
        ) from error
    except api.Disconnected as error:
        raise _unreachable(socket, error) from error


def _unreachable(socket: Path, error: api.Disconnected) -> ProvisioningError:
    if isinstance(error.__cause__, PermissionError):
        return ProvisioningError("no_permission", f"{socket} is not for this user: run it as root (sudo)")
    return ProvisioningError(
        "controller_not_running",
        f"nobody answered at {socket}: systemctl start abholfach-controller (or --socket PATH); nothing was changed"
        if isinstance(error.__cause__, (FileNotFoundError, ConnectionRefusedError))
        else f"the controller went away while it was asked: {error}; look whether the person is registered",
    )
