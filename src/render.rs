//! From a [`Plan`](crate::plan::Plan) to the text of a template.
//!
//! One room for each back end: [`cloudformation`] and [`terraform`]. Each first turns the plan into a tree of its own
//! language, then prints the tree, once for the syntax that people read and once for JSON.
//!
//! Invariants: rendering cannot fail; the same plan gives the same bytes; every literal of the plan is what the service
//! will see, whatever characters are in it. Escaping happens in here and nowhere else. Time is linear in the size of
//! the text.
//!
//! To add a back end: a file here that walks [`Properties`](crate::resource::Properties) with a name and a shape of its
//! own in each [`Key`](crate::resource::Key).

use serde::Serialize;

pub mod cloudformation;
pub mod terraform;

#[cfg(test)]
mod sample;

/// Whether this character always stands for itself on a screen and in the eyes of every parser: printable ASCII, or a
/// letter of a common script that joins with nothing beside it.
///
/// Such characters are one column each for `terraform fmt`, which counts grapheme clusters.
fn is_solitary(char: char) -> bool {
    matches!(char,
        ' '..='~'
        | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{24f}'
        | '\u{386}'..='\u{482}' | '\u{48a}'..='\u{52f}'
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Whether the character ends a line, or has no look at all, for some reader: it must be escaped to survive.
fn needs_escape(char: char) -> bool {
    if char.is_ascii() {
        return char.is_ascii_control();
    }
    char.is_control() || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The text of a JSON document, with two spaces a level and a newline at the end. Beyond what JSON demands, characters
/// that have no look are escaped: cfn-lint reads JSON with a YAML reader, which refuses some of them.
fn json_text(document: &impl Serialize) -> String {
    // Writing to a string fails only for maps whose keys are no strings, and there are none.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    if text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return text;
    }
    let is_hidden = |char: char| needs_escape(char) && char != '\n';
    let mut escaped = String::with_capacity(text.len() + 64);
    for char in text.chars() {
        if is_hidden(char) {
            // Every such character is in the basic plane.
            escaped.push_str(&format!("\\u{:04x}", u32::from(char)));
        } else {
            escaped.push(char);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use saphyr_parser::{Event, Parser};

    use super::*;

    #[test]
    fn a_whole_plan_is_read_back() {
        let plan = sample::plan();
        let yaml = cloudformation::yaml(&plan);
        assert!(Parser::new_from_str(&yaml).all(|event| event.is_ok_and(|it| !matches!(it.0, Event::Alias(_)))));
        assert!(serde_json::from_str::<serde_json::Value>(&cloudformation::json(&plan)).is_ok());
        assert!(hcl::parse(&terraform::hcl(&plan)).is_ok());
        assert!(serde_json::from_str::<serde_json::Value>(&terraform::json(&plan)).is_ok());
    }

    #[test]
    fn an_empty_plan_is_a_template_of_nothing() {
        let plan = crate::plan::Plan::default();
        assert_eq!(cloudformation::yaml(&plan), "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n");
        assert!(terraform::hcl(&plan).starts_with("terraform {\n") && !terraform::hcl(&plan).contains("data"));
    }

    #[test]
    fn json_has_no_hidden_characters() {
        let text = json_text(&serde_json::json!({ "a": "\u{7f}\u{2028}\n" }));
        assert_eq!(text, "{\n  \"a\": \"\\u007f\\u2028\\n\"\n}\n");
    }
}
