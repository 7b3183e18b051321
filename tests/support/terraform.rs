//! Terraform in a folder, with the AWS provider and nothing of the user's configuration.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::{Said, isolated, missing, project, run, workspace};

/// The Region that everything is deployed to.
pub(crate) const REGION: &str = "us-east-1";
/// The services that a generated configuration talks to.
const SERVICES: [&str; 11] = ["ec2", "ecr", "events", "iam", "imagebuilder", "kms", "logs", "s3", "sns", "ssm", "sts"];

/// An initialised root module.
pub(crate) struct Root {
    folder: PathBuf,
}

/// A provider block that sends everything to a local endpoint, into one account.
pub(crate) fn provider(endpoint: &str, account: &str) -> Value {
    let endpoints: serde_json::Map<_, _> = SERVICES.iter().map(|name| ((*name).to_owned(), json!(endpoint))).collect();
    json!({
        "region": REGION,
        "access_key": account,
        "secret_key": "test",
        "skip_credentials_validation": true,
        "skip_metadata_api_check": true,
        "s3_use_path_style": true,
        "endpoints": [endpoints],
    })
}

/// Which provider the tests need.
pub(crate) fn requirements() -> Value {
    json!({ "required_providers": { "aws": { "source": "hashicorp/aws", "version": "~> 5.100" } } })
}

/// Whether Terraform can be started at all.
pub(crate) fn installed() -> bool {
    let found = Command::new("terraform").arg("-version").output().is_ok();
    if !found {
        missing("terraform is not installed");
    }
    found
}

/// Initialises the configuration in a folder; nothing where the provider can't be had.
pub(crate) fn init(folder: &Path) -> Option<Root> {
    if mirror().is_none() && env::var_os("KILN_JUDGES").is_none() && !cache().is_dir() {
        missing("the AWS provider is not there (tests/run downloads it: some 700 MB)");
        return None;
    }
    let root = Root { folder: folder.to_owned() };
    let Err(fault) = root.init() else { return Some(root) };
    // Whose fault it is: a configuration that asks for nothing but the provider tells.
    let bare = Root { folder: workspace("terraform-provider") };
    let text = json!({ "terraform": requirements() }).to_string();
    fs::write(bare.folder.join("main.tf.json"), text).expect("a workspace is writable");
    let Err(reason) = bare.init() else { panic!("terraform init:\n{fault}") };
    missing(&format!("terraform init does not get the AWS provider: {reason}"));
    None
}

/// Checks that files are laid out as Terraform lays them out.
pub(crate) fn fmt_check(files: &[PathBuf]) -> Said {
    let mut command = Command::new("terraform");
    clean(&mut command);
    run(command.args(["fmt", "-check", "-diff", "-no-color"]).args(files))
}

impl Root {
    fn init(&self) -> Result<String, String> {
        let mut command = self.command("init");
        if let Some(mirror) = mirror() {
            command.arg(format!("-plugin-dir={}", mirror.display()));
        } else {
            // Without a mirror the provider is downloaded once, not once a folder.
            fs::create_dir_all(cache()).expect("the plugin cache can be made");
            command.env("TF_PLUGIN_CACHE_DIR", cache());
        }
        run(&mut command).well()
    }

    /// `terraform validate`.
    pub(crate) fn validate(&self) -> Result<String, String> {
        let mut command = Command::new("terraform");
        clean(&mut command);
        run(command.current_dir(&self.folder).args(["validate", "-no-color"])).well()
    }

    /// `terraform apply`; says its errors only, without the progress.
    pub(crate) fn apply(&self) -> Result<(), String> {
        // The provider waits a minute for each bucket's lifecycle rules: let it wait for all of them at once.
        let said = run(self.command("apply").args(["-auto-approve", "-parallelism=40"]));
        if said.status == Some(0) { Ok(()) } else { Err(said.errors) }
    }

    /// `terraform destroy`; says its errors only.
    pub(crate) fn destroy(&self) -> Result<(), String> {
        let said = run(self.command("destroy").args(["-auto-approve", "-parallelism=40"]));
        if said.status == Some(0) { Ok(()) } else { Err(said.errors) }
    }

    /// `terraform plan`, which must have nothing to do.
    pub(crate) fn plan_is_empty(&self) -> Result<(), String> {
        let said = run(self.command("plan").arg("-detailed-exitcode"));
        match said.status {
            Some(0) => Ok(()),
            Some(2) => {
                Err(said.output.split_once("Terraform will perform").map_or(&*said.output, |(_, plan)| plan).to_owned())
            }
            _ => Err(said.everything()),
        }
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new("terraform");
        clean(&mut command);
        command.current_dir(&self.folder).args([name, "-input=false", "-no-color"]);
        command
    }
}

/// The folder that `TF_PLUGIN_MIRROR` names. `tests/run` looks for one.
pub(crate) fn mirror() -> Option<PathBuf> {
    env::var_os("TF_PLUGIN_MIRROR").filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Where a downloaded provider is kept.
pub(crate) fn cache() -> PathBuf {
    project().join("target/judges-terraform")
}

fn clean(command: &mut Command) {
    isolated(command);
    for (name, value) in env::vars_os() {
        // A configuration file may name the user's mirror, which `init` needs when there is no other; Terraform warns
        // when the file does not exist.
        let keep = name == "TF_CLI_CONFIG_FILE" && Path::new(&value).is_file() && mirror().is_none();
        if name.to_string_lossy().starts_with("TF_") && !keep {
            command.env_remove(name);
        }
    }
    command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1");
}
