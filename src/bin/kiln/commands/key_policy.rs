//! `kiln key-policy`

use std::path::PathBuf;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use kiln::plan::KeyNeeds;
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::output::Ui;
use crate::{Outcome, completing, specs};

/// Print what KMS key policies need for images, topics, logs, components.
///
/// For each key that the spec names: the statements to add to its key policy, as JSON. Shared images need them for the accounts
/// that launch them, topics, log groups and components for the services that keep them. The policy of a key that kiln
/// generates has them already.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln key-policy                  all keys of the kiln.toml of this folder
  kiln key-policy images/ web api  the keys of two pipelines of a spec
  kiln key-policy | jq '.[] | select(.key == \"alias/images\") | .statements'")]
pub struct KeyPolicyArgs {
    /// A spec, or a folder with one; the kiln.toml of this folder otherwise.
    #[arg(value_name = "SPEC")]
    pub spec: Option<PathBuf>,

    /// Only keys of these pipelines.
    #[arg(value_name = "PIPELINE", add = ArgValueCompleter::new(completing::pipelines))]
    pub pipelines: Vec<String>,
}

/// Runs the command.
pub fn run(args: &KeyPolicyArgs, ui: &Ui) -> Exit {
    key_policy(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn key_policy(args: &KeyPolicyArgs, ui: &Ui) -> Outcome {
    let (worked, _) = specs::load(specs::one(args.spec.as_deref())?)?.plan(None)?;
    for (report, sources) in &worked.findings {
        ui.diagnostics(report, sources);
    }
    let Some(ready) = worked.ready else { return Ok(Exit::CheckFailed) };
    if let Some(unknown) = args.pipelines.iter().find(|name| !ready.pipelines.contains(name)) {
        return Err(Failure::new(format!("there is no pipeline `{unknown}` in the spec"))
            .help(format!("known: {}", ready.pipelines.join(", "))));
    }
    let wanted = |needs: &&KeyNeeds| {
        args.pipelines.is_empty() || needs.pipelines.iter().any(|name| args.pipelines.contains(name))
    };
    let keys: Vec<Value> = ready.keys.iter().filter(wanted).map(one).collect();
    let text = serde_json::to_string_pretty(&keys).unwrap_or_default();
    ui.product(&format!("{text}\n"))?;
    Ok(Exit::Success)
}

fn one(needs: &KeyNeeds) -> Value {
    let partition = needs.key.arn().map_or("aws", |arn| arn.partition());
    let policy: Value = serde_json::from_str(&needs.policy(partition)).unwrap_or_default();
    json!({
        "key": needs.key.to_string(),
        "region": needs.region,
        "pipelines": needs.pipelines,
        "statements": policy["Statement"],
    })
}
