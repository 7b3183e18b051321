//! Any text as a Dockerfile template: findings lie in the text.
#![no_main]

use kiln::document::dockerfile;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (document, mut findings) = dockerfile::read(text);
    findings.extend(document.with_components());
    for finding in findings {
        assert!(finding.labels.iter().all(|(span, _)| span.start <= span.end && span.end <= text.len()));
    }
});
