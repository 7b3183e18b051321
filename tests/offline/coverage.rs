//! Every property of Image Builder's types has a key in the spec, or a reason that a back end cannot have it.
//!
//! `tests/coverage/paths.json` lists the properties of both back ends: the registry's schemas of CloudFormation, of two
//! ages, and the schema of Terraform's AWS provider 5.100. `tests/coverage/keys.toml` says which key of a spec reaches
//! each. That it does is seen in the goldens. `KILN_UPDATE=1 cargo test --test offline coverage` writes `docs/coverage.md` anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use kiln::spec::reference;
use serde_json::Value;
use toml::de::{DeTable, DeValue};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// One property in both back ends.
struct Property {
    cloudformation: Option<String>,
    terraform: Option<String>,
    /// Whether only the newer of the two schemas of CloudFormation has it.
    newer: bool,
}

impl Property {
    fn path(&self) -> &str {
        self.cloudformation.as_deref().or(self.terraform.as_deref()).unwrap()
    }

    /// Whether another property stands below it.
    fn holds(&self, other: &Self) -> bool {
        let below = |own: &Option<String>, other: &Option<String>| match (own, other) {
            (Some(own), Some(other)) => {
                other.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('.') || rest.starts_with("[]"))
            }
            _ => false,
        };
        match (&self.cloudformation, &other.cloudformation) {
            (None, None) => below(&self.terraform, &other.terraform),
            _ => below(&self.cloudformation, &other.cloudformation),
        }
    }
}

struct Type {
    cloudformation: String,
    terraform: String,
    properties: Vec<Property>,
}

fn types() -> Vec<Type> {
    let all: Value = serde_json::from_str(&read("tests/coverage/paths.json")).unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let types = all.as_object().unwrap().iter().map(|(cloudformation, of)| Type {
        cloudformation: cloudformation.clone(),
        terraform: text(&of["terraform"]).unwrap(),
        properties: of["paths"]
            .as_array()
            .unwrap()
            .iter()
            .map(|path| Property {
                cloudformation: text(&path["cloudformation"]),
                terraform: text(&path["terraform"]),
                newer: path["newer"] == true,
            })
            .collect(),
    });
    types.collect()
}

/// The key of each path of each type.
fn keys() -> BTreeMap<String, BTreeMap<String, String>> {
    let text = read("tests/coverage/keys.toml");
    let (table, errors) = DeTable::parse_recoverable(&text);
    assert!(errors.is_empty(), "{errors:?}");
    let mut keys = BTreeMap::new();
    for (of, answers) in table.get_ref() {
        let DeValue::Table(answers) = answers.get_ref() else { continue };
        let answers = answers.iter().filter_map(|(path, key)| match key.get_ref() {
            DeValue::String(key) => Some((path.get_ref().to_string(), key.to_string())),
            _ => None,
        });
        keys.insert(of.get_ref().to_string(), answers.collect());
    }
    keys
}

/// What the provider computes.
const COMPUTED: [&str; 2] = ["id", "tags_all"];

/// The bodies of all resources of all goldens, by type.
fn goldens(file: &str, resources: impl Fn(&Value) -> Vec<(String, Value)>) -> BTreeMap<String, Vec<Value>> {
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for story in fs::read_dir(root().join("snapshots")).unwrap() {
        let Ok(text) = fs::read_to_string(story.unwrap().path().join(file)) else { continue };
        for (of, body) in resources(&serde_json::from_str(&text).unwrap()) {
            found.entry(of).or_default().push(body);
        }
    }
    found
}

fn cloudformation(template: &Value) -> Vec<(String, Value)> {
    let resources = template["Resources"].as_object().unwrap().values();
    resources.map(|of| (of["Type"].as_str().unwrap().to_owned(), of["Properties"].clone())).collect()
}

fn terraform(configuration: &Value) -> Vec<(String, Value)> {
    let types = configuration["resource"].as_object().unwrap().iter();
    let bodies =
        types.flat_map(|(of, all)| all.as_object().unwrap().values().map(move |body| (of.clone(), body.clone())));
    bodies.collect()
}

/// Whether something stands at a path. Lists are looked through, whether the path says so or not.
fn stands(body: &Value, path: &str) -> bool {
    if let Value::Array(items) = body {
        return items.iter().any(|item| stands(item, path));
    }
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    match (body.get(first.trim_end_matches("[]")), rest) {
        (Some(inner), Some(rest)) => stands(inner, rest),
        (found, None) => found.is_some(),
        (None, Some(_)) => false,
    }
}

#[test]
fn every_property_has_an_answer() {
    let keys = keys();
    let (templates, configurations) = (goldens("template.json", cloudformation), goldens("main.tf.json", terraform));
    let mut wrong = Vec::new();
    let mut page = String::new();
    for of in types() {
        let answers = &keys[&of.cloudformation];
        let name = of.cloudformation.rsplit("::").next().unwrap();
        let _ = writeln!(page, "\n## {name}\n\n`{}`, `{}`\n", of.cloudformation, of.terraform);
        page.push_str("| key of a spec | CloudFormation | Terraform |\n| --- | --- | --- |\n");
        let mut left: Vec<&String> = answers.keys().collect();
        for property in &of.properties {
            let path = property.path();
            let is_level = of.properties.iter().any(|other| property.holds(other));
            if is_level || property.cloudformation.is_none() && COMPUTED.contains(&path) {
                continue;
            }
            let Some(key) = answers.get(path) else {
                wrong.push(format!("{} {path}: no key", of.cloudformation));
                continue;
            };
            left.retain(|answered| *answered != path);
            if !reference::has_key(key) {
                wrong.push(format!("{} {path}: a spec has no key `{key}`", of.cloudformation));
            }
            let sides = [
                (&templates, &of.cloudformation, &property.cloudformation),
                (&configurations, &of.terraform, &property.terraform),
            ];
            for (goldens, of, path) in sides {
                let Some(path) = path else { continue };
                if !goldens.get(of).is_some_and(|bodies| bodies.iter().any(|body| stands(body, path))) {
                    wrong.push(format!("{of} {path}: in no golden"));
                }
            }
            let newer = if property.newer { ", newer schema only" } else { "" };
            let cloudformation = property.cloudformation.as_ref().map(|path| format!("`{path}`{newer}"));
            let terraform = property.terraform.as_ref().map(|path| format!("`{path}`"));
            let _ = writeln!(
                page,
                "| `{key}` | {} | {} |",
                cloudformation.as_deref().unwrap_or(without(key, "no such property")),
                terraform.as_deref().unwrap_or("the provider has no such argument"),
            );
        }
        wrong.extend(left.into_iter().map(|path| format!("{} has no {path}", of.cloudformation)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let (begin, end) = ("<!-- coverage: begin -->\n", "<!-- coverage: end -->\n");
    let committed = read("docs/coverage.md");
    let (before, rest) = committed.split_once(begin).unwrap();
    let (old, after) = rest.split_once(end).unwrap();
    let page = format!("{page}\n");
    if old == page {
        return;
    }
    assert!(
        std::env::var_os("KILN_UPDATE").is_some(),
        "docs/coverage.md is not current; `KILN_UPDATE=1 cargo test --test offline coverage` writes it"
    );
    fs::write(root().join("docs/coverage.md"), format!("{before}{begin}{page}{end}{after}")).unwrap();
}

/// What CloudFormation says in another way.
fn without<'a>(key: &str, otherwise: &'a str) -> &'a str {
    if key == "component.NAME.retain" { "`DeletionPolicy: Retain` of the resource" } else { otherwise }
}
