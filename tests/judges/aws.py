"""Clients of one awsim account."""
from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "us-east-1"


class Account:
    """One account of a running awsim: a twelve-digit access key is a world of its own."""

    def __init__(self, endpoint: str, number: str):
        self.endpoint, self.number = endpoint, number
        self._session = boto3.Session(aws_access_key_id=number, aws_secret_access_key="test", region_name=REGION)
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
            self._clients[service] = self._session.client(service, endpoint_url=self.endpoint, config=config)
        return self._clients[service]

    def all(self, service: str, operation: str, key: str, **params: Any) -> list[Any]:
        """Every item of a list operation, over all its pages."""
        found: list[Any] = []
        call = getattr(self.client(service), operation)
        while True:
            answer = call(**params)
            found += answer.get(key) or []
            if not answer.get("nextToken"):
                return found
            params["nextToken"] = answer["nextToken"]

    def maybe(self, service: str, operation: str, **params: Any) -> dict:
        """The answer, or nothing where the service says that there is none (`NoSuchBucketPolicy` and its kin)."""
        try:
            answer = getattr(self.client(service), operation)(**params)
        except ClientError as error:
            if error.response["Error"]["Code"].startswith("NoSuch") or "NotFound" in error.response["Error"]["Code"]:
                return {}
            raise
        answer.pop("ResponseMetadata", None)
        return answer
