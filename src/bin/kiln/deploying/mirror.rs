//! A folder in which Terraform works for a command that must not change the user's: reviews, and `destroy`.
//!
//! It has the configuration that the spec gives, and links to everything else, so that other configuration files,
//! variables, modules and the state are the user's. Each folder above it is mirrored too: a relative path leads where it
//! leads from the user's folder. What Terraform downloads and configures stays in the mirror, and goes with it.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use kiln::synth::Format;
use kiln::synth::marker::is_generated;
use tempfile::TempDir;

use crate::disk;
use crate::exit::Failure;

/// Terraform's lock file of providers, which `init` writes.
const PROVIDERS: &str = ".terraform.lock.hcl";

/// Terraform's folder for its own data, unless TF_DATA_DIR names another.
pub const DATA: &str = ".terraform";

/// What Terraform may write beside the state: it has to be in the user's folder afterwards.
const WRITTEN: [&str; 2] = ["terraform.tfstate.backup", "errored.tfstate"];

/// Providers are at HOST/NAMESPACE/TYPE/VERSION/PLATFORM.
const LEVELS: usize = 4;

/// A mirrored folder, until this is dropped.
#[derive(Debug)]
pub struct Mirror {
    folder: PathBuf,
    _root: TempDir,
}

impl Mirror {
    /// Mirrors a folder, with this configuration.
    pub fn of(folder: &Path, configuration: &str) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::file("mirror the folder", folder, &error);
        // Only its owner may read it: plans hold values that others must not see.
        let root = tempfile::Builder::new().prefix("kiln-").tempdir().map_err(failed)?;
        let own = real(folder).map_err(failed)?;
        let folder = mirror(&own, root.path(), configuration).map_err(failed)?;
        Ok(Self { folder, _root: root })
    }

    /// Where Terraform works.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// The real path of a folder, which may not exist yet.
fn real(folder: &Path) -> io::Result<PathBuf> {
    let whole = std::path::absolute(folder)?;
    let there = whole.ancestors().find(|it| it.is_dir()).unwrap_or(&whole);
    let rest = whole.strip_prefix(there).unwrap_or(Path::new(""));
    Ok(fs::canonicalize(there)?.components().chain(rest.components()).collect())
}

fn mirror(own: &Path, root: &Path, configuration: &str) -> io::Result<PathBuf> {
    let mut place = root.to_owned();
    let mut above = PathBuf::new();
    for part in own.components() {
        if let Component::Normal(name) = part {
            // What lies above matters only to files that refer to it, and some of it may be closed to us.
            if cfg!(unix) {
                let _ = link_all(&above, &place, |other| other == name);
            }
            place.push(name);
            fs::create_dir(&place)?;
        }
        above.push(part);
    }
    if own.is_dir() {
        link_all(own, &place, |name| is_mirrors(own, name))?;
    }
    for name in WRITTEN {
        if cfg!(unix) && fs::symlink_metadata(place.join(name)).is_err() {
            link(&own.join(name), &place.join(name))?;
        }
    }
    fs::write(place.join("main.tf"), configuration)?;
    if own.join(PROVIDERS).is_file() {
        fs::copy(own.join(PROVIDERS), place.join(PROVIDERS))?;
    }
    let data = env::var_os("TF_DATA_DIR").map_or_else(|| PathBuf::from(DATA), PathBuf::from);
    mirror_data(&own.join(data), &place.join(DATA))?;
    Ok(place)
}

/// Whether the mirror has an entry of its own, or none, instead of a link: what kiln generates, and what Terraform keeps
/// of a folder.
fn is_mirrors(folder: &Path, name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let is_generated_json = || {
        let text = disk::read(&folder.join(&*name), disk::HEAD).unwrap_or_default();
        is_generated(&String::from_utf8_lossy(&text), Format::TfJson)
    };
    ["main.tf", PROVIDERS, DATA].contains(&&*name)
        || name.starts_with(".kiln")
        || name.ends_with(".lock.info")
        || (name == Format::TfJson.file_name() && is_generated_json())
}

