#!/usr/bin/env python3
"""Make what a spec expects to exist already: `existing.py ENDPOINT ACCOUNT FILE.json [make|release]`.

A bucket's name is taken for every account, so `release` takes the objects away again once they have been read.

The file may name {"instance-profiles": [], "roles": [], "policies": [], "repositories": [], "objects": {"s3://bucket/key": "text"}}.
"""
from __future__ import annotations

import json
import sys
from pathlib import Path

from aws import Account

ANYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
TRUST = '{"Version": "2012-10-17", "Statement": []}'


def make(account: Account, wanted: dict) -> None:
    iam = account.client("iam")
    for name in wanted.get("roles", []):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    for name in wanted.get("instance-profiles", []):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    for name in wanted.get("policies", []):
        iam.create_policy(PolicyName=name, PolicyDocument=ANYTHING)
    for name in wanted.get("repositories", []):
        account.client("ecr").create_repository(repositoryName=name)
    for uri, text in wanted.get("objects", {}).items():
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        account.client("s3").create_bucket(Bucket=bucket)
        account.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode())


def release(account: Account, wanted: dict) -> None:
    s3 = account.client("s3")
    places = [uri.removeprefix("s3://").partition("/") for uri in wanted.get("objects", {})]
    for bucket, _, key in places:
        s3.delete_object(Bucket=bucket, Key=key)
    for bucket in {bucket for bucket, _, _ in places}:
        s3.delete_bucket(Bucket=bucket)


def main(endpoint: str, number: str, file: str, what: str = "make") -> None:
    steps = {"make": make, "release": release}
    steps[what](Account(endpoint, number), json.loads(Path(file).read_text(encoding="utf-8")))


if __name__ == "__main__":
    main(*sys.argv[1:])
