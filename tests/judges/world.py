"""What an account holds after a deployment, in a form in which CloudFormation's and Terraform's can be compared.

Everything is read back through the services' own APIs. Then only what may differ is taken out: account numbers, dates,
the order of sets, tags that CloudFormation adds, and the physical names that each back end makes up. A made-up name
becomes what the thing is for, such as `{role of web}`, so that two worlds agree only when the same things are wired up
the same way.

Left out, because MiniStack 1.5.33's CloudFormation ignores them: a bucket's tags and lifecycle rules, a topic's key.
"""
from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import services
from aws import Account

# Buckets that a story expects to exist are called so, and no back end made them.
EXISTING = "example-"
VOLATILE = {"dateCreated", "dateUpdated", "dateLastRun", "dateNextRun", "deploymentId", "requestId", "outputResources"}
# The order of these means something; every other list is a set in Terraform, in the service, or in both.
ORDERED = {"components", "commands", "steps"}
STAGES = ("build", "test", "distribution")
# False is what these are when nothing is said; Terraform's provider then says nothing.
FALSE_UNLESS_SAID = {"isPublic"}


@dataclass(frozen=True)
class Kind:
    """How one kind of Image Builder object is listed and read."""

    noun: str                # GetNoun, ListNouns
    items: str               # where ListNouns puts them
    builds: str = ""         # where ListNounBuildVersions puts them, for what has build versions
    owned: bool = True       # whether the list takes an owner

    @property
    def snake(self) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.noun).lower()

    @property
    def camel(self) -> str:
        return self.noun[0].lower() + self.noun[1:]


KINDS = (
    Kind("Component", "componentVersionList", "componentSummaryList"),
    Kind("Workflow", "workflowVersionList", "workflowSummaryList"),
    Kind("ImageRecipe", "imageRecipeSummaryList"),
    Kind("ContainerRecipe", "containerRecipeSummaryList"),
    Kind("InfrastructureConfiguration", "infrastructureConfigurationSummaryList", owned=False),
    Kind("DistributionConfiguration", "distributionConfigurationSummaryList", owned=False),
    Kind("ImagePipeline", "imagePipelineList", owned=False),
    Kind("LifecyclePolicy", "lifecyclePolicySummaryList", owned=False),
    Kind("Image", "imageVersionList", "imageSummaryList"),
)


def objects(account: Account, kind: Kind) -> list[dict]:
    """Every object of one kind that the account owns, in full."""
    plural = "lifecycle_policies" if kind.noun == "LifecyclePolicy" else f"{kind.snake}s"
    found = account.all("imagebuilder", f"list_{plural}", kind.items, **({"owner": "Self"} if kind.owned else {}))
    arns = [item["arn"] for item in found]
    if kind.builds:
        arns = [build["arn"] for arn in arns for build in account.all(
            "imagebuilder", f"list_{kind.snake}_build_versions", kind.builds, **{f"{kind.camel}VersionArn": arn})]
    parameter = f"{kind.camel}BuildVersionArn" if kind.builds else f"{kind.camel}Arn"
    get = getattr(account.client("imagebuilder"), f"get_{kind.snake}")
    return sorted((get(**{parameter: arn})[kind.camel] for arn in arns), key=lambda found: found["arn"])


def every_version(recipes: list[dict], policies: list[dict]) -> None:
    """Terraform's provider refuses the wildcard that CloudFormation is given, so it gets every version by name. What
    covers all versions of a recipe that exist is said in one way."""
    existing: dict[str, set[str]] = {}
    for recipe in recipes:
        existing.setdefault(recipe["name"], set()).add(recipe["version"])
    for one in policies:
        selected: dict[str, set[str]] = {}
        for entry in one["resourceSelection"].get("recipes", []):
            selected.setdefault(entry["name"], set()).add(entry["semanticVersion"])
        one["resourceSelection"]["recipes"] = [
            {"name": name, "versions": "all" if "x.x.x" in versions or versions >= existing.get(name, {""})
             else sorted(versions)} for name, versions in sorted(selected.items())]


def policy(document: Any) -> Any:
    """An IAM policy with one spelling for what IAM takes in two: a list for every scalar, in one order."""
    if isinstance(document, str):
        document = json.loads(document or "null")
    if not document:
        return None

    def listed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: listed(inner) for key, inner in value.items()}
        return sorted(value if isinstance(value, list) else [value])

    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    plain = ("Sid", "Effect")
    tidied = [{key: value if key in plain else listed(value) for key, value in one.items()} for one in statements]
    return {"Version": document.get("Version"), "Statement": tidied}


def tags(listed: list[dict] | None) -> dict[str, str]:
    """Tags as a map, without those that CloudFormation adds."""
    return {tag["Key"]: tag["Value"] for tag in listed or [] if not tag["Key"].startswith("aws:")}


