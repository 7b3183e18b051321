//! What Terraform writes about its state: who holds the lock, and a state that could not be saved.

use serde::Deserialize;
use serde_json::Value;

/// Who holds the lock of a state: the content of a lock file, or the part of an error that quotes it.
///
/// ```
/// use kiln::deploy::terraform::StateLock;
///
/// let error = "resource temporarily unavailable\nLock Info:\n  ID:        de67c1a4\n  Path:      terraform.tfstate\n  \
///     Operation: OperationTypeApply\n  Who:       ci@runner\n  Created:   2026-12-01 13:50:20.5 +0000 UTC\n";
/// let lock = StateLock::in_error(error).expect("it quotes a lock");
/// assert_eq!(lock.words(), "`apply` by ci@runner since 2026-12-01 13:50:20 UTC");
///
/// let file = r#"{"ID": "de67c1a4", "Operation": "OperationTypeApply", "Who": "ci@runner", "Created": "2026-12-01T13:50:20.5Z"}"#;
/// assert_eq!(StateLock::in_file(file).expect("it is a lock file").words(), lock.words());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StateLock {
    /// The id that `terraform force-unlock` takes.
    #[serde(rename = "ID")]
    pub id: String,
    /// What is done under the lock, such as `OperationTypeApply`.
    #[serde(default)]
    pub operation: String,
    /// The user and the machine.
    #[serde(default)]
    pub who: String,
    /// Since when.
    #[serde(default)]
    pub created: String,
}

impl StateLock {
    /// Reads a lock file: `.terraform.tfstate.lock.info`, or an object ending in `.tflock`.
    #[must_use]
    pub fn in_file(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Finds the lock that an error of any backend quotes.
    #[must_use]
    pub fn in_error(message: &str) -> Option<Self> {
        let (_, quoted) = message.split_once("Lock Info:")?;
        let value = |name: &str| {
            let value = quoted.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'));
            value.map(str::trim).unwrap_or_default().to_owned()
        };
        let id = Some(value("ID")).filter(|id| !id.is_empty())?;
        Some(Self { id, operation: value("Operation"), who: value("Who"), created: value("Created") })
    }

    /// Whether a change is made under the lock. A plan changes nothing.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.operation != "OperationTypePlan"
    }

    /// What is done, by which user, since when.
    #[must_use]
    pub fn words(&self) -> String {
        let operation = self.operation.strip_prefix("OperationType").unwrap_or(&self.operation).to_lowercase();
        let mut words = if operation.is_empty() { "a run".to_owned() } else { format!("`{operation}`") };
        if !self.who.is_empty() {
            words.push_str(&format!(" by {}", self.who));
        }
        // `2026-12-01T13:50:20.5Z` in files, `2026-12-01 13:50:20.5 +0000 UTC` in errors.
        let second = self.created.split(['.', 'Z', '+']).next().unwrap_or_default().replacen('T', " ", 1);
        if !second.trim().is_empty() {
            words.push_str(&format!(" since {} UTC", second.trim()));
        }
        words
    }
}

/// Whether a state holds all that an `errored.tfstate` holds: it is the same state, and not older. What is no state
/// holds nothing.
///
/// ```
/// use kiln::deploy::terraform::is_saved;
///
/// let errored = r#"{"version": 4, "lineage": "8a1f", "serial": 7}"#;
/// assert!(!is_saved(errored, r#"{"version": 4, "lineage": "8a1f", "serial": 6}"#));
/// assert!(!is_saved(errored, r#"{"version": 4, "lineage": "77c0", "serial": 9}"#));
/// assert!(is_saved(errored, r#"{"version": 4, "lineage": "8a1f", "serial": 7}"#));
/// assert!(!is_saved(errored, ""));
/// ```
#[must_use]
pub fn is_saved(errored: &str, state: &str) -> bool {
    let read = |text: &str| {
        let state: Value = serde_json::from_str(text).ok()?;
        Some((state["lineage"].as_str()?.to_owned(), state["serial"].as_u64()?))
    };
    matches!((read(errored), read(state)), (Some(errored), Some(state)) if errored.0 == state.0 && errored.1 <= state.1)
}

/// Where the local backend keeps the lock file of its state, relative to Terraform's folder: `backend` is what
/// `terraform init` has recorded. `None` for other backends.
///
/// ```
/// use kiln::deploy::terraform::local_lock;
///
/// assert_eq!(local_lock(None, "default").as_deref(), Some(".terraform.tfstate.lock.info"));
/// assert_eq!(local_lock(None, "eu").as_deref(), Some("terraform.tfstate.d/eu/.terraform.tfstate.lock.info"));
/// let backend = r#"{"backend": {"type": "local", "config": {"path": "state/web.tfstate"}}}"#;
/// assert_eq!(local_lock(Some(backend), "default").as_deref(), Some("state/.web.tfstate.lock.info"));
/// assert_eq!(local_lock(Some(r#"{"backend": {"type": "s3"}}"#), "default"), None);
/// ```
#[must_use]
pub fn local_lock(backend: Option<&str>, workspace: &str) -> Option<String> {
    let recorded: Value = backend.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let backend = &recorded["backend"];
    if !matches!(backend["type"].as_str(), None | Some("local")) {
        return None;
    }
    let config = &backend["config"];
    let path = match workspace {
        "default" => config["path"].as_str().unwrap_or("terraform.tfstate").to_owned(),
        other => {
            let folder = config["workspace_dir"].as_str().unwrap_or("terraform.tfstate.d");
            format!("{folder}/{other}/terraform.tfstate")
        }
    };
    let (folder, name) = path.rsplit_once('/').map_or(("", path.as_str()), |(folder, name)| (folder, name));
    let separator = if folder.is_empty() && !path.starts_with('/') { "" } else { "/" };
    Some(format!("{folder}{separator}.{name}.lock.info"))
}
