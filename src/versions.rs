//! The versions of components and recipes.
//!
//! Both are immutable: every change needs a new version, and a recipe names the versions of its components. In lock
//! mode kiln counts. The content of each is hashed over every property that has no update call; a hash that differs
//! from the recorded one moves the version; and since a recipe's hash covers its components' versions, a component's
//! change moves its recipes too. A version that was recorded is never given to other content: what is removed from a
//! spec stays in the lock.

mod hash;
mod lock;

pub use hash::Hash;
pub use lock::{Kind, Lock};

use crate::diagnostic::{Diagnostic, Report, code};
use crate::project::Version;
use crate::project::definition::{VersionMode, Versions};
use crate::source::At;

/// The first version of everything.
const FIRST: Version = Version::FIRST;

/// What CloudFormation counts up by itself, for recipes (`AWS::ImageBuilder::ImageRecipe`, `Version`).
const NATIVE_RECIPE: &str = "1.0.x";

/// A version that moves.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web);
/// let checked = check(Request::new(&spec, &InMemory::default()));
/// let moves = checked.planned.expect("nothing is wrong with this spec").lowered.moves;
/// let told = moves.iter().map(|it| format!("{} {} {}", it.kind.word(), it.name, it.to));
/// assert_eq!(told.collect::<Vec<_>>(), ["recipe web 1.0.0"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Of a component or of a recipe.
    pub kind: Kind,
    /// Its physical name.
    pub name: String,
    /// The version before; `None` if it is new.
    pub from: Option<Version>,
    /// The version now.
    pub to: Version,
}

/// Gives out versions, and keeps the book of them.
///
/// ```
/// use kiln::project::{Version, definition::Versions};
/// use kiln::source::At;
/// use kiln::versions::{Hash, Kind, Ledger, Lock};
///
/// let [old, new] = ["a", "b"].map(|digit| Hash::parse(&digit.repeat(64)).expect("it is a hash"));
/// let mut recorded = Lock::default();
/// recorded.record(Kind::Component, "web-nginx", Version::FIRST, old);
/// let mut ledger = Ledger::new(Versions::default(), &recorded);
/// let version = ledger.assign(Kind::Component, "web-nginx", (None, new), At::ROOT);
/// assert_eq!(version, "1.0.1");
/// ```
#[derive(Debug)]
pub struct Ledger<'a> {
    versions: Versions,
    recorded: &'a Lock,
    lock: Lock,
    moves: Vec<Move>,
    report: Report,
}

/// What a ledger has written.
///
/// ```
/// use kiln::project::definition::{VersionMode, Versions};
/// use kiln::versions::{Ledger, Lock};
///
/// // Only kiln itself counts in a lock file; what CloudFormation counts is not recorded.
/// let native = Versions { mode: VersionMode::Native, ..Versions::default() };
/// assert!(Ledger::new(native, &Lock::EMPTY).close().lock.is_none());
/// let book = Ledger::new(Versions::default(), &Lock::EMPTY).close();
/// assert_eq!(book.lock, Some(Lock::EMPTY));
/// ```
#[derive(Debug, Clone)]
pub struct Book {
    /// The lock to record, in lock mode.
    pub lock: Option<Lock>,
    /// What moved, in the order of the spec.
    pub moves: Vec<Move>,
    /// What was refused.
    pub report: Report,
}

impl<'a> Ledger<'a> {
    /// A ledger that continues what is recorded.
    #[must_use]
    pub fn new(versions: Versions, recorded: &'a Lock) -> Self {
        Self { versions, recorded, lock: recorded.clone(), moves: Vec::new(), report: Report::new() }
    }

    /// The version of something with this content. `at` is its table in the spec.
    pub fn assign(&mut self, kind: Kind, name: &str, (pinned, hash): (Option<Version>, Hash), at: At<'_>) -> String {
        match (self.versions.mode, pinned) {
            (VersionMode::Lock, pinned) => self.counted(kind, name, (pinned, hash), at),
            (VersionMode::Native, None) if kind == Kind::Recipe => NATIVE_RECIPE.to_owned(),
            (VersionMode::Native | VersionMode::Fixed, written) => {
                let version = written.unwrap_or(FIRST);
                self.lock.record(kind, name, version, hash);
                version.to_string()
            }
        }
    }

    /// Whether this content is on record for the version that comes next to hand: the pinned one, or the newest.
    #[must_use]
    pub fn has(&self, kind: Kind, name: &str, pinned: Option<Version>, hash: &Hash) -> bool {
        let mut recorded = self.recorded.versions(kind, name).rev();
        let found = match pinned {
            Some(pinned) => recorded.find(|(version, _)| *version == pinned),
            None => recorded.next(),
        };
        found.is_some_and(|(_, recorded)| recorded == hash)
    }

