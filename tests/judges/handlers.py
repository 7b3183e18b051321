"""What IAM is asked with `--auth`: the calls of CloudFormation's handlers, which act with their caller's permissions, and
what the calls of Terraform's provider are about.

awsim makes the resources of a stack without that. `handlers.json` has the permissions of each handler, from the types'
schemas in the CloudFormation registry, as far as they concern properties that our stories have. What a call is about
(its ARN and condition keys) follows the Service Authorization Reference.
"""
from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

HANDLERS: dict[str, dict[str, list[str]]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))

LINKED_ROLE = "role/aws-service-role/imagebuilder.amazonaws.com/AWSServiceRoleForImageBuilder"

Ask = tuple[str, dict[str, Any]]


class Call:
    """A handler's call for one resource."""

    def __init__(self, of: str, physical: str, properties: dict, stack: str) -> None:
        from ministack.core.responses import get_account_id, get_region

        self.of, self.physical, self.properties, self.stack = of, physical, properties, stack
        self.account, self.region = get_account_id(), get_region()

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def iam(self, resource: str) -> str:
        return f"arn:aws:iam::{self.account}:{resource}"

    def own(self) -> list[str]:
        """The ARNs of the resource itself."""
        of, physical, properties = self.of, self.physical, self.properties
        path = properties.get("Path", "/")
        tails = {"AWS::IAM::Role": f"role{path}", "AWS::IAM::InstanceProfile": f"instance-profile{path}"}
        if of in tails:
            return [self.iam(f"{tails[of]}{physical}")]
        kinds = {"VPC": "vpc", "Subnet": "subnet", "RouteTable": "route-table", "SecurityGroup": "security-group",
                 "VPCEndpoint": "vpc-endpoint"}
        if of.startswith("AWS::EC2::") and of.rsplit(":", 1)[1] in kinds:
            return [self.arn("ec2", f"{kinds[of.rsplit(':', 1)[1]]}/{physical}")]
        if of == "AWS::EC2::SubnetRouteTableAssociation":
            return [self.arn("ec2", f"route-table/{properties['RouteTableId']}"),
                    self.arn("ec2", f"subnet/{properties['SubnetId']}")]
        simple: dict[str, Callable[[], list[str]]] = {
            "AWS::S3::Bucket": lambda: [f"arn:aws:s3:::{physical}"],
            "AWS::S3::BucketPolicy": lambda: [f"arn:aws:s3:::{properties['Bucket']}"],
            "AWS::SNS::TopicPolicy": lambda: list(properties["Topics"]),
            "AWS::Events::Rule": lambda: [self.arn("events", f"rule/{physical.rsplit('|', 1)[-1].rsplit('/', 1)[-1]}")],
            "AWS::Logs::LogGroup": lambda: [self.arn("logs", f"log-group:{physical}"), self.arn("logs", f"log-group:{physical}:*")],
            "AWS::Logs::ResourcePolicy": lambda: ["*"],
            "AWS::KMS::Key": lambda: [self.arn("kms", f"key/{physical}")],
            "AWS::KMS::Alias": lambda: [self.arn("kms", properties["AliasName"]), self.arn("kms", f"key/{properties['TargetKeyId']}")],
            "AWS::ECR::Repository": lambda: [self.arn("ecr", f"repository/{physical}")],
        }
        return simple[of]() if of in simple else [physical]

    def asked(self, action: str) -> Iterator[Ask]:
        """The resources that an action is asked for, each with its condition keys; none, if it is not called."""
        service, name = action.split(":")
        properties = self.properties
        if service == "kms" and self.of == "AWS::ECR::Repository":
            yield from self._keys(properties.get("EncryptionConfiguration", {}).get("KmsKey"))
        elif name.startswith(("Describe", "ListAliases", "CreateKey")) and service in ("ec2", "autoscaling", "logs", "kms"):
            if (service, name) == ("ec2", "DescribeVpcAttribute") or (service, name) == ("kms", "DescribeKey"):
                yield from ((arn, {}) for arn in self.own())
            elif name not in ("DescribeAutoScalingGroups", "DescribeLaunchTemplates") or self._is_needed(name):
                yield "*", {}
        elif action == "inspector2:BatchGetAccountStatus":
            yield "*", {}
        elif action == "sns:Unsubscribe":
            yield "*", {}
        elif action == "ecr:BatchGetRepositoryScanningConfiguration":
            yield self.arn("ecr", "repository/scans"), {}
        elif self.of.startswith("AWS::ImageBuilder::"):
            yield from self._image_builder(service, name)
        elif action == "iam:PassRole":
            yield from self._passed()
        elif self.of == "AWS::IAM::Role":
            yield from self._role(name)
        elif action == "sns:Subscribe" and not properties.get("Subscription"):
            return
        elif name in ("CreateSubnet", "CreateRouteTable", "CreateSecurityGroup"):
            yield from ((arn, {}) for arn in [*self.own(), self.arn("ec2", f"vpc/{properties['VpcId']}")])
        elif name in ("CreateVpcEndpoint", "ModifyVpcEndpoint"):
            others = [f"vpc/{properties['VpcId']}"]
            for key, kind in (("SubnetIds", "subnet"), ("SecurityGroupIds", "security-group"), ("RouteTableIds", "route-table")):
                others += [f"{kind}/{one}" for one in properties.get(key, [])]
            yield from ((arn, {}) for arn in [*self.own(), *(self.arn("ec2", one) for one in others)])
        else:
            # CloudFormation tags what it makes in EC2, except endpoints.
            tag = {"aws:resourcetag/aws:cloudformation:stack-name": self.stack}
            yield from ((arn, tag if service == "ec2" and self.of != "AWS::EC2::VPCEndpoint" else {}) for arn in self.own())

    def _is_needed(self, name: str) -> bool:
        if name == "DescribeAutoScalingGroups":
            return "ParentInstance" in self.properties
        return any(one.get("LaunchTemplateConfigurations") for one in self.properties.get("Distributions", []))

    def _role(self, name: str) -> Iterator[Ask]:
        own, boundary = self.own()[0], self.properties.get("PermissionsBoundary")
        keys = {"iam:permissionsboundary": boundary} if boundary else {}
        if name in ("AttachRolePolicy", "DetachRolePolicy"):
            yield from ((own, {**keys, "iam:policyarn": arn}) for arn in self.properties.get("ManagedPolicyArns", []))
        elif name != "PutRolePermissionsBoundary" or boundary:
            yield own, keys

    def _roles_in(self, profile: str) -> list[str]:
        from ministack.services import iam

        found = iam._instance_profiles.get(profile) or {}
        return [one if isinstance(one, str) else one.get("RoleName", "") for one in found.get("Roles", [])]

    def _role_arn(self, role: str) -> str:
        from ministack.services import iam

        if role.startswith("arn:"):
            return role
        return (iam._roles.get(role) or {}).get("Arn") or self.iam(f"role/{role}")

    def _passed(self) -> Iterator[Ask]:
        roles: list[tuple[str, str]] = []
        if self.of == "AWS::IAM::InstanceProfile":
            roles = [(role, "ec2") for role in self.properties["Roles"]]
        elif self.of == "AWS::Events::Rule":
            roles = [(to["RoleArn"], "events") for to in self.properties.get("Targets", []) if "RoleArn" in to]
        elif self.of == "AWS::ImageBuilder::InfrastructureConfiguration":
            roles = [(role, "ec2") for role in self._roles_in(self.properties["InstanceProfileName"])]
        else:
            named = [self.properties.get("ExecutionRole"), self.properties.get("DeletionSettings", {}).get("ExecutionRole")]
            roles = [(role, "imagebuilder") for role in named if role]
        for role, service in roles:
            yield self._role_arn(role), {"iam:passedtoservice": f"{service}.amazonaws.com"}

    def _keys(self, key: str | None) -> Iterator[Ask]:
        if not key:
            return
        alias = key.partition("alias/")[2]
        arn = key if key.startswith("arn:") else self.arn("kms", f"key/{key}")
        if alias:
            arn = f"{arn.partition('alias/')[0].removesuffix('key/')}key/1234abcd-12ab-34cd-56ef-1234567890ab"
        yield arn, {"kms:resourcealiases": [f"alias/{alias}"]} if alias else {}

    def _image_builder(self, service: str, name: str) -> Iterator[Ask]:
        properties = self.properties
        noun = self.of.rsplit(":", 1)[1]
        uri = properties.get("Uri") or properties.get("DockerfileTemplateUri") or ""
        if service == "kms":
            yield from self._keys(properties.get("KmsKeyId"))
        elif service == "s3":
            bucket, _, key = uri.removeprefix("s3://").partition("/")
            if uri:
                yield f"arn:aws:s3:::{bucket}/{key}" if name == "GetObject" else f"arn:aws:s3:::{bucket}", {}
        elif name == "CreateServiceLinkedRole":
            yield self.iam(LINKED_ROLE), {"iam:awsservicename": "imagebuilder.amazonaws.com"}
        elif (service, name) == ("iam", "GetRole"):
            yield self.iam(LINKED_ROLE), {}
        elif name == "GetInstanceProfile":
            from ministack.services import iam

            profile = properties["InstanceProfileName"]
            path = (iam._instance_profiles.get(profile) or {}).get("Path", "/")
            yield self.iam(f"instance-profile{path}{profile}"), {}
        elif name == "PassRole":
            yield from self._passed()
        elif service == "sns":
            yield from ((topic, {}) for topic in [properties.get("SnsTopicArn")] if topic)
        elif service == "ssm":
            for one in properties.get("Distributions", []):
                for to in one.get("SsmParameterConfigurations", []):
                    parameter = to["ParameterName"].lstrip("/")
                    yield f"arn:aws:ssm:{one['Region']}:{self.account}:parameter/{parameter}", {}
        elif service == "ec2":
            for one in properties.get("Distributions", []):
                for to in one.get("LaunchTemplateConfigurations", []):
                    account = to.get("AccountId", self.account)
                    yield f"arn:aws:ec2:{one['Region']}:{account}:launch-template/{to['LaunchTemplateId']}", {}
        elif service == "ecr":
            repository = properties.get("TargetRepository", {}).get("RepositoryName")
            yield from ((self.arn("ecr", f"repository/{one}"), {}) for one in [repository] if one)
        else:
            yield from ((arn, {}) for arn in self._named(name, noun))

    def _named(self, name: str, noun: str) -> list[str]:
        """The ARNs of what a call of Image Builder is about: the resource itself, or what it is made of."""
        properties = self.properties
        about = name.removeprefix("Get")
        if about == noun or not name.startswith("Get"):
            return self.own()
        if about == "Component":
            return [one["ComponentArn"] for one in properties.get("Components", [])]
        if about == "Image":
            return [one for one in [properties.get("ParentImage", "")] if ":image/" in one]
        if about == "Workflow":
            return [one["WorkflowArn"] for one in properties.get("Workflows", [])]
        return [one for one in [properties.get(f"{about}Arn")] if one]


