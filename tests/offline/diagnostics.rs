//! What kiln says of wrong specs.
//!
//! Each spec in `tests/invalid` is drawn as `kiln check` draws it on a screen of 120 columns, and compared with its
//! snapshot. To add a case, add a spec, or a folder with a `kiln.toml` and its files; run the tests with
//! `INSTA_UPDATE=always` and read what is new in `tests/offline/snapshots`. Documents that are wrong whatever uses them stand in
//! `tests/invalid/lint`, and are drawn as `kiln check FILE` draws them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kiln::diagnostic::text::{self, Style};
use kiln::diagnostic::{Diagnostic, Place, Report, Sources, code, fix, json};
use kiln::document::lint::lint;
use kiln::files::{Folder, InMemory};
use kiln::source::Source;
use kiln::spec;
use kiln::synth::{Request, synth};
use kiln::versions::Lock;

/// The findings of a run, each report with the texts that it speaks of.
type Findings = Vec<(Report, Sources)>;

/// Codes that no spec alone can give, and where they are shown.
const ELSEWHERE: [(&str, &str); 3] = [
    ("KILN-S013", "it counts the findings that are not listed: see `what_is_not_listed_is_counted` in limits.rs"),
    ("KILN-L003", "the binary finds it for `synth --locked`: see `locked_fails_where_versions_would_move` in cli.rs"),
    (
        "KILN-L006",
        "a file that is missing: see `a_missing_lock_beside_a_generated_template_is_a_warning` in versions.rs",
    ),
];

fn invalid() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid")
}

/// All cases: the specs of the folder, and the `kiln.toml` of each folder in it.
fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(invalid()).expect("the folder of cases");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let paths = paths.filter(|path| !path.ends_with("lint"));
    let mut specs: Vec<PathBuf> = paths.map(|path| if path.is_dir() { path.join("kiln.toml") } else { path }).collect();
    specs.sort();
    specs
}

