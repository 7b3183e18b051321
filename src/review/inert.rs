//! Text from outside as Markdown in which it is nothing but text.
//!
//! Escapes with backslashes are not enough: GitHub and GitLab look for mentions, issues, commits and emoji in what is left
//! after them. They leave code alone. So a word that is made of letters, digits and a few marks is written as it is, and any
//! other word is a code span: it cannot be a heading, a link, an image, HTML, a mention, a reference or the end of a table's cell.
//!
//! Source: GitHub Flavored Markdown Spec 0.29; GitHub Docs, "Autolinked references and URLs"; GitLab Docs, "GitLab-specific
//! references" and "Quick actions".

use std::fmt::Write as _;

use crate::source::visible;

/// Words as text. What kiln puts between backticks stays a code span.
pub(super) fn text(words: &str) -> String {
    let pieces = pieces(words);
    let is_live = |mark: &char| "*-+=~_>".contains(*mark);
    let escaped = |marks: &str| -> String {
        marks.chars().flat_map(|mark| is_live(&mark).then_some('\\').into_iter().chain([mark])).collect()
    };
    let written = pieces.iter().map(|(kind, text)| match kind {
        Kind::Plain => text.clone(),
        Kind::Marks => escaped(text),
        Kind::Code => code(text),
    });
    written.collect()
}

/// The same in HTML, where Markdown is not read.
pub(super) fn html_text(words: &str) -> String {
    let pieces = pieces(words);
    let written = pieces.iter().map(|(kind, text)| match kind {
        Kind::Plain => text.clone(),
        Kind::Marks => entities(text),
        // What kiln puts between backticks may be any text.
        Kind::Code if is_plain(text) => format!("`{text}`"),
        Kind::Code => html(text),
    });
    written.collect()
}

/// A text as one code span.
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    match text.contains(['`', '|']) {
        false if text.trim().is_empty() => text.into_owned(),
        false => format!("`{text}`"),
        true => html(&text),
    }
}

/// A text as code in HTML.
fn html(text: &str) -> String {
    format!("<code>{}</code>", entities(&visible(text)))
}

fn entities(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        if char.is_alphanumeric() || char == ' ' {
            out.push(char);
        } else {
            // A string takes all that is written to it.
            let _ = write!(out, "&#{};", u32::from(char));
        }
    }
    out
}

/// What a piece of a line may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It is text as it is.
    Plain,
    /// Marks of Markdown, which are text when they are escaped.
    Marks,
    /// Code keeps it from being more.
    Code,
}

/// Pieces of a line. Neighbours of one kind are one piece: two code spans side by side would be none.
#[derive(Default)]
struct Pieces(Vec<(Kind, String)>);

fn pieces(words: &str) -> Vec<(Kind, String)> {
    let words = visible(words).replace('\t', " ");
    let mut pieces = Pieces::default();
    let mut rest = words.as_str();
    while let Some((before, after)) = rest.split_once('`') {
        pieces.words(before);
        // A single one opens nothing.
        let (name, after) = after.split_once('`').unwrap_or(("'", after));
        pieces.push(Kind::Code, name);
        rest = after;
    }
    pieces.words(rest);
    pieces.0
}

impl Pieces {
    fn push(&mut self, kind: Kind, text: &str) {
        match self.0.last_mut() {
            Some((last, words)) if *last == kind => words.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push((kind, text.to_owned())),
        }
    }

    fn words(&mut self, text: &str) {
        for (index, word) in text.split(' ').enumerate() {
            if index > 0 {
                self.push(Kind::Plain, " ");
            }
            // A path at the beginning of a line is a command to GitLab.
            let is_command = index == 0 && self.0.is_empty() && word.starts_with('/');
            if is_plain(word) && !is_command {
                self.push(Kind::Plain, word);
            } else if word.chars().all(|char| "*?().,;-+=~_>".contains(char)) {
                self.push(Kind::Marks, word);
            } else {
                let (own, after) = word.split_at(word.trim_end_matches([',', ';', ':']).len());
                self.push(Kind::Code, own);
                self.push(Kind::Plain, after);
            }
        }
    }
}

/// Whether a word can be nothing else in Markdown.
fn is_plain(word: &str) -> bool {
    if word.is_empty() || ["→", "·", "}}"].contains(&word) {
        return true;
    }
    let has_marks = word.chars().all(|char| char.is_alphanumeric() || ".,;:()/'\"_-+=?…[]${}".contains(char));
    let inner = word.trim_start_matches(['(', '"', '\'']);
    let begins = inner.starts_with(|char: char| char.is_alphanumeric() || char == '/');
    let is_list = word.strip_suffix(['.', ')']).is_some_and(|number| number.bytes().all(|it| it.is_ascii_digit()));
    let is_emphasis = inner.starts_with('_') || word.trim_end_matches(['.', ',', ';', ':', ')']).ends_with('_');
    has_marks
        && begins
        && !is_list
        && !is_emphasis
        && !is_address(word)
        && !is_ticket(word)
        && !has_emoji(word)
        && has_quiet_brackets(word)
}

