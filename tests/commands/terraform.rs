//! Terraform as a child process: signals, the time limit, kills, and what an earlier run has left. A script is in
//! Terraform's place, so that each moment can be chosen.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::pty::on_terminal;
use crate::support::{Said, isolated, run, workspace};

const SPEC: &str = "name = \"web\"\ntarget = \"terraform\"\n\n[component.nginx]\nbuild = [\"dnf -y install nginx\"]\n\n\
                    [pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"nginx\"]\n";

/// Notes each interrupt, and each apply that begins and ends. An apply goes on while there is a file `busy`; with `deaf`
/// it does not end when it is interrupted either. `failing` is what a plan fails with, `hang` what never ends.
const TERRAFORM: &str = r#"#!/bin/sh
note() { echo "$1" >>notes; }
event() {
  echo "{\"type\":\"$1\",\"hook\":{\"action\":\"create\",\"resource\":{\"addr\":\"aws_imagebuilder_component.nginx\",\"resource_type\":\"aws_imagebuilder_component\"}}}"
}
interrupted=
trap 'note interrupt; interrupted=1' INT
[ ! -f hang ] || [ "$(cat hang)" != "$1" ] || while :; do sleep 0.05; done
case $1 in
  version) echo '{"terraform_version":"1.11.4"}' ;;
  plan)
    if [ -f failing ]; then cat failing; exit 1; fi
    note "plan $(stat -c %a .terraform/kiln/plan 2>/dev/null)"
    ;;
  show) echo '{"resource_changes":[{"address":"aws_imagebuilder_component.nginx","type":"aws_imagebuilder_component","change":{"actions":["create"],"before":null,"after":{}}}]}' ;;
  output) echo '{}' ;;
  state) cat state 2>/dev/null ;;
  apply)
    event apply_start
    note begin
    while [ -f busy ]; do
      [ -z "$interrupted" ] || [ -f deaf ] || { sleep 0.3; note saved; exit 1; }
      sleep 0.05
    done
    event apply_complete
    note end
    ;;
esac
"#;

struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = Self(workspace(&format!("terraform-{test}")));
        folder.write("kiln.toml", SPEC);
        folder.write("terraform", TERRAFORM);
        fs::set_permissions(folder.0.join("terraform"), fs::Permissions::from_mode(0o755)).expect("it can be run");
        folder
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("a file");
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.0.join(name)).expect("it is there");
    }

    fn notes(&self) -> String {
        fs::read_to_string(self.0.join("notes")).unwrap_or_default()
    }

    fn count(&self, note: &str) -> usize {
        self.notes().lines().filter(|line| *line == note).count()
    }

    /// The process of the run on record.
    fn process(&self) -> String {
        let run = fs::read_to_string(self.0.join(".terraform/kiln/run.json")).expect("a run is on record");
        let run: serde_json::Value = serde_json::from_str(&run).expect("JSON");
        run["process"].to_string()
    }

    fn in_command<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        isolated(command);
        command.current_dir(&self.0).stdin(Stdio::null()).env_remove("TF_DATA_DIR").env_remove("TF_WORKSPACE")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        self.in_command(&mut kiln).args(arguments).args(["--terraform", "./terraform"]);
        kiln
    }

    fn deploy(&self, more: &[&str]) -> Said {
        run(&mut self.command(&[&["deploy", "--yes"], more].concat()))
    }

    /// Deploys until an apply is under way.
    fn busy(&self, more: &[&str]) -> Child {
        self.write("busy", "");
        let mut kiln = self.command(&[&["deploy", "--yes"], more].concat());
        let child = kiln.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("kiln starts");
        until("an apply is under way", || self.count("begin") == 1);
        until("it is on record", || self.0.join(".terraform/kiln/run.json").is_file());
        child
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Kills a process with its children, as the end of a machine would. The program `kill` is not asked: some versions read
/// the number of a group as that of all processes.
fn kill_group(process: &str) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = process.parse().ok().filter(|group| *group > 1).and_then(Pid::from_raw).expect("a process");
    kill_process_group(group, Signal::KILL).expect("it is there");
}

fn send(signal: &str, process: &str) {
    assert!(process.parse::<u32>().is_ok_and(|process| process > 1), "{process}");
    assert!(Command::new("kill").args([signal, process]).status().expect("kill").success(), "{signal} {process}");
}

