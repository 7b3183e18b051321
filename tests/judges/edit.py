#!/usr/bin/env python3
"""Append a harmless command to a component's document: `edit.py DOCUMENT.yaml`."""
from __future__ import annotations

import sys
from pathlib import Path

import yaml


def main(file: str) -> None:
    path = Path(file)
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    steps = [step for phase in document["phases"] for step in phase["steps"]]
    commands = next(step["inputs"]["commands"] for step in steps
                    if isinstance(step.get("inputs"), dict) and "commands" in step["inputs"])
    commands.append("echo edited")
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
