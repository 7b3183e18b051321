//! Pictures of the examples: deterministic, with all that they are to show, and well-formed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::{Command, Output};

fn graph(spec: &Path, format: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kiln")).arg("graph").arg(spec).args(["--format", format]).output().unwrap()
}

fn example(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).join("kiln.toml")
}

#[test]
fn layers_show_their_cascade_in_every_format() {
    for (format, cascade, apart) in [
        ("mermaid", "p0 ==>|cascade| p1", "p1 -.->|base| p2"),
        ("dot", "p0 -> p1 [label=\"cascade\"", "p1 -> p2 [label=\"base\", style=dashed]"),
        ("svg", "class=\"edge cascade\"", "class=\"edge loose\""),
    ] {
        let (one, other) = (graph(&example("layers"), format), graph(&example("layers"), format));
        assert!(one.status.success());
        assert_eq!(one.stdout, other.stdout, "{format}");
        let text = String::from_utf8(one.stdout).unwrap();
        assert!(text.contains(cascade) && text.contains(apart), "{format}:\n{text}");
        assert!(text.contains("1. aws:update-linux") && text.contains("amazon-linux-2023/arm64"), "{format}");
    }
}

#[test]
fn an_empty_project_is_at_fault_and_gives_no_picture() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("graph-empty.toml");
    std::fs::write(&path, "name = \"web\"\n").unwrap();
    let output = graph(&path, "svg");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("the spec has no pipeline"));
}

#[test]
fn changes_since_a_revision_are_marked() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("graph-changes");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let spec = folder.join("kiln.toml");
    let text = std::fs::read_to_string(example("layers")).unwrap();
    std::fs::write(&spec, &text).unwrap();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=kiln", "-c", "user.email=kiln@example.com"];
        let output = Command::new("git").current_dir(&folder).args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "images"]);
    let more = "\n[pipeline.extra]\nbase = { pipeline = \"base\" }\ncomponents = [\"app\"]\ninstance-types = [\"m7g.large\"]\n";
    let changed = text.replace("root-volume = \"20 GiB\"", "root-volume = \"25 GiB\"") + more;
    std::fs::write(&spec, changed).unwrap();
    let drawn = |format: &str| {
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        let output = kiln.arg("graph").arg(&spec).args(["--format", format, "--changes"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let mermaid = drawn("mermaid");
    assert!(mermaid.contains("  class p1 changed\n"), "{mermaid}");
    assert!(mermaid.contains("\n  class p2,"), "{mermaid}");
    assert!(mermaid.contains("<b>base</b> · AMI<br/>"), "what stays is not marked: {mermaid}");
    assert!(drawn("dot").contains("  p1 [style=\"rounded,filled\", color=\"#9a6700\""));
    assert!(drawn("svg").contains("class=\"hot changed\"") && drawn("svg").contains("class=\"hot new\""));
    let unknown = Command::new(env!("CARGO_BIN_EXE_kiln"))
        .arg("graph")
        .arg(&spec)
        .args(["--changes", "no-such-branch"])
        .output()
        .unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no-such-branch"));
}
