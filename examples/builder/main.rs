//! Every example of this project, built in Rust: the same specs, the same bytes.
//!
//! `cargo run --example builder golden-ami` prints the template of `examples/golden-ami`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it makes")]

mod brownfield;
mod cdk_twin;
mod container;
mod escape_hatch;
mod events;
mod every_key;
mod families;
mod golden_ami;
mod hand_over;
mod layers;
mod macos;
mod matrix;
mod native_versions;
mod private_network;
mod workflows;

use std::path::Path;
use std::process::ExitCode;

use kiln::diagnostic::Sources;
use kiln::diagnostic::text::{Style, render};
use kiln::files::Folder;
use kiln::spec::Spec;
use kiln::synth::{Request, synth};

/// The folder of a story in `examples`, and what its `kiln.toml` says.
type Story = (&'static str, fn() -> Spec);

/// All stories.
const STORIES: &[Story] = &[
    ("brownfield", brownfield::spec),
    ("cdk-twin", cdk_twin::spec),
    ("container", container::spec),
    ("escape-hatch", escape_hatch::spec),
    ("events", events::spec),
    ("every-key", every_key::spec),
    ("families", families::spec),
    ("golden-ami", golden_ami::spec),
    ("hand-over", hand_over::spec),
    ("layers", layers::spec),
    ("macos", macos::spec),
    ("matrix", matrix::spec),
    ("native-versions", native_versions::spec),
    ("private-network", private_network::spec),
    ("workflows", workflows::spec),
];

fn main() -> ExitCode {
    let asked = std::env::args().nth(1);
    let Some((name, spec)) = STORIES.iter().find(|(name, _)| Some(*name) == asked.as_deref()) else {
        let names: Vec<&str> = STORIES.iter().map(|(name, _)| *name).collect();
        eprintln!("give the name of an example: {}", names.join(", "));
        return ExitCode::from(2);
    };
    let spec = spec();
    let files = Folder::new(examples().join(name));
    let synthesis = synth(Request::new(&spec, &files));
    eprint!("{}", render(&synthesis.report, &Sources::default(), Style::PLAIN));
    match synthesis.output {
        Some(output) => {
            print!("{}", output.text);
            ExitCode::SUCCESS
        }
        None => ExitCode::FAILURE,
    }
}

/// The folder of all examples.
fn examples() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples"))
}

#[cfg(test)]
mod rest;
#[cfg(test)]
mod tests;
