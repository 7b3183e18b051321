//! Documents that are right, and what no text can do to a reader.
//!
//! `tests/valid` holds documents in the styles that people write; kiln has nothing to say about any of them. The same
//! documents, mutilated, show that readers neither panic nor hang.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kiln::diagnostic::Sources;
use kiln::diagnostic::text::{Style, render};
use kiln::document::lint::{Kind, lint};
use kiln::document::{component, dockerfile, inline, schema, workflow, yaml};
use kiln::files::InMemory;
use kiln::project::{Expression, Platform, Stage, Timezone};
use kiln::source::Source;
use kiln::synth::{Request, synth};
use kiln::versions::Lock;
use proptest::prelude::*;
use serde_json::Value;

/// What takes longer hangs, even on a machine that does ten other things without optimization.
const PATIENCE: Duration = Duration::from_secs(60);

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder)).expect("a folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).expect("a text"))).collect()
}

fn name(path: &Path) -> String {
    path.file_name().expect("a file").to_string_lossy().into_owned()
}

#[test]
fn nothing_is_said_of_what_is_right() {
    let mut silent = Vec::new();
    for (folder, kind) in [
        ("valid/components", Kind::Component),
        ("valid/workflows", Kind::Workflow),
        ("valid/dockerfiles", Kind::Dockerfile),
    ] {
        for (path, text) in files(folder) {
            let name = name(&path);
            let (found, findings) = lint(&name, &text);
            assert_eq!(found, kind, "{name}");
            let mut sources = Sources::default();
            sources.add(&name, &text);
            let mut report = kiln::diagnostic::Report::new();
            findings.into_iter().for_each(|finding| report.push(finding.in_file(&name)));
            assert!(report.is_empty(), "{}", render(&report, &sources, Style::PLAIN));
            silent.push(kind);
        }
    }
    assert!(silent.iter().filter(|kind| **kind == Kind::Component).count() >= 60);
}

