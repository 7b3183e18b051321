#!/usr/bin/env python3
"""What outside judges say of what kiln refuses.

    KILN_MUTANTS=mutants.json cargo test --test offline mutations
    tests/mutations/judge.py mutants.json > tests/mutations/judges.json

Each violating value is put in the place of the value that is right, into a resource of a golden: of CloudFormation's for
cfn-lint and for AWS's own validator, of Terraform's for `terraform plan`. A resource stands alone: what it refers to is a value that
is not known yet. Many stand in one template, because a judge takes seconds to start; what is said of one counts for its mutant
alone. The same resources unchanged are shown first: nothing may be said of them. A mutant that a back end cannot say, because
no golden of it has the property, is not shown to its judge.

It needs the packages of tests/judges/requirements.txt, terraform, and a provider as tests/run finds it (TF_PLUGIN_MIRROR).
"""
from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# So many resources, and so many bytes, are in one template. CloudFormation takes 500 of 1 MB.
MOST, BYTES = 60, 400_000
# Terraform's words for properties that it does not call as CloudFormation does, beside those made by rule.
NAMED = {"UserDataOverride": "user_data_base64", "SetDefaultVersion": "default"}

Names = Callable[[str], list[str]]
Places = list[tuple[object, object]]


def as_they_are(name: str) -> list[str]:
    return [name]


