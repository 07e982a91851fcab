"""The providers' official descriptions, kept beside the checkout: what an answer of a simulator is measured with."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

# Read when the tests are collected: each test then runs without the STACKDOCK_ variables of the outer environment.
_SHARED = Path(os.environ.get("STACKDOCK_SHARED") or Path(__file__).resolve().parents[3] / "shared")


@cache
def _description(slug: str) -> dict[str, Any] | None:
    file = _SHARED / "providers" / "specs" / slug / "openapi.json"
    return json.loads(file.read_text()) if file.is_file() else None


def official_description(slug: str) -> dict[str, Any]:
    description = _description(slug)
    if description is None:
        pytest.skip(f"no official description of {slug}: set STACKDOCK_SHARED, or put the folder shared beside the checkout")
    return description


def violations(slug: str, path: str, status: int, body: Any) -> list[str]:
    """What the official schema of this path's answer finds wrong with a body; empty when it is right."""
    description = official_description(slug)
    responses = description["paths"][path]["get"]["responses"]
    code = next(code for code in (str(status), f"{str(status)[0]}xx", "default") if code in responses)
    pointer = f"/paths/{path.replace('/', '~1')}/get/responses/{code}"
    if "$ref" in responses[code]:
        pointer = responses[code]["$ref"].removeprefix("#")
    registry = Registry().with_resource("urn:official", DRAFT4.create_resource(description))
    schema = {"$ref": f"urn:official#{pointer}/content/application~1json/schema"}
    validator = OAS30Validator(schema, registry=registry, format_checker=oas30_format_checker)
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(body)]
