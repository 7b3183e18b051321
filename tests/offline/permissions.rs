//! Every type of every golden has facts: permissions in both back ends, roles that are handed over, a noun of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kiln::resource::permission::{By, Deployed, Deployer, Grant, Others, Place};
use kiln::resource::{self, Address, Handle, Properties, Type};
use serde_json::Value;

/// All goldens of a name, those of target accounts among them.
fn goldens(name: &str) -> Vec<Value> {
    fn walk(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, name, found);
            } else if path.ends_with(name) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"), name, &mut found);
    assert!(found.len() > 30, "{} goldens", found.len());
    found.iter().map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

fn place(deployer: Deployer) -> Place {
    let [partition, account, region] = ["aws", "123456789012", "eu-west-1"].map(String::from);
    Place { partition, account, region, deployer }
}

/// What deploying a resource of a type with nothing in it calls, by what calls it.
fn calls(of: &'static Type, deployer: &Deployer) -> BTreeMap<String, BTreeSet<&'static str>> {
    let address = Address { cloudformation: "It".into(), terraform: "it".into() };
    let (handle, nothing) = (Handle { of, address: address.into() }, Properties::new());
    let (place, others) = (place(deployer.clone()), Others::new());
    let deployed = Deployed { handle: &handle, properties: &nothing, place: &place, others: &others };
    let mut calls: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for permission in of.permissions.iter().copied().flatten().filter(|it| it.by.is_for(deployer)) {
        let by = match permission.by {
            By::Companion(of) => of,
            _ => of.terraform,
        };
        let grants: Vec<Grant> = (permission.on)(&deployed);
        if !grants.is_empty() || matches!(permission.by, By::Companion(_)) {
            calls.entry(by.to_owned()).or_default().extend(permission.actions);
        }
    }
    calls
}

#[test]
fn every_type_of_a_template_has_permissions() {
    let mut types = BTreeSet::new();
    for golden in goldens("template.json") {
        let resources = golden["Resources"].as_object().unwrap();
        types.extend(resources.values().map(|resource| resource["Type"].as_str().unwrap().to_owned()));
    }
    assert!(types.len() >= resource::ALL.len(), "{types:?}");
    let deployer = Deployer::CloudFormation { stack: "web".into() };
    for name in types {
        let of = resource::find(&name).unwrap_or_else(|| panic!("no file in src/resource is about {name}"));
        let calls: BTreeSet<&str> = calls(of, &deployer).into_values().flatten().collect();
        let has = |verbs: &[&str]| {
            calls.iter().any(|call| verbs.iter().any(|verb| call.split(':').nth(1).unwrap().starts_with(verb)))
        };
        assert!(has(&["Create", "Put", "Set", "Associate"]), "{name}: nothing makes one: {calls:?}");
        assert!(has(&["Get", "Describe", "List", "Read"]), "{name}: nothing reads one: {calls:?}");
        // Keys stay in the account.
        let goes = has(&["Delete", "Set", "Disassociate"]) || name == "AWS::KMS::Key";
        assert!(goes, "{name}: nothing deletes one: {calls:?}");
    }
}

#[test]
fn every_type_of_a_configuration_has_permissions_companions_too() {
    let mut types = BTreeSet::new();
    for golden in goldens("main.tf.json") {
        types.extend(golden["resource"].as_object().unwrap().keys().cloned());
    }
    let known: BTreeMap<String, BTreeSet<&str>> =
        resource::ALL.into_iter().flat_map(|of| calls(of, &Deployer::Terraform)).collect();
    assert!(types.len() > resource::ALL.len(), "{types:?}");
    for name in types {
        assert!(known.get(&name).is_some_and(|calls| !calls.is_empty()), "{name} has no permissions");
    }
}

/// A property of a template that names a role is one that its type declares, so that the role may be handed over.
#[test]
fn every_role_that_a_property_names_is_declared() {
    fn roles(value: &Value, name: &str, ids: &BTreeSet<&str>, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(entries) => {
                let get = entries.get("Fn::GetAtt").and_then(|get| get[0].as_str());
                let id = entries.get("Ref").and_then(Value::as_str).or(get);
                if id.is_some_and(|id| ids.contains(id)) {
                    found.insert(name.to_owned());
                }
                // What a policy names is not handed over.
                let inner = entries.iter().filter(|(key, _)| !key.ends_with("PolicyDocument") && *key != "KeyPolicy");
                for (key, value) in inner {
                    let is_function = key.starts_with("Fn::") || key == "Ref";
                    roles(value, if is_function { name } else { key }, ids, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| roles(item, name, ids, found)),
            _ => {}
        }
    }
    let mut count = 0;
    for golden in goldens("template.json") {
        let resources = golden["Resources"].as_object().unwrap();
        let of = |resource: &Value| resource["Type"].as_str().unwrap().to_owned();
        let ids = resources.iter().filter(|(_, it)| of(it) == "AWS::IAM::Role").map(|(id, _)| id.as_str()).collect();
        for resource in resources.values() {
            let mut found = BTreeSet::new();
            roles(&resource["Properties"], "", &ids, &mut found);
            let passes = resource::find(&of(resource)).unwrap().passes;
            for property in found {
                count += 1;
                assert!(passes.iter().any(|pass| pass.property == property), "{}: {property}", of(resource));
            }
        }
    }
    assert!(count > 50, "{count} properties");
}

#[test]
fn every_type_has_a_noun_of_its_own() {
    let nouns: BTreeSet<&str> = resource::ALL.iter().map(|of| of.noun).collect();
    assert_eq!(nouns.len(), resource::ALL.len());
    assert!(!nouns.contains(""));
}

/// Roles that services assume do so for the account that they are made in; instances cannot say which that is.
#[test]
fn generated_roles_trust_services_for_their_account_only() {
    let mut services = BTreeMap::new();
    for golden in goldens("template.json") {
        for (id, resource) in golden["Resources"].as_object().unwrap() {
            let trust = &resource["Properties"]["AssumeRolePolicyDocument"]["Statement"][0];
            if let Some(service) = trust["Principal"]["Service"].as_str() {
                let account = &trust["Condition"]["StringEquals"]["aws:SourceAccount"];
                let is_bound = account["Ref"] == "AWS::AccountId" || account["Ref"] == "SourceAccount";
                assert_eq!(is_bound, service != "ec2.amazonaws.com", "{id}: {trust}");
                *services.entry(service.to_owned()).or_insert(0) += 1;
            }
        }
    }
    assert!(services.len() == 3 && services.values().all(|count| *count > 2), "{services:?}");
}
