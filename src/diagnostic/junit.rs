//! Diagnostics as the results of tests, in the XML that CI systems take from JUnit.
//!
//! A suite is a spec or a document with the files that it names, and a test is a file. A file with errors has failed; its
//! warnings are in its output, where they fail nothing.
//!
//! Source: the `junit-10.xsd` of Jenkins' xUnit plugin, which GitLab and others follow.

use super::{Diagnostic, Located, Report, Sources};
use crate::source::visible_lines;

/// Writes all reports as one document.
#[must_use]
pub fn render(findings: &[(Report, Sources)]) -> String {
    let suites: Vec<String> = findings.iter().map(suite).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"kiln\">\n{}</testsuites>\n",
        suites.concat()
    )
}

type Found<'a> = (&'a Diagnostic, Vec<Located<'a>>);

fn suite((report, sources): &(Report, Sources)) -> String {
    let located = sources.locate(report);
    let mut files: Vec<&str> = sources.texts().map(|(name, _)| name).collect();
    for (_, labels) in &located {
        let file = file(labels);
        if !files.contains(&file) {
            files.push(file);
        }
    }
    let mut cases = String::new();
    let mut failed = 0;
    for name in &files {
        let own = located.iter().filter(|(_, labels)| file(labels) == *name);
        let (errors, warnings): (Vec<&Found<'_>>, Vec<&Found<'_>>) = own.partition(|(found, _)| found.is_error());
        failed += usize::from(!errors.is_empty());
        cases.push_str(&case(name, &errors, &warnings));
    }
    let name = files.first().copied().unwrap_or("kiln.toml");
    let head = format!("name=\"{}\" tests=\"{}\" failures=\"{failed}\"", escaped(name), files.len());
    format!("  <testsuite {head}>\n{cases}  </testsuite>\n")
}

fn case(name: &str, errors: &[&Found<'_>], warnings: &[&Found<'_>]) -> String {
    let name = escaped(name);
    if errors.is_empty() && warnings.is_empty() {
        return format!("    <testcase classname=\"kiln check\" name=\"{name}\"/>\n");
    }
    let mut case = format!("    <testcase classname=\"kiln check\" name=\"{name}\">\n");
    if let [(first, _), more @ ..] = errors {
        let message = match more.len() {
            0 => format!("{}: {}", first.code.id, first.message),
            count => format!("{}: {} (and {count} more)", first.code.id, first.message),
        };
        let text = lines(errors);
        case.push_str(&format!(
            "      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
            first.code.id,
            escaped(&message),
            escaped(&text)
        ));
    }
    if !warnings.is_empty() {
        case.push_str(&format!("      <system-out>{}</system-out>\n", escaped(&lines(warnings))));
    }
    case + "    </testcase>\n"
}

/// The file of a finding; that of a spec which was built in code has no name.
fn file<'a>(labels: &[Located<'a>]) -> &'a str {
    labels.first().and_then(|label| label.file).unwrap_or("kiln.toml")
}

fn lines(found: &[&Found<'_>]) -> String {
    found.iter().map(|(diagnostic, labels)| text(diagnostic, labels)).collect()
}

fn text(diagnostic: &Diagnostic, labels: &[Located<'_>]) -> String {
    let severity = diagnostic.code.severity.word();
    let mut text = format!("{severity}[{}]: {}\n", diagnostic.code.id, diagnostic.message);
    for label in labels {
        let (Some(file), Some((line, column))) = (label.file, label.position) else { continue };
        let gap = if label.label.is_empty() { "" } else { ": " };
        text.push_str(&format!("  {file}:{line}:{column}{gap}{}\n", label.label));
    }
    for help in &diagnostic.help {
        text.push_str(&format!("  help: {help}\n"));
    }
    text
}

/// Text of an element or an attribute. What is hidden is an escape, as wherever people read it: XML 1.0 has no way to write
/// most control characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible_lines(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::code;

    #[test]
    fn no_text_leaves_its_element() {
        let found = Diagnostic::new(code::UNKNOWN_KEY, "</failure>\u{1b}]&\"");
        let xml = render(&[(Report::from_iter([found]), Sources::default())]);
        assert!(xml.contains("&lt;/failure&gt;\\u{1b}]&amp;&quot;"), "{xml}");
        assert_eq!(xml.matches("</failure>").count(), 1, "{xml}");
    }
}
