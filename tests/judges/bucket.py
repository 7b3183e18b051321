#!/usr/bin/env python3
"""Make a bucket: `bucket.py ENDPOINT ACCOUNT NAME`; or say what is in it, as `KEY BYTES` a line, if it is there."""
from __future__ import annotations

import sys

from aws import Account


def main(endpoint: str, number: str, name: str) -> int:
    s3 = Account(endpoint, number).client("s3")
    if name not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=name)
    for found in s3.list_objects_v2(Bucket=name).get("Contents", []):
        print(found["Key"], found["Size"])
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
