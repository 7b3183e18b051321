#!/usr/bin/env python3
"""Measures deployments against the double of AWS in tests/awsim: `benches/deploy.py [--cdk FOLDER]`.

Run it with a Python that has tests/judges/requirements.txt, such as target/judges/bin/python. A proxy before the double
counts the calls of each command, and refuses those above a rate as the service does. With --cdk, the
template is deployed by the AWS CDK that is installed in a folder as well (see benches/compare.py). Linux only.
"""

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = """name = "NAME"

[component.NAME]
build = ["dnf -y install nginx"]

[pipeline.NAME]
base = "amazon-linux-2023/arm64"
components = ["NAME"]
"""
REFUSED = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
    b"<RequestId>0</RequestId></ErrorResponse>"
)


class Proxy(ThreadingHTTPServer):
    """Passes calls on, counts them, and refuses what comes faster than `rate` a second, if there is a rate."""

    daemon_threads = True

    def __init__(self, upstream: int, rate: float = 0) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.upstream, self.rate, self.tokens, self.at = upstream, rate, rate, time.monotonic()
        self.calls: Counter[str] = Counter()
        self.refused = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def takes(self, what: str) -> bool:
        """Whether a call is within the rate. Only CloudFormation's are limited."""
        with self.lock:
            self.calls[what] += 1
            if not self.rate or not what.startswith("cloudformation"):
                return True
            now = time.monotonic()
            self.tokens, self.at = min(self.rate, self.tokens + (now - self.at) * self.rate), now
            if self.tokens >= 1:
                self.tokens -= 1
                return True
            self.refused += 1
            return False


class Passing(BaseHTTPRequestHandler):
    """One call."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def handle_call(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.server.takes(name(self.headers, self.command, self.path, body)):
            self.answer(400, [("Content-Type", "text/xml")], REFUSED)
            return
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=120)
        upstream.request(self.command, self.path, body, dict(self.headers))
        given = upstream.getresponse()
        kept = [pair for pair in given.getheaders() if pair[0].lower() not in ("content-length", "transfer-encoding")]
        self.answer(given.status, kept, given.read())
        upstream.close()

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for header in headers:
            self.send_header(*header)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_call


def name(headers: object, method: str, path: str, body: bytes) -> str:
    """What is called: the service that the signature names, and the operation of the query protocol."""
    scope = headers.get("Authorization", "").partition("Credential=")[2].split("/")  # type: ignore[attr-defined]
    service = scope[3] if len(scope) > 3 else "?"
    action = body.partition(b"Action=")[2].partition(b"&")[0].decode(errors="replace")
    return f"{service}:{action or method}"


class Double:
    """A running awsim: with our corrections, or `plain`."""

    def __init__(self, *options: str, plain: bool = False) -> None:
        corrected = [] if plain else [str(ROOT / "tests/judges/emulator.py")]
        serve = [sys.executable, *corrected, str(ROOT / "tests/awsim/serve.py"), "--port", str(free()), *options]
        self.process = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.port = int(ready["endpoint"].rsplit(":", 1)[1])

    def script(self, plan: dict) -> None:
        asked = http.client.HTTPConnection("127.0.0.1", self.port)
        asked.request("POST", "/_awsim/plan", json.dumps(plan), {"Content-Type": "application/json"})
        asked.getresponse().read()


def free() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def environment(endpoint: str, account: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    own = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "test"}
    rest = {"AWS_REGION": "us-east-1", "AWS_CONFIG_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true"}
    return clean | own | rest


def run(command: list[str], folder: Path, given: dict[str, str]) -> tuple[int, str, float, float]:
    """Runs it; gives the status, the output, when it ended, and the largest resident set in MiB."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, cwd=folder, env=given, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        ended = time.time()
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return process.returncode, output.read(), ended, usage.ru_maxrss / 1024


def must(status: int, said: str) -> None:
    if status != 0:
        sys.exit(said[-3000:])


def one(kiln: str, double: Double, work: Path, seconds: float) -> None:
    """A deployment in which one resource takes its time."""
    folder = work / "one"
    folder.mkdir()
    (folder / "kiln.toml").write_text(SPEC.replace("NAME", "one"))
    slow = {"stack": "one", "logical_id": "OneRecipe", "action": "create", "delay_ms": int(seconds * 1000)}
    double.script({"cfn": [slow]})
    proxy = Proxy(double.port)
    command = [kiln, "deploy", "--yes", "--format", "ndjson"]
    status, said, ended, mib = run(command, folder, environment(proxy.endpoint, "320000000001"))
    must(status, said)
    events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    last = max(datetime.fromisoformat(event["at"]).timestamp() for event in events if event["type"] == "event")
    print(f"| kiln deploy: from the last event to exit | {ended - last:.1f} s |")
    print(f"| kiln deploy: calls | {proxy.calls.total()} ({words(proxy.calls)}) |")
    print(f"| kiln deploy: memory | {mib:.0f} MiB |", flush=True)