def check(of: str, handler: str, physical: str, properties: dict, stack: str) -> None:
    """Refuses a handler what its caller may not do."""
    from ministack.core import iam_evaluator

    caller = iam_evaluator.caller_arn()
    if ":user/" not in caller:
        return
    call = Call(of, physical, properties, stack)
    policies = iam_evaluator._gather_user_policies(caller.rsplit("/", 1)[1], call.account)
    for action in HANDLERS[of][handler]:
        for resource, keys in call.asked(action):
            context = iam_evaluator.EvalContext(
                principal_arn=caller, principal_type="User", principal_account=call.account, action=action,
                resource_arn=resource, region=call.region, service_context=keys)
            if iam_evaluator.evaluate(context, policies).decision != "Allow":
                raise ValueError(f"User: {caller} is not authorized to perform: {action} on resource: {resource} {keys or ''}")


KINDS = {"vpc": "vpc", "subnet": "subnet", "sg": "security-group", "sgr": "security-group-rule", "rtb": "route-table",
         "vpce": "vpc-endpoint"}

EC2_IDS = ["ResourceId.1", "VpcEndpointId", "VpcEndpointId.1", "SecurityGroupRuleId.1", "GroupId", "RouteTableId", "SubnetId", "VpcId"]

CREATED = {"CreateVpc": "vpc", "CreateSubnet": "subnet", "CreateSecurityGroup": "security-group", "CreateRouteTable": "route-table",
           "CreateVpcEndpoint": "vpc-endpoint"}