fn ended(child: Child) -> Said {
    let done = child.wait_with_output().expect("kiln ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { status: done.status.code(), output: text(&done.stdout), errors: text(&done.stderr) }
}

fn check(said: &Said, code: i32, words: &[&str]) {
    assert_eq!(said.status, Some(code), "{}", said.everything());
    for word in words {
        assert!(said.everything().contains(word), "no `{word}` in:\n{}", said.everything());
    }
}

#[test]
fn each_signal_is_forwarded_once_as_an_interrupt_and_waited_for() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let folder = Folder::new(&format!("signal{signal}"));
        let kiln = folder.busy(&[]);
        send(signal, &kiln.id().to_string());
        let said = ended(kiln);
        check(&said, 130, &["interrupted: Terraform finishes what it has begun", "the same command does the rest"]);
        assert_eq!((folder.count("interrupt"), folder.count("saved")), (1, 1), "{signal}: {}", folder.notes());
        // Nothing keeps the next run from doing the rest.
        folder.remove("busy");
        check(&folder.deploy(&[]), 0, &["deployed"]);
    }
}

#[test]
fn a_second_signal_is_explained_and_a_third_only_stops_following() {
    let folder = Folder::new("signals");
    folder.write("deaf", "");
    let kiln = folder.busy(&[]);
    let process = folder.process();
    for heard in 1..=3 {
        send("-INT", &kiln.id().to_string());
        if heard == 1 {
            until("Terraform was interrupted", || folder.count("interrupt") == 1);
        }
        // Signals that come at once are heard as one.
        std::thread::sleep(Duration::from_millis(600));
    }
    let said = ended(kiln);
    let explained = format!("Terraform (process {process}) was interrupted already");
    check(
        &said,
        7,
        &[&explained, "would end without saving its state", "still running", &format!("kill -9 {process}")],
    );
    assert_eq!(folder.count("interrupt"), 1, "{}", folder.notes());
    // It still runs, and the same command follows it.
    check(&run(&mut folder.command(&["status"])), 7, &[&format!("Terraform (`apply`, process {process}) runs")]);
    let said = folder.deploy(&["--timeout", "1s"]);
    check(&said, 7, &["already runs in this folder: following it", "the time limit is reached", &process]);
    folder.remove("busy");
    check(&folder.deploy(&[]), 0, &["deployed"]);
    assert_eq!(folder.count("end"), 2, "the first apply went on to its end: {}", folder.notes());
}

#[test]
fn ctrl_c_on_a_terminal_reaches_terraform_once() {
    if Command::new("setsid").arg("--version").output().is_err() {
        return crate::support::missing("setsid is not installed");
    }
    let folder = Folder::new("terminal");
    folder.write("busy", "");
    // The terminal controls the session: it sends SIGINT to the processes in the foreground itself.
    let mut kiln = Command::new("setsid");
    folder.in_command(&mut kiln).args(["--ctty", "--wait", env!("CARGO_BIN_EXE_kiln")]);
    let mut terminal = on_terminal(kiln.args(["deploy", "--yes", "--terraform", "./terraform"]), 100);
    until("an apply is under way", || folder.count("begin") == 1);
    std::io::Write::write_all(&mut terminal.keys, b"\x03").expect("a key is pressed");
    let shown = terminal.end();
    let all = shown.lines.join("\n");
    assert_eq!(shown.status, Some(130), "{all}");
    assert_eq!((folder.count("interrupt"), folder.count("saved")), (1, 1), "{}\n{all}", folder.notes());
}

#[test]
fn terraform_survives_a_killed_kiln_and_the_next_run_follows_it() {
    let folder = Folder::new("killed");
    let kiln = folder.busy(&["--format", "ndjson"]);
    send("-KILL", &kiln.id().to_string());
    assert_eq!(ended(kiln).status, None);
    let process = folder.process();
    let mut again = folder.command(&["deploy", "--yes"]);
    let again = again.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("kiln starts");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(folder.count("begin"), 1, "nothing begins beside it");
    folder.remove("busy");
    let said = ended(again);
    let found = format!("Terraform (`apply`, process {process}) already runs in this folder: following it to its end");
    check(&said, 0, &[&found, "created         component `nginx`", "deployed"]);
    assert_eq!(
        (folder.count("begin"), folder.count("end"), folder.count("interrupt")),
        (2, 2, 0),
        "{}",
        folder.notes()
    );
}

#[test]
fn a_terraform_that_was_killed_is_found_with_what_it_was_creating() {
    let folder = Folder::new("both");
    let kiln = folder.busy(&[]);
    let process = folder.process();
    send("-KILL", &kiln.id().to_string());
    kill_group(&process);
    ended(kiln);
    folder.remove("busy");
    let said = folder.deploy(&[]);
    let found = format!("an earlier Terraform (`apply`, process {process}) was killed while it was creating:");
    check(&said, 0, &[&found, "component `nginx` 1.0.0 (aws_imagebuilder_component.nginx)", "terraform import"]);
    // It is reported once.
    let said = folder.deploy(&[]);
    assert!(!said.everything().contains("was killed"), "{}", said.everything());
}

