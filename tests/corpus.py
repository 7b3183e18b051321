#!/usr/bin/env python3
"""Checks public documents and prints what kiln finds in them: errors, and warnings per document.

Usage: tests/corpus.py [--kiln PROGRAM] [--list] FOLDER ...

Fetch the documents yourself, for example by cloning repositories with Image Builder components, and keep them out of this
repository. A file counts if it is a component, a workflow or a Dockerfile template by its content. A document that the
service is known to take must have no error: each one that is listed is either a fault of the document or of kiln.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess

NAMES = re.compile(r"(\.ya?ml|\.json|^Dockerfile(\..+)?|\.Dockerfile)$", re.IGNORECASE)
# Templates of other tools are documents only when they are filled in.
TEMPLATE = re.compile(r"^\s*\{%|<%|^\s*%\{|AWSTemplateFormatVersion|^Resources:|^\s*\{\{-", re.MULTILINE)


def is_document(path):
    """Whether a file is what kiln checks."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    if TEMPLATE.search(text):
        return False
    if path.name.lower().startswith("dockerfile") or path.name.lower().endswith(".dockerfile"):
        return "{{{ imagebuilder:" in text
    has = lambda key: re.search(rf"^[\s{{\"']*{key}[\"']?\s*:", text, re.MULTILINE)
    if text.lstrip().startswith("{"):
        return '"schemaVersion"' in text and '"phases"' in text
    return bool(has("schemaVersion") and re.search(r"""["']?(phases|steps)["']?\s*:""", text)) and "mainSteps" not in text


def check(kiln, path):
    """The findings of a file."""
    run = subprocess.run([kiln, "check", "--format", "json", path], capture_output=True, text=True, check=False)
    return [json.loads(line) for line in run.stdout.splitlines()]


def main():
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--kiln", default="kiln", help="the program, `kiln` by default")
    parser.add_argument("--list", action="store_true", help="also print every finding")
    arguments = parser.parse_args()
    files = sorted({path for folder in arguments.folders for path in folder.rglob("*") if NAMES.search(path.name) and path.is_file()})
    documents = [path for path in files if is_document(path)]
    counts = {"error": collections.Counter(), "warning": collections.Counter()}
    wrong = 0
    for path in documents:
        found = check(arguments.kiln, path)
        wrong += any(one["severity"] == "error" for one in found)
        for one in found:
            counts[one["severity"]][one["code"]] += 1
            if arguments.list:
                line = one["labels"][0]["line"] if one["labels"] else 0
                print(f"{path}:{line}: {one['severity']} {one['code']}: {one['message']}")
    errors, warnings = (sum(counts[severity].values()) for severity in ("error", "warning"))
    print(f"{len(documents)} documents, {wrong} with errors")
    print(f"{errors} errors: {dict(counts['error'].most_common())}")
    share = warnings / len(documents) if documents else 0
    print(f"{warnings} warnings, {share:.2f} per document: {dict(counts['warning'].most_common())}")


if __name__ == "__main__":
    main()
