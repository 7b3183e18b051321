//! Files as of a revision, read with the `git` program.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

use kiln::files::{Files, Folder, ReadError};
use kiln::spec::MAX_BYTES;

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
    /// The folder on disk. What lies outside the repository has no revision, and is read from there.
    disk: Folder,
}

/// What a path leads to in a commit.
enum Object {
    /// The content of a file, or its beginning.
    File(Vec<u8>),
    Folder,
    /// Out of the repository; the path is relative to its top, or absolute.
    Outside(String),
    Missing,
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
        // One byte more than a spec may have shows that there is too much.
        match self.object(&inside, MAX_BYTES as u64) {
            Ok(Object::File(content)) => Ok(Some(content)),
            Ok(_) => Ok(None),
            Err(error) => {
                let what = format!("cannot read `{}` as of {}: {error}", specs::shown(path), self.name);
                Err(Failure::new(what).help("`git fsck` finds what is damaged; a partial clone has to fetch it"))
            }
        }
    }

    /// The files below the folder of a spec.
    pub fn files(&self, spec: &Path) -> AtRevision<'_> {
        let folder = self.inside(specs::folder(spec)).unwrap_or_default();
        AtRevision { git: self, folder, disk: Folder::new(existing(specs::folder(spec))) }
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

    /// What a path leads to, with its links followed as they are in the commit. Of a file that is larger, `limit` + 1 bytes.
    fn object(&self, inside: &Path, limit: u64) -> io::Result<Object> {
        let name = slashes(inside);
        // Git would take what follows for another question.
        if name.contains(['\n', '\0']) {
            return Ok(Object::Missing);
        }
        let mut git = command(&self.top, &["cat-file", "--batch", "--follow-symlinks"]);
        let mut child = git.stdin(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            writeln!(stdin, "{}:{name}", self.commit)?;
        }
        let object = child.stdout.take().map_or(Ok(None), |stdout| answer(BufReader::new(stdout), limit));
        // With the pipe closed, git ends even where a file was not read to its end.
        let output = child.wait_with_output()?;
        object?.ok_or_else(|| io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}

/// What `git cat-file --batch --follow-symlinks` answers: a line, and the content. `None` where it says nothing.
fn answer(mut stdout: impl BufRead, limit: u64) -> io::Result<Option<Object>> {
    let mut header = Vec::new();
    stdout.read_until(b'\n', &mut header)?;
    let header = String::from_utf8_lossy(&header);
    let header = header.trim_end_matches('\n');
    let mut content = |most: u64| {
        let mut content = Vec::new();
        stdout.by_ref().take(most).read_to_end(&mut content).map(|_| content)
    };
    let size = |text: &str| text.parse::<u64>().map_err(io::Error::other);
    let fields: Vec<&str> = header.rsplitn(3, ' ').collect();
    Ok(Some(match fields.as_slice() {
        [length, "blob", _] => {
            let length = size(length)?.min(limit.saturating_add(1));
            let content = content(length)?;
            if (content.len() as u64) < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Object::File(content)
        }
        [_, "tree", _] => Object::Folder,
        [length, "symlink"] => Object::Outside(String::from_utf8_lossy(&content(size(length)?)?).into_owned()),
        _ if header.is_empty() => return Ok(None),
        _ => Object::Missing,
    }))
}

impl Files for AtRevision<'_> {
    fn read(&self, path: &str, folders: &[String], limit: u64) -> Result<Vec<u8>, ReadError> {
        let mut whole = PathBuf::new();
        for part in self.folder.join(path).components() {
            match part {
                Component::Normal(name) => whole.push(name),
                Component::ParentDir if !whole.pop() => return self.disk.read(path, folders, limit),
                Component::ParentDir | Component::CurDir => {}
                Component::RootDir | Component::Prefix(_) => return self.disk.read(path, folders, limit),
            }
        }
        match self.git.object(&whole, limit)? {
            Object::File(content) => Ok(content),
            Object::Folder => Err(ReadError::IsFolder),
            Object::Missing => Err(ReadError::Missing),
            // The link is in the commit and its target is not: folders that the spec names are relative to its own folder.
            Object::Outside(target) => {
                let up: PathBuf = self.folder.components().map(|_| Component::ParentDir).collect();
                self.disk.read(&up.join(target).to_string_lossy(), folders, limit)
            }
        }
    }

    fn beside(&self, _: &str, _: &[String]) -> Vec<String> {
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
