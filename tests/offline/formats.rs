//! Each format of findings over the same findings: a spec with two errors and a warning, and a document with an error.
//!
//! `INSTA_UPDATE=always cargo test --test offline formats` draws them again.

use kiln::diagnostic::format::{Format, render};
use kiln::diagnostic::text::Style;
use kiln::diagnostic::{Report, Sources};
use kiln::document::lint::lint;
use kiln::files::InMemory;
use kiln::source::Source;
use kiln::synth::{Request, check};
use kiln::versions::Lock;

const SPEC: &str = "name = \"web\"\n\n[component.unused]\nplatform = \"linux\"\nbuild = [\"true\"]\n\n\
                    [pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n\
                    instance-type = [\"m7i.large\"]\nroot-volume = \"30 <GB>\"\n";

const DOCUMENT: &str = "schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n      - name: Look\n        \
                        action: ExecuteBahs\n        inputs: { commands: [\"true\"] }\n";

const FORMATS: &[(&str, Format)] = &[
    ("text", Format::Text),
    ("json", Format::Json),
    ("sarif", Format::Sarif),
    ("github", Format::Github),
    ("gitlab", Format::Gitlab),
    ("junit", Format::Junit),
];

fn findings() -> Vec<(Report, Sources)> {
    let source = Source::new("images/kiln.toml", SPEC);
    let (spec, read) = kiln::spec::read(&source);
    let (files, recorded) = (InMemory::default(), Lock::default());
    let checked = check(Request { spec: &spec, read, files: &files, recorded: &recorded, format: None });
    let document: Report = lint("look.yaml", DOCUMENT).1.into_iter().map(|found| found.in_file("look.yaml")).collect();
    let mut sources = Sources::default();
    sources.add("look.yaml", DOCUMENT);
    vec![(checked.report, Sources::spec(source)), (document, sources)]
}

#[test]
fn every_format_shows_the_same_findings() {
    let findings = findings();
    let count: usize = findings.iter().map(|(report, _)| report.iter().count()).sum();
    assert_eq!(count, 4, "{:?}", findings.iter().map(|(report, _)| report).collect::<Vec<_>>());
    for (name, format) in FORMATS {
        let shown = render(*format, &findings, Style::PLAIN);
        for (report, _) in &findings {
            assert!(report.iter().all(|found| shown.contains(found.code.id)), "{name}: {shown}");
        }
        insta::assert_snapshot!(*name, shown);
    }
}

#[test]
fn a_run_without_findings_is_valid_in_every_format() {
    let findings = vec![(Report::new(), Sources::spec(Source::new("kiln.toml", "name = \"web\"\n")))];
    let shown = |format| render(format, &findings, Style::PLAIN);
    assert_eq!(shown(Format::Text), "");
    assert_eq!(shown(Format::Json), "");
    assert_eq!(shown(Format::Github), "");
    assert_eq!(shown(Format::Gitlab), "[]\n");
    assert!(shown(Format::Junit).contains("<testcase classname=\"kiln check\" name=\"kiln.toml\"/>"));
    let log: serde_json::Value = serde_json::from_str(&shown(Format::Sarif)).expect("JSON");
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}
