#!/usr/bin/env python3
"""AWS's own engine over templates: `validate.py TEMPLATE...`. Prints each error and exits 1 when there is one."""
from __future__ import annotations

import json
import sys
from pathlib import Path

from cloudformation_validate import CompositeEngine


def main(files: list[str]) -> int:
    engine, errors = CompositeEngine(), 0
    newer = json.loads(Path(__file__).with_name("newer.json").read_text())
    unknown = [f"('{name}' was unexpected)" for name in newer if name != "about"]
    for file in files:
        for found in engine.validate_template(file).diagnostics:
            is_newer = found.rule_id == "F3002" and any(text in found.message for text in unknown)
            if found.severity.name in ("ERROR", "FATAL") and not is_newer:
                errors += 1
                where = found.entity.logical_id if found.entity else "template"
                print(f"{file}:{found.start_line}: {found.rule_id} {where}.{found.property_path}: {found.message}")
    return 1 if errors else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