/// Links to all entries of a folder but some.
fn link_all(from: &Path, to: &Path, but: impl Fn(&OsStr) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        if !but(&name) {
            link(&from.join(&name), &to.join(&name))?;
        }
    }
    Ok(())
}

/// What Terraform keeps of the folder: the backend and the workspace as they were chosen, and links to providers and
/// modules.
fn mirror_data(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to.join("modules"))?;
    for name in ["terraform.tfstate", "environment", "modules/modules.json"] {
        if from.join(name).is_file() {
            fs::copy(from.join(name), to.join(name))?;
        }
    }
    // What cannot be linked is downloaded again.
    let _ = link_all(&from.join("modules"), &to.join("modules"), |name| name == "modules.json");
    let _ = link_below(&from.join("providers"), &to.join("providers"), LEVELS);
    Ok(())
}

/// Links at this depth: what Terraform replaces is a link, and not a provider of the user's.
fn link_below(from: &Path, to: &Path, depth: usize) -> io::Result<()> {
    fs::create_dir_all(to)?;
    if depth == 0 {
        return link_all(from, to, |_| false);
    }
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        link_below(&from.join(&name), &to.join(&name), depth - 1)?;
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

/// Links need a privilege here: a file gets a second name, and a folder is left out.
#[cfg(not(unix))]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    match from.is_file() {
        true => fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(|_| ())),
        false => Ok(()),
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_lead_where_they_do_in_the_folder_and_only_the_state_is_written_there() {
        let base = tempfile::tempdir().unwrap();
        let own = base.path().join("repository/images");
        fs::create_dir_all(own.join(".terraform/providers/h/n/t/1.0.0/linux")).unwrap();
        for (name, text) in [
            ("../modules.tf", "modules"),
            ("provider.tf", "provider"),
            ("main.tf", "mine"),
            ("terraform.tfstate", "state"),
            (".terraform.lock.hcl", "providers"),
            (".terraform/environment", "blue"),
            (".terraform/providers/h/n/t/1.0.0/linux/binary", "binary"),
            ("main.tf.json", "{\"//\": \"Generated by kiln from kiln.toml. Do not edit.\"}"),
        ] {
            fs::write(own.join(name), text).unwrap();
        }
        let mirror = Mirror::of(&own, "generated").unwrap();
        for (name, text) in [
            ("main.tf", "generated"),
            ("provider.tf", "provider"),
            ("../modules.tf", "modules"),
            ("../../repository/modules.tf", "modules"),
            (".terraform/environment", "blue"),
            (".terraform/providers/h/n/t/1.0.0/linux/binary", "binary"),
        ] {
            assert_eq!(fs::read_to_string(mirror.folder().join(name)).unwrap(), text, "{name}");
        }
        assert!(!mirror.folder().join("main.tf.json").exists(), "it would say everything twice");
        for (name, text) in
            [("terraform.tfstate", "new"), ("errored.tfstate", "lost"), (".terraform.lock.hcl", "changed")]
        {
            fs::write(mirror.folder().join(name), text).unwrap();
        }
        fs::remove_file(mirror.folder().join(".terraform/providers/h/n/t/1.0.0/linux")).unwrap();
        let place = mirror.folder().to_owned();
        drop(mirror);
        assert!(!place.exists());
        for (name, text) in [
            ("main.tf", "mine"),
            ("terraform.tfstate", "new"),
            ("errored.tfstate", "lost"),
            (".terraform.lock.hcl", "providers"),
            (".terraform/providers/h/n/t/1.0.0/linux/binary", "binary"),
        ] {
            assert_eq!(fs::read_to_string(own.join(name)).unwrap(), text, "{name}");
        }
    }

    #[test]
    fn a_folder_that_does_not_exist_is_not_made() {
        let base = tempfile::tempdir().unwrap();
        let mirror = Mirror::of(&base.path().join("web"), "generated").unwrap();
        assert!(mirror.folder().join("main.tf").is_file() && !base.path().join("web").exists());
    }
}
