//! The stories: folders of `examples/` with their goldens in `snapshots/`, and the values that their parameters get.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::project;

/// The folder of what target accounts deploy, within a story's.
const TARGET_ACCOUNT: &str = "target-account";

/// One story.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    /// Its folder's name.
    pub(crate) name: String,
    /// The number of the account that it is deployed to in each back end. Stories share one where they can.
    pub(crate) account: usize,
}

/// Every story that has a golden of this name, sorted.
///
/// Each account costs a process of the AWS provider, half a minute of one core in a run of Terraform. So stories share
/// an account unless they give something the same name; what has no Terraform golden is alone.
pub(crate) fn stories(golden: &str) -> Vec<Story> {
    let mut names: Vec<String> = fs::read_dir(project().join("snapshots"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    // What target accounts deploy is a story too, beside the one that it belongs to.
    let of_targets: Vec<String> = names.iter().map(|name| format!("{name}/{TARGET_ACCOUNT}")).collect();
    names.extend(of_targets.into_iter().filter(|name| project().join("snapshots").join(name).is_dir()));
    names.sort();
    let mut accounts: Vec<Option<BTreeSet<String>>> = Vec::new();
    let mut found = Vec::new();
    for name in names {
        let mut story = Story { name, account: accounts.len() };
        let Some(given) = story.given_names() else {
            accounts.push(None);
            found.push(story);
            continue;
        };
        let fits = accounts.iter().position(|taken| taken.as_ref().is_some_and(|taken| taken.is_disjoint(&given)));
        story.account = fits.unwrap_or(accounts.len());
        match fits.and_then(|account| accounts[account].as_mut()) {
            Some(taken) => taken.extend(given),
            None => accounts.push(Some(given)),
        }
        found.push(story);
    }
    found.retain(|story| story.golden(golden).is_file());
    assert!(!found.is_empty(), "no snapshots/*/{golden} to judge");
    found
}

impl Story {
    /// Where one of its goldens is.
    pub(crate) fn golden(&self, name: &str) -> PathBuf {
        project().join("snapshots").join(&self.name).join(name)
    }

    /// Its spec's folder.
    pub(crate) fn example(&self) -> PathBuf {
        project().join("examples").join(&self.name)
    }

    /// The file with its parameters' values, if it takes any.
    pub(crate) fn parameters(&self) -> Option<PathBuf> {
        self.prepared("parameters")
    }

    /// The file that says what must exist before it is deployed, if anything.
    pub(crate) fn existing(&self) -> Option<PathBuf> {
        self.prepared("existing")
    }

    /// Its name as Terraform takes names.
    pub(crate) fn label(&self) -> String {
        self.name.replace(['-', '.', '/'], "_")
    }

    /// The values for the variables that this `main.tf.json` declares.
    pub(crate) fn variables(&self, terraform_json: &Path) -> Map<String, Value> {
        let declared = json(terraform_json);
        let given = self.parameters().map_or(Value::Null, |file| json(&file));
        let given =
            given.as_object().into_iter().flatten().map(|(name, value)| (name.replace('-', "_"), value.clone()));
        given.filter(|(name, _)| !declared["variable"][name].is_null()).collect()
    }

    /// What it names, by Terraform type; nothing where it has no Terraform golden.
    fn given_names(&self) -> Option<BTreeSet<String>> {
        let file = self.golden("main.tf.json");
        let resources = file.is_file().then(|| json(&file)["resource"].clone())?;
        let mut given = BTreeSet::new();
        // An inline policy is named within its role.
        for (kind, labelled) in resources.as_object()?.iter().filter(|(kind, _)| *kind != "aws_iam_role_policy") {
            for body in labelled.as_object()?.values() {
                given.extend(body["name"].as_str().map(|name| format!("{kind} {name}")));
            }
        }
        Some(given)
    }

    fn prepared(&self, kind: &str) -> Option<PathBuf> {
        // All templates of target accounts take the same.
        let name = if self.name.ends_with(TARGET_ACCOUNT) { TARGET_ACCOUNT } else { &self.name };
        let file = project().join("tests/judges").join(kind).join(format!("{name}.json"));
        file.is_file().then_some(file)
    }
}

/// A JSON file's value.
pub(crate) fn json(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
