#!/usr/bin/env python3
"""Measures whole processes: kiln, with --cdk an app of the AWS CDK that makes the same pipelines, and with
--terraform and --cfn-lint what those take to check what kiln has written.

A run is a process from its start to its end with all processes that it starts and waits for. Its CPU time is user and
system time together, its memory the largest resident set of one process. Runs of different commands alternate, so that
a machine that gets slower does not favour one of them. The inputs of kiln are made from examples/cdk-twin in a
temporary folder, and what a run wrote is removed before the next one. Linux only.
"""

import argparse
import ctypes
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "cdk-twin"
WRITTEN = ("kiln.lock", "template.yaml", "main.tf")
PR_SET_CHILD_SUBREAPER = 36
STACK_HOLDS = 25
"""So many pipelines are in one CloudFormation stack; more are one Terraform configuration."""


@dataclass
class Case:
    """A command, and the figures of its runs."""

    name: str
    command: list[str]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    kept: bool = False
    """Whether what kiln wrote is what the command reads."""
    cpu: list[float] = field(default_factory=list)
    mib: list[float] = field(default_factory=list)
    fault: str = ""

    def run(self) -> None:
        """Runs the command once and notes its figures.

        The resident set of a process counts from before its exec, when it is still a copy of its parent. So a shell,
        which is small, starts the command and goes; this process inherits it and hears of its resources.
        """
        with tempfile.TemporaryFile() as output:
            shell = subprocess.Popen(
                ["sh", "-c", '"$@" &', "sh", *self.command],
                cwd=self.folder,
                env=os.environ | self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            cpu, kib = 0.0, 0
            while True:
                try:
                    pid, status, usage = os.wait4(-1, 0)
                except ChildProcessError:
                    break
                if pid == shell.pid:
                    shell.returncode = os.waitstatus_to_exitcode(status)
                    continue
                if status != 0:
                    output.seek(0)
                    self.fault = output.read().decode(errors="replace")[-500:].strip() or f"status {status}"
                cpu += usage.ru_utime + usage.ru_stime
                kib = max(kib, usage.ru_maxrss)
        if not self.fault:
            self.cpu.append(cpu)
            self.mib.append(kib / 1024)


def project(folder: Path, pipelines: range, documents: int = 1) -> Path:
    """Writes a spec that has the example's pipeline under these numbers, and its component so many times."""
    shutil.copytree(EXAMPLE / "components", folder / "components")
    head, pipeline = (EXAMPLE / "kiln.toml").read_text().split("[pipeline.web]", 1)
    # Names differ between specs too, so that all of them could be deployed into one account.
    text = head.replace('"web"', f'"web{pipelines.start}"')
    if len(pipelines) > STACK_HOLDS:
        text = 'target = "terraform"\n' + text
    document = (EXAMPLE / "components" / "nginx.yaml").read_text()
    component = head[head.index("[component.nginx]") :]
    for number in range(1, documents):
        (folder / "components" / f"nginx{number}.yaml").write_text(document.replace("golden", f"golden {number}"))
        text += component.replace("[component.nginx]", f"[component.nginx{number}]").replace("nginx.y", f"nginx{number}.y")
    for number in pipelines:
        own = ("[pipeline.web]" + pipeline).replace("[pipeline.web", f"[pipeline.web{number}")
        used = number % documents or ""
        text += own.replace("/web/", f"/web{number}/").replace('"nginx"', f'"nginx{used}"') + "\n"
    (folder / "kiln.toml").write_text(text)
    return folder


def clean(folder: Path) -> None:
    """Removes what kiln wrote."""
    for name in WRITTEN:
        for path in folder.rglob(name):
            path.unlink()


def kiln_cases(kiln: str, work: Path, sizes: list[int]) -> list[Case]:
    """What is measured of kiln."""
    one, synth = work / "one", [kiln, "synth"]
    shutil.copytree(EXAMPLE, one)
    cases = [
        Case("kiln --version, nothing else", [kiln, "--version"], one),
        Case("kiln check, 1 pipeline", [kiln, "check", "."], one),
        diff_case("1 pipeline", kiln, one),
        Case("kiln synth, 1 pipeline, CloudFormation", [*synth, "."], one),
        Case("kiln synth, 1 pipeline, Terraform", [*synth, "--target", "terraform", "."], one),
    ]
    for size in sizes:
        terraform = project(work / f"project-{size}", range(size))
        specs = work / f"specs-{size}"
        for number in range(size):
            project(specs / f"web{number}", range(number, number + 1))
        words = f"{size:,} pipelines in 1 spec"
        cases.append(Case(f"kiln check, {words}", [kiln, "check", "."], terraform))
        documents = max(size // 5, 1)
        several = project(work / f"documents-{size}", range(size), documents)
        cases.append(Case(f"kiln check, {words}, {documents:,} documents", [kiln, "check", "."], several))
        cases.append(diff_case(words, kiln, terraform))
        cases.append(Case(f"kiln synth, {words}, Terraform", [*synth, "--target", "terraform", "."], terraform))
        cases.append(Case(f"kiln synth, {size:,} specs of 1 pipeline, CloudFormation", [*synth, "."], specs))
    return cases


def diff_case(words: str, kiln: str, folder: Path) -> Case:
    """A spec against itself with another component: every pipeline gets a new version."""
    old, new = folder.with_name(f"{folder.name}-old"), folder.with_name(f"{folder.name}-new")
    shutil.copytree(folder, old)
    subprocess.run([kiln, "synth", "--target", "terraform", "."], cwd=old, check=True, capture_output=True)
    shutil.copytree(old, new)
    component = next((new / "components").iterdir())
    component.write_text(component.read_text().replace("description:", "description: again,", 1))
    return Case(f"kiln diff, {words}", [kiln, "diff", old.name, new.name], folder.parent, kept=True)


def judge_cases(kiln: str, cfn_lint: str | None, terraform: str | None, work: Path) -> list[Case]:
    """What others take to check what kiln has written."""
    cases: list[Case] = []
    for size in (1, STACK_HOLDS, 1000):
        words = f"{size:,} pipeline{'' if size == 1 else 's'}"
        if cfn_lint and size <= STACK_HOLDS:
            folder = project(work / f"lint-{size}", range(size))
            subprocess.run([kiln, "synth", "."], cwd=folder, check=True, capture_output=True)
            # What it warns of is in the table of docs/checks.md; here only the time counts.
            command = [cfn_lint, "--non-zero-exit-code", "none", "template.yaml"]
            cases.append(Case(f"cfn-lint, {words}", command, folder, kept=True))
        if terraform and size != STACK_HOLDS:
            folder = project(work / f"validate-{size}", range(size))
            subprocess.run([kiln, "synth", "--target", "terraform", "."], cwd=folder, check=True, capture_output=True)
            subprocess.run([terraform, "init", "-backend=false"], cwd=folder, check=True, capture_output=True)
            cases.append(Case(f"terraform validate, {words}", [terraform, "validate"], folder, kept=True))
    return cases


def cdk_cases(app: Path, work: Path) -> list[Case]:
    """What is measured of the CDK: its app must be installed and compiled."""
    cdk = str(app / "node_modules" / ".bin" / "cdk")
    cases: list[Case] = []
    for words, setting in ((", validated", {}), (", CDK_VALIDATION=false", {"CDK_VALIDATION": "false"})):
        out = str(work / "cdk.out")
        scale = [cdk, "synth", "-q", "--output", out, "--app", "node dist/scale.js"]
        both = [cdk, "synth", "-q", "--output", out]
        node = ["node", "dist/scale.js"]
        cases += [
            Case(f"cdk synth, 1 pipeline{words}", scale, app, setting | {"N": "1"}),
            Case(f"cdk synth, golden AMI and container{words}", both, app, setting),
            Case(f"node alone, 1 pipeline{words}", node, app, setting | {"N": "1", "CDK_OUTDIR": out}),
            Case(f"node alone, 1,000 pipelines{words}", node, app, setting | {"N": "1000", "CDK_OUTDIR": out}),
        ]
    return cases


def measure(cases: list[Case], runs: int, seconds: float, work: Path) -> None:
    """Runs all cases in turn, those that took so many CPU seconds no more."""
    for turn in range(runs):
        for case in cases:
            if case.fault or sum(case.cpu) >= seconds:
                continue
            print(f"{turn + 1}/{runs} {case.name}", file=sys.stderr)
            shutil.rmtree(work / "cdk.out", ignore_errors=True)
            if case.folder.is_relative_to(work) and not case.kept:
                clean(case.folder)
            case.run()


def table(cases: list[Case]) -> str:
    """The figures as a table in Markdown."""
    lines = ["| what | CPU s, median | min | max | MiB, median | max | runs |", "|---|--:|--:|--:|--:|--:|--:|"]
    for case in cases:
        if case.fault:
            lines.append(f"| {case.name} | failed | | | | | |")
            continue
        cpu, mib = case.cpu, case.mib
        digits = 2 if min(cpu) >= 1 else 4
        figures = [f"{it:.{digits}f}" for it in (statistics.median(cpu), min(cpu), max(cpu))]
        figures += [f"{it:.1f}" for it in (statistics.median(mib), max(mib))]
        lines.append(f"| {case.name} | {' | '.join(figures)} | {len(cpu)} |")
    return "\n".join(lines)


def main() -> None:
    """Reads the arguments, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    parser.add_argument("--kiln", default=f"{target}/release/kiln", help="the binary; the release build otherwise")
    parser.add_argument("--cdk", type=Path, metavar="FOLDER", help="a CDK app to measure too, installed and compiled")
    parser.add_argument("--cfn-lint", metavar="FILE", help="a cfn-lint to measure too")
    parser.add_argument("--terraform", metavar="FILE", help="a terraform to measure too; it must find the AWS provider")
    parser.add_argument("--runs", type=int, default=5, help="of each command")
    parser.add_argument("--seconds", type=float, default=30, help="CPU time after which a command gets no more runs")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000], help="numbers of pipelines")
    parser.add_argument("--json", action="store_true", help="print the figures of all runs instead of a table")
    args = parser.parse_args()

    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="kiln-compare-") as name:
        work = Path(name).resolve()
        kiln = str(Path(args.kiln).resolve())
        cases = kiln_cases(kiln, work, args.sizes)
        cases += judge_cases(kiln, args.cfn_lint, args.terraform, work)
        if args.cdk:
            cases += cdk_cases(args.cdk.resolve(), work)
        measure(cases, args.runs, args.seconds, work)
    if args.json:
        figures = [{"name": it.name, "cpu": it.cpu, "mib": it.mib, "fault": it.fault} for it in cases]
        print(json.dumps(figures, indent=2))
    else:
        print(table(cases))
    faults = [f"{case.name}: {case.fault}" for case in cases if case.fault]
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