/// What public documents do and the service takes is no error, and is seldom worth a warning.
#[test]
fn what_the_service_takes_has_no_error_and_few_warnings() {
    let mut count = (0, 0);
    let folders = ["valid/components", "valid/workflows", "valid/dockerfiles", "valid/accepted"];
    for (path, text) in folders.into_iter().flat_map(files) {
        let findings = lint(&name(&path), &text).1;
        let errors: Vec<_> = findings.iter().filter(|finding| finding.is_error()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        let is_known = path.parent().is_some_and(|folder| folder.ends_with("accepted"));
        assert_eq!(is_known, !findings.is_empty(), "{}: {findings:#?}", path.display());
        count = (count.0 + 1, count.1 + findings.len());
    }
    let (documents, warnings) = count;
    assert!(warnings * 10 <= documents * 4, "{warnings} warnings in {documents} documents");
}

#[test]
fn a_document_is_for_the_platforms_of_its_actions() {
    let on = |text: &str, platform| component::read(text).0.on_platform(platform).len();
    for (path, text) in files("valid/components") {
        let windows = text.contains("ExecutePowerShell") || text.contains("SetRegistry") || text.contains(r"C:\");
        let is_right = match windows {
            true => on(&text, Platform::Windows) == 0,
            false => on(&text, Platform::Linux) == 0,
        };
        assert!(is_right, "{}", path.display());
        if text.contains("ExecuteBash") {
            assert!(on(&text, Platform::Windows) > 0, "{}", path.display());
        }
    }
}

#[test]
fn a_workflow_tells_what_lowering_needs() {
    let (_, text) =
        files("valid/workflows").into_iter().find(|(path, _)| path.ends_with("build-image.yaml")).expect("it");
    let (document, _) = workflow::read(&text);
    let defaults: Vec<_> = document.parameters.iter().map(|p| (p.kind.word(), p.default.clone())).collect();
    assert_eq!(defaults[2], ("stringList", Some(vec!["m7i.large".to_owned(), "m6i.large".to_owned()])));
    assert_eq!(document.steps[0].action, "LaunchInstance");
    assert_eq!(document.steps[0].inputs["healthCheck"], "RUNNING");
    assert_eq!(document.outputs, ["ImageId"]);
    assert_eq!(document.in_stage(Stage::Build), []);
}

/// A YAML document as JSON, with what its plain scalars stand for.
fn as_json(node: &yaml::Node) -> Value {
    if let Some(items) = node.as_list() {
        return items.iter().map(as_json).collect();
    }
    if let Some(entries) = node.as_map() {
        let entries = entries.iter().map(|(key, value)| (key.as_str().unwrap_or_default().to_owned(), as_json(value)));
        return Value::Object(entries.collect());
    }
    let is_plain = matches!(node.value, yaml::Value::Scalar { plain: true, .. });
    match node.scalar() {
        Some(yaml::Scalar::Text("yes" | "on")) if is_plain => true.into(),
        Some(yaml::Scalar::Text("no" | "off")) if is_plain => false.into(),
        Some(yaml::Scalar::Text(text)) => text.into(),
        Some(yaml::Scalar::Integer(number)) => number.into(),
        Some(yaml::Scalar::Number(number)) => number.into(),
        Some(yaml::Scalar::Flag(flag)) => flag.into(),
        _ => Value::Null,
    }
}

/// The schemas take what is right, and refuse what they can know to be wrong.
#[test]
fn schemas_agree_with_the_checks() {
    for (schema, valid, kind) in [
        (schema::of_components(), "valid/components", Kind::Component),
        (schema::of_workflows(), "valid/workflows", Kind::Workflow),
    ] {
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        for (path, text) in files(valid) {
            let document = as_json(&yaml::parse(&text).root.expect("YAML"));
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        }
        // What refers to other places of a document, and what is only suspicious, no schema knows.
        let beyond = ["expressions.yaml", "suspicious.yaml", "suspicious-windows.yaml", "never-runs.yaml", "yaml.yaml"];
        let beyond_too = ["workflow-stages.yaml", "windows.yaml", "sources.yaml", "constants.yaml"];
        for (path, text) in files("invalid/lint") {
            let name = name(&path);
            let Some(root) = yaml::parse(&text).root else { continue };
            let (found, findings) = lint(&name, &text);
            let is_wrong = findings.iter().any(kiln::document::Finding::is_error);
            if is_wrong && found == kind && !beyond.contains(&name.as_str()) && !beyond_too.contains(&name.as_str()) {
                assert!(!validator.is_valid(&as_json(&root)), "{name} is right by the schema");
            }
        }
    }
}

/// Runs every reader on a text.
fn read_all(text: &str) {
    let start = Instant::now();
    for path in ["a.yaml", "workflows/a.yaml", "Dockerfile"] {
        let (_, findings) = lint(path, text);
        for finding in &findings {
            for (span, _) in &finding.labels {
                assert!(span.start <= span.end && span.end <= text.len(), "{finding:?} of {text:?}");
            }
        }
        let mut report = kiln::diagnostic::Report::new();
        findings.into_iter().for_each(|finding| report.push(finding.in_file(path)));
        let mut sources = Sources::default();
        sources.add(path, text);
        let _ = render(&report, &sources, Style::PLAIN);
    }
    let (component, workflow) = (component::read(text).0, workflow::read(text).0);
    let _ = (component.on_platform(Platform::Windows), workflow.in_stage(Stage::Test));
    let (commands, parameters) = ([text.to_owned()], indexmap::IndexMap::new());
    let steps = inline::Steps { build: &commands, validate: &[], test: &[], parameters: &parameters };
    let _ = (dockerfile::read(text).0.with_components(), inline::check(steps, Some(Platform::Linux)));
    let _ = kiln::spec::read(&Source::new("kiln.toml", text));
    let _ = Expression::parse(text);
    let (took, beginning) = (start.elapsed(), text.chars().take(60).collect::<String>());
    assert!(took < PATIENCE, "{took:?} for {} bytes of {beginning:?}", text.len());
}

#[test]
fn hostile_texts_are_read_in_time() {
    // Without optimization everything takes ten times as long, and what grows with the square of the size shows as well.
    const SIZE: usize = if cfg!(debug_assertions) { 64 * 1024 } else { 1024 * 1024 };
    let fill = |piece: &str| piece.repeat(SIZE / piece.len());
    let step = "    - {name: a, action: ExecuteBash, inputs: {commands: ['{{ a.a.outputs.x }}']}}\n";
    let head = "schemaVersion: 1.0\nphases:\n- name: a\n  steps:\n";
    for text in [
        fill("["),
        fill("{a: "),
        fill("- "),
        fill("a: 1\n"),
        (0..SIZE / 12).map(|number| format!("key{number}: 1\n")).collect(),
        format!("a: &a [{}]\nb: [{}]", fill("x,"), "*a,".repeat(1000)),
        (0..SIZE / 16).map(|number| format!("- &a{number} [x, y]\n")).collect(),
        format!("{}{}", "&a [".repeat(60), fill("x,")),
        format!("{head}{}", fill(step)),
        format!("{head}    - {{name: a, action: ExecuteBash, inputs: {{commands: [\"{}\"]}}}}", fill("{{ x }}")),
        format!(
            "{head}    - name: a\n      action: ExecuteBash\n      inputs:\n        commands:\n          - |\n            {}",
            fill("{{ ")
        ),
        format!(
            "{head}    - name: a\n      action: ExecuteBash\n      inputs:\n        commands:\n{}",
            fill("          - curl x | sh\n")
        ),
        format!("{head}    - name: a\n      if:\n        {}", fill("not: ")),
        format!(
            "schemaVersion: 1.0\nsteps:\n{}",
            fill("- {name: a, action: WaitForAction, inputs: {payload: \"{{ $.a }}\"}}\n")
        ),
        format!("RUN {}\n{}", "<<a ".repeat(SIZE / 8), fill("a\n")),
        fill("FROM {{{ imagebuilder:x }}}\n"),
        fill("{{"),
        fill("password=abcdefgh "),
        fill("/tmp/a "),
        fill("\u{65}\u{301}"),
        fill("\t"),
        fill("\r"),
        fill("'"),
        fill("|\n"),
        fill("? "),
        fill("!!x "),
        fill("%"),
        fill("\u{feff}"),
    ] {
        read_all(&text);
    }
}

/// Reading took at most so much memory, with everything else that this test binary did. Linux alone tells.
#[test]
fn hostile_texts_take_little_memory() {
    const MOST_KIB: u64 = 200 * 1024;
    read_all(&format!("{}{}", "&a [".repeat(60), "x,".repeat(500_000)));
    let Ok(status) = fs::read_to_string("/proc/self/status") else { return };
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak is told");
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    assert!(peak < MOST_KIB, "{peak} KiB");
}

/// Specs that are right, and that are not.
fn specs() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<PathBuf> = ["examples", "templates", "tests/invalid", "tests/types"]
        .iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .map(|path| if path.is_dir() { path.join("kiln.toml") } else { path })
        .filter(|path| path.extension().is_some_and(|it| it == "toml") && path.is_file())
        .collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read_to_string(path).expect("a text")).collect()
}

