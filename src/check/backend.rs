//! `[backend]`: where Terraform keeps its state.

use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{Backend, S3State};
use crate::project::{BucketName, Invalid, Region};
use crate::source::At;
use crate::spec::{HttpBackend, LocalBackend, S3Backend, Spec};

/// S3 takes keys of so many bytes.
const MOST_KEY: usize = 1024;

/// Checks the table. The outer `None` means that it was refused.
#[expect(clippy::option_option, reason = "left out and refused are two things")]
pub(super) fn backend(spec: &Spec, cx: &mut Context<'_>) -> Option<Option<Backend>> {
    let Some(table) = &spec.backend else { return Some(None) };
    let at = At::ROOT.key("backend");
    let kinds = [("s3", table.s3.is_some()), ("local", table.local.is_some()), ("http", table.http.is_some())];
    let mut chosen = kinds.iter().filter(|(_, is_there)| *is_there).map(|(kind, _)| *kind);
    if let (Some(first), Some(second)) = (chosen.next(), chosen.next()) {
        let message = format!("state is kept in one place, and `{first}` and `{second}` are two");
        cx.contradiction(&message, at.key(first), at.key(second));
        return None;
    }
    let backend = match (&table.s3, &table.local, &table.http) {
        (Some(table), _, _) => s3(table, at.key("s3"), cx)?,
        (_, Some(table), _) => local(table, at.key("local"), cx)?,
        (_, _, Some(table)) => http(table, at.key("http"), cx)?,
        (None, None, None) => {
            let help = "write `s3 = { bucket = \"…\" }`, `local = { path = \"…\" }` or `http = { address = \"…\" }`";
            cx.missing("`backend` does not say where the state is", (at, &["s3", "local", "http"]), help);
            return None;
        }
    };
    Some(Some(backend))
}

fn s3(table: &S3Backend, at: At<'_>, cx: &mut Context<'_>) -> Option<Backend> {
    let bucket = match &table.bucket {
        Some(bucket) => cx.parse(code::BAD_ID, at.key("bucket"), bucket, BucketName::parse),
        None => {
            cx.missing("the state has no bucket", (at, &["bucket"]), "add `bucket = \"…\"`: it must exist");
            None
        }
    };
    let key = cx.optional(code::BAD_TEXT, at.key("key"), table.key.as_deref(), key_of_object);
    let region = cx.optional(code::BAD_REGION, at.key("region"), table.region.as_deref(), Region::parse);
    let prefix_at = at.key("workspace-key-prefix");
    let prefix = cx.optional(code::BAD_TEXT, prefix_at, table.workspace_key_prefix.as_deref(), key_of_object);
    Some(Backend::S3(S3State {
        bucket: bucket?,
        key: key?,
        region: region?,
        encrypt: table.encrypt,
        kms_key: cx.text(table.kms_key.as_deref(), at.key("kms-key"), 2048),
        use_lockfile: table.use_lockfile,
        dynamodb_table: cx.text(table.dynamodb_table.as_deref(), at.key("dynamodb-table"), 1024),
        profile: cx.text(table.profile.as_deref(), at.key("profile"), 1024),
        workspace_key_prefix: prefix?,
    }))
}

/// Terraform refuses keys that begin or end with a slash (documentation of the backend `s3`).
fn key_of_object(text: &str) -> Result<String, Invalid> {
    if text.is_empty() || text.len() > MOST_KEY {
        return Err(Invalid::new(format!("a key of S3 has 1 to {MOST_KEY} bytes, this one has {}", text.len())));
    }
    if text.starts_with('/') || text.ends_with('/') {
        let bare = text.trim_matches('/');
        let error = Invalid::new(format!("`{text}` begins or ends with a slash, which Terraform refuses"));
        return Err(if bare.is_empty() { error } else { error.help(format!("write `{bare}`")) });
    }
    Ok(text.to_owned())
}

fn local(table: &LocalBackend, at: At<'_>, cx: &mut Context<'_>) -> Option<Backend> {
    if table.path.is_none() {
        cx.missing("the state has no file", (at, &["path"]), "add `path = \"terraform.tfstate\"`");
    }
    cx.text(table.path.as_deref(), at.key("path"), 4096).map(Backend::Local)
}

fn http(table: &HttpBackend, at: At<'_>, cx: &mut Context<'_>) -> Option<Backend> {
    let mut address = |key: &str, text: Option<&str>| match text {
        Some(text) => url(text, at.key(key), cx).map(Some),
        None => Some(None),
    };
    let lock_address = address("lock-address", table.lock_address.as_deref());
    let unlock_address = address("unlock-address", table.unlock_address.as_deref());
    let address = address("address", table.address.as_deref());
    if table.address.is_none() {
        cx.missing("the state has no address", (at, &["address"]), "add `address = \"https://…\"`");
    }
    Some(Backend::Http { address: address??, lock_address: lock_address?, unlock_address: unlock_address? })
}

fn url(text: &str, at: At<'_>, cx: &mut Context<'_>) -> Option<String> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // This comes first: the other finding repeats the text.
    if host.contains('@') {
        cx.report(
            Diagnostic::new(code::SECRET_IN_SPEC, "the address holds a user or a password")
                .at_value(at, "")
                .help("set TF_HTTP_USERNAME and TF_HTTP_PASSWORD where Terraform runs; a spec is committed"),
        );
        return None;
    }
    if !["http", "https"].contains(&scheme) || host.is_empty() {
        let message = format!("`{text}` is no address: it begins with `https://` or `http://`");
        cx.report(Diagnostic::new(code::BAD_TEXT, message).at_value(at, ""));
        return None;
    }
    Some(text.to_owned())
}
