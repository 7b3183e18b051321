#!/usr/bin/env python3
"""Start an awsim whose MiniStack is corrected where it loses what our stories say: `emulator.py SERVE.PY [OPTIONS]`.

awsim is a judge that we do not change, and MiniStack 1.5.33 a package. What it forgets is put right here, from outside,
after the service's own API reference: EC2 `CreateVpcEndpoint` drops the security groups, the policy and whether there
are private names, and the rule of a security group its prefix list, so that Terraform would add them again at each plan.
Its CloudFormation drops the permissions boundary of a role. What awsim has not at all is in `beyond`.

On a busy machine an answer gets lost now and then, and Terraform's provider sends the request again, which cannot be
carried out twice. SDKs number their requests: a repeated one gets the answer of the first.
"""
from __future__ import annotations

import asyncio
import json
import runpy
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import beyond
import handlers


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


def prefix_lists() -> None:
    from ministack.services import ec2

    plain = ec2._sg_rule_xml

    def rule_xml(group: str, rule: dict, is_egress: bool = False) -> str:
        lists = [one["PrefixListId"] for one in rule.get("PrefixListIds", [])]
        # A rule has one peer, so there is one item.
        named = "".join(f"<prefixListId>{ec2._esc(one)}</prefixListId>" for one in lists)
        return plain(group, rule, is_egress).replace("<isEgress>", f"{named}<isEgress>", 1)

    read = ec2._parse_ip_permissions

    def permissions(parameters: dict, prefix: str) -> list[dict]:
        rules = read(parameters, prefix)
        for number, rule in enumerate(rules, 1):
            first = f"{prefix}.{number}.PrefixListIds.1"
            given = {key: ec2._p(parameters, f"{first}.{key}") for key in ("PrefixListId", "Description")}
            peer = {key: value for key, value in given.items() if value}
            rule["PrefixListIds"] = [peer] if peer else []
        return rules

    ec2._sg_rule_xml = rule_xml
    ec2._parse_ip_permissions = permissions


def boundaries() -> None:
    from ministack.services import iam
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    create, update = handlers["create"], handlers["update"]

    def bounded(made: Any, properties: dict) -> Any:
        name = made[0] if isinstance(made, tuple) else made
        if role := iam._roles.get(name):
            role["PermissionsBoundary"] = properties.get("PermissionsBoundary")
        return made

    handlers["create"] = lambda logical, new, *rest: bounded(create(logical, new, *rest), new)
    handlers["update"] = lambda physical, old, new, *rest, **more: bounded(update(physical, old, new, *rest, **more), new)


def workflow_executions() -> None:
    """awsim knows a call's resource by its ARN, and a workflow execution has none in this call."""
    from ministack.core import iam_actions

    plain = iam_actions.extract_resource_arn

    def extract(service: str, method: str, path: str, headers: dict, body: bytes, query: dict, region: str,
                account: str) -> str:
        if service == "imagebuilder" and path == "/GetLifecycleExecution":
            return f"arn:aws:imagebuilder:{region}:{account}:lifecycle-execution/lce"
        if service == "imagebuilder" and path == "/ListWorkflowStepExecutions":
            return f"arn:aws:imagebuilder:{region}:{account}:workflow-execution/{json.loads(body)['workflowExecutionId']}"
        return plain(service, method, path, headers, body, query, region, account)

    iam_actions.extract_resource_arn = extract


def short_pages() -> None:
    """A page of a log has as many lines as the service likes, up to a megabyte of them; MiniStack's has always 10,000."""
    from ministack.services import cloudwatch_logs

    plain = cloudwatch_logs._get_log_events

    def get(data: dict) -> Any:
        return plain({"limit": 50, **data})

    cloudwatch_logs._get_log_events = get


Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]


class Answers:
    """An ASGI application that carries out each numbered request once."""

    KEPT = 10_000

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self._application = application
        self._given: dict[bytes, asyncio.Future[list[Message]]] = {}

    async def __call__(self, scope: dict, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        if scope.get("path") in beyond.SCRIPTS:
            return await self._script(scope["path"], receive, send)
        number = dict(scope.get("headers", ())).get(b"amz-sdk-invocation-id")
        if number is None:
            return await self._application(scope, receive, send)
        if number in self._given:
            for message in await self._given[number]:
                await send(message)
            return None
        return await self._first(number, scope, receive, send)

    async def _script(self, path: str, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        beyond.script(path, body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def _first(self, number: bytes, scope: dict, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        given = self._given[number] = asyncio.get_running_loop().create_future()
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)
            await send(message)

        try:
            await self._application(scope, receive, keep)
        finally:
            given.set_result(answer)
            # What was refused may be carried out the next time.
            if not answer or answer[0].get("status", 500) >= 400:
                del self._given[number]
            while len(self._given) > self.KEPT:
                del self._given[next(iter(self._given))]


def main() -> None:
    serve = Path(sys.argv[1]).resolve()
    sys.argv = [str(serve), *sys.argv[2:]]
    sys.path.insert(0, str(serve.parent))
    from awsim import server

    run, assemble = server.run, server.assemble

    def corrected(port: int) -> None:
        vpc_endpoints()
        prefix_lists()
        boundaries()
        short_pages()
        beyond.references()
        beyond.scans()
        beyond.ends()
        beyond.pipelines()
        run(port)

    server.run = corrected

    def assembled() -> Answers:
        application = assemble()
        workflow_executions()
        if "--auth" in sys.argv:
            handlers.install()
        return Answers(application)

    server.assemble = assembled
    runpy.run_path(str(serve), run_name="__main__")


if __name__ == "__main__":
    main()
