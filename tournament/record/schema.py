"""JSON Schema (2020-12) of the lines of an event log, which subscribers get, too."""

from __future__ import annotations

from typing import Any

from .events import EVENT

DIALECT = "https://json-schema.org/draft/2020-12/schema"

PREV = {
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
    "description": "The SHA-256 of the line before, without its newline; zeros in the first line.",
}


def event_schema() -> dict[str, Any]:
    """Of one line of `events.jsonl`."""
    schema = EVENT.json_schema(mode="serialization")
    for part in schema["$defs"].values():
        if "data" in part.get("properties", {}):  # An event, rather than what it says.
            part["properties"]["prev"] = PREV
            part["required"] = [*part["required"], "prev"]
    return {"$schema": DIALECT, "title": "An event of a tournament", **schema}