_keys: ContextVar[dict[str, Any]] = ContextVar("condition keys of a call", default={})
_passed: ContextVar[list[tuple[str, str]]] = ContextVar("roles that a call hands over", default=[])


def direct_calls() -> None:
    """Puts right what a call is about where MiniStack does not know it: paths, default buses, EC2, roles handed over."""
    from ministack import app
    from ministack.core import iam_actions, iam_evaluator

    plain, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce

    def extract(service: str, method: str, path: str, headers: dict, body: bytes, query: dict, region: str,
                account: str) -> str:
        call = Call("", "", {}, "")
        _keys.set({})
        _passed.set([])
        arn = plain(service, method, path, headers, body, query, region, account)
        if service == "iam":
            return _iam(call, query, arn)
        if service == "events":
            _hand_over([one.get("RoleArn") for one in _json(body).get("Targets", [])], "events", call)
            given = _json(body)
            rule = given.get("Rule") or given.get("Name")
            return call.arn("events", f"rule/{rule}") if rule else given.get("ResourceARN") or arn
        if service == "imagebuilder" and method in ("PUT", "POST"):
            given = _json(body)
            _hand_over([given.get("executionRole")], "imagebuilder", call)
            _hand_over(call._roles_in(given.get("instanceProfileName", "")), "ec2", call)
        if service == "ec2":
            action = iam_actions._query_param(query, "Action")
            if action.startswith("Describe") and action != "DescribeVpcAttribute":
                return "*"
            if action == "DisassociateRouteTable":
                return call.arn("ec2", "route-table/associated")
            if action in CREATED:
                return call.arn("ec2", f"{CREATED[action]}/new")
            found = next(filter(None, (iam_actions._query_param(query, name) for name in EC2_IDS)), "")
            return call.arn("ec2", f"{KINDS.get(found.split('-')[0], 'other')}/{found}")
        if service == "sns" and arn == "*":
            return iam_actions._query_param(query, "ResourceArn") or arn
        if service == "kms" and (alias := _json(body).get("AliasName")):
            return call.arn("kms", alias)
        if service == "ecr" and arn == "*":
            given = _json(body)
            return given.get("resourceArn") or call.arn("ecr", f"repository/{given.get('repositoryNames', ['*'])[0]}")
        return arn

    def asked(access_key: str, action: str, service: str, region: str, resource_arn: str = "*",
              service_context: dict | None = None) -> Any:
        keys, passed = {**(service_context or {}), **_keys.get()}, _passed.get()
        _keys.set({})
        _passed.set([])
        denied = enforce(access_key, action, service, region, resource_arn, keys)
        for role, to in passed if denied is None else []:
            denied = denied or enforce(access_key, "iam:PassRole", "iam", region, role, {"iam:passedtoservice": to})
        if denied is not None:
            print(f"refused: {action} on {resource_arn} {keys}", file=sys.stderr)
        return denied

    iam_actions.extract_resource_arn, iam_evaluator.enforce = extract, asked
    # The double is asked without TLS, and buckets refuse that.
    app.pin_request_origin = lambda source, _: iam_evaluator.pin_request_origin(source, True)


