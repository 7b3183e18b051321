//! Secrets in a text: keys that have a known shape, and words such as `password` that are given a value.

use std::ops::Range;

use crate::diagnostic::{Code, code};
use crate::document::finding::Finding;
use crate::document::yaml::Node;

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

/// What to do in a component.
pub(super) const IN_COMPONENT: &str = "keep it in Secrets Manager and write `{{ aws:ssm:/aws/reference/secretsmanager/NAME \
                                       }}`, or read it with the instance's role";

/// What to do in user data.
pub(crate) const IN_USER_DATA: &str = "keep it in Secrets Manager, and read it at boot with the role of the instance";

/// What to do in a Dockerfile.
pub(super) const IN_DOCKERFILE: &str =
    "keep it in Secrets Manager, and read it in a component, or when the container starts";

/// What to do in a workflow.
pub(super) const IN_WORKFLOW: &str = "keep it in Secrets Manager, where the step that needs it reads it with its role";

/// All secrets of the commands of a component; places are bytes of the text.
pub(super) fn find(text: &str) -> Vec<Finding> {
    in_script(text, IN_COMPONENT)
}

/// All secrets of a script; places are bytes of the text.
pub(crate) fn in_script(text: &str, help: &str) -> Vec<Finding> {
    let open = Open::new(text);
    let mut found = shaped(text);
    found.extend(assigned(text, &open));
    found.extend(of_users(text, &open));
    found.sort_by_key(|(span, _)| span.start);
    found.dedup_by(|next, known| next.0.start < known.0.end);
    found.truncate(MOST);
    found.into_iter().map(|(span, what)| finding(what, span).help(help)).collect()
}

/// How a dynamic reference of CloudFormation begins (AWS CloudFormation user guide, "Get values stored in other services using
/// dynamic references").
const REFERENCE: &str = "{{resolve:";

/// The dynamic references of a text: their bytes.
pub(crate) fn references(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices(REFERENCE).map(|(at, _)| {
        let end = text[at..].find("}}").map_or(REFERENCE.len(), |length| length + 2);
        at..at + end
    })
}

/// What there is to say of a dynamic reference.
pub(crate) fn of_reference(reference: &str) -> (String, &'static str) {
    let shown: String = reference.chars().take(120).collect();
    let message = format!("CloudFormation would replace `{shown}` with the plain value");
    (message, "read the value where it is used, with the AWS CLI in a component; or write the reference in `[raw]`")
}

/// The findings of a document, with the dynamic references of its text and the secrets that its parts have not shown: in
/// comments, descriptions and inputs of all kinds. What is found as a reference is not also an unknown expression.
pub(super) fn with_text(text: &str, mut findings: Vec<Finding>, help: &str) -> Vec<Finding> {
    let overlaps = |finding: &Finding, span: &Range<usize>| {
        finding.labels.first().is_some_and(|(other, _)| other.start < span.end && span.start < other.end)
    };
    for span in references(text).take(MOST) {
        findings.retain(|finding| !BRACES.contains(&finding.code) || !overlaps(finding, &span));
        let (message, help) = of_reference(&text[span.clone()]);
        findings.push(Finding::new(code::DYNAMIC_REFERENCE, message, span).help(help));
    }
    for secret in in_script(text, help) {
        let span = secret.labels.first().map_or(0..0, |(span, _)| span.clone());
        if !findings.iter().any(|finding| finding.code == code::SECRET && overlaps(finding, &span)) {
            findings.push(secret);
        }
    }
    findings
}

/// What braces that mean nothing are reported as.
const BRACES: [Code; 4] = [code::BAD_EXPRESSION, code::FOREIGN_BRACES, code::UNKNOWN_VARIABLE, code::BAD_PATH];

/// The findings of a command without those of braces that are a dynamic reference: that is reported where all texts are.
pub(super) fn without_references(text: &str, mut findings: Vec<Finding>) -> Vec<Finding> {
    if text.contains(REFERENCE) {
        findings.retain(|finding| !BRACES.contains(&finding.code));
    }
    findings
}

