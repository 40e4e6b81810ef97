"""What the services need from the world, as Protocols and plain values.

Standard library and the domain's words only. Adapters implement these; tests and the simulator may wrap them. Nothing
here knows SQLite, MQTT or a pin.
"""

from __future__ import annotations

from controller.ports.central import (
    CentralFeed,
    CommandAnswer,
)
from controller.ports.chips import (
    CardReaderLine,
    CardReaderReport,
    CardReaderState,
    ChipFront,
    ChipQuestion,
    ChipReply,
)
from controller.ports.clock import (
    Clock,
)
from controller.ports.event_log import (
    Appended,
    Entry,
    EventLog,
    JsonValue,
    LogError,
    NewEvent,
    Opened,
    RecordedEvent,
    Stamp,
)
from controller.ports.front import (
    FrontState,
    Notice,
    ShiftItem,
    ShiftReport,
    Tone,
)
from controller.ports.office import (
    EnvelopeResult,
    HolderTold,
    ImportOutcome,
    ImportPlan,
    NewCode,
    OfficeDesk,
    OfficeMember,
    OrderInput,
)
from controller.ports.operations import (
    Operations,
    OutOfOrder,
)
from controller.ports.rows import (
    ELSEWHERE,
    ELSEWHERE_ORDER,
    CredentialRow,
    EndCredentials,
    ForgetCredentials,
    MoveCursor,
    PutCommandResult,
    PutCredential,
    PutElsewhere,
    PutOfficePassword,
    PutSnapshot,
    PutStaffCredential,
    RowChange,
    StaffCredentialRow,
)
from controller.ports.technician import (
    ChainCheck,
    DoorInput,
    LinkState,
    LockTest,
    MachineState,
    ReaderInput,
    SelfTestState,
    TechnicianDesk,
    TechnicianLook,
    Trend,
)

__all__ = [
    "ELSEWHERE",
    "ELSEWHERE_ORDER",
    "Appended",
    "CardReaderLine",
    "CardReaderReport",
    "CardReaderState",
    "CentralFeed",
    "ChainCheck",
    "ChipFront",
    "ChipQuestion",
    "ChipReply",
    "Clock",
    "CommandAnswer",
    "CredentialRow",
    "DoorInput",
    "EndCredentials",
    "Entry",
    "EnvelopeResult",
    "EventLog",
    "ForgetCredentials",
    "FrontState",
    "HolderTold",
    "ImportOutcome",
    "ImportPlan",
    "JsonValue",
    "LinkState",
    "LockTest",
    "LogError",
    "MachineState",
    "MoveCursor",
    "NewCode",
    "NewEvent",
    "Notice",
    "OfficeDesk",
    "OfficeMember",
    "Opened",
    "Operations",
    "OrderInput",
    "OutOfOrder",
    "PutCommandResult",
    "PutCredential",
    "PutElsewhere",
    "PutOfficePassword",
    "PutSnapshot",
    "PutStaffCredential",
    "ReaderInput",
    "RecordedEvent",
    "RowChange",
    "SelfTestState",
    "ShiftItem",
    "ShiftReport",
    "StaffCredentialRow",
    "Stamp",
    "TechnicianDesk",
    "TechnicianLook",
    "Tone",
    "Trend",
]
