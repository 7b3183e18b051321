"""Parts of AWS that awsim lacks, after their API references: what a scan has found, the end of images, what refers to
AMIs, and what the service does to pipelines by itself.

What a scan finds is scripted: `POST /_kiln/findings` with `{"recipe": …, "critical": 1, "looks": 2}` says it of the images
of a recipe, and how many looks at the image come before the scan is over; `"status": "FAILED"` is another end. `POST
/_kiln/pipelines` with `{"name": …, "status": "DISABLED", "consecutiveFailures": 3}` says what is told of a pipeline.
"""
from __future__ import annotations

import json
import uuid
from typing import Any

FINDINGS: dict[str, dict[str, Any]] = {}
EXECUTIONS: dict[str, str] = {}
PIPELINES: dict[str, dict[str, Any]] = {}
SCRIPTS = {"/_kiln/findings": (FINDINGS, "recipe"), "/_kiln/pipelines": (PIPELINES, "name")}


def script(path: str, body: bytes) -> None:
    said = json.loads(body)
    what, name = SCRIPTS[path]
    what[said[name]] = said


def scans() -> None:
    from awsim import api

    plain = api.OPERATIONS["GetImage"]

    def get_image(ctx: Any, params: dict) -> dict:
        answer = plain(ctx, params)
        image = answer["image"]
        is_scanned = (image.get("imageScanningConfiguration") or {}).get("imageScanningEnabled")
        if not is_scanned or image["state"]["status"] != "AVAILABLE":
            return answer
        said = FINDINGS.get(image["name"], {})
        if said.get("looks", 0) > 0:
            said["looks"] -= 1
            status = "SCANNING"
        else:
            status = said.get("status", "COMPLETED")
        return answer | {"image": image | {"scanState": {"status": status}}}

    def aggregations(ctx: Any, params: dict) -> dict:
        (arn,) = params["filter"]["values"]
        said = FINDINGS.get(ctx.space.get(arn).data["name"], {})
        counts = {key: said.get(key, 0) for key in ("critical", "high", "medium")}
        counts["all"] = sum(counts.values()) + said.get("other", 0)
        found = {"imageAggregation": {"imageBuildVersionArn": arn, "severityCounts": counts}}
        return {"aggregationType": "imageBuildVersionArn", "responses": [found]}

    api.OPERATIONS["GetImage"] = get_image
    api.OPERATIONS["ListImageScanFindingAggregations"] = aggregations


def ends() -> None:
    """`StartResourceStateUpdate` to DELETED, and the execution that carries it out."""
    from awsim import api, outputs
    from awsim.context import require_role
    from awsim.errors import invalid_request

    def start(ctx: Any, params: dict) -> dict:
        record = ctx.space.get(params["resourceArn"])
        parts = params.get("includeResources") or {}
        is_container = record.data["type"] == "DOCKER"
        if params["state"].get("status") != "DELETED":
            raise invalid_request("Only DELETED is carried out here.")
        if not (parts.get("containers") if is_container else parts.get("amis")):
            raise invalid_request("The underlying resources must be included when the image is set to DELETED.")
        if not params.get("executionRole"):
            raise invalid_request("An execution role is required to update underlying resources.")
        require_role(ctx, params["executionRole"])
        outputs.deregister_amis(record.data.get("outputResources"))
        record.data["state"] = {"status": "DELETED"}
        execution = f"lce-{uuid.uuid4()}"
        EXECUTIONS[execution] = record.arn
        return {"lifecycleExecutionId": execution, "resourceArn": record.arn}

    def get(ctx: Any, params: dict) -> dict:
        execution = params["lifecycleExecutionId"]
        return {"lifecycleExecution": {"lifecycleExecutionId": execution, "state": {"status": "SUCCESS"}}}

    api.OPERATIONS["StartResourceStateUpdate"] = start
    api.OPERATIONS["GetLifecycleExecution"] = get


def pipelines() -> None:
    """What the service has made of pipelines by itself, such as disabling one after failures of its schedule."""
    from awsim import api

    plain = api.OPERATIONS["GetImagePipeline"]

    def get_pipeline(ctx: Any, params: dict) -> dict:
        answer = plain(ctx, params)
        pipeline = answer["imagePipeline"]
        return answer | {"imagePipeline": pipeline | PIPELINES.get(pipeline["name"], {})}

    api.OPERATIONS["GetImagePipeline"] = get_pipeline


def references() -> None:
    """`DescribeImageReferences` for launch templates; an instance of a registered AMI would need Docker."""
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import ec2

    def describe(parameters: dict) -> Any:
        wanted = ec2._parse_member_list(parameters, "ImageId")
        found = []
        for number in range(1, 6):
            kind = ec2._p(parameters, f"ResourceType.{number}.ResourceType")
            for name, ami in named(kind):
                if ami in wanted:
                    found.append((ami, kind, name))
        place = f"{get_region()}:{get_account_id()}"
        items = "".join(
            f"<item><imageId>{ami}</imageId><resourceType>{kind}</resourceType><arn>arn:aws:ec2:{place}:{name}</arn></item>"
            for ami, kind, name in found)
        return ec2._xml(200, "DescribeImageReferencesResponse", f"<imageReferenceSet>{items}</imageReferenceSet>")

    def named(kind: str) -> list[tuple[str, str]]:
        if kind == "ec2:LaunchTemplate":
            versions = [one for template in ec2._launch_templates.values() for one in template["Versions"]]
            return [(f"launch-template/{one['LaunchTemplateId']}", one["LaunchTemplateData"].get("ImageId", ""))
                    for one in versions]
        return []

    ec2._ACTION_MAP["DescribeImageReferences"] = describe
