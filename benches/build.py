#!/usr/bin/env python3
"""Measures builds that are followed, against the double of AWS in tests/awsim: `benches/build.py`.

How long a line of the log takes from the service to the terminal, how many calls that costs, and what memory and time a
long log costs. Run it with a Python that has tests/judges/requirements.txt, such as target/judges/bin/python. Linux only.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from deploy import ROOT, SPEC, Double, environment, must, run


def deployed(kiln: str, double: Double, work: Path, name: str, account: str) -> tuple[Path, dict[str, str]]:
    """A deployed pipeline: its folder and the environment of its account."""
    folder = work / name
    folder.mkdir()
    (folder / "kiln.toml").write_text(SPEC.replace("NAME", name))
    given = environment(f"http://127.0.0.1:{double.port}", account)
    status, said, _, _ = run([kiln, "deploy", "--yes", "--poll", "100ms"], folder, given)
    must(status, said)
    return folder, given


def live(kiln: str, double: Double, work: Path, poll: float) -> None:
    """One build at the usual pace: when its lines were written, and when they came."""
    folder, given = deployed(kiln, double, work, "live", "320000000001")
    command = [kiln, "build", "--format", "ndjson", "--poll", f"{int(poll * 1000)}ms"]
    process = subprocess.Popen(command, cwd=folder, env=given, stdout=subprocess.PIPE, text=True)
    lags, ended = [], {}
    for line in process.stdout:
        came, said = time.time(), json.loads(line)
        if said["type"] == "log":
            lags.append(came - datetime.fromisoformat(said["at"]).timestamp())
        if said["type"] == "ended":
            ended = said
    must(process.wait(), f"kiln build ended with {process.returncode}")
    print(f"| a line of the log, from the service to the terminal (--poll {poll:g}s) | at most {max(lags):.1f} s |")
    print(f"| calls in a build of {ended['seconds']} s, all told | {ended['calls']}"
          f" ({ended['calls'] / ended['seconds']:.2f} a second) |", flush=True)


def script(double: Double, name: str, lines: int) -> None:
    log = [f"line {number}: some eighty characters are what a line of a build's log has" for number in range(lines)]
    double.script({"builds": [{"recipe": name, "fail_at": "ApplyBuildComponents", "reason": "broken", "log": log}]})


def long(kiln: str, double: Double, work: Path, lines: int) -> None:
    """A build that writes many lines at once."""
    name = f"long{lines}"
    folder, given = deployed(kiln, double, work, name, f"3200{lines:08}")
    # In a process of its own: what this one holds counts as the command's, which begins as a copy of it.
    scripting = multiprocessing.Process(target=script, args=(double, name, lines))
    scripting.start()
    scripting.join()
    with tempfile.TemporaryFile() as output:
        began = time.time()
        command = [kiln, "build", "--poll", "100ms"]
        process = subprocess.Popen(command, cwd=folder, env=given, stdout=output, stderr=output)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode, took = 0, time.time() - began
        output.seek(0)
        told = sum(1 for line in output if b"some eighty characters" in line)
    # The last lines are told once more, with the cause.
    if told < lines:
        sys.exit(f"{told} of {lines} lines were told")
    cpu = usage.ru_utime + usage.ru_stime
    print(f"| a log of {lines:,} lines: all of them told | in {took:.1f} s, with {cpu:.1f} s of CPU"
          f" ({lines / cpu:,.0f} lines a second of CPU) |")
    print(f"| a log of {lines:,} lines: memory | {usage.ru_maxrss / 1024:.0f} MiB |", flush=True)


def main() -> None:
    """Reads the arguments, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    parser.add_argument("--kiln", default=f"{target}/release/kiln", help="the binary; the release build otherwise")
    parser.add_argument("--poll", type=float, default=2, help="seconds between two looks")
    parser.add_argument("--step", type=int, default=20000, help="milliseconds that the build stays in each state")
    args = parser.parse_args()

    kiln, work = str(Path(args.kiln).resolve()), Path(tempfile.mkdtemp(prefix="kiln-build-"))
    # Its pages are as long as the service's.
    double = Double("--build-step-ms", str(args.step), plain=True)
    try:
        print("| what | measured |\n|---|---|", flush=True)
        live(kiln, double, work, args.poll)
    finally:
        double.process.terminate()
        double.process.wait()
    double = Double("--build-step-ms", "50", plain=True)
    try:
        for lines in (10_000, 100_000, 400_000):
            long(kiln, double, work, lines)
    finally:
        double.process.terminate()
        double.process.wait()
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
