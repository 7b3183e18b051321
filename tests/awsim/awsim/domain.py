"""Where the domain dossier lives, and how it is loaded."""
from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

NEWER_SCHEMAS = "newer-cfn-lint-1.58.0"


@functools.cache
def domain_dir() -> Path:
    """The dossier folder: AWSIM_DOMAIN, or domain/ beside serve.py."""
    override = os.environ.get("AWSIM_DOMAIN")
    path = Path(override) if override else Path(__file__).resolve().parents[1] / "domain"
    if not (path / "os-images.json").is_file():
        raise SystemExit(f"awsim: no domain dossier at {path} (set AWSIM_DOMAIN)")
    return path


@functools.cache
def load(name: str) -> Any:
    """One JSON file of the dossier."""
    return json.loads((domain_dir() / name).read_text(encoding="utf-8"))


def registry_schemas(registry: str = "1.58") -> dict[str, dict]:
    """The CloudFormation registry schemas by type name ("1.58", or "1.51" for the older set)."""
    folder = domain_dir() / "cfn-schemas"
    if registry == "1.58" and (folder / NEWER_SCHEMAS).is_dir():
        folder = folder / NEWER_SCHEMAS
    schemas = {}
    for path in sorted(folder.glob("AWS-ImageBuilder-*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        schemas[schema["typeName"]] = schema
    if registry == "1.58":
        for name in ("Image", "ImagePipeline"):
            _add_scan_condition(schemas[f"AWS::ImageBuilder::{name}"])
    return schemas


def _add_scan_condition(schema: dict) -> None:
    """The scan properties of 10 November 2026 (aws-cdk-lib 2.276.0), which are newer than the dossier's schemas."""
    scanning = schema["definitions"]["ImageScanningConfiguration"]["properties"]
    scanning.setdefault("ImageScanningTypes", {"type": "array", "maxItems": 1, "items": {
        "type": "string", "enum": ["TEST_INSTANCE_CVE", "ON_DEMAND_AMI_CVE"]}})
    scanning.setdefault("ScanResultCondition", {
        "type": "object", "additionalProperties": False, "required": ["MaximumSeverityLabel"], "properties": {
            "MaximumSeverityLabel": {"type": "string", "enum": ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH"]},
            "FixAvailable": {"type": "boolean"}}})
