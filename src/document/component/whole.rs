//! What is said of a document's text as a whole, whatever is in it.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::diagnostic::code;
use crate::document::finding::{Finding, Findings};

/// Checks the text.
pub(super) fn check(text: &str, findings: &mut Findings) {
    if text.is_ascii() {
        return;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if is_nfc_quick(line.chars()) != IsNormalized::Yes && !line.chars().eq(line.nfc()) {
            let same = line.chars().zip(line.nfc()).take_while(|(one, other)| one == other);
            let at = start + same.map(|(one, _)| one.len_utf8()).sum::<usize>();
            let message = "a letter and its accent are two characters here";
            let finding = Finding::new(code::NOT_NFC, message, at..at);
            findings.push(finding.help("save the text in Unicode's form NFC: Terraform does, and then sees a change"));
            return;
        }
        start += line.len();
    }
}
