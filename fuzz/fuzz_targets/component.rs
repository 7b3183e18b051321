//! Any text as a component document: findings lie in the text, and are drawn.
#![no_main]

use kiln::diagnostic::text::{Style, render};
use kiln::diagnostic::{Report, Sources};
use kiln::document::component;
use kiln::project::Platform;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (document, mut findings) = component::read(text);
    findings.extend(document.on_platform(Platform::Windows));
    findings.extend(document.on_any_platform());
    let mut report = Report::new();
    for finding in findings {
        assert!(finding.labels.iter().all(|(span, _)| span.start <= span.end && span.end <= text.len()));
        report.push(finding.in_file("component.yaml"));
    }
    let mut sources = Sources::default();
    sources.add("component.yaml", text);
    let _ = render(&report, &sources, Style::PLAIN);
});
