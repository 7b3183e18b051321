//! Any text as a spec, through all stages: what is right gives a template, what is wrong is drawn.
#![no_main]

use kiln::diagnostic::Sources;
use kiln::diagnostic::text::{Style, render};
use kiln::files::InMemory;
use kiln::source::Source;
use kiln::synth::{Request, synth};
use kiln::versions::Lock;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let source = Source::new("kiln.toml", text);
    let (spec, read) = kiln::spec::read(&source);
    let (files, recorded) = (InMemory::default(), Lock::default());
    let synthesis = synth(Request { spec: &spec, read, files: &files, recorded: &recorded, format: None });
    assert!(synthesis.output.is_some() || synthesis.report.has_errors());
    let _ = render(&synthesis.report, &Sources::spec(source), Style::PLAIN);
});
