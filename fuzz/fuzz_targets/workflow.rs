//! Any text as a workflow document: findings lie in the text, and are drawn.
#![no_main]

use kiln::diagnostic::text::{Style, render};
use kiln::diagnostic::{Report, Sources};
use kiln::document::workflow;
use kiln::project::Stage;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (document, mut findings) = workflow::read(text);
    findings.extend(document.in_stage(Stage::Test));
    findings.extend(document.in_any_stage());
    let mut report = Report::new();
    for finding in findings {
        assert!(finding.labels.iter().all(|(span, _)| span.start <= span.end && span.end <= text.len()));
        report.push(finding.in_file("workflow.yaml"));
    }
    let mut sources = Sources::default();
    sources.add("workflow.yaml", text);
    let _ = render(&report, &sources, Style::PLAIN);
});
