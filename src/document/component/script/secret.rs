//! Secrets in a text: keys that have a known shape, and words such as `password` that are given a value.

use std::ops::Range;

use crate::diagnostic::code;
use crate::document::finding::Finding;

/// So many secrets of a text are told.
const MOST: usize = 20;

/// What begins a secret of a known kind, and how many characters follow at least.
const KNOWN: [(&str, usize, &str); 9] = [
    ("AKIA", 16, "an access key"),
    ("ASIA", 16, "an access key"),
    ("ghp_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("npm_", 36, "an npm token"),
    ("sk_live_", 20, "a Stripe key"),
];

/// What is called a secret.
const WORDS: [&str; 10] = [
    "password",
    "passwd",
    "secret",
    "secret_key",
    "secretkey",
    "api_key",
    "apikey",
    "access_key",
    "auth_token",
    "token",
];

/// All secrets of a text; places are bytes of the text.
pub(super) fn find(text: &str) -> Vec<Finding> {
    let mut found: Vec<(Range<usize>, &str)> = Vec::new();
    for (start, length, what) in KNOWN {
        let is_of_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        for (at, _) in text.match_indices(start) {
            let rest = text.get(at + start.len()..).unwrap_or_default();
            let count = rest.chars().take(100).take_while(|c| is_of_key(*c)).count();
            let begins = !text.get(..at).is_some_and(|before| before.ends_with(is_of_key));
            let is_example = rest.get(..count).is_some_and(|key| key.ends_with("EXAMPLE"));
            if begins && count >= length && !is_example {
                found.push((at..at + start.len() + count, what));
            }
        }
    }
    for (at, begin) in text.match_indices("-----BEGIN ") {
        let rest = text.get(at..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        if line.contains("PRIVATE KEY-----") {
            found.push((at..at + line.len().max(begin.len()), "a private key"));
        }
    }
    found.extend(assigned(text));
    found.sort_by_key(|(span, _)| span.start);
    found.dedup_by(|next, known| next.0.start < known.0.end);
    found.truncate(MOST);
    let findings = found.into_iter().map(|(span, what)| {
        let message = format!("{what} stands here for everybody who may read the component");
        Finding::new(code::SECRET, message, span).help(
            "keep it in Secrets Manager and write `{{ aws:ssm:/aws/reference/secretsmanager/NAME }}`, or read it with the \
             instance's role",
        )
    });
    findings.collect()
}

/// `password=…` and `--password …`, where the value is no variable.
fn assigned(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for word in WORDS {
        for (at, _) in lower.match_indices(word) {
            let end = at + word.len();
            let rest = text.get(end..).unwrap_or_default();
            let is_option = lower.get(..at).is_some_and(|before| before.ends_with("--"));
            let spaces = rest.len() - rest.trim_start_matches(' ').len();
            let after = rest.trim_start_matches(' ');
            let value = match after.strip_prefix('=') {
                // With spaces around it is an assignment of PowerShell, whose texts have quotes.
                Some(value) if spaces == 0 && !value.starts_with(' ') => value,
                Some(value) if value.trim_start_matches(' ').starts_with(['"', '\'']) => value.trim_start_matches(' '),
                None if is_option && spaces > 0 => after,
                _ => continue,
            };
            let from = text.len() - value.len();
            if let Some(length) = literal(value) {
                found.push((from..from + length, "what is called a secret"));
            }
        }
    }
    found
}

/// How long a value is, if it is written out and no example.
fn literal(value: &str) -> Option<usize> {
    let (inner, quotes) = match value.chars().next()? {
        quote @ ('"' | '\'') => (value.get(1..)?.split(quote).next()?, 2),
        _ => (value.split(|c: char| c.is_whitespace() || ";&|)\"'".contains(c)).next()?, 0),
    };
    let is_written_out = inner.len() >= 6 && !inner.contains(['$', '{', '<', '%', '(', '`', '*', '/', '\n', '[']);
    let is_word = ["required", "optional", "disabled", "enabled", "changeme", "example"].contains(&inner);
    (is_written_out && !inner.starts_with('-') && (!is_word || inner == "changeme")).then_some(inner.len() + quotes)
}
