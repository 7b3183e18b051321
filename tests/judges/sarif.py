#!/usr/bin/env python3
"""A SARIF log against the schema of SARIF: `sarif.py SCHEMA LOG`. Prints each error and exits 1 when there is one."""
from __future__ import annotations

import json
import sys
from pathlib import Path

from jsonschema.validators import validator_for


def main(schema: str, log: str) -> int:
    rules = json.loads(Path(schema).read_text(encoding="utf-8"))
    kind = validator_for(rules)
    kind.check_schema(rules)
    validator = kind(rules, format_checker=kind.FORMAT_CHECKER)
    errors = list(validator.iter_errors(json.loads(Path(log).read_text(encoding="utf-8"))))
    for error in errors:
        print(f"{log}: {error.json_path}: {error.message[:200]}")
    return 1 if errors else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
