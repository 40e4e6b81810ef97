"""One connection to the broker, from the first try to its end. A new connection is a new object with a new client.

paho-mqtt resends what it had in flight and reconnects by itself; neither knows the log, so neither is used. Its network
runs in its own thread (``loop_start``). Everything that happens there is handed to the event loop with
``call_soon_threadsafe`` and nothing else is done on that thread: callbacks run under the client's locks, and an
exception in one would end the thread while ``is_connected()`` stays true."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

#: Result of a publish that will never be acknowledged, because the connection ended or the client dropped it.
LOST = -1
#: Reason codes from here on say that the broker did not take the message.
REFUSED_FROM = 0x80

_RECEIVE_MAXIMUM = 20
_MAXIMUM_PACKET = 256 * 1024
_SESSION_EXPIRY_S = 7 * 24 * 3600
#: Twenty events, the state topics and results: more than this at once is a fault of ours.
_MOST_QUEUED = 64
_CLOSE_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes, retained, when the connection ends without a goodbye."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """Where to connect and as whom. The password stays out of the ``repr``."""

    host: str
    port: int
    client_id: str
    keepalive_s: int = 30
    connect_timeout_s: float = 10.0
    username: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None
    will: Will | None = None
    #: Also take messages of QoS 0. They know no back-pressure, so that a box does not.
    hear_lightly: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A message from the broker. It must be acknowledged with `Connection.acknowledge` once its effect is durable."""

    connection: Connection
    topic: str
    payload: bytes = field(repr=False)
    qos: int
    retained: bool
    mid: int


def tls_context(ca_file: str, certificate_file: str, key_file: str) -> ssl.SSLContext:
    """A client's context: TLS 1.2 or newer, the broker's name is checked, its certificate is as RFC 5280 asks and by
    the authority named, which need not be the topmost. Reads files; raises ``OSError`` or ``ssl.SSLError``.
    """
    for path in filter(None, (ca_file, certificate_file, key_file)):
        # The library's own error names no file.
        if not Path(path).is_file():
            raise FileNotFoundError(f"{path} does not exist")
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # As from Python 3.13 on by itself: a certificate that will not do is found when the box is set up, and not when
    # its system is renewed years later.
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    if certificate_file:
        context.load_cert_chain(certificate_file, key_file)
    return context


def message_properties(content_type: str, expiry_s: int | None = None) -> Properties:
    """Properties of a message that holds text."""
    properties = _properties(PacketTypes.PUBLISH)
    properties.PayloadFormatIndicator = 1
    properties.ContentType = content_type
    if expiry_s is not None:
        properties.MessageExpiryInterval = expiry_s
    return properties


def _properties(packet_type: int) -> Properties:
    return Properties(packet_type)  # type: ignore[no-untyped-call]


class _Client(paho.Client):
    """paho's client, with an end of its network thread that is noticed whatever ended it."""

    on_thread_end: Callable[[BaseException | None], None]

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:
        error: BaseException | None = None
        try:
            return super().loop_forever(timeout, retry_first_connection=False)
        except Exception as caught:  # reported below: it is this thread's only way to be heard
            error = caught
            return MQTTErrorCode.MQTT_ERR_UNKNOWN
        finally:
            self.on_thread_end(error)


