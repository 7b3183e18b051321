//! What a document is, and what it is not.

use super::*;

const VALID: &str = "schemaVersion: 1.0\nparameters:\n  - Port: {type: string, default: '80'}\n  - Token: {type: string}\nphases:\n  - name: build\n    steps:\n      - name: Get\n        action: S3Download\n        inputs:\n          - source: s3://tools/agent.rpm\n            destination: /opt/agent-{{ Port }}-{{ Token }}.rpm\n  - name: validate\n    steps:\n      - name: Look\n        action: ReadFile\n        inputs:\n          - path: '{{ build.Get.inputs[0].destination }}'\n";

#[test]
fn parameters_and_downloads_are_read() {
    let (document, findings) = read(VALID);
    assert_eq!(findings, []);
    let names: Vec<_> = document.parameters.iter().map(|p| (p.name.as_str(), p.has_default)).collect();
    assert_eq!(names, [("Port", true), ("Token", false)]);
    assert_eq!(document.downloads, ["s3://tools/agent.rpm"]);
}

fn refused(text: &str, expected: &str) {
    let (_, findings) = read(text);
    assert!(findings.iter().any(|finding| finding.message.contains(expected)), "{findings:?}");
}

#[test]
fn what_is_no_component_is_refused() {
    refused("", "empty");
    refused("- a", "not a map");
    refused("a: b", "neither `schemaVersion` nor `phases`");
    refused("schemaVersion: 2.0\nphases: []", "only `schemaVersion`");
    refused("schemaVersion: 1.0\nphases: []", "`phases` is empty");
    refused("schemaVersion: 1.0\nphases: [{name: build}]", "needs `steps`");
    refused("a: [", "");
}

#[test]
fn a_finding_points_at_its_words() {
    let text = VALID.replace("{{ Port }}", "{{ Prot }}");
    let (_, findings) = read(&text);
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    let (span, label) = &finding.labels[0];
    assert_eq!((&text[span.clone()], label.as_str()), ("{{ Prot }}", "did you mean `Port`?"));
}
