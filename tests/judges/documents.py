#!/usr/bin/env python3
"""Make a component or workflow of each document: `documents.py ENDPOINT ACCOUNT CASES.json`.

The cases are a list of `file`, `kind`, `of` (a component's platform, a workflow's type) and `data`. Printed is what the
service said of each file: an empty text where it took the document.
"""
from __future__ import annotations

import json
import sys
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def main(endpoint: str, number: str, path: str) -> int:
    session = boto3.Session(aws_access_key_id=number, aws_secret_access_key="test", region_name="us-east-1")
    # The service is asked, not the client.
    client = session.client("imagebuilder", endpoint_url=endpoint, config=Config(parameter_validation=False))
    said = {}
    for at, case in enumerate(json.loads(Path(path).read_text(encoding="utf-8"))):
        named = {"name": f"document-{at}", "semanticVersion": "1.0.0", "data": case["data"]}
        try:
            if case["kind"] == "component":
                client.create_component(**named, platform=case["of"])
            else:
                client.create_workflow(**named, type=case["of"])
            said[case["file"]] = ""
        except ClientError as error:
            said[case["file"]] = error.response["Error"]["Message"]
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
