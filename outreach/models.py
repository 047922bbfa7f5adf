"""The models of this room, from the modules that hold them."""

from outreach.arranged import MemberQuestion, PairingConsent, PlannedVisit
from outreach.packet_records import Packet, PacketStep, PackNumbers, PackRun, PackVolume, Slip
from outreach.sheets import ActivitySheet, SheetLine, SheetReturn
from outreach.visiting import Visit, VisitLesson, VisitMember, VisitVisitor

__all__ = [
    "ActivitySheet",
    "MemberQuestion",
    "PackNumbers",
    "PackRun",
    "PackVolume",
    "Packet",
    "PacketStep",
    "PairingConsent",
    "PlannedVisit",
    "SheetLine",
    "SheetReturn",
    "Slip",
    "Visit",
    "VisitLesson",
    "VisitMember",
    "VisitVisitor",
]
