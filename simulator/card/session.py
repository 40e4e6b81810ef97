"""What a chip does between power on and power off: one command after the other, with what it remembers in between."""

from __future__ import annotations

from simulator.card import active_authentication, chip_authentication, tlv
from simulator.card.access_control import CHALLENGE_BYTES, authenticate_mutually
from simulator.card.command import EXTENDED_MAXIMUM, SHORT_MAXIMUM, Command, Refusal, Status
from simulator.card.eid_state import EidState
from simulator.card.files import Access, FileSystem
from simulator.card.groups import Randomness
from simulator.card.image import ChipImage, Misbehaviour, PaceVariant
from simulator.card.pace import Established, PaceRun, Password
from simulator.card.secure_channel import SecureChannel

_PACE_TEMPLATE = 0xC1A4
_KEY_AGREEMENT_TEMPLATE = 0x41A6
_CHIP_AUTHENTICATION_TEMPLATE = 0x41A4
_ODD_DATA = 0x53
_HOLDER_PASSWORDS = frozenset({Password.MRZ, Password.CAN})
_SHORT_READ = 7
_CHANGE_PIN = 0x0203
_UNBLOCK_PIN = 0x0303

Answer = tuple[bytes, int]


class Session:
    """From power on to power off. ``channel`` is the one that commands come in under."""

    def __init__(self, image: ChipImage, eid: EidState | None, randomness: Randomness) -> None:
        self._image = image
        self._eid = eid
        self._random = randomness
        self._misbehaviour = image.misbehaviour
        self._files = FileSystem(
            image, short_identifiers=Misbehaviour.WITHOUT_SHORT_IDENTIFIERS not in image.misbehaviour
        )
        self.channel: SecureChannel | None = None
        self._next_channel: SecureChannel | None = None
        self._passwords: set[Password] = set()
        self._challenge: bytes | None = None
        self._pace: PaceRun | None = None
        self._chosen: chip_authentication.Chosen | None = None
        self._room = EXTENDED_MAXIMUM
        self._handlers = {
            0xA4: self._select,
            0xB0: self._read,
            0xB1: self._read,
            0x84: self._get_challenge,
            0x82: self._external_authenticate,
            0x22: self._manage_environment,
            0x86: self._general_authenticate,
            0x88: self._internal_authenticate,
            0x2C: self._reset_retry_counter,
        }

    def forget(self) -> None:
        """The protected session and everything that it allowed; a PACE or BAC that has begun goes on."""
        if self.channel is not None:
            self.channel = None
            self._passwords.clear()
            self._chosen = None
            self._pace = None

    def change_channel(self) -> None:
        """After an answer has been protected: what was agreed in it holds from the next command on."""
        if self._next_channel is not None:
            self.channel, self._next_channel = self._next_channel, None

    def handle(self, command: Command, room: int = EXTENDED_MAXIMUM) -> Answer:
        """Answer a command that came plain or was opened; ``room``: the most bytes of data that fit the answer."""
        handler = self._handlers.get(command.ins)
        if handler is None:
            raise Refusal(Status.INSTRUCTION_UNKNOWN)
        self._room = room
        data, status = handler(command)
        if len(data) > room:
            raise Refusal(Status.LENGTH_WRONG)
        return data, status

    def _may(self, access: Access) -> bool:
        if access is Access.FREE:
            return True
        if access is Access.PASSWORD:
            return bool(self._passwords)
        return access is Access.HOLDER and bool(self._passwords & _HOLDER_PASSWORDS)

    # -- files

    def _select(self, command: Command) -> Answer:
        return self._files.select(command), Status.OK

    def _read(self, command: Command) -> Answer:
        file, offset = self._files.target(command)
        if not self._may(file.access):
            raise Refusal(Status.SECURITY_STATUS)
        if command.expected is None:
            raise Refusal(Status.LENGTH_WRONG)
        if offset > len(file.content):
            raise Refusal(Status.OFFSET_WRONG)
        rest = len(file.content) - offset
        limit = min(
            self._image.max_read, self._inner_room(command), 7 if self._breaks(Misbehaviour.READS_SHORT) else rest
        )
        if self._breaks(Misbehaviour.WANTS_EXACT_LENGTH) and self.channel is None:
            available = min(rest, limit)
            if available < min(command.expected, SHORT_MAXIMUM):
                raise Refusal(0x6C00 | available)
        data = file.content[offset : offset + min(command.expected, limit)]
        ended = len(data) == rest < command.expected and command.expected not in (SHORT_MAXIMUM, EXTENDED_MAXIMUM)
        if self._breaks(Misbehaviour.READS_TOO_MUCH):
            data = (data + bytes(command.expected))[: command.expected + 1]
        if self._breaks(Misbehaviour.READS_NOTHING):
            data, ended = b"", False
        if command.ins & 1:
            data = tlv.encode(_ODD_DATA, data)
        return data, Status.END_OF_FILE if ended else Status.OK

    def _inner_room(self, command: Command) -> int:
        """What an answer may hold of a file: less with odd INS, where a data object is around it."""
        return max(0, self._room - 4) if command.ins & 1 else self._room

    def _breaks(self, rule: Misbehaviour) -> bool:
        return rule in self._misbehaviour

    # -- basic access control

    def _get_challenge(self, command: Command) -> Answer:
        if command.p1 or command.p2:
            raise Refusal(Status.PARAMETERS_WRONG)
        if command.data or command.expected is None or command.expected < CHALLENGE_BYTES:
            raise Refusal(Status.LENGTH_WRONG)
        self._challenge = self._random(CHALLENGE_BYTES)
        return self._challenge, Status.OK

    def _external_authenticate(self, command: Command) -> Answer:
        challenge, self._challenge = self._challenge, None
        if not self._image.bac or self._image.mrz_information is None:
            raise Refusal(Status.INSTRUCTION_UNKNOWN)
        if challenge is None or self.channel is not None or self._files.in_master_file:
            raise Refusal(Status.CONDITIONS)
        answer, self._next_channel = authenticate_mutually(
            self._image.mrz_information,
            challenge,
            command.data,
            randomness=self._random,
            misbehaviour=self._misbehaviour,
        )
        self._passwords.add(Password.MRZ)
        return answer, Status.OK

    # -- PACE and chip authentication

    def _manage_environment(self, command: Command) -> Answer:
        self._pace, self._chosen = None, None
        template = command.p1 << 8 | command.p2
        if not command.data:
            raise Refusal(Status.LENGTH_WRONG)
        if template == _PACE_TEMPLATE:
            return b"", self._choose_pace(command.data)
        if template not in (_KEY_AGREEMENT_TEMPLATE, _CHIP_AUTHENTICATION_TEMPLATE):
            # Terminal authentication's certificates among them: this card trusts nobody.
            raise Refusal(Status.REFERENCE_UNKNOWN if self._eid else Status.PARAMETERS_WRONG)
        if self._breaks(Misbehaviour.CA_REFUSED):
            raise Refusal(Status.DATA_WRONG)
        if not self._may(Access.HOLDER) and self._image.access_control:
            raise Refusal(Status.SECURITY_STATUS)
        keys = self._image.chip_authentication
        if template == _KEY_AGREEMENT_TEMPLATE:
            self._agreed(chip_authentication.set_key_agreement_template(keys, command.data))
        else:
            self._chosen = chip_authentication.set_authentication_template(keys, command.data)
        return b"", Status.OK

    def _agreed(self, channel: SecureChannel) -> None:
        if not self._breaks(Misbehaviour.CA_KEEPS_OLD_KEYS):
            self._next_channel = channel

    def _choose_pace(self, data: bytes) -> int:
        if self._breaks(Misbehaviour.PACE_REFUSED):
            raise Refusal(Status.DATA_WRONG)
        try:
            objects = tlv.collect(data)
            password = Password(int.from_bytes(objects[0x83], "big"))
        except (tlv.MalformedTlv, KeyError, ValueError):
            raise Refusal(Status.REFERENCE_UNKNOWN) from None
        authorities = {}
        if self._image.eid is not None and 0x7F4C in objects:
            authorities = {0x87: self._image.eid.certification_authority.encode("ascii")}
        self._pace = PaceRun(
            self._find_variant(objects),
            password,
            self._secret(password),
            randomness=self._random,
            misbehaviour=self._misbehaviour,
            mapping_key=self._image.chip_mapping_key,
            authorities=authorities,
        )
        return self._eid.pin_status if self._eid is not None and password is Password.PIN else Status.OK

    def _find_variant(self, objects: dict[int, bytes]) -> PaceVariant:
        reference = objects.get(0x84)
        fitting = [
            variant
            for variant in self._image.pace
            if tlv.encode_oid(variant.oid) == objects.get(0x80)
            and (reference is None or int.from_bytes(reference, "big") == variant.parameter_id)
        ]
        if len(fitting) != 1:
            raise Refusal(Status.DATA_WRONG)
        return fitting[0]

    def _secret(self, password: Password) -> str:
        if password in _HOLDER_PASSWORDS:
            secret = self._image.mrz_information if password is Password.MRZ else self._image.can
        else:
            secret = None if self._eid is None else self._eid.secret(password)
        if secret is None:
            raise Refusal(Status.REFERENCE_UNKNOWN)
        return secret

    def _general_authenticate(self, command: Command) -> Answer:
        if command.p1 or command.p2:
            raise Refusal(Status.PARAMETERS_WRONG)
        last = not command.cla & 0x10
        if self._chosen is not None:
            chosen, self._chosen = self._chosen, None
            answer, channel = chip_authentication.general_authenticate(chosen, command.data)
            self._agreed(channel)
            return answer, Status.OK
        run, self._pace = self._pace, None
        if run is None:
            raise Refusal(Status.CONDITIONS)
        with_pin = run.password is Password.PIN
        step = self._step_with_pin(run, command.data, last) if with_pin else run.step(command.data, last=last)
        if isinstance(step, Established):
            self._next_channel = step.channel
            self._passwords.add(step.password)
            return step.answer, Status.OK
        self._pace = run
        return step, Status.OK

    def _step_with_pin(self, run: PaceRun, data: bytes, last: bool) -> bytes | Established:
        """The PIN counts its failures, and only while it may be used."""
        eid = self._eid
        if eid is None:
            raise Refusal(Status.CONDITIONS)
        eid.require_pin_usable(resumed=Password.CAN in self._passwords)
        try:
            step = run.step(data, last=last)
        except Refusal as refusal:
            raise (eid.pin_failed() if refusal.status == Status.NOT_AUTHENTICATED else refusal) from None
        if isinstance(step, Established):
            eid.pin_succeeded()
        return step

    # -- active authentication

    def _internal_authenticate(self, command: Command) -> Answer:
        signer = self._image.active_authentication
        if signer is None or self._breaks(Misbehaviour.AA_REFUSED):
            raise Refusal(Status.INSTRUCTION_UNKNOWN)
        if self._image.access_control and not self._may(Access.HOLDER):
            raise Refusal(Status.SECURITY_STATUS)
        if command.p1 or command.p2:
            raise Refusal(Status.PARAMETERS_WRONG)
        challenge = command.data
        if len(challenge) != active_authentication.CHALLENGE_BYTES:
            raise Refusal(Status.LENGTH_WRONG)
        if self._breaks(Misbehaviour.AA_OTHER_CHALLENGE):
            challenge = bytes(active_authentication.CHALLENGE_BYTES)
        return active_authentication.sign(signer, challenge, self._random), Status.OK

    # -- eID-PIN

    def _reset_retry_counter(self, command: Command) -> Answer:
        if self._eid is None:
            raise Refusal(Status.INSTRUCTION_UNKNOWN)
        what = command.p1 << 8 | command.p2
        if what == _CHANGE_PIN:
            if not self._passwords & {Password.PIN, Password.PUK}:
                raise Refusal(Status.SECURITY_STATUS)
            self._eid.change(command.data)
        elif what == _UNBLOCK_PIN:
            if Password.PUK not in self._passwords or command.data:
                raise Refusal(Status.SECURITY_STATUS)
            self._eid.unblock()
        else:
            raise Refusal(Status.PARAMETERS_WRONG)
        return b"", Status.OK