/// Whether a word is found to be the address of a page or of a commit.
fn is_address(word: &str) -> bool {
    // kiln itself writes `HEAD (1a2b3c4)`.
    let is_revision = word.starts_with('(') && word.ends_with(')') && word.len() == 9;
    let is_hash = |part: &str| (7..=64).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_hexdigit());
    let has_hash = !is_revision && word.split(|char: char| !char.is_alphanumeric()).any(is_hash);
    has_hash || word.contains("//") || word.to_ascii_lowercase().contains("www.")
}

/// Whether a word holds something like `:tada:`.
fn has_emoji(word: &str) -> bool {
    let parts: Vec<&str> = word.split(':').collect();
    let is_name = |part: &&str| part.bytes().all(|it| it.is_ascii_alphanumeric() || b"_+-".contains(&it));
    parts.iter().skip(1).take(parts.len().saturating_sub(2)).any(|part| !part.is_empty() && is_name(part))
}

/// Whether the brackets of a word are those of a path such as `Components[${Nginx}].Arn`, or of `web-{{`.
fn has_quiet_brackets(word: &str) -> bool {
    let chars: Vec<char> = word.chars().collect();
    let at = |index: usize| chars.get(index).copied();
    chars.iter().enumerate().all(|(index, char)| {
        let before = index.checked_sub(1).and_then(at);
        let after = at(index + 1);
        match char {
            '[' => before.is_some_and(char::is_alphanumeric),
            ']' => after.is_none_or(|after| ".,:;)".contains(after)),
            '$' => after == Some('{'),
            '{' => !after.is_some_and(|after| "+-".contains(after)),
            '}' => !before.is_some_and(|before| "+-".contains(before)),
            _ => true,
        }
    })
}

/// Whether a word names an issue, such as `GH-12`.
fn is_ticket(word: &str) -> bool {
    let mut before = "";
    word.split('-').any(|part| {
        let prefix = before.rsplit(|char: char| !char.is_alphanumeric()).next().unwrap_or_default();
        let is_prefix =
            prefix.eq_ignore_ascii_case("gh") || (prefix.len() > 1 && prefix.bytes().all(|it| it.is_ascii_uppercase()));
        before = part;
        is_prefix && part.starts_with(|first: char| first.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stay_and_others_are_code() {
        for (words, markdown) in [
            ("component `nginx` 1.0.0 → 1.0.1", "component `nginx` 1.0.0 → 1.0.1"),
            ("Data: components/nginx.yaml:12-14", "Data: components/nginx.yaml:12-14"),
            ("Distributions[us-east-1].Region: a → b", "Distributions[us-east-1].Region: a → b"),
            (
                "Components[${Nginx}].Arn web-{{ imagebuilder:buildDate }}",
                "Components[${Nginx}].Arn web-{{ imagebuilder:buildDate }}",
            ),
            ("a[x](b) a[x][y] [x]: /y", "`a[x](b)` `a[x][y]` `[x]`: /y"),
            ("ping @octocat, see #1 and GH-2", "ping `@octocat`, see `#1` and `GH-2`"),
            ("![x](https://example.com/a.png)", "`![x](https://example.com/a.png)`"),
            ("www.example.com me@example.com", "`www.example.com` `me@example.com`"),
            ("a\n# Approved by security", "`a\\n#` Approved by security"),
            ("a\r# Approved", "`a\\r#` Approved"),
            ("1. x", "`1.` x"),
            ("- x", "\\- x"),
            ("cron(0 4 ? * SUN *)", "cron(0 4 ? \\* SUN \\*)"),
            ("HEAD (1a2b3c4)", "HEAD (1a2b3c4)"),
            ("*a* _b_ ~c~ <b>", "`*a*` `_b_` `~c~` `<b>`"),
            ("a:tada: :x:", "`a:tada`: `:x`:"),
            ("AWS::Region HEAD:kiln.toml:17 (/dev/xvda)", "AWS::Region HEAD:kiln.toml:17 (/dev/xvda)"),
            ("a|b", "<code>a&#124;b</code>"),
            ("`a|b`", "<code>a&#124;b</code>"),
            ("`a``b` and `c", "`ab` and `'`c"),
            ("1a2b3c4 us-east-1 m7i.large", "`1a2b3c4` us-east-1 m7i.large"),
            ("/approve", "`/approve`"),
            ("\u{202e}x", "`\\u{202e}x`"),
        ] {
            assert_eq!(text(words), markdown, "{words:?}");
        }
        let closing = "<code>&#60;&#47;summary&#62;</code> of `a` <code>&#64;b</code> &#42;";
        assert_eq!(html_text("</summary> of `a` `@b` *"), closing);
    }
}
