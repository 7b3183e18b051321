//! Documents of more than 16,000 characters: named by their hash when a template is written, uploaded when it is deployed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use kiln::diagnostic::code;
use kiln::files::InMemory;
use kiln::source::Source;
use kiln::spec;
use kiln::synth::{Format, Request, Synthesis, synth};
use kiln::versions::Lock;
use sha2::{Digest, Sha256};

use crate::support::document;

/// A spec with one long component, and what else it says at the top.
fn spec(top: &str) -> String {
    format!(
        "name = \"long\"\n{top}\n[component.long]\nsource = \"long.yaml\"\n\n[pipeline.web]\n\
         base = \"amazon-linux-2023/arm64\"\ncomponents = [\"long\"]\n"
    )
}

fn synthesize(spec: &str, document: &str, format: Format) -> Synthesis {
    let source = Source::new("kiln.toml", spec);
    let (spec, read) = spec::read(&source);
    let files = InMemory::default().with("long.yaml", document);
    synth(Request { spec: &spec, read, files: &files, recorded: &Lock::default(), format: Some(format) })
}

/// What is too long, with the help for it.
fn found(synthesis: &Synthesis) -> Vec<(String, String)> {
    let long = synthesis.report.iter().filter(|finding| finding.code == code::DOCUMENT_TOO_LONG);
    let words = long.map(|finding| (finding.message.clone(), format!("{:?}", finding.help)));
    words.collect()
}

fn sha(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_template_names_a_long_document_by_its_hash() {
    let text = document(200);
    assert!(text.chars().count() > 16_000);
    for (top, prefix) in [
        ("documents = \"example-documents\"", "kiln/"),
        ("documents = { bucket = \"example-documents\", prefix = \"images/\" }", "images/"),
    ] {
        let uri = format!("s3://example-documents/{prefix}{}.yaml", sha(&text));
        for format in [Format::Yaml, Format::Json, Format::Hcl, Format::TfJson] {
            let output = synthesize(&spec(top), &text, format).output.unwrap();
            assert!(output.text.contains(&uri), "{}", output.text);
            assert!(!output.text.contains("step number"), "the document is not inline");
            let [upload] = output.lowered.plan.uploads.as_slice() else { panic!("one document is uploaded") };
            assert_eq!((upload.uri(), upload.text.as_str()), (uri.clone(), text.as_str()));
        }
    }
}

#[test]
fn a_short_document_stays_inline() {
    let output = synthesize(&spec("documents = \"example-documents\""), &document(2), Format::Yaml).output.unwrap();
    assert!(output.text.contains("step number 1"), "{}", output.text);
    assert!(output.lowered.plan.uploads.is_empty());
}

#[test]
fn what_cannot_reach_the_service_is_refused_with_a_way_out() {
    let without = synthesize(&spec(""), &document(200), Format::Yaml);
    let [(message, help)] = &found(&without)[..] else { panic!("{:?}", found(&without)) };
    assert!(message.contains("an inline document may have 16000"), "{message}");
    assert!(help.contains("documents = ") && help.contains("kiln deploy"), "{help}");
    let larger = synthesize(&spec("documents = \"example-documents\""), &document(900), Format::Yaml);
    let [(message, help)] = &found(&larger)[..] else { panic!("{:?}", found(&larger)) };
    assert!(message.contains("the service reads 65536"), "{message}");
    assert!(help.contains("split the component"), "{help}");
}

#[cfg(feature = "deploy")]
mod stacks {
    use super::*;
    use crate::support::must;
    use crate::support::world::{World, check};
    use std::fs;

    const BUCKET: &str = "example-documents-42";

    #[test]
    fn deploying_uploads_a_long_document_once() {
        let Some(world) = World::new("long", "310000000042") else { return };
        let text = document(200);
        fs::write(world.folder.join("long.yaml"), &text).unwrap();
        world.write(&spec(&format!("documents = \"{BUCKET}\"")));
        check(&world.deploy(&[]), 9, &["there is no bucket `example-documents-42`", "name another in the spec"]);

        let objects = || must(world.awsim.ask("bucket.py", world.account, &[BUCKET.as_ref()]), "the bucket is listed");
        assert_eq!(objects(), "");
        check(&world.deploy(&[]), 0, &["deployed"]);
        assert_eq!(objects(), format!("kiln/{}.yaml {}\n", sha(&text), text.len()));
        check(&world.deploy(&[]), 0, &["unchanged"]);
        check(&world.kiln(&["diff", "--deployed"]), 0, &["nothing changes"]);

        let other = text.replace("number 7 of", "number seven of");
        fs::write(world.folder.join("long.yaml"), &other).unwrap();
        check(
            &world.kiln(&["diff", "--deployed"]),
            0,
            &["component `long` 1.0.0 → 1.0.1", "-            - echo this is step number 7 of", "long.yaml:45"],
        );
        check(&world.deploy(&[]), 0, &["deployed"]);
        assert_eq!(objects().lines().count(), 2);
    }
}