class Connection:
    """A connection that is opened once and ends once. All methods belong to the event loop's thread.

    ``on_received`` gets messages, on the loop. `ended` is done when the network thread is over; its result says why.
    """

    def __init__(self, options: ConnectionOptions, on_received: Callable[[Received], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_received = on_received
        self._options = options
        self._published: dict[int, asyncio.Future[int]] = {}
        self._subscribed: dict[int, asyncio.Future[list[int]]] = {}
        self._opened: asyncio.Future[str] = self._loop.create_future()
        self._abandoned = False
        self._detail = ""
        self.ended: asyncio.Future[str] = self._loop.create_future()
        #: Messages of QoS 0 that were dropped unread.
        self.dropped = 0
        self._client = self._make_client(options)

    async def open(self) -> str:
        """Connects. Returns ``""`` when the broker has accepted, else why not. Never raises for what the network
        does.
        """
        properties = _properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = _SESSION_EXPIRY_S
        properties.ReceiveMaximum = _RECEIVE_MAXIMUM
        properties.MaximumPacketSize = _MAXIMUM_PACKET
        self._client.connect_async(
            self._options.host,
            self._options.port,
            self._options.keepalive_s,
            clean_start=False,
            properties=properties,
        )
        self._client.loop_start()
        await asyncio.wait({self._opened, self.ended}, return_when=asyncio.FIRST_COMPLETED)
        if self._opened.done() and (self._opened.result() or not self.ended.done()):
            return self._opened.result()
        return self.ended.result()

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        content_type: str = "application/json",
        retain: bool = False,
        expiry_s: int | None = None,
    ) -> asyncio.Future[int]:
        """Sends with QoS 1. The future's result is the broker's reason code, or `LOST`; it has no exception. Never
        blocks.
        """
        done: asyncio.Future[int] = self._loop.create_future()
        if self.ended.done():
            done.set_result(LOST)
            return done
        info = self._client.publish(
            topic, payload, qos=1, retain=retain, properties=message_properties(content_type, expiry_s)
        )
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            # No connection, or the client's queue is full: in both cases nobody will ever acknowledge it.
            done.set_result(LOST)
            return done
        self._published[info.mid] = done
        return done

    def publish_lightly(self, topic: str, payload: bytes, *, retain: bool, expiry_s: int) -> None:
        """Sends with QoS 0, for what the next minute replaces."""
        if not self.ended.done():
            properties = message_properties("application/json", expiry_s)
            self._client.publish(topic, payload, qos=0, retain=retain, properties=properties)

    async def subscribe(self, topics: list[tuple[str, SubscribeOptions]]) -> str:
        """Subscribes with QoS 1. Returns ``""`` or what was refused."""
        code, mid = self._client.subscribe(topics)
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
            return "connection ended"
        answer: asyncio.Future[list[int]] = self._loop.create_future()
        self._subscribed[mid] = answer
        ended: asyncio.Future[Any] = self.ended
        await asyncio.wait([answer, ended], return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            return self.ended.result() or "connection ended"
        refused = [
            topic for (topic, _), code in zip(topics, answer.result(), strict=False) if code >= REFUSED_FROM or code < 1
        ]
        return f"subscription refused: {', '.join(refused)}" if refused else ""

    def acknowledge(self, message: Received) -> None:
        """Tells the broker that the message has had its effect (PUBACK)."""
        if not self.ended.done():
            self._client.ack(message.mid, message.qos)

    def abort(self, detail: str) -> None:
        """Ends the connection without a goodbye: the broker publishes the will."""
        self._detail = self._detail or detail
        self._abandoned = True
        socket = self._client.socket()
        if socket is None:
            self._client.disconnect()
        else:
            reason = ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message")
            self._client.disconnect(reason)

    async def close(self) -> None:
        """Says goodbye (no will) and waits for the network thread, at most two seconds: a thread that still waits for a
        connection is left to itself and disconnects as soon as it has one.
        """
        self._abandoned = True
        self._client.disconnect()
        await asyncio.wait({self.ended}, timeout=_CLOSE_WITHIN_S)

    def _make_client(self, options: ConnectionOptions) -> _Client:
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=options.client_id,
            protocol=paho.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = options.connect_timeout_s
        client.max_inflight_messages = _RECEIVE_MAXIMUM
        client.max_queued_messages_set(_MOST_QUEUED)
        if options.username:
            client.username_pw_set(options.username, options.password or None)
        if options.tls is not None:
            client.tls_set_context(options.tls)
        if options.will is not None:
            properties = _properties(PacketTypes.WILLMESSAGE)
            properties.PayloadFormatIndicator = 1
            properties.ContentType = "application/json"
            client.will_set(options.will.topic, options.will.payload, qos=1, retain=True, properties=properties)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_thread_end = self._on_thread_end
        return client

    # --- on the network thread: hand over and nothing else -----------------------------------------------------------

    def _hand_over(self, call: Callable[..., None], *values: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *values)
        except RuntimeError:
            # The loop is closed: the process ends, and nobody is left to tell.
            self._abandoned = True

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if self._abandoned:
            client.disconnect()
        self._hand_over(self._accepted, str(reason) if reason.is_failure else "")

    def _on_disconnect(self, _client: Any, _data: Any, flags: Any, reason: ReasonCode, _properties: Any) -> None:
        # Only the broker knows a reason; without its word the library makes one up.
        told = flags.is_disconnect_packet_from_server
        self._detail = self._detail or (str(reason) if told else "connection lost")

    def _on_publish(self, _client: Any, _data: Any, mid: int, reason: ReasonCode, _properties: Any) -> None:
        self._hand_over(self._taken, mid, reason.value)

    def _on_subscribe(self, _client: Any, _data: Any, mid: int, reasons: list[ReasonCode], _properties: Any) -> None:
        self._hand_over(self._granted, mid, [reason.value for reason in reasons])

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        if message.qos == 0 and not self._options.hear_lightly:
            self.dropped += 1
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        received = Received(self, topic, bytes(message.payload), message.qos, message.retain, message.mid)
        self._hand_over(self._on_received, received)

    def _on_thread_end(self, error: BaseException | None) -> None:
        socket = self._client.socket()
        if socket is not None:
            # An exception ended the thread and left the socket open: the broker would believe us alive.
            socket.close()
        detail = self._detail
        if error is not None:
            detail = f"{type(error).__name__}: {error}"
        self._hand_over(self._over, detail)

    # --- on the event loop -------------------------------------------------------------------------------------------

    def _accepted(self, refusal: str) -> None:
        if not self._opened.done():
            self._opened.set_result(refusal)

    def _taken(self, mid: int, code: int) -> None:
        done = self._published.pop(mid, None)
        if done is not None and not done.done():
            done.set_result(code)

    def _granted(self, mid: int, codes: list[int]) -> None:
        answer = self._subscribed.pop(mid, None)
        if answer is not None and not answer.done():
            answer.set_result(codes)

    def _over(self, detail: str) -> None:
        if not self.ended.done():
            self.ended.set_result(detail or "connection ended")
        for done in self._published.values():
            if not done.done():
                done.set_result(LOST)
        self._published.clear()
