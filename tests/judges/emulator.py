#!/usr/bin/env python3
"""Start an awsim whose MiniStack is corrected where it loses what our stories say: `emulator.py SERVE.PY [OPTIONS]`.

awsim is a judge that we do not change, and MiniStack 1.5.33 a package. What it forgets is put right here, from outside,
after the service's own API reference: EC2 `CreateVpcEndpoint` drops the security groups, the policy and whether there
are private names, so that Terraform would add them again at each plan.
"""
from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any


def vpc_endpoints() -> None:
    from ministack.services import ec2

    original = ec2._create_vpc_endpoint

    def create(parameters: dict) -> Any:
        before = set(ec2._vpc_endpoints)
        original(parameters)
        for made in set(ec2._vpc_endpoints) - before:
            endpoint = ec2._vpc_endpoints[made]
            endpoint["SecurityGroupIds"] = ec2._parse_member_list(parameters, "SecurityGroupId")
            endpoint["PrivateDnsEnabled"] = ec2._p(parameters, "PrivateDnsEnabled") == "true"
            endpoint["PolicyDocument"] = ec2._p(parameters, "PolicyDocument") or None
            return ec2._xml(200, "CreateVpcEndpointResponse", fields(endpoint, tag="vpcEndpoint"))

    def fields(endpoint: dict, tag: str = "item") -> str:
        groups = "".join(f"<item><groupId>{one}</groupId></item>" for one in endpoint.get("SecurityGroupIds") or [])
        policy = endpoint.get("PolicyDocument")
        if policy and not isinstance(policy, str):
            policy = json.dumps(policy)
        names = str(endpoint.get("PrivateDnsEnabled") in (True, "true")).lower()
        more = f"<groupSet>{groups}</groupSet><privateDnsEnabled>{names}</privateDnsEnabled>"
        if policy:
            more += f"<policyDocument>{ec2._esc(policy)}</policyDocument>"
        head, end, _ = plain(endpoint, tag=tag).rpartition(f"</{tag}>")
        return head + more + end

    plain = ec2._vpce_fields_xml
    ec2._vpce_fields_xml = fields
    ec2._create_vpc_endpoint = create
    ec2._ACTION_MAP["CreateVpcEndpoint"] = create


def main() -> None:
    serve = Path(sys.argv[1]).resolve()
    sys.argv = [str(serve), *sys.argv[2:]]
    sys.path.insert(0, str(serve.parent))
    from awsim import server

    run = server.run

    def corrected(port: int) -> None:
        vpc_endpoints()
        run(port)

    server.run = corrected
    runpy.run_path(str(serve), run_name="__main__")


if __name__ == "__main__":
    main()
