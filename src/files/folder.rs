//! The files of a folder on disk, and how far a path in a spec may lead.
//!
//! A spec may come from a stranger's pull request, and what it reads ends in templates and comments. So a path is followed
//! to where it really leads, and only what lies in the repository, or in a folder that the spec names, is opened. It is
//! opened step by step from there without following links: what was judged is what is read, whoever changes the folder
//! in between.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use super::{Files, ReadError};

/// The folder of a repository's own data: its configuration may hold the credentials of CI.
const GIT: &str = ".git";

/// Folders of the kernel: what looks like a file there is memory, a device or a process's environment.
const SPECIAL: [&str; 3] = ["/dev", "/proc", "/sys"];

/// A folder in one of them that is like any other.
const SHARED_MEMORY: &str = "/dev/shm";

/// The files of a folder on disk, and of the repository that the folder is in.
///
/// ```
/// use kiln::files::Folder;
/// use kiln::source::Source;
/// use kiln::synth::{Request, check};
///
/// let text = std::fs::read_to_string("examples/golden-ami/kiln.toml")?;
/// let (spec, read) = kiln::spec::read(&Source::new("kiln.toml", text));
/// let files = Folder::new("examples/golden-ami");
/// assert!(check(Request { read, ..Request::new(&spec, &files) }).planned.is_some());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Folder {
    folder: PathBuf,
    place: OnceLock<Option<Place>>,
}

/// Where a folder really is.
#[derive(Debug, Clone)]
struct Place {
    folder: PathBuf,
    /// The top of its repository; the folder itself outside of one.
    top: PathBuf,
    is_repository: bool,
}

impl Folder {
    /// The folder that paths are relative to.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), place: OnceLock::new() }
    }

    fn place(&self) -> Result<&Place, ReadError> {
        self.place.get_or_init(|| Place::of(&self.folder)).as_ref().ok_or(ReadError::Missing)
    }
}

impl Files for Folder {
    fn read(&self, path: &str, folders: &[String], limit: u64) -> Result<Vec<u8>, ReadError> {
        let (root, inside) = self.place()?.resolve(path, folders)?;
        let file = open(&root, &inside)?;
        let data = file.metadata()?;
        if data.is_dir() {
            return Err(ReadError::IsFolder);
        }
        if !data.is_file() {
            return Err(ReadError::NotAFile);
        }
        let mut content = Vec::with_capacity(data.len().min(limit).try_into().unwrap_or_default());
        file.take(limit.saturating_add(1)).read_to_end(&mut content)?;
        Ok(content)
    }

    fn beside(&self, path: &str, folders: &[String]) -> Vec<String> {
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        let text = folder.to_string_lossy();
        let is_readable = |place: &Place| place.resolve(if text.is_empty() { "." } else { &text }, folders).is_ok();
        if !self.place().is_ok_and(is_readable) {
            return Vec::new();
        }
        let Ok(entries) = fs::read_dir(self.folder.join(folder)) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut paths: Vec<String> = names.map(|name| folder.join(name).to_string_lossy().replace('\\', "/")).collect();
        paths.sort();
        paths
    }
}

impl Place {
    fn of(folder: &Path) -> Option<Self> {
        let folder = fs::canonicalize(folder).ok()?;
        let top = folder.ancestors().find(|above| above.join(GIT).symlink_metadata().is_ok()).map(Path::to_owned);
        Some(Self { is_repository: top.is_some(), top: top.unwrap_or_else(|| folder.clone()), folder })
    }

    /// The folder that a path may be read from, and where it leads below it.
    fn resolve(&self, path: &str, folders: &[String]) -> Result<(PathBuf, PathBuf), ReadError> {
        let outside = |target: Option<&Path>| ReadError::Outside {
            is_repository: self.is_repository,
            target: target.map(|target| target.to_string_lossy().replace('\\', "/")),
        };
        let written = self.folder.join(path);
        // The root of the file system is no folder of a project.
        let is_named = |folder: &PathBuf| folder.parent().is_some();
        let named: Vec<PathBuf> = folders.iter().map(|folder| self.folder.join(folder)).collect();
        let plain = plain(&written);
        let named_as_written = named.iter().map(|folder| self::plain(folder)).filter(is_named);
        let written_root =
            std::iter::once(self.top.clone()).chain(named_as_written).find(|root| plain.starts_with(root));
        if written_root.as_ref().is_some_and(|root| is_of_git(&plain, root)) {
            return Err(ReadError::NeverRead(GIT));
        }
        let target = match fs::canonicalize(&written) {
            Ok(target) => target,
            // Whether something exists elsewhere is not for a spec to find out.
            Err(_) if written_root.is_none() => return Err(outside(None)),
            Err(error) => return Err(error.into()),
        };
        let special = SPECIAL.iter().find(|special| target.starts_with(special));
        if let Some(special) = special.filter(|_| !target.starts_with(SHARED_MEMORY)) {
            return Err(ReadError::NeverRead(special));
        }
        let named = named.iter().filter_map(|folder| fs::canonicalize(folder).ok()).filter(is_named);
        let Some(root) = std::iter::once(self.top.clone()).chain(named).find(|root| target.starts_with(root)) else {
            return Err(outside(written_root.is_some().then_some(&target)));
        };
        if is_of_git(&target, &root) {
            return Err(ReadError::NeverRead(GIT));
        }
        let inside = target.strip_prefix(&root).unwrap_or(&target).to_owned();
        Ok((root, inside))
    }
}

/// Whether a path leads into the data of git on its way from a folder.
fn is_of_git(path: &Path, from: &Path) -> bool {
    let inside = path.strip_prefix(from).unwrap_or(path);
    inside.components().any(|part| part.as_os_str().eq_ignore_ascii_case(GIT))
}

/// A path without `.` and `..`, as it is written: links are not followed.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = plain.pop(),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// Opens a file below a folder. A link on the way, which was not there a moment ago, is an error; a pipe does not wait for
/// a writer.
#[cfg(unix)]
fn open(root: &Path, inside: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, openat};

    const STEP: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK);
    let mut here = rustix::fs::open(root, STEP, Mode::empty())?;
    for part in inside.components() {
        here = openat(&here, part.as_os_str(), STEP, Mode::empty())?;
    }
    Ok(here.into())
}

/// Opens a file below a folder, and looks again at where it leads.
#[cfg(not(unix))]
fn open(root: &Path, inside: &Path) -> io::Result<File> {
    let path = root.join(inside);
    let file = File::open(&path)?;
    if fs::canonicalize(&path)?.starts_with(root) { Ok(file) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}
