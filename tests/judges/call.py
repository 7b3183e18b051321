#!/usr/bin/env python3
"""Make one call and print its answer: `call.py ENDPOINT ACCOUNT CALL.json`, with `service`, `operation` and `with`.

The operation is written as boto3 writes it, and `region` may name another Region.
"""
from __future__ import annotations

import json
import sys
from pathlib import Path

import boto3
from botocore.config import Config


def main(endpoint: str, number: str, path: str) -> int:
    call = json.loads(Path(path).read_text(encoding="utf-8"))
    session = boto3.Session(aws_access_key_id=number, aws_secret_access_key="test",
                            region_name=call.get("region", "us-east-1"))
    client = session.client(call["service"], endpoint_url=endpoint, config=Config(s3={"addressing_style": "path"}))
    answer = getattr(client, call["operation"])(**call["with"])
    answer.pop("ResponseMetadata", None)
    print(json.dumps(answer, default=str))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
