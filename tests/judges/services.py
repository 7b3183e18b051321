"""What an account holds of networks, event rules and keys, in a form in which two accounts can be compared.

Each function gives a purpose to every made-up name that it finds, and returns what it found under those purposes.
"""
from __future__ import annotations

import json
from typing import Any

from aws import Account


def named(tags: list[dict] | None) -> tuple[str, dict[str, str]]:
    """The tag `Name`, and all tags but those that CloudFormation adds."""
    plain = {tag["Key"]: tag["Value"] for tag in tags or [] if not tag["Key"].startswith("aws:")}
    return plain.get("Name", "no name"), plain


def network(account: Account, names: Any) -> dict[str, dict]:
    """The networks that are not the account's default one, with what is in them."""
    ec2 = account.client("ec2")
    found: dict[str, dict] = {"Vpc": {}, "Subnet": {}, "RouteTable": {}, "VpcEndpoint": {}}
    own = {one["VpcId"]: one for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]}

    def add(kind: str, physical: str, tags: list[dict] | None, content: dict) -> None:
        name, plain = named(tags)
        names.give(physical, f"{kind} {name}")
        found[kind][names.of(physical)] = {**content, "tags": plain}

    for vpc, one in own.items():
        dns = {name: ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name)[name[0].upper() + name[1:]]["Value"]
               for name in ("enableDnsSupport", "enableDnsHostnames")}
        add("Vpc", vpc, one.get("Tags"), {"addresses": one["CidrBlock"], **dns})
    for one in ec2.describe_subnets()["Subnets"]:
        if one["VpcId"] in own:
            add("Subnet", one["SubnetId"], one.get("Tags"), {
                "network": one["VpcId"], "addresses": one["CidrBlock"], "zone": one["AvailabilityZone"],
                "public": one["MapPublicIpOnLaunch"]})
    for one in ec2.describe_route_tables()["RouteTables"]:
        subnets = [link["SubnetId"] for link in one["Associations"] if link.get("SubnetId")]
        # A network's main table is made with it.
        if one["VpcId"] in own and subnets:
            routes = sorted(route.get("DestinationCidrBlock", "") for route in one["Routes"])
            add("RouteTable", one["RouteTableId"], one.get("Tags"), {
                "network": one["VpcId"], "subnets": subnets, "routes": routes})
    for one in ec2.describe_vpc_endpoints()["VpcEndpoints"]:
        add("VpcEndpoint", one["VpcEndpointId"], one.get("Tags"), {
            "network": one["VpcId"], "service": one["ServiceName"], "way": one["VpcEndpointType"],
            "tables": one["RouteTableIds"], "subnets": one["SubnetIds"], "private names": one["PrivateDnsEnabled"],
            "groups": [group["GroupId"] for group in one["Groups"]],
            "policy": json.loads(one.get("PolicyDocument") or "null")})
    return found


def event_rules(account: Account, names: Any) -> dict[str, dict]:
    """The rules of the default event bus, by what they are for."""
    events = account.client("events")
    found = {}
    for one in events.list_rules()["Rules"]:
        pattern = json.loads(one["EventPattern"])
        # Two rules for one target differ in the states that they wait for.
        states = ", ".join(sorted(pattern.get("detail", {}).get("state", {}).get("status", [])))
        purpose = f"{one.get('Description', 'without a description')} ({states})"
        names.give(one["Name"], f"rule: {purpose}")
        targets = events.list_targets_by_rule(Rule=one["Name"])["Targets"]
        for target in targets:
            # The id tells targets of one rule apart, and means nothing else.
            target.pop("Id")
            if target.get("RoleArn"):
                names.give(target["RoleArn"], f"role of the rule: {purpose}")
        listed = events.list_tags_for_resource(ResourceARN=one["Arn"])["Tags"]
        found[purpose] = {"pattern": pattern, "state": one["State"], "targets": targets,
                          "tags": named(listed)[1]}
    return found


def log_policies(account: Account) -> dict[str, Any]:
    """Who may write to the account's log groups, by the names of the policies."""
    listed = account.client("logs").describe_resource_policies()["resourcePolicies"]
    return {one["policyName"]: json.loads(one["policyDocument"]) for one in listed}


def keys(account: Account, names: Any) -> dict[str, dict]:
    """The customer's keys, by their aliases."""
    kms = account.client("kms")
    aliases: dict[str, list[str]] = {}
    for one in kms.list_aliases()["Aliases"]:
        if one.get("TargetKeyId") and not one["AliasName"].startswith("alias/aws/"):
            aliases.setdefault(one["TargetKeyId"], []).append(one["AliasName"])
    found = {}
    for key, called in aliases.items():
        about = kms.describe_key(KeyId=key)["KeyMetadata"]
        names.give(key, "key " + " ".join(sorted(called)))
        policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        listed = kms.list_resource_tags(KeyId=key)["Tags"]
        found[names.of(key)] = {
            "description": about["Description"], "state": about["KeyState"], "several Regions": about["MultiRegion"],
            "rotates": kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"], "policy": policy,
            "tags": {tag["TagKey"]: tag["TagValue"] for tag in listed if not tag["TagKey"].startswith("aws:")}}
    return found
