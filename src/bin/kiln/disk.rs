//! Files on disk: no pipe or device is waited for, links are followed, a file is replaced as a whole, and one kiln at a
//! time writes to a folder.

use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::exit::Failure;
use crate::specs::{folder, shown};

/// Temporary files have this prefix and six random characters.
const PREFIX: &str = ".kiln-";
const RANDOM: usize = 6;

/// The first bytes of a file, which show whether kiln has generated it.
pub const HEAD: u64 = 8192;

/// Writing takes milliseconds: a folder that is held for longer than this is held by a process that hangs.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The most links that lead from one to another; Linux has the same limit.
const MOST_LINKS: usize = 40;

/// Reads a file, or its first `limit` + 1 bytes if it is larger.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::file("read", path, &error);
    let size = regular(path).map_err(failed)?;
    let mut content = Vec::with_capacity(size.min(limit).try_into().unwrap_or_default());
    let file = File::open(path).map_err(failed)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(failed)?;
    Ok(content)
}

/// The size of a file. Opening a pipe would wait for a writer, and a device has no end.
fn regular(path: &Path) -> io::Result<u64> {
    let data = fs::metadata(path)?;
    match data.is_file() {
        true => Ok(data.len()),
        false if data.is_dir() => Err(io::Error::other("it is a folder, not a file")),
        false => Err(io::Error::other("it is a pipe or a device, not a file")),
    }
}

/// A file to be written: where links lead, and what is there now.
pub struct Destination {
    /// As it was named.
    named: PathBuf,
    /// Where it is.
    path: PathBuf,
    /// What it has been until now.
    old: Option<(Vec<u8>, Permissions)>,
}

impl Destination {
    /// Follows links, and refuses what is not a file.
    pub fn find(named: &Path) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::file("write", named, &error);
        let path = follow(named).map_err(failed)?;
        let old = match regular(&path) {
            Ok(_) => {
                let content = fs::read(&path).map_err(|error| Failure::file("read", named, &error))?;
                Some((content, fs::metadata(&path).map_err(failed)?.permissions()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                stays_inside(named, &path)?;
                None
            }
            Err(error) => return Err(failed(error)),
        };
        Ok(Self { named: named.to_owned(), path, old })
    }

    /// As it was named.
    pub fn named(&self) -> &Path {
        &self.named
    }

    /// The folder that it is in.
    pub fn folder(&self) -> &Path {
        folder(&self.path)
    }

    /// What is in it; `None` if it does not exist.
    pub fn content(&self) -> Option<&[u8]> {
        self.old.as_ref().map(|(content, _)| content.as_slice())
    }

    /// Writes what it is to be beside it, with its mode.
    pub fn stage(&self, content: &[u8]) -> Result<Staged, Failure> {
        let file = self.temporary(content).map_err(|error| Failure::file("write", &self.named, &error))?;
        Ok(Staged { file, path: self.path.clone(), named: self.named.clone() })
    }

    fn temporary(&self, content: &[u8]) -> io::Result<tempfile::TempPath> {
        step();
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).rand_bytes(RANDOM);
        // A file like any other: within the umask, everyone may read it.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(self.folder())?;
        step();
        file.write_all(content)?;
        if let Some((_, mode)) = &self.old {
            step();
            fs::set_permissions(file.path(), mode.clone())?;
        }
        Ok(file.into_temp_path())
    }
}

/// A file that is written and not yet in its place.
pub struct Staged {
    file: tempfile::TempPath,
    path: PathBuf,
    named: PathBuf,
}

impl Staged {
    /// Puts it in its place in one step.
    pub fn place(self) -> Result<(), Failure> {
        step();
        self.file.persist(&self.path).map_err(|error| Failure::file("write", &self.named, &error.error))
    }

    /// The same, and returns when it is on the disk: what is placed next relies on it.
    pub fn place_durably(self) -> Result<(), Failure> {
        let sync = |path: &Path| match cfg!(unix) {
            true => File::open(path).and_then(|file| file.sync_all()),
            false => Ok(()),
        };
        let (path, named) = (self.path.clone(), self.named.clone());
        let failed = |error: io::Error| Failure::file("write", &named, &error);
        step();
        sync(&self.file).map_err(failed)?;
        self.place()?;
        sync(folder(&path)).map_err(failed)
    }
}

/// Where a path leads through links, whether or not there is a file at the end.
fn follow(named: &Path) -> io::Result<PathBuf> {
    let mut path = named.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = fs::read_link(&path) else { return Ok(path) };
        path = folder(&path).join(next);
    }
    Err(io::Error::other("too many links lead from one to another"))
}