    /// Closes the ledger.
    #[must_use]
    pub fn close(self) -> Book {
        let lock = (self.versions.mode == VersionMode::Lock).then_some(self.lock);
        Book { lock, moves: self.moves, report: self.report }
    }

    /// All versions of a component or recipe that there ever were, in order.
    #[must_use]
    pub fn versions(&self, kind: Kind, name: &str) -> Vec<String> {
        self.lock.versions(kind, name).map(|(version, _)| version.to_string()).collect()
    }

    fn counted(&mut self, kind: Kind, name: &str, (pinned, hash): (Option<Version>, Hash), at: At<'_>) -> String {
        let newest = self.recorded.versions(kind, name).next_back();
        let version = match (newest, pinned) {
            (newest, Some(pinned)) => {
                self.keep_pinned(kind, name, (pinned, &hash), at);
                if let Some((newest, _)) = newest.filter(|(newest, _)| *newest > pinned) {
                    let message = format!("{} `{name}` is pinned to {pinned}, and {newest} is on record", kind.word());
                    self.report.push(
                        Diagnostic::new(code::PINNED_BELOW, message)
                            .at_value(at.key("version"), "not the newest")
                            .help("what asks for the newest version gets the other: write a higher one, or remove `version`"),
                    );
                }
                pinned
            }
            (Some((version, recorded)), None) if *recorded == hash => version,
            (Some((version, _)), None) => version.bumped(self.versions.bump).unwrap_or_else(|| {
                self.report.push(
                    Diagnostic::new(code::VERSION_EXHAUSTED, format!("there is no version after {version}"))
                        .at_key(at, "")
                        .help("write the next one as `version = \"…\"`"),
                );
                version
            }),
            (None, None) => FIRST,
        };
        if self.recorded.versions(kind, name).all(|(recorded, _)| recorded != version) {
            let from = newest.map(|(version, _)| version);
            self.moves.push(Move { kind, name: name.to_owned(), from, to: version });
        }
        self.lock.record(kind, name, version, hash);
        version.to_string()
    }

    /// Refuses a version that had other content before.
    fn keep_pinned(&mut self, kind: Kind, name: &str, (pinned, hash): (Version, &Hash), at: At<'_>) {
        if self.recorded.versions(kind, name).any(|(version, recorded)| version == pinned && recorded != hash) {
            self.report.push(
                Diagnostic::new(
                    code::PINNED_VERSION_MOVED,
                    format!("{} `{name}` {pinned} has other content than before", kind.word()),
                )
                .at_value(at.key("version"), "pinned here")
                .help("a version is for ever: write a higher one, or remove `version` and let kiln count"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Properties;

    fn hash(content: &str) -> Hash {
        Hash::of(&Properties::new().value("Data", content), &[])
    }

    fn assign(lock: &Lock, pinned: Option<&str>, content: &str) -> (String, Book) {
        let pinned = pinned.map(|text| Version::parse(text).unwrap());
        let mut ledger = Ledger::new(Versions::default(), lock);
        let version = ledger.assign(Kind::Component, "web", (pinned, hash(content)), At::ROOT);
        (version, ledger.close())
    }

    #[test]
    fn versions_move_with_content_and_never_come_back() {
        let (first, book) = assign(&Lock::default(), None, "a");
        let lock = book.lock.unwrap();
        assert_eq!(first, "1.0.0");
        let (same, book) = assign(&lock, None, "a");
        assert_eq!((same.as_str(), book.moves.len()), ("1.0.0", 0));
        let (next, book) = assign(&lock, None, "b");
        assert_eq!(next, "1.0.1");
        let (back, _) = assign(&book.lock.unwrap(), None, "a");
        assert_eq!(back, "1.0.2", "1.0.0 may be gone, and 1.0.1 is newer");
        let mut ledger = Ledger::new(Versions::default(), &lock);
        ledger.assign(Kind::Component, "web", (None, hash("b")), At::ROOT);
        assert_eq!(ledger.versions(Kind::Component, "web"), ["1.0.0", "1.0.1"]);
    }

    #[test]
    fn a_pinned_version_keeps_its_content() {
        let lock = assign(&Lock::default(), Some("2.0.0"), "a").1.lock.unwrap();
        assert!(!assign(&lock, Some("2.0.0"), "a").1.report.has_errors());
        assert!(assign(&lock, Some("2.0.0"), "b").1.report.has_errors());
        let (moved, book) = assign(&lock, Some("2.1.0"), "b");
        assert_eq!((moved.as_str(), book.report.has_errors()), ("2.1.0", false));
    }
}
