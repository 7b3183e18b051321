//! Asks outside tools whether the committed goldens are right, without deploying them.
//!
//! `terraform plan` is asked in `conformance`, where there is something to plan against.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::support::stories::stories;
use crate::support::{judge, must, project, run, script, terraform, workspace};
use serde_json::{Value, json};

fn goldens(name: &str) -> Vec<PathBuf> {
    stories(name).iter().map(|story| story.golden(name)).collect()
}

#[test]
fn cfn_lint_finds_nothing() {
    let Some(cfn_lint) = judge("cfn-lint") else { return };
    let mut templates = goldens("template.yaml");
    templates.extend(goldens("template.json"));
    let mut command = Command::new(cfn_lint);
    crate::support::isolated(&mut command);
    let said = run(command.args(["--format", "json", "--"]).args(templates));
    let findings: Vec<Value> = serde_json::from_str(&said.output).unwrap_or_else(|_| panic!("{}", said.everything()));
    let lines: Vec<String> = findings.iter().map(finding).collect();
    let newer = newer();
    let (known, lines): (Vec<String>, Vec<String>) =
        lines.into_iter().partition(|line| newer.iter().any(|name| is_unknown(line, name)));
    assert!(lines.is_empty(), "cfn-lint:\n{}", lines.join("\n"));
    let stale: Vec<&String> = newer.iter().filter(|name| !known.iter().any(|line| is_unknown(line, name))).collect();
    assert!(stale.is_empty(), "cfn-lint knows these now, remove them from tests/judges/newer.json: {stale:?}");
}

/// The properties that CloudFormation has and the judges do not know yet.
fn newer() -> Vec<String> {
    let names = crate::support::stories::json(&project().join("tests/judges/newer.json"));
    names.as_object().expect("an object").keys().filter(|name| *name != "about").cloned().collect()
}

/// Whether a finding says no more than that there is no property of this name.
fn is_unknown(line: &str, name: &str) -> bool {
    line.contains(": E3002 ") && line.contains(&format!("('{name}' was unexpected)"))
}

/// One finding of cfn-lint as a line.
fn finding(found: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let (rule, start) = (&found["Rule"], &found["Location"]["Start"]);
    let (file, line, column) = (text(&found["Filename"]), &start["LineNumber"], &start["ColumnNumber"]);
    format!(
        "{file}:{line}:{column}: {} {} ({})",
        text(&rule["Id"]),
        text(&found["Message"]),
        text(&rule["ShortDescription"])
    )
}

#[test]
fn cloudformation_validate_finds_no_error() {
    let Some(python) = judge("python") else { return };
    let mut templates = goldens("template.yaml");
    templates.extend(goldens("template.json"));
    must(run(script(&python, "validate.py").args(templates)).well(), "cloudformation-validate");
}

#[test]
fn checkov_finds_only_what_we_chose() {
    let Some(checkov) = judge("checkov") else { return };
    let mut files = goldens("template.yaml");
    files.extend(goldens("main.tf"));
    let mut command = Command::new(checkov);
    crate::support::isolated(&mut command);
    command.arg("-f").args(files);
    // Named frameworks and no download: nothing of this goes over the network.
    command.args([
        "--framework",
        "cloudformation",
        "terraform",
        "--skip-download",
        "--compact",
        "--quiet",
        "-o",
        "json",
    ]);
    let said = run(command.current_dir(project()));
    let reports: Value = serde_json::from_str(&said.output).unwrap_or_else(|_| panic!("{}", said.everything()));
    let reports = reports.as_array().cloned().unwrap_or_else(|| vec![reports]);
    assert_eq!(reports.len(), 2, "checkov read both kinds of files: {}", said.everything());

    let chosen = crate::support::stories::json(&project().join("tests/judges/checkov-skips.json"));
    let mut lines = Vec::new();
    for report in &reports {
        assert_eq!(report["summary"]["parsing_errors"], 0, "checkov parses every golden: {report:#}");
        for found in report["results"]["failed_checks"].as_array().into_iter().flatten() {
            let id = found["check_id"].as_str().unwrap_or_default();
            if chosen[id].is_null() {
                lines.push(format!("{} {}: {id} {}", found["file_path"], found["resource"], found["check_name"]));
            }
        }
    }
    assert!(
        lines.is_empty(),
        "checkov (a choice of ours is put into checkov-skips.json with its reason):\n{}",
        lines.join("\n")
    );
}

#[test]
fn terraform_fmt_changes_nothing() {
    if !terraform::installed() {
        return;
    }
    must(terraform::fmt_check(&goldens("main.tf")).well(), "terraform fmt");
}

/// Every golden is a module of one configuration, because a start of Terraform with this provider takes seconds.
#[test]
fn terraform_validates_both_syntaxes() {
    if !terraform::installed() {
        return;
    }
    let folder = workspace("judges-terraform");
    let mut modules = serde_json::Map::new();
    for story in stories("main.tf") {
        for (golden, suffix) in [("main.tf", "hcl"), ("main.tf.json", "json")] {
            let label = format!("{}_{suffix}", story.label());
            fs::create_dir(folder.join(&label)).expect("a module's folder can be made");
            fs::copy(story.golden(golden), folder.join(&label).join(golden)).expect("a golden can be copied");
            let mut module = story.variables(&story.golden("main.tf.json"));
            module.insert("source".to_owned(), json!(format!("./{label}")));
            modules.insert(label, Value::Object(module));
        }
    }
    let root = json!({ "terraform": terraform::requirements(), "module": modules });
    fs::write(folder.join("main.tf.json"), root.to_string()).expect("the root module can be written");
    let Some(root) = terraform::init(&folder) else { return };
    must(root.validate(), "terraform validate");
}