/// A file is not made where only a link leads out of the repository, or out of the file's folder without one:
/// otherwise a link in a pull request could create any file on the machine that runs kiln.
fn stays_inside(named: &Path, path: &Path) -> Result<(), Failure> {
    let real = |path: &Path| {
        path.ancestors().find_map(|it| fs::canonicalize(if it == Path::new("") { Path::new(".") } else { it }).ok())
    };
    let lexical = lexical(named).map_err(|error| Failure::file("find", named, &error))?;
    let own = folder(&lexical);
    let top = own.ancestors().find(|it| it.join(".git").exists()).unwrap_or(own);
    match (real(top), real(folder(path))) {
        (Some(top), Some(place)) if !place.starts_with(&top) => {
            Err(Failure::new(format!("`{}` leads out of `{}` through a link", shown(named), shown(&top)))
                .help("remove the link, or make the file that it leads to"))
        }
        _ => Ok(()),
    }
}

/// An absolute path without `..`, whatever is a link in it.
fn lexical(path: &Path) -> io::Result<PathBuf> {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path)?.components() {
        match part {
            Component::ParentDir => _ = plain.pop(),
            other => plain.push(other),
        }
    }
    Ok(plain)
}

/// Folders that no other kiln writes to until this is dropped.
pub struct Held {
    _folders: Vec<File>,
}

/// Makes these folders where they are missing, waits until no other kiln writes to them, and removes what a killed one
/// has left there.
pub fn hold<'a>(folders: impl IntoIterator<Item = &'a Path>) -> Result<Held, Failure> {
    let mut all = Vec::new();
    for folder in folders {
        if !folder.is_dir() {
            step();
            fs::create_dir_all(folder).map_err(|error| Failure::file("create the folder", folder, &error))?;
        }
        all.push(fs::canonicalize(folder).map_err(|error| Failure::file("find", folder, &error))?);
    }
    // All runs take them in one order, so that no two wait for each other.
    all.sort();
    all.dedup();
    let mut held = Vec::new();
    for folder in &all {
        let Some(file) = lock(folder)? else { continue };
        held.push(file);
        sweep(folder);
    }
    Ok(Held { _folders: held })
}

/// Locks a folder. `None` where the system cannot: what is replaced is then only compared again just before.
fn lock(folder: &Path) -> Result<Option<File>, Failure> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if began.elapsed() < LONGEST_WAIT => thread::sleep(Duration::from_millis(2)),
            Err(TryLockError::WouldBlock) => {
                let seconds = LONGEST_WAIT.as_secs();
                return Err(Failure::new(format!(
                    "another kiln has been writing to `{}` for {seconds} seconds",
                    shown(folder)
                ))
                .help("end it if it hangs, then run the command again"));
            }
        }
    }
}

/// Removes temporary files. No living kiln has one in a folder that this one holds.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(is_temporary) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            step();
            // If it stays, it does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether this is the name of a temporary file, and not one that a person would choose, such as `.kiln-backup`.
fn is_temporary(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|random| {
        random.len() == RANDOM
            && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !random.bytes().all(|byte| byte.is_ascii_lowercase())
    })
}

/// Writes one file, as a whole.
pub fn write(path: &Path, content: &str) -> Result<(), Failure> {
    let target = Destination::find(path)?;
    let _held = hold([target.folder()])?;
    target.stage(content.as_bytes())?.place()
}

/// Between any two operations on files. Tests of debug builds end the process here, see [`end_at`].
#[cfg(not(debug_assertions))]
fn step() {}

#[cfg(debug_assertions)]
pub use killed::{end_at, step};

/// A process that ends between two operations, as if it were killed: nothing is cleaned up.
#[cfg(debug_assertions)]
mod killed {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static LEFT: AtomicUsize = AtomicUsize::new(usize::MAX);

    /// Ends the process at the step of this number; the first is 1.
    pub fn end_at(step: usize) {
        LEFT.store(step, Ordering::Relaxed);
    }

    /// See [`super`].
    pub fn step() {
        if LEFT.fetch_sub(1, Ordering::Relaxed) == 1 {
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_temporary_files_are_not_those_of_people() {
        for name in [".kiln-a1b2c3", ".kiln-ABCDEF", ".kiln-123456"] {
            assert!(is_temporary(name), "{name}");
        }
        for name in [".kiln-backup", ".kiln-notes", ".kiln-a1b2c3.toml", ".kiln.tfplan", "kiln-a1b2c3", ".kiln-a1b2c-"]
        {
            assert!(!is_temporary(name), "{name}");
        }
    }
}
