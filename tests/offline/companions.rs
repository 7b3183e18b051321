//! Terraform's resources in words.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use kiln::resource::{ALL, companion_noun};

/// Every resource of every golden is of a type that has a noun, or is a companion that has one of its own.
#[test]
fn every_resource_of_terraform_has_a_name_of_its_own() {
    let snapshots = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let mut types = BTreeSet::new();
    for story in fs::read_dir(snapshots).expect("goldens").flatten() {
        let text = fs::read_to_string(story.path().join("main.tf")).unwrap_or_default();
        let found = text.lines().filter_map(|line| line.strip_prefix("resource \"")?.split('"').next());
        types.extend(found.map(str::to_owned));
    }
    assert!(types.len() > 20, "{types:?}");
    // What a spec hands on as it is has Terraform's own words.
    let raw = ["aws_kms_alias", "aws_kms_key"];
    let is_known = |name: &str| ALL.iter().any(|of| of.terraform == name) != companion_noun(name).is_some();
    let unknown: Vec<_> = types.iter().filter(|name| !is_known(name) && !raw.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