/// The secret that the default of a parameter is, or the value of a constant.
pub(super) fn of_named(name: &str, value: &Node) -> Option<Finding> {
    let text = value.as_str()?;
    let what = known(text).or_else(|| is_named(name, text).then_some(CALLED))?;
    Some(finding(what, value.span.clone()))
}

/// What a text holds that has the shape of a secret.
pub(crate) fn known(text: &str) -> Option<&'static str> {
    shaped(text).first().map(|(_, what)| *what)
}

/// Whether a text is written out under a name that is called a secret, such as `DbPassword`. A `DbSecret`, and an ARN, most
/// often tell where one is.
pub(crate) fn is_named(name: &str, text: &str) -> bool {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '-'], "");
    let name = plain(name);
    let mut words = WORDS.iter().filter(|word| **word != "secret");
    words.any(|word| name.ends_with(&plain(word))) && is_literal(text) && !text.starts_with("arn:")
}

fn finding(what: &str, span: Range<usize>) -> Finding {
    let message = format!("{what} stands here for everybody who may read this");
    Finding::new(code::SECRET, message, span)
}

/// Keys and tokens of known kinds.
fn shaped(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (start, length, what) in KNOWN {
        let is_of_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        for (at, _) in text.match_indices(start) {
            let rest = text.get(at + start.len()..).unwrap_or_default();
            let count = rest.chars().take(100).take_while(|c| is_of_key(*c)).count();
            // A name may come before it, as in `web-AKIA…`.
            let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let begins = !text.get(..at).is_some_and(|before| before.ends_with(is_of_word));
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
fn assigned(text: &str, open: &Open) -> Vec<Secret> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for word in WORDS {
        let mut known = 0;
        for (at, _) in lower.match_indices(word) {
            // It is part of a secret that was found.
            if at < known {
                continue;
            }
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
            let value = open.word(text, text.len() - value.len());
            if is_literal(&bare(&text[value.clone()])) {
                known = value.end;
                found.push((value, CALLED));
            }
        }
    }
    found
}

/// `curl -u user:password`, and `https://user:password@host`.
fn of_users(text: &str, open: &Open) -> Vec<Secret> {
    let mut found = Vec::new();
    let mut push = |secret: Range<usize>| {
        let value = bare(&text[secret.clone()]);
        if value.len() >= 3 && is_written_out(&value) {
            found.push((secret, "a password"));
        }
    };
    for (at, scheme) in text.match_indices("://") {
        let start = at + scheme.len();
        let rest = text.get(start..).unwrap_or_default();
        let authority = rest.split(|c: char| c.is_whitespace() || "/'\"?#".contains(c)).next().unwrap_or_default();
        if let Some((user, _)) = authority.rsplit_once('@')
            && let Some((name, _)) = user.split_once(':')
        {
            push(start + name.len() + 1..start + user.len());
        }
    }
    let (mut start, mut in_curl) = (0, false);
    for line in text.split_inclusive('\n') {
        let mut is_next = false;
        for (at, word) in words(line) {
            let option = ["--user=", "--proxy-user=", "-u"].iter().find(|option| word.starts_with(**option));
            let inline = option.map_or(0, |option| option.len());
            if in_curl && (is_next || inline > 0) {
                let value = open.word(text, start + at + inline);
                if let Some(colon) = colon(&text[value.clone()]) {
                    push(value.start + colon + 1..value.end);
                }
            }
            let is_short = word.starts_with('-') && !word.starts_with("--") && word.ends_with(['u', 'U']);
            is_next = is_short || ["--user", "--proxy-user"].contains(&word);
            in_curl = word.ends_with("curl") || in_curl && !word.ends_with(['|', ';', '&', ')']);
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

/// Where a user's name ends: at the first colon that is not in a variable, such as `${AUTH:?unset}`.
fn colon(word: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in word.char_indices() {
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

/// The quote that is open before each byte of a text, if one is. Each line begins with none.
struct Open(Vec<Option<char>>);

impl Open {
    /// A word has so many bytes at most, so that a text of nothing but words takes no long time.
    const LONGEST: usize = 4096;

    fn new(text: &str) -> Self {
        let (mut open, mut all) = (None, Vec::with_capacity(text.len() + 1));
        for c in text.chars() {
            all.extend(std::iter::repeat_n(open, c.len_utf8()));
            open = match (open, c) {
                (_, '\n') => None,
                (Some(quote), _) if quote == c => None,
                (None, '"' | '\'') => Some(c),
                _ => open,
            };
        }
        all.push(open);
        Self(all)
    }

    /// The bytes of the word of a shell that begins here, with the quotes that are part of it. In quotes that were opened
    /// before, it ends with them.
    fn word(&self, text: &str, start: usize) -> Range<usize> {
        let outer = self.0.get(start).copied().flatten();
        let mut inner = None;
        for (at, c) in text.get(start..).unwrap_or_default().char_indices() {
            match (inner, c) {
                (_, '\n') => return start..start + at,
                (Some(quote), _) if quote == c => inner = None,
                (Some(_), _) => {}
                (None, _) if Some(c) == outer || c.is_whitespace() || ";&|)".contains(c) => return start..start + at,
                (None, '"' | '\'') => inner = Some(c),
                (None, _) => {}
            }
            if at > Self::LONGEST {
                return start..start + at;
            }
        }
        start..text.len()
    }
}

/// A word without its quotes.
fn bare(word: &str) -> String {
    word.replace(['"', '\''], "")
}

/// Whether a value that only its name tells to be a secret is one: it has a certain length, and is neither a path, nor a word
/// of another meaning.
fn is_literal(value: &str) -> bool {
    // A slash is part of paths, and of the secret that goes with an access key.
    let is_path = value.contains('/') && !is_key(value);
    let is_word = ["required", "optional", "disabled", "enabled", "example"].contains(&value);
    value.len() >= 6 && is_written_out(value) && !is_path && !is_word && !value.starts_with('-')
}

/// Whether nothing in a value stands for something else: a variable, an expression, or what a reader has to fill in.
fn is_written_out(value: &str) -> bool {
    // What an address cannot hold is written in it as `%40`.
    let is_encoded = |at: usize| value.get(at + 1..at + 3).is_some_and(|code| u8::from_str_radix(code, 16).is_ok());
    !value.contains(['$', '{', '<', '(', '`', '*', '[']) && value.match_indices('%').all(|(at, _)| is_encoded(at))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The secrets of a command, as they stand in it.
    fn check(text: &str, expected: &[&str]) {
        let found = find(text).into_iter().map(|finding| &text[finding.labels[0].0.clone()]);
        assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn a_secret_is_found_to_its_end() {
        check("curl -u 'me:abc&def secret' https://x", &["abc&def secret'"]);
        check("curl --proxy-user me:hunter2 x", &["hunter2"]);
        check("curl -sSfu me:pa/ssword x", &["pa/ssword"]);
        check("bash -c \"curl -u me:hunter2 x\"", &["hunter2"]);
        check("curl https://u:abc)def@host/x", &["abc)def"]);
        check("git clone https://u:p%40ssword@h/x", &["p%40ssword"]);
        check("PASSWORD=abcdefgh'secret rest' next", &["abcdefgh'secret rest'"]);
        check("bash -c 'PASSWORD=abcdefgh' \"other\"", &["abcdefgh"]);
        check(
            "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY;ls",
            &["wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY"],
        );
        check("$password = \"Sup3rS3cret!\"", &["\"Sup3rS3cret!\""]);
    }

    #[test]
    fn what_stands_for_something_else_is_no_secret() {
        for text in [
            "curl -u \"${AUTH:?unset}\" https://x",
            "curl -u \"$USER:$PASSWORD\" https://x",
            "curl -o f https://x; docker run -u 1000:1000 image",
            "(curl https://x) && docker run -u 1000:1000 image",
            "curl https://$USER:${TOKEN}@host/x",
            "TOKEN=/run/token PASSWORD=%PASSWORD% SECRET=<secret> --password-file x",
            "id -u a:b",
        ] {
            check(text, &[]);
        }
        assert!(is_named("DbPassword", "hunter2hunter2") && is_named("api-key", "abcdef123"));
        let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod-db-AbCdEf";
        assert!(
            !is_named("DbPassword", arn)
                && !is_named("DbSecret", "prod-database")
                && !is_named("Port", "hunter2hunter2")
        );
    }
}
