//! OpenTofu in Terraform's place.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use serde_json::json;

use crate::support::terraform::{installed, mirror, provider};
use crate::support::world::{World, check, named};
use crate::support::{Said, run};

fn on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// Terraform under the name `tofu`, alone on PATH: that it is found, asked for its version and given Terraform's work.
#[test]
fn tofu_is_taken_where_there_is_no_terraform() {
    let Some(mirror) = mirror().filter(|_| installed()) else { return };
    let Some(world) = World::new("tofu", "310000000060") else { return };
    world.write(&named("tofu").replace("\n\n[component", "\ntarget = \"terraform\"\n\n[component"));
    let aws = json!({ "provider": { "aws": provider(&world.endpoint, world.account) } });
    fs::write(world.folder.join("provider.tf.json"), aws.to_string()).unwrap();
    let programs = world.folder.join("bin");
    fs::create_dir(&programs).unwrap();
    let kiln = |arguments: &[&str]| -> Said {
        let mut kiln = world.command(arguments);
        run(kiln.env("PATH", &programs).env("TF_CLI_ARGS_init", format!("-plugin-dir={}", mirror.display())))
    };
    check(&kiln(&["deploy", "--yes"]), 2, &["neither `terraform` nor `tofu` is on PATH", "OpenTofu 1.6"]);
    std::os::unix::fs::symlink(on_path("terraform").unwrap(), programs.join("tofu")).unwrap();
    let said = kiln(&["deploy", "--no-execute", "--out", "tofu.plan"]);
    check(&said, 0, &["+ add         recipe of pipeline `web` 1.0.0", "wrote tofu.plan"]);
    assert!(world.folder.join("tofu.plan").is_file());
}

/// OpenTofu itself, where it is installed. CI does not have it.
#[test]
fn opentofu_plans_the_same() {
    let Some(tofu) = on_path("tofu") else {
        let _ = writeln!(std::io::stderr(), "skipped: OpenTofu (tofu) is not installed");
        return;
    };
    let Some(world) = World::new("opentofu", "310000000061") else { return };
    world.write(&named("opentofu").replace("\n\n[component", "\ntarget = \"terraform\"\n\n[component"));
    let aws = json!({ "provider": { "aws": provider(&world.endpoint, world.account) } });
    fs::write(world.folder.join("provider.tf.json"), aws.to_string()).unwrap();
    let said = world.kiln(&["deploy", "--no-execute", "--out", "a.plan", "--terraform", &tofu.display().to_string()]);
    check(&said, 0, &["recipe of pipeline `web` 1.0.0", "wrote a.plan"]);
}
