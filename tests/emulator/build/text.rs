//! Logs and reasons that were written to be obeyed: people see them, programs get their bytes.

use std::fs::{self, File};

use serde_json::json;

use super::{World, check, spec};
use crate::support::pty::on_terminal;

const LINES: [&str; 5] = [
    "Info \u{1b}[1A\u{1b}[2Kgone \u{1b}]0;title\u{7}\rbuilt after 0:01",
    "::error file=a::x",
    "  ::add-mask::y ##[group]z",
    "section_start:1:a\r\u{1b}[0Kfolded \u{202e}\u{9b}2J",
    "\u{1b}[31mred\u{1b}[0m\tand blue",
];

/// Fails if a terminal or a reader is misled. Kiln's own colours and movements are taken away first.
#[track_caller]
fn is_visible(text: &str) {
    let mut text = text.replace("\r\n", "\n");
    for color in ["0", "1", "2", "31", "32", "33", "36"] {
        text = text.replace(&format!("\u{1b}[{color}m"), "");
    }
    // The live view goes up some lines, and erases those below.
    let text: String = text
        .split("\u{1b}[J")
        .map(|part| part.trim_end_matches(|it: char| it != '\u{1b}' && (it == 'A' || it == '[' || it.is_ascii_digit())))
        .map(|part| part.trim_end_matches('\u{1b}'))
        .collect();
    let found: Vec<_> = kiln::source::hidden(&text).collect();
    assert!(found.is_empty(), "{found:?} in:\n{text:?}");
}

#[test]
fn a_log_is_shown_to_people_and_printed_as_it_is() {
    let Some(world) = World::of("btext", "320000000061", &spec("btext")) else { return };
    let plan = json!({ "log": LINES, "fail_at": "ApplyBuildComponents", "reason": format!("no\r{}", LINES[0]) });
    world.script(&plan);
    let said = world.build(&[]);
    check(
        &said,
        12,
        &[
            r"| Info \u{1b}[1A\u{1b}[2Kgone \u{1b}]0;title\u{7}\rbuilt after 0:01",
            "| red\tand blue",
            "| ::error file=a::x",
        ],
    );
    is_visible(&said.output);
    is_visible(&said.errors);
    world.script(&plan);
    is_visible(&on_terminal(&mut world.command(&["build", "--poll", "40ms"]), 120).end().bytes);

    // To a program and to a file, each line is what the service has.
    let printed = world.kiln(&["logs"]);
    assert_eq!(printed.status, Some(0), "{}", printed.errors);
    for line in LINES {
        assert!(printed.output.contains(&format!("{line}\n")), "{line:?} in {:?}", printed.output);
    }
    for color in ["always", "never"] {
        assert_eq!(world.kiln(&["--color", color, "logs"]).output, printed.output);
    }
    let file = world.folder.join("build.log");
    let in_ci = |variable: &str| {
        let mut command = world.command(&["logs"]);
        command.env(variable, "true");
        command
    };
    assert!(in_ci("GITHUB_ACTIONS").stdout(File::create(&file).unwrap()).status().unwrap().success());
    assert_eq!(fs::read_to_string(&file).unwrap(), printed.output);
    // On a terminal and in the log of a job, people read it.
    is_visible(&on_terminal(&mut world.command(&["logs"]), 120).end().bytes);
    for variable in ["GITHUB_ACTIONS", "GITLAB_CI"] {
        let said = crate::support::run(&mut in_ci(variable));
        is_visible(&said.output);
        let obeyed = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
        assert_eq!(said.output.lines().any(obeyed), variable == "GITLAB_CI", "{}", said.output);
    }
    // What a job shows of a build that it follows.
    world.script(&plan);
    let said = crate::support::run(world.command(&["build", "--poll", "40ms"]).env("GITHUB_ACTIONS", "true"));
    assert!(!said.errors.contains("##[") && said.errors.contains("##\\[group]z"), "{}", said.errors);
}

#[test]
fn what_programs_cannot_be_told_is_an_error() {
    let Some(world) = World::new("bfull", "320000000062") else { return };
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for (arguments, code) in [
        (&["build", "--poll", "40ms", "--format", "ndjson"][..], 2),
        (&["logs"], 2),
        (&["images"], 2),
        (&["status", "--format", "json"], 2),
    ] {
        let output = world.command(arguments).stdout(full()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() == Some(code) && said.contains("cannot write to standard output"),
            "{arguments:?}: {said}"
        );
    }
    // What went wrong besides keeps its own code.
    world.script(&json!({ "fail_at": "ApplyBuildComponents", "reason": "no" }));
    let output = world.command(&["build", "--poll", "40ms", "--format", "ndjson"]).stdout(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(12), "{}", String::from_utf8_lossy(&output.stderr));
    // A program that went away wanted no more.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = world.command(&["build", "--poll", "40ms", "--format", "ndjson"]).stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
