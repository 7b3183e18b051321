#!/usr/bin/env python3
"""Whether two accounts hold the same: `compare.py ENDPOINT CLOUDFORMATION_ACCOUNT TERRAFORM_ACCOUNT`.

Prints a unified diff and exits 1 when they do not.
"""
from __future__ import annotations

import difflib
import json
import sys

from aws import Account
from world import read


def main(endpoint: str, cloudformation: str, terraform: str) -> int:
    left, right = (json.dumps(read(Account(endpoint, one)), indent=2, ensure_ascii=False).splitlines()
                   for one in (cloudformation, terraform))
    if not any('"arn"' in line or '"trust"' in line for line in left):
        print("the CloudFormation stack made no Image Builder object and no role")
        return 1
    diff = list(difflib.unified_diff(left, right, "made by CloudFormation", "made by Terraform", lineterm="", n=6))
    print("\n".join(diff))
    return 1 if diff else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
