#!/usr/bin/env python3
"""Make up for one slip of the emulator after `terraform apply`: `settle.py ENDPOINT ACCOUNT`.

EC2 gives a new security group a rule that lets everything out. Terraform's provider takes it back at once, naming ports
0 to 0, and then adds the rules of the configuration. EC2 ignores ports where the protocol is -1; MiniStack 1.5.33
compares them, so it keeps the rule, and drops the description of a like one that is added later. Here both calls are
repeated as EC2 would take them.
"""
from __future__ import annotations

import json
import sys
import urllib.request

from aws import Account

EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
FIRST = "IpPermissions.1"


def calls(endpoint: str, operation: str) -> list[dict[str, str]]:
    """What was asked of EC2 so far, as form fields."""
    url = f"{endpoint}/_awsim/calls?service=ec2&operation={operation}"
    with urllib.request.urlopen(url, timeout=30) as answer:
        return [call["params"] for call in json.load(answer)["calls"]]


def main(endpoint: str, number: str) -> None:
    ec2 = Account(endpoint, number).client("ec2")
    revoked = {call["GroupId"] for call in calls(endpoint, "RevokeSecurityGroupEgress")
               if call.get(f"{FIRST}.FromPort") == "0" and call[f"{FIRST}.IpProtocol"] == "-1"}
    added = [call for call in calls(endpoint, "AuthorizeSecurityGroupEgress")
             if call[f"{FIRST}.IpProtocol"] == "-1" and call.get(f"{FIRST}.IpRanges.1.CidrIp") == "0.0.0.0/0"]
    for group in ec2.describe_security_groups()["SecurityGroups"]:
        name = group["GroupId"]
        if name not in revoked:
            continue
        ec2.revoke_security_group_egress(GroupId=name, IpPermissions=[EVERYTHING])
        for call in (one for one in added if one["GroupId"] == name):
            text = call.get(f"{FIRST}.IpRanges.1.Description")
            target = {"CidrIp": "0.0.0.0/0"} | ({"Description": text} if text else {})
            ec2.authorize_security_group_egress(GroupId=name, IpPermissions=[EVERYTHING | {"IpRanges": [target]}])


if __name__ == "__main__":
    main(*sys.argv[1:])
