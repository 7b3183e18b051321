//! Names of output AMIs.

use super::invalid::Invalid;
use super::text::text;
use super::{matcher, suggest};

text! {
    /// The name of an output AMI, with the build date in it so that no two builds have one name.
    ///
    /// Source: EC2 Image Builder API reference, AmiDistributionConfiguration, `name`: up to 127 characters, and the tag
    /// `{{ imagebuilder:buildDate }}`. The tag is taken with or without its inner spaces; only the form with spaces is
    /// in the reference.
    ///
    /// ```
    /// use kiln::project::AmiName;
    ///
    /// let name = AmiName::parse("web-{{ imagebuilder:buildDate }}").unwrap();
    /// assert!(name.as_str().starts_with("web-"));
    /// let refused = AmiName::parse("web").expect_err("it has no date");
    /// assert_eq!(refused.help.as_deref(), Some("write `web-{{ imagebuilder:buildDate }}`"));
    /// ```
    AmiName
}

const TAG: &str = "{{ imagebuilder:buildDate }}";
const MOST: usize = 127;

impl AmiName {
    /// Parses a name.
    ///
    /// # Errors
    /// If the name is too short or too long, has a character that AMI names do not take, or lacks the build date.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "an AMI name";
        matcher::length(text, subject, 3..=MOST)?;
        matcher::only(text, subject, "letters, digits, spaces and `-` `_` `.` `:` `{` `}`", is_allowed)?;
        let outer = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !text.starts_with(|c| outer(c) || c == '{') {
            return Err(Invalid::new(format!("{subject} begins with a letter, digit, `-`, `_` or a tag")).at(0..1));
        }
        if !text.ends_with(|c| outer(c) || c == '}') {
            let last = text.len() - 1..text.len();
            return Err(Invalid::new(format!("{subject} ends with a letter, digit, `-`, `_` or a tag")).at(last));
        }
        if !tags(text).any(|tag| tag == "imagebuilder:buildDate") {
            let error = Invalid::new(format!("{subject} has `{TAG}` in it, or two builds would have one name"));
            let near = tags(text).find(|tag| suggest::closest(tag, ["imagebuilder:buildDate", "buildDate"]).is_some());
            let appended = format!("{}-{TAG}", text.trim_end_matches(['-', '_']));
            return Err(match near {
                Some(tag) => error.help(format!("did you mean `{TAG}` where it says `{tag}`?")),
                None if appended.len() <= MOST => error.help(format!("write `{appended}`")),
                None => error.help(format!("shorten the name to make room for `{TAG}`")),
            });
        }
        Ok(Self(text.to_owned()))
    }
}

fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || character.is_ascii_whitespace()
        || matches!(character, '-' | '_' | ':' | '{' | '}' | '.')
}

/// What stands between `{{` and `}}`, without surrounding space.
fn tags(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(tag, _)| tag.trim())
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn ami_names() {
        valid(AmiName::parse, "web-{{ imagebuilder:buildDate }}");
        valid(AmiName::parse, "{{imagebuilder:buildDate}} web v1.2");
        let check = |text: &str, expected: &str| invalid(AmiName::parse, text, expected);
        let tag = "an AMI name has `{{ imagebuilder:buildDate }}` in it, or two builds would have one name";
        check("web", &format!("{tag} | write `web-{{{{ imagebuilder:buildDate }}}}`"));
        check(
            "web-{{ imagebuilder:builddate }}",
            &format!("{tag} | did you mean `{{{{ imagebuilder:buildDate }}}}` where it says `imagebuilder:builddate`?"),
        );
        let long = "a".repeat(120);
        check(&long, &format!("{tag} | shorten the name to make room for `{{{{ imagebuilder:buildDate }}}}`"));
        check("we", "an AMI name has 3 to 127 characters, this one has 2");
        check(
            "web/{{ imagebuilder:buildDate }}",
            "an AMI name may have letters, digits, spaces and `-` `_` `.` `:` `{` `}`, not `/` @ /",
        );
        check(".web {{ imagebuilder:buildDate }}", "an AMI name begins with a letter, digit, `-`, `_` or a tag @ .");
        check("{{ imagebuilder:buildDate }} ", "an AMI name ends with a letter, digit, `-`, `_` or a tag @  ");
    }
}
