//! The examples of `kiln explain` are true: what is wrong has the finding, what is right has none at all.

use std::path::Path;

use kiln::diagnostic::explain::{Block, explain};
use kiln::diagnostic::{Code, Report, Sources, code, text};
use kiln::document::lint::lint;
use kiln::files::InMemory;
use kiln::source::Source;
use kiln::spec;
use kiln::synth::{Request, synth};
use kiln::versions::Lock;

/// Codes that no example of a few lines can show, and why. `tests/offline/diagnostics.rs` and `tests/commands/cli.rs` show them.
const NOT_SHOWN: [(&str, &str); 9] = [
    ("KILN-F003", "a document in UTF-8 cannot show a text that is not"),
    ("KILN-F004", "more than 1 MiB"),
    ("KILN-F006", "what cannot be seen is no example"),
    ("KILN-S013", "more than 2,000 findings"),
    ("KILN-D003", "more than 16,000 characters"),
    ("KILN-D031", "more than 16,000 characters"),
    ("KILN-L003", "a matter of two runs"),
    ("KILN-L006", "a matter of files on disk"),
    ("KILN-B002", "more than 500 resources"),
];

/// What kiln finds in an example: in a spec with the files beside it, or in a document on its own.
fn findings(code: Code, example: &[Block]) -> (Report, Sources) {
    let spec = example.iter().find(|block| block.language == "toml" && block.file.is_none());
    let Some(spec) = spec else {
        let [block] = example else { panic!("{} has several documents and no spec", code.id) };
        let name = block.file.unwrap_or(if block.language == "dockerfile" { "Dockerfile" } else { "document.yaml" });
        let (mut report, mut sources) = (Report::new(), Sources::default());
        lint(name, block.text).1.into_iter().for_each(|finding| report.push(finding.in_file(name)));
        sources.add(name, block.text);
        return (report, sources);
    };
    let (mut files, mut lock, mut report) = (InMemory::default(), Lock::default(), Report::new());
    for block in example {
        match block.file {
            Some("kiln.lock") => (lock, report) = Lock::read(&Source::new("kiln.lock", block.text)),
            Some("components") => panic!("{}: a folder is no file", code.id),
            Some(file) => files = files.with(file, block.text),
            None => {}
        }
    }
    let source = Source::new("kiln.toml", spec.text);
    let (spec, read) = spec::read(&source);
    let synthesis = synth(Request { spec: &spec, read, files: &files, recorded: &lock, format: None });
    let mut sources = Sources::spec(source);
    synthesis.texts.add_to(&mut sources);
    report.extend(synthesis.report);
    (report, sources)
}

fn is_console(block: &Block) -> bool {
    block.language == "console"
}

/// Calls `judge` with each code whose example is one to run, and says where it finds fault.
fn each_example(of: fn(Code) -> Vec<Block>, judge: impl Fn(Code, &Report) -> bool) {
    let mut faults = String::new();
    for code in code::ALL {
        let example = of(*code);
        if example.iter().any(is_console) {
            continue;
        }
        let (report, sources) = findings(*code, &example);
        if !judge(*code, &report) {
            faults += &format!("{}:\n\n{}", code.id, text::render(&report, &sources, text::Style::PLAIN));
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn wrong_examples_have_the_finding_and_no_other() {
    each_example(
        |code| explain(code).wrong,
        |code, report| {
            // These are on disk: see below.
            [code::FILE_UNREADABLE, code::FILE_OUTSIDE].contains(&code)
                || (!report.is_empty() && report.iter().all(|finding| finding.code.id == code.id))
        },
    );
}

#[test]
fn right_examples_have_no_finding() {
    each_example(|code| explain(code).right, |_, report| report.is_empty());
}

/// What is a folder on disk, and what is elsewhere.
#[test]
fn wrong_examples_on_disk_have_the_finding() {
    let files = kiln::files::Folder::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/golden-ami"));
    for code in [code::FILE_UNREADABLE, code::FILE_OUTSIDE] {
        let source = Source::new("kiln.toml", explain(code).wrong[0].text);
        let (spec, read) = spec::read(&source);
        let synthesis = synth(Request { spec: &spec, read, files: &files, recorded: &Lock::default(), format: None });
        assert_eq!(synthesis.report.iter().map(|found| found.code).collect::<Vec<_>>(), [code]);
    }
}

#[test]
fn codes_without_an_example_are_those_that_cannot_have_one() {
    let console: Vec<&str> =
        code::ALL.iter().filter(|code| explain(**code).wrong.iter().any(is_console)).map(|code| code.id).collect();
    assert_eq!(console, NOT_SHOWN.map(|(id, _)| id));
}
