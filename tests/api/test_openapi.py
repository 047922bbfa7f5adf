"""The programming interface is a promise: it changes together with its snapshot, and not by accident."""

import json
from pathlib import Path

from config.api import api

SNAPSHOT = Path(__file__).parent / "snapshots" / "openapi.json"
NEW = Path(__file__).resolve().parents[2] / "var" / "openapi.json"


def test_the_openapi_document_equals_its_snapshot() -> None:
    found = json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    kept = SNAPSHOT.read_text("utf-8") if SNAPSHOT.exists() else ""
    if found != kept:
        NEW.parent.mkdir(exist_ok=True)
        NEW.write_text(found, "utf-8")

    assert found == kept, (
        "The API differs from its snapshot. If that is meant, look at the difference and keep it: "
        f"cp var/{NEW.name} tests/api/snapshots/{SNAPSHOT.name}"
    )


def test_every_address_is_described_and_belongs_to_a_room() -> None:
    for path, acts in api.get_openapi_schema()["paths"].items():
        for act in acts.values():
            assert act["summary"] and act["tags"], path
