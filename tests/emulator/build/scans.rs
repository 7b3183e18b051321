//! What scans find in images, and builds that fail for it.

use serde_json::{Value, json};

use super::{World, check, of_type, spec};
use crate::support::faults::http;

impl World {
    /// Says what the scans of this world's images find from now on.
    fn finds(&self, what: &Value) {
        let mut what = what.clone();
        what["recipe"] = json!(self.name);
        http(&self.awsim.endpoint, "POST", "/_kiln/findings", Some(&what.to_string()));
    }
}

#[test]
fn a_build_fails_on_what_its_scan_finds() {
    let name = "bscan";
    let Some(world) = World::of(name, "320000000017", &format!("{}scan = true\n", spec(name))) else { return };
    world.finds(&json!({ "critical": 1, "high": 2, "other": 7, "looks": 4 }));
    let (code, messages) = world.messages(&["--fail-on", "critical", "--outputs-file", "out.json"]);
    assert_eq!(code, Some(13), "{messages:#?}");
    let findings = json!({ "critical": 1, "high": 2, "medium": 0, "other": 7 });
    let ended = of_type(&messages, "ended")[0];
    assert_eq!(
        (&ended["outcome"], &ended["exit"], &ended["output"]["findings"]),
        (&json!("built"), &json!(13), &findings)
    );
    let file: Value = serde_json::from_slice(&std::fs::read(world.folder.join("out.json")).unwrap()).unwrap();
    assert_eq!(file["builds"][0]["findings"], findings);

    world.finds(&json!({ "high": 2 }));
    check(&world.build(&["--fail-on", "critical"]), 0, &["the scan found: 2 high", "findings", "ami-"]);
    check(&world.build(&["--if-changed", "--fail-on", "medium"]), 13, &["unchanged", "the scan found: 2 high"]);
    // Who does not fail on findings does not wait for them either.
    world.finds(&json!({ "looks": 1000 }));
    check(&world.build(&[]), 0, &["what the scan has found is not known: it is scanning", "built after"]);
    // The limit is that of the whole command: it may pass during a look or between two.
    let said = world.build(&["--fail-on", "any", "--timeout", "8s"]);
    check(&said, 13, &["what the scan has found is not known: it is scanning"]);
    world.finds(&json!({ "status": "FAILED" }));
    check(&world.build(&["--fail-on", "any"]), 13, &["what the scan has found is not known: it is failed"]);
    world.finds(&json!({}));
    check(&world.build(&["--fail-on", "any"]), 0, &["the scan found: none"]);
}

#[test]
fn images_that_are_not_scanned_cannot_pass() {
    let Some(world) = World::new("bnoscan", "320000000018") else { return };
    check(
        &world.build(&["--fail-on", "critical"]),
        13,
        &["the pipeline's images are not scanned", "scan = true", "ami-"],
    );
}

/// The scan of the AMI itself leaves its findings with EC2, and its condition keeps a bad image from being distributed.
#[test]
fn a_scan_of_the_ami_is_read_where_it_is_kept() {
    let name = "bondemand";
    let scan = "scan = { types = [\"ON_DEMAND_AMI_CVE\"], max-severity = \"medium\" }\n";
    let Some(world) = World::of(name, "320000000021", &format!("{}{scan}", spec(name))) else { return };
    let finding = |cve: &str, severity: &str, fix: bool| json!({ "cve": cve, "severity": severity, "package": "openssl", "fix": fix });
    world.script(
        &json!({ "findings": [finding("CVE-2026-1", "MEDIUM", true), finding("CVE-2026-2", "CRITICAL", false)] }),
    );
    // The critical one has no fix, so that the condition is met; whoever fails on critical findings sees it all the same.
    check(&world.build(&["--fail-on", "critical"]), 13, &["the scan found: 1 critical, 1 medium", "ami-"]);
    world.script(&json!({ "findings": [finding("CVE-2026-3", "HIGH", true)] }));
    check(&world.build(&[]), 12, &["scan result condition was not met"]);
}
