#!/usr/bin/env python3
"""Which versions exist and what the pipelines use, as JSON: `versions.py ENDPOINT ACCOUNT`."""
from __future__ import annotations

import json
import sys

from aws import Account
from world import KINDS, objects


def main(endpoint: str, number: str) -> None:
    account = Account(endpoint, number)
    made = {kind.noun: objects(account, kind) for kind in KINDS}
    arns = {noun: [one["arn"] for one in made[noun]] for noun in ("Component", "ImageRecipe", "ContainerRecipe")}
    pipelines = {one["arn"]: one.get("imageRecipeArn") or one["containerRecipeArn"] for one in made["ImagePipeline"]}
    print(json.dumps({"components": arns["Component"], "recipes": arns["ImageRecipe"] + arns["ContainerRecipe"],
                      "pipelines": pipelines}))


if __name__ == "__main__":
    main(*sys.argv[1:])