def _json(body: bytes) -> dict:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _hand_over(roles: list[str | None], service: str, call: Call) -> None:
    _passed.set([*_passed.get(), *((call._role_arn(role), f"{service}.amazonaws.com") for role in roles if role)])


def _iam(call: Call, query: dict, arn: str) -> str:
    from ministack.core.iam_actions import _query_param
    from ministack.services import iam

    action, role, profile = (_query_param(query, name) for name in ("Action", "RoleName", "InstanceProfileName"))
    if profile:
        if action == "AddRoleToInstanceProfile":
            _hand_over([role], "ec2", call)
        path = _query_param(query, "Path") or (iam._instance_profiles.get(profile) or {}).get("Path", "/")
        return call.iam(f"instance-profile{path}{profile}")
    if not role:
        return arn
    known = iam._roles.get(role) or {}
    held = known.get("PermissionsBoundary") or ""
    bounds = held if isinstance(held, str) else held.get("PermissionsBoundaryArn", "")
    given = {"iam:permissionsboundary": _query_param(query, "PermissionsBoundary") or bounds,
             "iam:policyarn": _query_param(query, "PolicyArn")}
    _keys.set({name: value for name, value in given.items() if value})
    path = _query_param(query, "Path") or known.get("Path", "/")
    return call.iam(f"role{path}{role}")


def install() -> None:
    """Wraps the handlers of all types that stories have; a type that is not listed fails its stack."""
    from ministack.services.cloudformation import provisioners

    direct_calls()
    stacks: dict[str, str] = {}

    def listed(of: str, physical: str, handler: str, properties: dict, stack: str) -> None:
        if of not in HANDLERS:
            raise ValueError(f"no permissions are listed for the handlers of {of}")
        check(of, handler, physical, properties, stack)

    def wrapped(of: str, plain: dict) -> dict:
        def create(logical: str, properties: dict, stack: str) -> Any:
            made = plain["create"](logical, properties, stack)
            physical = made[0] if isinstance(made, tuple) else made
            stacks[physical] = stack
            listed(of, physical, "create", properties, stack)
            return made

        def update(physical: str, old: dict, new: dict, stack: str, *rest: Any, **more: Any) -> Any:
            made = plain["update"](physical, old, new, stack, *rest, **more)
            listed(of, made[0] if isinstance(made, tuple) else physical, "update", new, stack)
            return made

        def delete(physical: str, properties: dict, *rest: Any) -> Any:
            listed(of, physical, "delete", properties, stacks.get(physical, ""))
            return plain["delete"](physical, properties, *rest)

        own = {"create": create, "update": update, "delete": delete}
        return {**plain, **{name: own[name] for name in own if name in plain}}

    for of, handlers in list(provisioners._RESOURCE_HANDLERS.items()):
        provisioners._RESOURCE_HANDLERS[of] = wrapped(of, handlers)
