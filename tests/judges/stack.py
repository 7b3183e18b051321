#!/usr/bin/env python3
"""Deploy a template through CloudFormation and wait: `stack.py ENDPOINT ACCOUNT STACK TEMPLATE [PARAMETERS.json]`.

Creates the stack, or updates it when it exists. Exits 1 with the failing events when it does not end in *_COMPLETE.
"""
from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from aws import Account
from botocore.exceptions import ClientError

GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
LIMIT_SECONDS = 180


def parameters(template: str, file: str | None) -> list[dict[str, str]]:
    """The values that this template takes. A file may name more: it serves several versions of a story."""
    given = json.loads(Path(file).read_text(encoding="utf-8")) if file else {}
    pascal = {"".join(word.capitalize() for word in name.replace("_", "-").split("-")): value
              for name, value in given.items()}
    return [{"ParameterKey": key, "ParameterValue": ",".join(value) if isinstance(value, list) else str(value)}
            for key, value in pascal.items() if key in template]


def status(cloudformation: Any, stack: str) -> str | None:
    try:
        return cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    except ClientError:
        return None


def main(endpoint: str, number: str, stack: str, template: str, file: str | None = None) -> int:
    cloudformation = Account(endpoint, number).client("cloudformation")
    body = Path(template).read_text(encoding="utf-8")
    deploy = cloudformation.create_stack if status(cloudformation, stack) is None else cloudformation.update_stack
    deploy(StackName=stack, TemplateBody=body, Parameters=parameters(body, file),
           Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"])
    end = time.monotonic() + LIMIT_SECONDS
    while (now := status(cloudformation, stack) or "gone").endswith("_IN_PROGRESS"):
        if time.monotonic() > end:
            break
        time.sleep(0.05)
    if now in GOOD:
        return 0
    print(f"{stack}: {now}")
    for event in reversed(cloudformation.describe_stack_events(StackName=stack)["StackEvents"]):
        if "FAILED" in event["ResourceStatus"]:
            print(f"  {event['LogicalResourceId']} ({event['ResourceType']}) {event['ResourceStatus']}: "
                  f"{event.get('ResourceStatusReason', 'no reason given')}")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
