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

/// Where a secret stands, in bytes, and what it is.
type Secret = (Range<usize>, &'static str);

/// What is called a secret is one in all likelihood, unless it is an example.
const CALLED: &str = "what is called a secret";

/// All secrets of a text; places are bytes of the text.
pub(super) fn find(text: &str) -> Vec<Finding> {
    let mut found = shaped(text);
    found.extend(assigned(text));
    found.extend(of_users(text));
    found.sort_by_key(|(span, _)| span.start);
    found.dedup_by(|next, known| next.0.start < known.0.end);
    found.truncate(MOST);
    found.into_iter().map(|(span, what)| finding(what, span)).collect()
}

/// The secret that a named text is, such as the default of a parameter.
pub(in crate::document::component) fn find_named(name: &str, text: &str) -> Option<Finding> {
    let what = known(text).or_else(|| is_named(name, text).then_some(CALLED))?;
    Some(finding(what, 0..text.len()))
}

/// What a text holds that has the shape of a secret.
pub(crate) fn known(text: &str) -> Option<&'static str> {
    shaped(text).first().map(|(_, what)| *what)
}

/// Whether a text is written out under a name that is called a secret, such as `DbPassword`. `DbSecret` most often is the
/// name of one.
pub(crate) fn is_named(name: &str, text: &str) -> bool {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '-'], "");
    let name = plain(name);
    let mut words = WORDS.iter().filter(|word| **word != "secret");
    words.any(|word| name.ends_with(&plain(word))) && literal(text, LEAST) == Some(text.len())
}

fn finding(what: &str, span: Range<usize>) -> Finding {
    let message = format!("{what} stands here for everybody who may read the component");
    Finding::new(code::SECRET, message, span).help(
        "keep it in Secrets Manager and write `{{ aws:ssm:/aws/reference/secretsmanager/NAME }}`, or read it with the \
         instance's role",
    )
}

/// Keys and tokens of known kinds.
fn shaped(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
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
    found
}

/// `password=…` and `--password …`, where the value is no variable.
fn assigned(text: &str) -> Vec<Secret> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for word in WORDS {
        for (at, _) in lower.match_indices(word) {
            let end = at + word.len();
            let rest = text.get(end..).unwrap_or_default();
            let before = lower.get(..at).unwrap_or_default();
            // `aws configure set aws_secret_access_key …` has no sign between the two.
            let is_option = before.ends_with("--") || before.ends_with("aws_secret_") && word == "access_key";
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
            if let Some(length) = literal(value, LEAST) {
                found.push((from..from + length, CALLED));
            }
        }
    }
    found
}

/// `curl -u user:password`, and `https://user:password@host`.
fn of_users(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    let mut push = |from: usize, secret: &str| {
        if let Some(length) = literal(secret, 3) {
            found.push((from..from + length, "a password"));
        }
    };
    for (at, scheme) in text.match_indices("://") {
        let rest = text.get(at + scheme.len()..).unwrap_or_default();
        let authority = rest.split(|c: char| c.is_whitespace() || "/'\"?#".contains(c)).next().unwrap_or_default();
        if let Some((name, secret)) = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')) {
            push(at + scheme.len() + name.len() + 1, secret);
        }
    }
    let (mut start, mut in_curl) = (0, false);
    for line in text.split_inclusive('\n') {
        let mut is_next = false;
        for (at, word) in words(line) {
            let option = ["--user=", "--proxy-user=", "-u"].iter().find(|option| word.starts_with(**option));
            let inline = option.map_or(0, |option| option.len());
            if in_curl && (is_next || inline > 0) {
                let quoted = word.get(inline..).unwrap_or_default();
                let value = quoted.trim_start_matches(['"', '\'']);
                if let Some((name, secret)) = value.split_once(':') {
                    let secret = secret.trim_end_matches(['"', '\'']);
                    push(start + at + word.len() - value.len() + name.len() + 1, secret);
                }
            }
            is_next = ["-u", "--user", "-U", "--proxy-user"].contains(&word);
            in_curl = word.ends_with("curl") || in_curl && !["|", "||", "&&", ";", "&"].contains(&word);
        }
        // A line that ends so goes on in the next one.
        in_curl &= line.trim_end().ends_with('\\');
        start += line.len();
    }
    found
}

/// The words of a line and where they stand in it.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut end = 0;
    line.split_whitespace().map(move |word| {
        let at = end + line.get(end..).and_then(|rest| rest.find(word)).unwrap_or_default();
        end = at + word.len();
        (at, word)
    })
}

/// A secret has so many characters at least, where only its name tells that it is one.
const LEAST: usize = 6;

/// How long a value is, if it is written out and no example.
fn literal(value: &str, least: usize) -> Option<usize> {
    let (inner, quotes) = match value.chars().next()? {
        quote @ ('"' | '\'') => (value.get(1..)?.split(quote).next()?, 2),
        _ => (value.split(|c: char| c.is_whitespace() || ";&|)\"'".contains(c)).next()?, 0),
    };
    let is_written_out = inner.len() >= least && !inner.contains(['$', '{', '<', '%', '(', '`', '*', '\n', '[']);
    // A slash is part of paths, and of the secret that goes with an access key.
    let is_path = inner.contains('/') && !is_key(inner);
    let is_word = ["required", "optional", "disabled", "enabled", "changeme", "example"].contains(&inner);
    (is_written_out && !is_path && !inner.starts_with('-') && (!is_word || inner == "changeme"))
        .then_some(inner.len() + quotes)
}

/// Whether a text looks like the 40 characters or more of base64 that AWS gives out as secrets.
fn is_key(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
    text.len() >= 40
        && !text.starts_with('/')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}