def many(kiln: str, double: Double, work: Path, stacks: int, rate: float) -> None:
    """Many stacks at once under a limit of calls."""
    folder = work / "many"
    for number in range(stacks):
        own = folder / f"web{number}"
        own.mkdir(parents=True)
        (own / "kiln.toml").write_text(SPEC.replace("NAME", f"web{number}"))
    proxy = Proxy(double.port, rate)
    began = time.time()
    command = [kiln, "deploy", "--yes", "--concurrency", "8", "--format", "ndjson", "."]
    status, said, ended, mib = run(command, folder, environment(proxy.endpoint, "320000000002"))
    must(status, said)
    deployed = said.count('"outcome":"deployed"')
    calls = proxy.calls.total()
    print(f"| {stacks} stacks, {rate:g} calls/s: deployed | {deployed} in {ended - began:.0f} s |")
    print(f"| {stacks} stacks: calls, of them refused | {calls}, {proxy.refused} ({proxy.refused / calls:.1%}) |")
    print(f"| {stacks} stacks: memory | {mib:.0f} MiB |", flush=True)


APP = """
const { App, Stack } = require("aws-cdk-lib");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");
const stack = new Stack(new App(), "cdk", { env: { account: "320000000003", region: "us-east-1" } });
new CfnInclude(stack, "Template", { templateFile: "template.yaml" });
"""


def cdk(app: Path, kiln: str, double: Double, work: Path, seconds: float) -> None:
    """The same template deployed by the CDK, to an account that is prepared for it first."""
    program, folder = str(app / "node_modules" / ".bin" / "cdk"), work / "cdk"
    folder.mkdir()
    (folder / "kiln.toml").write_text(SPEC.replace("NAME", "cdk"))
    (folder / "app.js").write_text(APP)
    subprocess.run([kiln, "synth"], cwd=folder, check=True, stderr=subprocess.DEVNULL)
    own = ["--app", "node app.js", "--no-notices"]
    proxy = Proxy(double.port)
    given = environment(proxy.endpoint, "320000000003") | {"NODE_PATH": str(app / "node_modules"), "CI": "true"}
    given |= {"CDK_VALIDATION": "false"}
    status, said, _, _ = run([program, "bootstrap", *own, "aws://320000000003/us-east-1"], folder, given)
    must(status, said)
    double.script({"cfn": [{"stack": "cdk", "logical_id": "CdkRecipe", "action": "create", "delay_ms": int(seconds * 1000)}]})
    proxy.calls.clear()
    status, said, _, mib = run([program, "deploy", "--require-approval", "never", *own], folder, given)
    must(status, said)
    print(f"| cdk deploy: calls | {proxy.calls.total()} ({words(proxy.calls)}) |")
    print(f"| cdk deploy: memory | {mib:.0f} MiB |", flush=True)


def words(calls: Counter[str]) -> str:
    return ", ".join(f"{count} {what.partition(':')[2]}" for what, count in calls.most_common())


def main() -> None:
    """Reads the arguments, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    parser.add_argument("--kiln", default=f"{target}/release/kiln", help="the binary; the release build otherwise")
    parser.add_argument("--cdk", type=Path, metavar="FOLDER", help="where the CDK is installed, to measure it too")
    parser.add_argument("--seconds", type=float, default=57, help="what the recipe of the single deployment takes")
    parser.add_argument("--stacks", type=int, default=50, help="how many are deployed at once")
    parser.add_argument("--rate", type=float, default=10, help="calls a second that CloudFormation takes then")
    args = parser.parse_args()

    kiln, work = str(Path(args.kiln).resolve()), Path(tempfile.mkdtemp(prefix="kiln-deploy-"))
    double = Double()
    try:
        print("| what | measured |\n|---|---|", flush=True)
        one(kiln, double, work, args.seconds)
        if args.stacks:
            many(kiln, double, work, args.stacks, args.rate)
        if args.cdk:
            cdk(args.cdk.resolve(), kiln, double, work, args.seconds)
    finally:
        double.process.terminate()
        double.process.wait()
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