def in_terraform(name: str) -> list[str]:
    """The names that a property may have; the empty one stands for a level that only CloudFormation has."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    plain = [NAMED.get(name, snake), snake.removesuffix("s"), snake.removesuffix("_configuration")]
    return [*plain, snake.removesuffix("ies") + "y", ""]


def places(value: object, segments: list[str], names: Names) -> Places:
    """The containers and keys of everything at a path."""
    first, rest = segments[0], segments[1:]
    if first in ("(key)", "(value)"):
        return [(value, (first, key)) for key in value] if isinstance(value, dict) else []
    if first == "[]":
        # Terraform's JSON has one block as well as a list of them.
        if isinstance(value, dict):
            return places(value, rest, names) if rest else []
        return [place for item in range(len(value)) for place in under(value, item, rest, names)] if isinstance(value, list) else []
    if isinstance(value, list):
        return [place for item in value for place in places(item, segments, names)]
    if not isinstance(value, dict):
        return []
    for name in names(first):
        if name == "":
            deeper = rest[1:] if rest[:1] == ["[]"] else rest
            found = places(value, deeper, names) if deeper else []
        else:
            found = under(value, name, rest, names) if name in value else []
        if found:
            return found
    return []


def under(container: object, key: object, rest: list[str], names: Names) -> Places:
    return places(container[key], rest, names) if rest else [(container, key)]


def varied(value: object, number: int) -> object:
    """An item that differs from all others in its first text."""
    if isinstance(value, str):
        return f"{value[:-4]}{number:04}"
    if isinstance(value, dict) and value and not is_reference(value):
        first = next(iter(value))
        return {**value, first: varied(value[first], number)}
    return f"item{number:04}"


def many(value: object, count: int) -> object:
    if isinstance(value, dict):
        return {f"key-{number}": "value" for number in range(count)}
    return [varied(value[0], number) for number in range(count)]


def change(container: object, key: object, mutant: dict) -> None:
    value = mutant["value"]
    if isinstance(key, tuple):
        part, name = key
        old = container.pop(name)
        container[value if part == "(key)" else name] = old if part == "(key)" else value
    elif mutant["isMissing"]:
        del container[key]
    elif isinstance(value, dict):
        container[key] = many(container[key], value["items"])
    else:
        container[key] = value


def is_reference(value: object) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in ("Ref", "Fn::GetAtt", "Fn::Sub")


def alone(value: object) -> object:
    """A value of a template without its references to other resources."""
    if isinstance(value, list):
        return [alone(item) for item in value]
    if not isinstance(value, dict):
        return value
    if not is_reference(value):
        return {key: alone(item) for key, item in value.items()}
    (function, what), = value.items()
    if function == "Fn::Sub" and isinstance(what, str):
        return {function: re.sub(r"\$\{(?!AWS::)[^!}]+\}", "${Any}", what)}
    return value if function == "Ref" and what.startswith("AWS::") else {"Ref": "Any"}


def alone_in_terraform(value: object) -> object:
    if isinstance(value, list):
        return [alone_in_terraform(item) for item in value]
    if isinstance(value, dict):
        return {key: alone_in_terraform(item) for key, item in value.items() if key not in ("depends_on", "lifecycle")}
    if isinstance(value, str):
        return re.sub(r"(?<!\$)\$\{[^}]*\}", "${terraform_data.any.id}", value)
    return value


Resources = list[tuple[str, str, dict]]


def of_cloudformation(golden: Path) -> Resources:
    found = json.loads((golden / "template.json").read_text())["Resources"].items()
    return [(one["Type"].removeprefix("AWS::ImageBuilder::"), name, one) for name, one in found if "ImageBuilder" in one["Type"]]


def of_terraform(golden: Path) -> Resources:
    found = []
    for kind, named in json.loads((golden / "main.tf.json").read_text()).get("resource", {}).items():
        name = "".join(part.title() for part in kind.removeprefix("aws_imagebuilder_").split("_"))
        found += [(name, kind, one) for one in named.values() if kind.startswith("aws_imagebuilder_")]
    return found


class Judge:
    """One judge: its name, where it finds resources, and what it refuses of those that it is shown."""

    def __init__(self, name: str, file: str, names: Names, read: Callable[[Path], Resources], refused: Callable[[dict], set[str]]):
        self.name, self.file, self.names, self.read, self.refused = name, file, names, read, refused

    def goldens(self, story: str) -> Iterator[Path]:
        """The story's own, and then all others: what matters is the property."""
        every = sorted(path.parent for path in ROOT.glob(f"snapshots/*/{self.file}"))
        yield from sorted(every, key=lambda path: path.name != story)

    def mutated(self, mutant: dict) -> tuple[dict, dict] | None:
        """A resource as it is and with the value in it; nothing where no golden has the property."""
        story = mutant["story"] if mutant["isExample"] else f"type-{mutant['story']}"
        segments = mutant["path"].replace("[]", ".[]").split(".")
        for golden in self.goldens(story):
            for kind, _, resource in self.read(golden):
                if kind != mutant["type"]:
                    continue
                wrong = copy.deepcopy(resource)
                found = places(wrong.get("Properties", wrong), segments, self.names)
                if found:
                    change(*found[0], mutant)
                    return resource, wrong
        return None

    def table(self, mutants: list[dict]) -> dict[str, list[int]]:
        shown, right = {}, {}
        for number, mutant in enumerate(mutants):
            pair = self.mutated(mutant)
            if pair is not None:
                kind = re.sub(r"(?<!^)(?=[A-Z])", "_", mutant["type"]).lower()
                name = json.dumps([kind, pair[0]], sort_keys=True)
                right.setdefault(name, (f"R{len(right)}", kind, pair[0]))
                shown[f"M{number}"] = (kind, pair[1])
        said = self.refused({name: (kind, one) for name, kind, one in right.values()})
        if said:
            raise SystemExit(f"{self.name} refuses what is right: {sorted(said)}")
        refused, counts = self.refused(shown), {}
        for name in shown:
            counted = counts.setdefault(mutants[int(name[1:])]["kind"], [0, 0])
            counted[0] += 1
            counted[1] += name in refused
        return counts


def templates(shown: dict) -> Iterator[str]:
    def template(resources: dict) -> str:
        return json.dumps({"Parameters": {"Any": {"Type": "String"}}, "Resources": resources})

    resources: dict[str, object] = {}
    for name, (_, one) in shown.items():
        clean = {"Type": one["Type"], "Properties": alone(one.get("Properties", {}))}
        if resources and (len(resources) == MOST or len(template({**resources, name: clean})) > BYTES):
            yield template(resources)
            resources = {}
        resources[name] = clean
    if resources:
        yield template(resources)


