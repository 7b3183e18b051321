#!/usr/bin/env python3
"""The constraints of what Image Builder's create calls take: `extract.py SERVICE-2.JSON > constraints.json`.

Reads the service's model as botocore has it (`botocore/data/imagebuilder/2019-12-02/service-2.json`). Members are named
as `tests/coverage/keys.toml` names them: by their path in CloudFormation.
"""
from __future__ import annotations

import gzip
import json
import sys

TYPES = [
    "Component", "Workflow", "ImageRecipe", "ContainerRecipe", "InfrastructureConfiguration",
    "DistributionConfiguration", "ImagePipeline", "Image", "LifecyclePolicy",
]
# Where CloudFormation does not name a member as the service does, with a capital.
NAMES = {
    "semanticVersion": "Version",
    "launchPermission": "LaunchPermissionConfiguration",
}
IN_TYPE = {"LifecyclePolicy": {"semanticVersion": "SemanticVersion"}}
# What CloudFormation has no property for, and Terraform has.
TERRAFORM = {"Distributions[].S3ExportConfiguration": "distribution.s3_export_configuration"}
LEAF = {"RoleName": "role_name", "DiskImageFormat": "disk_image_format", "S3Bucket": "s3_bucket", "S3Prefix": "s3_prefix"}
LIMITS = ("min", "max", "pattern", "enum")


def pascal(of: str, name: str) -> str:
    return IN_TYPE.get(of, {}).get(name) or NAMES.get(name) or name[0].upper() + name[1:]


def main(file: str) -> None:
    opened = gzip.open(file, "rt") if file.endswith(".gz") else open(file)
    with opened as text:
        model = json.load(text)
    shapes, out = model["shapes"], {}

    def add(of: str, path: str, shape: dict, is_required: bool, **more: object) -> None:
        for ours, theirs in TERRAFORM.items():
            if path.startswith(ours + "."):
                path = theirs + "." + LEAF[path.removeprefix(ours + ".")]
        limits = {key: shape[key] for key in LIMITS if key in shape}
        out[of].append({"path": path, "type": shape["type"], "required": is_required, **limits, **more})

    def walk(of: str, path: str, name: str, is_required: bool) -> None:
        shape = shapes[name]
        if shape["type"] == "structure":
            add(of, path, shape, is_required)
            members(of, path + ".", shape)
        elif shape["type"] == "list":
            inner = shape["member"]["shape"]
            add(of, path, shape, is_required)
            walk(of, path + "[]", inner, False)
        elif shape["type"] == "map":
            add(of, path, shape, is_required)
            for part in ("key", "value"):
                add(of, f"{path}.({part})", shapes[shape[part]["shape"]], False)
        else:
            add(of, path, shape, is_required)

    def members(of: str, prefix: str, shape: dict) -> None:
        for name, member in shape["members"].items():
            walk(of, prefix + pascal(of, name), member["shape"], name in shape.get("required", []))

    for of in TYPES:
        out[of] = []
        members(of, "", shapes[f"Create{of}Request"])
    lines = []
    for of, found in out.items():
        rows = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in found)
        lines.append(f'  "AWS::ImageBuilder::{of}": [\n{rows}\n  ]')
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main(sys.argv[1])
