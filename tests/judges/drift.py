#!/usr/bin/env python3
"""Change a stack's things by hand: who may take a role, and a component's document.

`drift.py ENDPOINT ACCOUNT [trust]`: the former alone, with `trust`."""
from __future__ import annotations

import json
import sys

from aws import Account


def main(endpoint: str, number: str, what: str = "all") -> int:
    account = Account(endpoint, number)
    iam, builder = account.client("iam"), account.client("imagebuilder")
    for role in iam.list_roles()["Roles"]:
        if "service-role" not in role["Path"]:
            trust = {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]}
            iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=json.dumps(trust))
    if what == "trust":
        return 0
    # A component in use cannot go, so what uses it goes first.
    for pipeline in account.all("imagebuilder", "list_image_pipelines", "imagePipelineList"):
        builder.delete_image_pipeline(imagePipelineArn=pipeline["arn"])
    for recipe in account.all("imagebuilder", "list_image_recipes", "imageRecipeSummaryList"):
        builder.delete_image_recipe(imageRecipeArn=recipe["arn"])
    for version in account.all("imagebuilder", "list_components", "componentVersionList", owner="Self"):
        arn = version["arn"] + "/1"
        old = builder.get_component(componentBuildVersionArn=arn)["component"]
        builder.delete_component(componentBuildVersionArn=arn)
        builder.create_component(name=old["name"], semanticVersion=old["version"], platform=old["platform"],
                                 data=old["data"] + "# by hand\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