/// All documents that are wrong on their own.
fn documents() -> Vec<PathBuf> {
    let entries = fs::read_dir(invalid().join("lint")).expect("the folder of documents");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// Checks a document as the binary does.
fn linted(path: &Path) -> Findings {
    let name = path.file_name().expect("a file").to_string_lossy();
    let text = fs::read_to_string(path).expect("a document");
    let mut report = Report::new();
    for finding in lint(&name, &text).1 {
        report.push(finding.in_file(&name));
    }
    let mut sources = Sources::default();
    sources.add(name, text);
    vec![(report, sources)]
}

/// Runs a case as the binary does: with the lock beside the spec, for the target that the spec names.
fn findings(path: &Path) -> Findings {
    let name = path.file_name().expect("a file").to_string_lossy();
    let (mut lock, mut found) = (Lock::default(), Findings::new());
    if let Ok(text) = fs::read_to_string(path.with_extension("lock")) {
        let source = Source::new(name.replace(".toml", ".lock"), text);
        let (read, report) = Lock::read(&source);
        lock = read;
        found.push((report, Sources::spec(source)));
    }
    let source = Source::new(name, fs::read_to_string(path).expect("a spec"));
    let (spec, read) = spec::read(&source);
    let files = Folder::new(path.parent().expect("a folder"));
    let synthesis = synth(Request { spec: &spec, read, files: &files, recorded: &lock, format: None });
    let mut sources = Sources::spec(source);
    synthesis.texts.add_to(&mut sources);
    found.push((synthesis.report, sources));
    found
}

/// Specs that are wrong by their size, too large to be kept as files.
fn outsized() -> Vec<(&'static str, Findings)> {
    const HEAD: &str = "name = \"web\"\n";
    let pipeline = |name: String| {
        format!("[pipeline.{name}]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n")
    };
    let run = |text: String, files: InMemory| {
        let source = Source::new("kiln.toml", text);
        let (spec, read) = spec::read(&source);
        let request = Request { spec: &spec, read, files: &files, recorded: &Lock::default(), format: None };
        vec![(synth(request).report, Sources::spec(source))]
    };
    let pipelines: String = (0..201).map(|number| pipeline(format!("p{number}"))).collect();
    let tags: String = (0..51).map(|number| format!("tag-{number} = \"x\"\n")).collect();
    let files = "[component.large]\nsource = \"large.yaml\"\nplatform = \"linux\"\n\
                 [pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"large\"]\nuser-data = \"boot.sh\"\n";
    let large = InMemory::default().with("large.yaml", " ".repeat(1024 * 1024 + 1)).with("boot.sh", "x".repeat(16_385));
    vec![
        ("resources", run(HEAD.to_owned() + &pipelines, InMemory::default())),
        ("tags", run(format!("{HEAD}[tags]\n{tags}{}", pipeline("web".to_owned())), InMemory::default())),
        ("files", run(HEAD.to_owned() + files, large)),
        ("spec", run(" ".repeat(spec::MAX_BYTES + 1), InMemory::default())),
        ("document", large_document()),
    ]
}

/// A document that is right and too long to stand in a template.
fn large_document() -> Findings {
    let head = "schemaVersion: 1.0\nphases:\n  - name: test\n    steps:\n      - name: Long\n        action: ExecuteBash\n        \
                inputs:\n          commands:\n";
    let text = format!("{head}{}", "            - echo\n".repeat(1_000));
    let mut report = Report::new();
    for finding in lint("large.yaml", &text).1 {
        report.push(finding.in_file("large.yaml"));
    }
    let mut sources = Sources::default();
    sources.add("large.yaml", text);
    vec![(report, sources)]
}

fn draw(findings: &Findings, style: Style) -> String {
    findings.iter().map(|(report, sources)| text::render(report, sources, style)).collect()
}

/// Calls `judge` with the name and the findings of each case.
fn each_case(mut judge: impl FnMut(&str, &Findings)) {
    for path in cases() {
        let name = path.strip_prefix(invalid()).expect("a case").display().to_string();
        judge(&name, &findings(&path));
    }
    for path in documents() {
        let name = path.strip_prefix(invalid()).expect("a document").display().to_string();
        judge(&name, &linted(&path));
    }
    for (name, findings) in outsized() {
        judge(name, &findings);
    }
}

/// Calls `judge` with the name of the case and each diagnostic in it.
fn each_diagnostic(mut judge: impl FnMut(&str, &Diagnostic)) {
    each_case(|name, findings| {
        for diagnostic in findings.iter().flat_map(|(report, _)| report.iter()) {
            judge(name, diagnostic);
        }
    });
}

#[test]
fn every_wrong_spec_is_told_what_is_wrong() {
    insta::glob!("../invalid", "**/*.toml", |path| {
        insta::assert_snapshot!(draw(&findings(path), Style::PLAIN));
    });
}

#[test]
fn every_wrong_document_is_told_what_is_wrong() {
    insta::glob!("../invalid", "lint/*", |path| {
        insta::assert_snapshot!(draw(&linted(path), Style::PLAIN));
    });
}

#[test]
fn what_is_too_large_is_told_so() {
    for (name, findings) in outsized() {
        insta::assert_snapshot!(format!("too_large@{name}"), draw(&findings, Style::PLAIN));
    }
}

#[test]
fn keys_are_fixed_in_their_places() {
    let check = |text: &str, expected: &str| {
        let source = Source::new("kiln.toml", text);
        let (_, report) = spec::read(&source);
        let found = fix::fixed(&report, &Sources::spec(source));
        assert_eq!(found.first().map_or(text, |fixed| fixed.after.as_str()), expected);
    };
    check("naem = \"web\"\nzzzzzz = 1\n", "name = \"web\"\nzzzzzz = 1\n");
    check("\"naem\" = \"web\"\n[piepline.web]\n", "\"name\" = \"web\"\n[pipeline.web]\n");
    check("name = \"web\"\n", "name = \"web\"\n");
}

#[test]
fn values_are_fixed_where_one_text_is_right() {
    let fixed = |text: &str| {
        let source = Source::new("kiln.toml", text);
        let (spec, read) = spec::read(&source);
        let files = Folder::new(invalid());
        let request = Request { spec: &spec, read, files: &files, recorded: &Lock::default(), format: None };
        let report = synth(request).report;
        fix::fixed(&report, &Sources::spec(source)).into_iter().next().map_or_else(String::new, |fixed| fixed.after)
    };
    let spec = |schedule: &str, region: &str, volume: &str| {
        format!(
            "name = \"web\"\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n\
             schedule = {schedule}\nregions = [\"{region}\"]\nroot-volume = {volume}\n"
        )
    };
    let wrong = spec(
        "{ rate = \"rate(7 days)\", timezone = \"europe/rome\" }",
        "eu-wst-1",
        "{ size = \"30 gb\", throughput = \"250\" }",
    );
    let right = spec(
        "{ rate = \"rate(7 days)\", timezone = \"Europe/Rome\" }",
        "eu-west-1",
        "{ size = \"30 GiB\", throughput = \"250 MiB/s\" }",
    );
    assert_eq!(fixed(&wrong), right);
    let publish = |name: &str| {
        let head =
            "name = \"web\"\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n";
        format!("{head}publish = \"{name}\"\n")
    };
    assert_eq!(fixed(&publish("imagebuilder/web")), publish("/imagebuilder/web"));
}

#[test]
fn fixed_specs_have_fewer_findings() {
    let (mut before, mut after, mut fixes) = (0, 0, 0);
    for path in cases().into_iter().filter(|path| !path.ends_with("kiln.toml")) {
        let count = |found: &Findings| found.iter().map(|(report, _)| report.iter().count()).sum::<usize>();
        let found = findings(&path);
        for (report, sources) in &found {
            for fixed in fix::fixed(report, sources) {
                let source = Source::new("kiln.toml", fixed.after);
                let (spec, read) = spec::read(&source);
                let files = Folder::new(invalid());
                let request = Request { spec: &spec, read, files: &files, recorded: &Lock::default(), format: None };
                before += count(&found);
                after += synth(request).report.iter().count();
                fixes += fixed.count;
            }
        }
    }
    assert!(fixes >= 20 && after + fixes / 2 <= before, "{fixes} fixes: of {before} findings {after} are left");
}

#[test]
fn a_narrow_terminal_gets_narrow_lines() {
    let path = invalid().join("words.toml");
    let wide: Vec<String> = draw(&findings(&path), Style { colour: false, width: 60 })
        .lines()
        .filter(|line| line.starts_with(|start: char| start.is_ascii_digit()) && line.chars().count() > 60)
        .map(str::to_owned)
        .collect();
    assert_eq!(wide, Vec::<String>::new(), "source lines are cut to the terminal's width");
}

#[test]
fn every_case_has_findings() {
    each_case(|name, findings| {
        assert!(findings.iter().any(|(report, _)| !report.is_empty()), "`{name}` has nothing wrong");
    });
}

#[test]
fn every_code_is_shown() {
    let mut shown = BTreeSet::new();
    each_diagnostic(|_, diagnostic| {
        shown.insert(diagnostic.code.id);
    });
    let missing: Vec<&str> = code::ALL.iter().map(|code| code.id).filter(|id| !shown.contains(id)).collect();
    let excepted: Vec<&str> = ELSEWHERE.iter().map(|(id, _)| *id).collect();
    assert_eq!(missing, excepted, "add a spec to tests/invalid, or say in ELSEWHERE where the code is shown");
}

#[test]
fn every_finding_in_a_spec_has_a_line_and_a_column() {
    each_case(|name, findings| {
        for (report, sources) in findings {
            let of_whole_files = report.iter().filter(|diagnostic| is_of_a_whole_file(diagnostic)).count();
            let mut without = 0;
            for line in json::render(&[(report.clone(), sources.clone())]).lines() {
                let found: serde_json::Value = serde_json::from_str(line).expect("a JSON object a line");
                let place = &found["labels"][0];
                assert!(place["file"].is_string(), "{name}: {line}");
                if place["line"].is_null() || place["column"].is_null() {
                    without += 1;
                }
                assert!(found["message"].is_string() && found["help"].is_array(), "{name}: {line}");
            }
            assert!(without <= of_whole_files, "{name}: {without} findings have no position");
        }
    });
}

/// Whether a finding is about no line: that there is nothing, too much, or not what must be at the top.
fn is_of_a_whole_file(diagnostic: &Diagnostic) -> bool {
    match diagnostic.labels.first().map(|label| &label.place) {
        Some(Place::File) => true,
        Some(Place::Key(path) | Place::Value(path)) => path.0.is_empty(),
        _ => false,
    }
}

#[test]
fn no_finding_is_made_twice() {
    each_case(|name, findings| {
        for (report, _) in findings {
            let all: Vec<&Diagnostic> = report.iter().collect();
            for (index, diagnostic) in all.iter().enumerate() {
                assert!(!all[..index].contains(diagnostic), "{name}: {}", diagnostic.message);
            }
        }
    });
}

#[test]
fn messages_are_phrases_without_type_names() {
    each_diagnostic(|name, diagnostic| {
        let message = diagnostic.message.as_str();
        let texts = diagnostic.labels.iter().map(|label| label.text.as_str());
        for text in texts.chain(diagnostic.help.iter().map(String::as_str)).chain([message]) {
            assert!(!text.ends_with('.'), "{name}: `{text}` ends with a stop");
            for word in
                ["std::", "core::", "toml::", "kiln::", "Option<", "Vec<", "Some(", "Err(", "DeValue", "i64", "u32"]
            {
                assert!(!text.contains(word), "{name}: `{text}` says `{word}`");
            }
        }
        assert!(!message.is_empty() && !message.contains('\n'), "{name}: `{message}` is not one line");
        assert!(!diagnostic.labels.is_empty(), "{name}: `{message}` has no place");
    });
}