def cfn_lint() -> Judge:
    from cfnlint.api import lint
    from cfnlint.core import get_rules

    rules = list(get_rules([], [], []).rules.values())

    def refused(shown: dict) -> set[str]:
        found: set[str] = set()
        for text in templates(shown):
            for match in lint(text, rules=rules, regions=["us-east-1"]):
                if match.rule.id.startswith("E"):
                    if len(match.path) < 2 or match.path[0] != "Resources":
                        raise SystemExit(f"cfn-lint refuses a template and no resource: {match}")
                    found.add(match.path[1])
        return found

    return Judge(f"cfn-lint {version('cfn-lint')}", "template.json", as_they_are, of_cloudformation, refused)


def validator() -> Judge:
    from cloudformation_validate import CompositeEngine

    engine = CompositeEngine()

    def refused(shown: dict) -> set[str]:
        found: set[str] = set()
        for text in templates(shown):
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                file.write(text)
                file.flush()
                for one in engine.validate_template(file.name).diagnostics:
                    if one.severity.name in ("ERROR", "FATAL"):
                        if one.entity is None:
                            raise SystemExit(f"the validator refuses a template and no resource: {one}")
                        found.add(one.entity.logical_id)
        return found

    name = f"cloudformation-validate {version('cloudformation-validate')}"
    return Judge(name, "template.json", as_they_are, of_cloudformation, refused)


def terraform() -> Judge:
    mirror = os.environ.get("TF_PLUGIN_MIRROR")
    words = {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}}
    provider = {"region": "us-east-1", "access_key": "none", "secret_key": "none", "skip_credentials_validation": True,
                "skip_metadata_api_check": True, "skip_requesting_account_id": True}

    def run(folder: str, *arguments: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        command = ["terraform", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout

    def errors(folder: str, command: str) -> set[str]:
        """The files that a command refuses."""
        if command == "validate":
            every = json.loads(run(folder, "validate", "-json"))["diagnostics"]
        else:
            lines = map(json.loads, run(folder, "plan", "-json", "-input=false", "-refresh=false", "-lock=false").splitlines())
            every = [line["diagnostic"] for line in lines if line["type"] == "diagnostic"]
        every = [one for one in every if one["severity"] == "error"]
        for one in every:
            if "range" not in one or not re.match(r"[MR]\d", one["range"]["filename"]):
                raise SystemExit(f"terraform {command} refuses no single resource: {one}")
        return {one["range"]["filename"] for one in every}

    def refused(shown: dict) -> set[str]:
        found: set[str] = set()
        with tempfile.TemporaryDirectory() as folder:
            main = {"terraform": words, "provider": {"aws": provider}, "resource": {"terraform_data": {"any": {}}}}
            (Path(folder) / "main.tf.json").write_text(json.dumps(main))
            run(folder, "init", "-input=false", *([f"-plugin-dir={mirror}"] if mirror else []))
            for name, (kind, one) in shown.items():
                resource = {"resource": {f"aws_imagebuilder_{kind}": {name: alone_in_terraform(one)}}}
                (Path(folder) / f"{name}.tf.json").write_text(json.dumps(resource))
            # What is refused is taken away, because it can keep the others from being looked at.
            for command in ("validate", "plan"):
                while wrong := errors(folder, command):
                    found |= wrong
                    for file in wrong:
                        (Path(folder) / file).unlink()
        return {file.removesuffix(".tf.json") for file in found}

    with tempfile.TemporaryDirectory() as folder:
        number = json.loads(run(folder, "version", "-json"))["terraform_version"]
    return Judge(f"terraform plan {number}, provider 5.100.0", "main.tf.json", in_terraform, of_terraform, refused)


def main(file: str) -> None:
    mutants = json.loads(Path(file).read_text())
    judges = {}
    for judge in (validator(), terraform(), cfn_lint()):
        print(judge.name, file=sys.stderr)
        judges[judge.name] = judge.table(mutants)
    # One line a kind, as a person would write the table.
    kinds = [",\n".join(f"   {json.dumps(kind)}: {json.dumps(count)}" for kind, count in table.items()) for table in judges.values()]
    named = [f"  {json.dumps(name)}: {{\n{table}\n  }}" for name, table in zip(judges, kinds)]
    print('{\n "judges": {\n' + ",\n".join(named) + "\n }\n}")


if __name__ == "__main__":
    main(sys.argv[1])
