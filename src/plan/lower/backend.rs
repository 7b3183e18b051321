//! Where Terraform keeps its state, with its defaults.

use crate::plan::{Backend, Setting};
use crate::project::definition::{self, Project, S3State};

/// The backend of the project, if it says one.
pub(super) fn backend(project: &Project) -> Option<Backend> {
    Some(match project.backend.as_ref()? {
        definition::Backend::S3(state) => Backend { kind: "s3", arguments: s3(state, &project.name.kebab()) },
        definition::Backend::Local(path) => {
            Backend { kind: "local", arguments: vec![("path", Setting::Text(path.clone()))] }
        }
        definition::Backend::Http { address, lock_address, unlock_address } => {
            let arguments = [
                ("address", Some(address)),
                ("lock_address", lock_address.as_ref()),
                ("unlock_address", unlock_address.as_ref()),
            ];
            let arguments = arguments.into_iter().filter_map(|(name, it)| Some((name, Setting::Text(it?.clone()))));
            Backend { kind: "http", arguments: arguments.collect() }
        }
    })
}

fn s3(state: &S3State, project: &str) -> Vec<(&'static str, Setting)> {
    let S3State { bucket, key, region, encrypt, kms_key, use_lockfile, dynamodb_table, profile, workspace_key_prefix } =
        state;
    let text = |it: &Option<String>| it.clone().map(Setting::Text);
    let key = key.clone().unwrap_or_else(|| format!("{project}/terraform.tfstate"));
    let arguments = [
        ("bucket", Some(Setting::Text(bucket.to_string()))),
        ("key", Some(Setting::Text(key))),
        ("region", region.as_ref().map(|region| Setting::Text(region.to_string()))),
        ("encrypt", Some(Setting::Bool(encrypt.unwrap_or(true)))),
        ("kms_key_id", text(kms_key)),
        ("use_lockfile", use_lockfile.map(Setting::Bool)),
        ("dynamodb_table", text(dynamodb_table)),
        ("profile", text(profile)),
        ("workspace_key_prefix", text(workspace_key_prefix)),
    ];
    arguments.into_iter().filter_map(|(name, it)| Some((name, it?))).collect()
}
