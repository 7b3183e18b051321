//! Files as of a revision, read with the `git` program.

use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

use kiln::files::Files;

use crate::exit::Failure;
use crate::specs::{self, SKIPPED, SPEC};

/// A revision of a repository.
pub struct Git {
    /// The repository's top folder.
    top: PathBuf,
    /// The commit's whole hash.
    commit: String,
    /// What the revision is called, such as `HEAD (1a2b3c4)`.
    pub name: String,
    /// What it is called in the command, such as `HEAD`.
    pub revision: String,
}

/// What a commit holds below a folder, for the documents of a spec.
pub struct AtRevision<'a> {
    git: &'a Git,
    /// The folder, from the top.
    folder: PathBuf,
}

/// Characters of a hash that people are shown.
const SHORT: usize = 7;

/// What to do without a repository.
const WITHOUT: &str = "`kiln diff OLD NEW` compares two specs, `kiln synth --check` the files that `kiln synth` wrote";

impl Git {
    /// The revision of the repository that a path is in.
    pub fn open(path: &Path, revision: &str) -> Result<Self, Failure> {
        let folder = existing(path);
        let top = run(&folder, &["rev-parse", "--show-toplevel"])?;
        if !top.status.success() {
            let reason = String::from_utf8_lossy(&top.stderr);
            let reason = reason.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
            let place = specs::shown(&folder);
            let message = match reason.starts_with("not a git repository") {
                true => format!("`{place}` is in no git repository, so there are no committed files to compare with"),
                false => format!("git cannot read the repository of `{place}`: {reason}"),
            };
            return Err(Failure::new(message).help(WITHOUT));
        }
        let top = PathBuf::from(String::from_utf8_lossy(&top.stdout).trim_end_matches(['\n', '\r']));
        let Some(commit) = commit(&top, revision)? else {
            if commit(&top, "HEAD")?.is_none() {
                return Err(Failure::new("the repository has no commit yet, so there is nothing to compare with")
                    .help("commit the spec, its documents and kiln.lock, then change something"));
            }
            return Err(Failure::new(format!("the repository has no revision `{revision}`")).help(
                "`git log` lists commits; CI often fetches only the newest: fetch the one to compare with first",
            ));
        };
        let short = commit.get(..SHORT).unwrap_or(&commit);
        let name = if commit.starts_with(revision) { short.to_owned() } else { format!("{revision} ({short})") };
        Ok(Self { top, commit, name, revision: revision.to_owned() })
    }

    /// The content of a file on disk as it was; `None` if it was not there.
    pub fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, Failure> {
        let Some(inside) = self.inside(path) else { return Ok(None) };
        match self.blob(&inside) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                let what = format!("cannot read `{}` as of {}: {error}", specs::shown(path), self.name);
                Err(Failure::new(what).help("`git fsck` finds what is damaged; a partial clone has to fetch it"))
            }
        }
    }

    /// The files below the folder of a spec.
    pub fn files(&self, spec: &Path) -> AtRevision<'_> {
        let folder = self.inside(specs::folder(spec)).unwrap_or_default();
        AtRevision { git: self, folder }
    }

    /// The specs that stood below a folder.
    pub fn specs(&self, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
        let Some(inside) = self.inside(folder) else { return Ok(Vec::new()) };
        let below = if inside == Path::new("") { ".".to_owned() } else { slashes(&inside) };
        let listed = run(&self.top, &["ls-tree", "-r", "-z", "--name-only", &self.commit, "--", &below])?;
        let listed = String::from_utf8_lossy(&listed.stdout);
        let inside_of = |path: &str| Path::new(path).strip_prefix(&inside).map(Path::to_owned).ok();
        let paths = listed.split('\0').filter_map(inside_of);
        let specs = paths.filter(|path| path.file_name().is_some_and(|name| name == SPEC));
        let is_searched = |path: &PathBuf| {
            let mut folders = path.parent().into_iter().flat_map(Path::components);
            !folders.any(|part| {
                let name = part.as_os_str().to_string_lossy();
                name.starts_with('.') || SKIPPED.contains(&name.as_ref())
            })
        };
        Ok(specs.filter(is_searched).map(|path| folder.join(path)).collect())
    }

    /// The path from the top of the repository; `None` if it is not in it.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let ancestor = existing(path);
        let rest = path.strip_prefix(&ancestor).unwrap_or(path);
        let whole = fs::canonicalize(&ancestor).ok()?;
        let whole = if rest == Path::new("") { whole } else { whole.join(rest) };
        let top = fs::canonicalize(&self.top).ok()?;
        Some(whole.strip_prefix(top).ok()?.to_owned())
    }

    fn blob(&self, inside: &Path) -> io::Result<Vec<u8>> {
        let mut git = command(&self.top, &["cat-file", "--batch", "--follow-symlinks"]);
        let mut child = git.stdin(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            writeln!(stdin, "{}:{}", self.commit, slashes(inside))?;
        }
        let output = child.wait_with_output()?;
        let end = output.stdout.iter().position(|byte| *byte == b'\n').unwrap_or_default();
        let (header, content) = output.stdout.split_at(end);
        let header = String::from_utf8_lossy(header);
        let fields: Vec<&str> = header.rsplitn(3, ' ').collect();
        match fields.as_slice() {
            [size, "blob", _] => {
                let size: usize = size.parse().map_err(io::Error::other)?;
                content.get(1..=size).map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
            }
            [_, "tree", _] => Err(io::ErrorKind::IsADirectory.into()),
            ["missing", ..] | [_, "dangling" | "notdir", ..] => Err(io::ErrorKind::NotFound.into()),
            _ if output.stdout.is_empty() => {
                Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
            }
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Files for AtRevision<'_> {
    fn read(&self, path: &str, _: u64) -> io::Result<Vec<u8>> {
        let mut whole = PathBuf::new();
        for part in self.folder.join(path).components() {
            match part {
                Component::Normal(name) => whole.push(name),
                Component::ParentDir if !whole.pop() => return Err(io::ErrorKind::NotFound.into()),
                Component::ParentDir | Component::CurDir => {}
                Component::RootDir | Component::Prefix(_) => return Err(io::ErrorKind::NotFound.into()),
            }
        }
        self.git.blob(&whole)
    }

    fn beside(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// The nearest folder that exists.
fn existing(path: &Path) -> PathBuf {
    let mut folder = path;
    while !folder.is_dir() {
        folder = specs::folder(folder);
    }
    folder.to_owned()
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn commit(top: &Path, revision: &str) -> Result<Option<String>, Failure> {
    let wanted = format!("{revision}^{{commit}}");
    let found = run(top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
    let hash = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    Ok(found.status.success().then_some(hash).filter(|hash| !hash.is_empty()))
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut git = Command::new("git");
    // Messages are read, and nothing is written.
    git.arg("-C").arg(folder).args(args).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
    git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    git
}

fn run(folder: &Path, args: &[&str]) -> Result<Output, Failure> {
    command(folder, args).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Failure::new("there is no program `git` on the PATH").help(format!("install git; {WITHOUT}"))
        }
        _ => Failure::new(format!("git cannot be run: {error}")).help(WITHOUT),
    })
}