/// A change of a text that people or machines make: a piece cut, doubled, moved, replaced.
fn mutilate(text: &str, edits: &[(usize, usize, usize)]) -> String {
    const PIECES: [&str; 20] = [
        "", " ", "\n", "  ", "- ", ": ", "{{", "}}", "{", "[", "\"", "'", "|", "&a ", "*a", "\t", "\r\n", "\u{301}",
        "#", "$.",
    ];
    let mut text = text.to_owned();
    for (at, length, piece) in edits {
        let floor = |offset: usize| kiln::source::floor_char_boundary(&text, offset);
        let start = floor(at % (text.len() + 1));
        let end = floor(start + length % 40).max(start);
        let cut = text[start..end].to_owned();
        let piece = PIECES.get(piece % (PIECES.len() + 5)).copied().unwrap_or(&cut).repeat(1 + piece % 2);
        text.replace_range(start..end, &piece);
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn mutilated_documents_are_read(which in any::<usize>(), edits in prop::collection::vec(any::<(usize, usize, usize)>(), 1..6)) {
        let all: Vec<(PathBuf, String)> =
            ["valid/components", "valid/workflows", "valid/dockerfiles", "invalid/lint"].into_iter().flat_map(files).collect();
        let (_, text) = &all[which % all.len()];
        read_all(&mutilate(text, &edits));
    }

    #[test]
    fn mutilated_specs_give_a_template_or_an_error(
        which in any::<usize>(), edits in prop::collection::vec(any::<(usize, usize, usize)>(), 1..6)
    ) {
        let all = specs();
        let text = mutilate(&all[which % all.len()], &edits);
        let source = Source::new("kiln.toml", text);
        let (spec, read) = kiln::spec::read(&source);
        let (files, recorded) = (InMemory::default(), Lock::default());
        let synthesis = synth(Request { spec: &spec, read, files: &files, recorded: &recorded, format: None });
        prop_assert!(synthesis.output.is_some() || synthesis.report.has_errors(), "{}", source.text);
        let _ = render(&synthesis.report, &Sources::spec(source), Style::PLAIN);
    }

    #[test]
    fn mutilated_schedules_are_read(edits in prop::collection::vec(any::<(usize, usize, usize)>(), 1..4)) {
        for text in ["cron(0 4 ? * SUN *)", "cron(0/15 2-4 L-3,15W JAN-MAR ? 2027)", "0 0 ? * 6#2,2L *", "rate(12 hours)"] {
            if let Ok(Expression::Cron(cron)) = Expression::parse(&mutilate(text, &edits)) {
                let zone = Timezone::parse("Europe/Rome").expect("a zone").rules().expect("its rules");
                let runs: Vec<_> = cron.runs_after(jiff::Timestamp::UNIX_EPOCH, &zone).take(3).collect();
                prop_assert!(runs.is_sorted());
            }
        }
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        read_all(&text);
    }
}
