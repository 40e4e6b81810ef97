"""The link to the central system, as this box is configured."""

from __future__ import annotations

from collections.abc import Mapping

from controller.adapters.mqtt import MqttConfig, TlsFiles
from controller.adapters.mqtt.command_bodies import BodyRefused, parse
from controller.domain import commands as cmd
from controller.identity import Identity, Kind
from controller.ports import PutCredential, PutElsewhere
from controller.services.central import CommandMalformed
from controller.settings import MqttSettings


def parse_command(
    name: str, issuer: str, command: str, body: Mapping[str, object]
) -> tuple[cmd.CentralCommand, tuple[PutCredential | PutElsewhere, ...]]:
    """The contract's bodies as the services want them."""
    try:
        return parse(name, issuer, command, body)
    except BodyRefused as error:
        raise CommandMalformed(error.code, str(error)) from error


def identity_payload(identity: Identity, software: str) -> Mapping[str, object]:
    return {"box": identity.box, "salt": identity.salt, "software": software, "hardware": identity.kind.value}


def mqtt_config(mqtt: MqttSettings, identity: Identity) -> MqttConfig:
    """The link's configuration. Unsigned commands are for simulated boxes only: on a real one nobody has vouched for
    them.
    """
    authority = mqtt.authority
    commands = mqtt.commands.value if identity.kind is Kind.SIMULATED and authority is not None else "refused"
    tls = None
    if mqtt.tls is not None:
        tls = TlsFiles(ca_file=str(mqtt.tls.ca), certificate_file=str(mqtt.tls.certificate), key_file=str(mqtt.tls.key))
    return MqttConfig(
        host=mqtt.host,
        port=mqtt.port,
        tls=tls,
        username=mqtt.username,
        password_file=str(mqtt.password_file or ""),
        commands="unsigned" if commands == "unsigned" else "refused",
        consumers=tuple(consumer.name for consumer in mqtt.consumers),
        # Without an authority no command is carried out, and whose it would be does not matter.
        authority=(authority or mqtt.consumers[0]).name,
        reconnect_max_s=300.0 if identity.kind is Kind.REAL else 5.0,
    )