#[test]
fn the_time_limit_interrupts_and_leaves_a_terraform_that_does_not_end() {
    let folder = Folder::new("limit");
    let kiln = folder.busy(&["--timeout", "3s"]);
    check(&ended(kiln), 130, &["the time limit is reached: Terraform is interrupted", "time limit reached"]);
    assert_eq!((folder.count("interrupt"), folder.count("saved")), (1, 1), "{}", folder.notes());

    let folder = Folder::new("deaf");
    folder.write("deaf", "");
    let kiln = folder.busy(&["--timeout", "3s"]);
    let process = folder.process();
    let said = ended(kiln);
    check(&said, 7, &[&format!("Terraform (process {process}) was interrupted, and still runs"), "the same command"]);
    send("-0", &process);
    folder.remove("busy");
    check(&folder.deploy(&[]), 0, &["deployed"]);
    assert_eq!((folder.count("interrupt"), folder.count("end")), (1, 2), "{}", folder.notes());
}

#[test]
fn the_time_limit_bounds_every_command_of_terraform() {
    for (command, code) in [("version", 130), ("show", 130), ("init", 7), ("plan", 7)] {
        let folder = Folder::new(&format!("hang-{command}"));
        folder.write("hang", command);
        let began = Instant::now();
        let said = folder.deploy(&["--timeout", "1s"]);
        check(&said, code, &["the time limit is reached"]);
        assert!(began.elapsed() < Duration::from_secs(40), "{command}: {:?}", began.elapsed());
        if code == 7 {
            // What may hold a lock is left to its user, by its process.
            let process = folder.process();
            assert!(said.errors.contains(&format!("process {process}")), "{}", said.everything());
            kill_group(&process);
        }
    }
}

#[test]
fn a_state_that_was_not_saved_stops_everything() {
    let folder = Folder::new("errored");
    folder.write("errored.tfstate", r#"{"version": 4, "lineage": "8a1f", "serial": 7}"#);
    folder.write("state", r#"{"version": 4, "lineage": "8a1f", "serial": 6}"#);
    for command in ["deploy", "destroy"] {
        let said = run(&mut folder.command(&[command, "--yes"]));
        check(
            &said,
            6,
            &["`errored.tfstate` holds a state that an earlier run could not save", "state push errored.tfstate"],
        );
    }
    assert_eq!(folder.notes(), "", "nothing is planned");
    folder.write("state", r#"{"version": 4, "lineage": "8a1f", "serial": 8}"#);
    check(&folder.deploy(&[]), 0, &["the state holds all of `errored.tfstate`: the file can be deleted", "deployed"]);
}

#[test]
fn a_locked_state_is_explained() {
    let folder = Folder::new("locked");
    let quoted = "Lock Info:\\n  ID:        5f3a\\n  Path:      states/web\\n  Operation: OperationTypeApply\\n  Who:       ci@runner\\n  \
                  Version:   1.11.4\\n  Created:   2026-12-01 13:50:20.5 +0000 UTC\\n  Info:      \\n\\n\\nTerraform acquires a state lock";
    let s3 = "Error message: operation error S3: PutObject, https response error StatusCode: 412, RequestID: 1, HostID: 2, api error \
              PreconditionFailed: At least one of the pre-conditions you specified did not hold";
    for error in ["Error message: resource temporarily unavailable", s3] {
        folder.write(
            "failing",
            &format!(
                "{{\"type\":\"diagnostic\",\"diagnostic\":{{\"severity\":\"error\",\"summary\":\"Error acquiring the state lock\",\
                 \"detail\":\"{error}\\n{quoted}\"}}}}\n"
            ),
        );
        let locked = "Terraform's state is locked: `apply` by ci@runner since 2026-12-01 13:50:20 UTC";
        check(&folder.deploy(&[]), 6, &[locked, "terraform force-unlock 5f3a", "wait for that run to end"]);
    }
    folder.remove("failing");
    let lock = r#"{"ID":"5f3a","Operation":"OperationTypeApply","Who":"ci@runner","Created":"2026-12-01T13:50:20.5Z"}"#;
    folder.write(".terraform.tfstate.lock.info", lock);
    let said = folder.deploy(&[]);
    check(
        &said,
        0,
        &["`.terraform.tfstate.lock.info` is the lock file of `apply` by ci@runner", "was killed", "deployed"],
    );
}

#[test]
fn a_plan_is_for_its_owner_only_and_is_removed() {
    let folder = Folder::new("plan");
    check(&folder.deploy(&[]), 0, &["deployed"]);
    assert_eq!(folder.count("plan 600"), 1, "{}", folder.notes());
    let left: Vec<_> = fs::read_dir(folder.0.join(".terraform/kiln")).expect("a folder").flatten().collect();
    assert_eq!(left.iter().map(std::fs::DirEntry::file_name).collect::<Vec<_>>(), ["output"]);
    folder.write("failing", "not JSON\n");
    check(&folder.deploy(&[]), 9, &["Terraform could not make a plan"]);
    assert!(!folder.0.join(".terraform/kiln/plan").exists());
}
