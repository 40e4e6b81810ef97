"""The link to the central system over MQTT 5."""

from controller.adapters.mqtt.command_reader import CommandReader, CommandRefused, ReceivedCommand
from controller.adapters.mqtt.config import BoxIdentity, MqttConfig, TlsFiles
from controller.adapters.mqtt.link import MqttLink

__all__ = [
    "BoxIdentity",
    "CommandReader",
    "CommandRefused",
    "MqttConfig",
    "MqttLink",
    "ReceivedCommand",
    "TlsFiles",
]