def role(account: Account, name: str) -> dict:
    iam = account.client("iam")
    found = iam.get_role(RoleName=name)["Role"]
    attached = {}
    for one in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        arn = one["PolicyArn"]
        if ":aws:policy/" in arn:
            attached[arn] = "managed by AWS"
        else:
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            body = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            attached[f"own {len(attached)}"] = policy(body)
    inline = {one: policy(iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"])
              for one in iam.list_role_policies(RoleName=name)["PolicyNames"]}
    return {"path": found["Path"], "description": found.get("Description"), "session": found["MaxSessionDuration"],
            "trust": policy(found["AssumeRolePolicyDocument"]), "attached": attached, "inline": inline,
            "boundary": found.get("PermissionsBoundary"), "tags": tags(found.get("Tags"))}


def bucket(account: Account, name: str) -> dict:
    def setting(operation: str, key: str) -> Any:
        return account.maybe("s3", operation, Bucket=name).get(key)

    encryption = setting("get_bucket_encryption", "ServerSideEncryptionConfiguration") or {}
    for rule in encryption.get("Rules", []):
        if not rule.get("BucketKeyEnabled"):
            rule.pop("BucketKeyEnabled", None)
    return {"public access": setting("get_public_access_block", "PublicAccessBlockConfiguration"),
            "encryption": encryption, "versioning": setting("get_bucket_versioning", "Status"),
            "ownership": setting("get_bucket_ownership_controls", "OwnershipControls"),
            "policy": policy(setting("get_bucket_policy", "Policy"))}


def topic(account: Account, arn: str) -> dict:
    attributes = account.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    subscribed = account.all("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
    return {"policy": policy(attributes.get("Policy")),
            "subscriptions": [{key: one[key] for key in ("Protocol", "Endpoint")} for one in subscribed],
            "tags": tags(account.client("sns").list_tags_for_resource(ResourceArn=arn)["Tags"])}


def rules(permissions: list[dict]) -> list[dict]:
    """One entry a rule; a rule for every protocol has no ports."""
    found = []
    for one in permissions:
        ports = {} if one["IpProtocol"] == "-1" else {"from": one.get("FromPort"), "to": one.get("ToPort")}
        for key in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"):
            for target in one.get(key, []):
                found.append({"protocol": one["IpProtocol"], **ports, **target})
    return [json.loads(text) for text in sorted({json.dumps(rule, sort_keys=True) for rule in found})]


def security_group(found: dict) -> dict:
    return {"description": found["Description"], "network": found.get("VpcId"), "tags": tags(found.get("Tags")),
            "in": rules(found["IpPermissions"]), "out": rules(found["IpPermissionsEgress"])}


def repository(account: Account, found: dict) -> dict:
    name = found["repositoryName"]
    lifecycle = account.maybe("ecr", "get_lifecycle_policy", repositoryName=name).get("lifecyclePolicyText")
    access = account.maybe("ecr", "get_repository_policy", repositoryName=name).get("policyText")
    listed = account.client("ecr").list_tags_for_resource(resourceArn=found["repositoryArn"])["tags"]
    return {"name": name, "scan": found.get("imageScanningConfiguration"), "tags": tags(listed),
            "mutability": found.get("imageTagMutability"), "encryption": found.get("encryptionConfiguration"),
            "policy": policy(access), "lifecycle": json.loads(lifecycle or "null")}


class Names:
    """Made-up physical names, and what to say instead."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def give(self, physical: str, purpose: str) -> None:
        """The first purpose found for a thing names it."""
        self._known.setdefault(physical, "{" + purpose + "}")

    def of(self, physical: str) -> str:
        return self._known.get(physical, physical)

    def put(self, text: str) -> str:
        for physical in sorted(self._known, key=len, reverse=True):
            text = re.sub(re.escape(physical) + r"(?![\w+=,.@-])", lambda _: self._known[physical], text)
        return text


def name_others(names: Names, noun: str, found: dict[str, dict]) -> dict[str, dict]:
    """The things by purpose. What nothing refers to is numbered in the order of its content."""

    def content(one: str) -> str:
        return names.put(json.dumps(found[one], sort_keys=True)).replace(one, "{itself}")

    for number, one in enumerate(sorted((one for one in found if names.of(one) == one), key=content), 1):
        names.give(one, f"other {noun} {number}")
    return {names.of(one): content for one, content in found.items()}


def tidy(value: Any, key: str = "") -> Any:
    """Without what may differ: dates, empty elements, the order of sets."""
    if isinstance(value, dict):
        pairs = {inner: tidy(one, inner) for inner, one in value.items() if inner not in VOLATILE}
        return {inner: one for inner, one in sorted(pairs.items())
                if one not in (None, "", [], {}) and not (one is False and inner in FALSE_UNLESS_SAID)}
    if isinstance(value, list):
        listed = [tidy(one, key) for one in value]
        if key == "workflows":
            return sorted(listed, key=place)
        return listed if key in ORDERED else sorted(listed, key=lambda one: json.dumps(one, sort_keys=True))
    return value


def place(workflow: dict) -> tuple[int, str]:
    """The service goes by stages, and in each by the list, but for tests of one group, which run at the same time."""
    arn = workflow.get("workflowArn", "")
    stage = next((at for at, name in enumerate(STAGES) if f":workflow/{name}/" in arn), len(STAGES))
    return stage, json.dumps(workflow, sort_keys=True) if workflow.get("parallelGroup") else ""


def read(account: Account) -> dict:
    """Everything in the account."""
    made = {kind.noun: objects(account, kind) for kind in KINDS}
    every_version([*made["ImageRecipe"], *made["ContainerRecipe"]], made["LifecyclePolicy"])
    iam, names = account.client("iam"), Names()
    profiles = {one["InstanceProfileName"]: one for one in iam.list_instance_profiles()["InstanceProfiles"]}
    roles = {one["Arn"]: role(account, one["RoleName"]) for one in iam.list_roles()["Roles"]}
    buckets = {f"arn:aws:s3:::{one['Name']}": bucket(account, one["Name"])
               for one in account.client("s3").list_buckets()["Buckets"] if not one["Name"].startswith(EXISTING)}
    topics = {one["TopicArn"]: topic(account, one["TopicArn"]) for one in account.client("sns").list_topics()["Topics"]}
    network = services.network(account, names)
    rules_made, keys = services.event_rules(account, names), services.keys(account, names)
    groups = {one["GroupId"]: security_group(one)
              for one in account.client("ec2").describe_security_groups()["SecurityGroups"]
              if one["GroupName"] != "default"}
    repositories = {one["repositoryArn"]: repository(account, one)
                    for one in account.client("ecr").describe_repositories()["repositories"]}

    # Only what is in the account was made up; a name that the spec gives stays.
    for one in made["InfrastructureConfiguration"]:
        name, profile = one["name"], profiles.get(one["instanceProfileName"])
        logs = (one.get("logging") or {}).get("s3Logs") or {}
        log_bucket = f"arn:aws:s3:::{logs.get('s3BucketName')}"
        if log_bucket in buckets:
            names.give(log_bucket, f"log bucket of {name}")
            logs["s3BucketName"] = names.of(log_bucket)
        if one.get("snsTopicArn") in topics:
            names.give(one["snsTopicArn"], f"topic of {name}")
        own = [group for group in one.get("securityGroupIds") or [] if group in groups]
        for number, group in enumerate(sorted(own, key=lambda group: json.dumps(groups[group], sort_keys=True)), 1):
            names.give(group, f"security group {number} of {name}")
        if profile:
            names.give(profile["Arn"], f"instance profile of {name}")
            for member in profile["Roles"]:
                names.give(member["Arn"], f"role of {name}")
            one["instanceProfileName"] = names.of(profile["Arn"])
    configured = {one["arn"]: one for one in made["InfrastructureConfiguration"]}
    for one in made["Image"]:
        # An image has a copy of what it was built on.
        if built_on := configured.get(one["infrastructureConfiguration"]["arn"]):
            one["infrastructureConfiguration"] = built_on
    for noun in ("ImagePipeline", "LifecyclePolicy", "Image"):
        for one in made[noun]:
            if one.get("executionRole") in roles:
                names.give(one["executionRole"], f"execution role of {noun} {one['name']}")

    world: dict[str, Any] = {kind: {one["arn"].split(":", 5)[5]: one for one in found} for kind, found in made.items()}
    world["Role"] = name_others(names, "role", roles)
    world["InstanceProfile"] = name_others(names, "instance profile", {
        one["Arn"]: {"path": one["Path"], "roles": [member["Arn"] for member in one["Roles"]]}
        for one in profiles.values()})
    world["Bucket"] = name_others(names, "bucket", buckets)
    world["Topic"] = name_others(names, "topic", topics)
    world["SecurityGroup"] = name_others(names, "security group", groups)
    world["Repository"] = name_others(names, "repository", repositories)
    world["LogGroup"] = {one["logGroupName"]: one.get("retentionInDays") for one in account.all(
        "logs", "describe_log_groups", "logGroups")}
    world.update(network)
    world["Rule"], world["Key"], world["LogPolicy"] = rules_made, keys, services.log_policies(account)
    text = names.put(json.dumps(world, default=str)).replace(account.number, "{account}")
    return tidy(json.loads(text))
