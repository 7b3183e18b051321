#!/usr/bin/env python3
"""Make a user with policies and print its keys: `user.py ENDPOINT ACCOUNT NAME POLICY.json ...`."""
from __future__ import annotations

import json
import sys
from pathlib import Path

from aws import Account


def main(endpoint: str, number: str, name: str, *policies: str) -> int:
    iam = Account(endpoint, number).client("iam")
    iam.create_user(UserName=name)
    for count, policy in enumerate(policies, 1):
        text = Path(policy).read_text(encoding="utf-8")
        iam.put_user_policy(UserName=name, PolicyName=f"kiln-{count}", PolicyDocument=text)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    print(json.dumps({"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
