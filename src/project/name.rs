//! Names: of resources in EC2 Image Builder, and of tables in the spec.
//!
//! A [`Key`] is what the user calls a thing; a [`ResourceName`] is what the service calls it. Two resource names that
//! are equal after normalisation are one resource to the service, so collisions are looked for on
//! [`ResourceName::normalised`].

use super::invalid::Invalid;
use super::matcher;
use super::text::text;

text! {
    /// The physical name of a component, recipe, pipeline or other Image Builder resource: 3 to 126 letters, digits,
    /// `-`, `_` and inner spaces.
    ///
    /// The pattern is that of the EC2 Image Builder API reference, CreateComponent and all other creates, which takes
    /// 128 characters; the Terraform AWS provider takes 126.
    ///
    /// ```
    /// use kiln::project::ResourceName;
    ///
    /// let name = ResourceName::parse("Web Servers").unwrap();
    /// assert_eq!(name.as_str(), "Web Servers");
    /// // To the service, these are one name.
    /// assert_eq!(name.normalised(), ResourceName::parse("web_servers").unwrap().normalised());
    /// ```
    ResourceName
}

impl ResourceName {
    /// Parses a name.
    ///
    /// # Errors
    /// If the name is too short or too long, has another character, or begins or ends with a space.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "a resource name";
        matcher::only(text, subject, "letters, digits, `-`, `_` and spaces", |c| {
            c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ')
        })?;
        let trimmed = text.trim_matches(' ');
        if trimmed.len() < text.len() {
            let help = format!("write `{trimmed}`");
            let refusal = Invalid::new("a resource name begins and ends with a letter, digit, `-` or `_`, not a space");
            return Err(if trimmed.is_empty() { refusal } else { refusal.help(help) });
        }
        matcher::length(text, subject, 3..=126)?;
        Ok(Self(text.to_owned()))
    }

    /// The name as it stands in ARNs: lowercase, with `-` for spaces and underscores.
    ///
    /// Source: EC2 Image Builder API reference, the name filter of ListComponents and the other lists.
    pub fn normalised(&self) -> String {
        self.0.to_ascii_lowercase().replace([' ', '_'], "-")
    }
}

text! {
    /// The name that a user gives a table in the spec, as in `[component.NAME]`: an ASCII letter, then letters,
    /// digits, `-` and `_`, at most 64 characters, ending in a letter or digit.
    ///
    /// ```
    /// use kiln::project::Key;
    ///
    /// let key = Key::parse("web-servers").unwrap();
    /// assert_eq!((key.pascal(), key.snake()), ("WebServers".to_owned(), "web_servers".to_owned()));
    /// let refused = Key::parse("web servers").expect_err("it has a space");
    /// assert_eq!(refused.help.as_deref(), Some("write `web-servers`"));
    /// ```
    Key
}

impl Key {
    /// Parses a key.
    ///
    /// # Errors
    /// If the key is empty or too long, has another character, begins with anything but a letter, or ends with `-`
    /// or `_`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "a name in the spec";
        let refusal = |error: Invalid| match likely(text) {
            Some(key) => error.help(format!("write `{key}`")),
            None => error,
        };
        matcher::length(text, subject, 1..=64)?;
        matcher::only(text, subject, "letters, digits, `-` and `_`", |c| {
            c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
        })
        .map_err(refusal)?;
        if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(refusal(Invalid::new(format!("{subject} begins with a letter")).at(0..1)));
        }
        if text.ends_with(['-', '_']) {
            let last = text.len() - 1..text.len();
            return Err(refusal(Invalid::new(format!("{subject} ends with a letter or digit")).at(last)));
        }
        Ok(Self(text.to_owned()))
    }

    /// The words between `-` and `_`, in lowercase.
    pub fn words(&self) -> Vec<String> {
        self.0.split(['-', '_']).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
    }

    /// The words joined with capitals, as in `MyApp2`: for logical ids of CloudFormation.
    pub fn pascal(&self) -> String {
        self.words()
            .iter()
            .flat_map(|word| word.chars().enumerate().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }))
            .collect()
    }

    /// The words joined with `_`, as in `my_app_2`: for names in Terraform.
    pub fn snake(&self) -> String {
        self.words().join("_")
    }

    /// The words joined with `-`, as in `my-app-2`: for physical names.
    pub fn kebab(&self) -> String {
        self.words().join("-")
    }
}

/// A key close to a text that is none, if there is a reasonable one.
fn likely(text: &str) -> Option<String> {
    let joined: String = text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let key = joined.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).trim_end_matches(['-', '_']);
    (text.is_ascii() && !key.is_empty()).then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn resource_names() {
        valid(ResourceName::parse, "web");
        valid(ResourceName::parse, "My App_2");
        valid(ResourceName::parse, "-a-");
        valid(ResourceName::parse, &"a".repeat(126));
        let check = |text: &str, expected: &str| invalid(ResourceName::parse, text, expected);
        check("ab", "a resource name has 3 to 126 characters, this one has 2");
        check(&"a".repeat(127), "a resource name has 3 to 126 characters, this one has 127");
        check("my.app", "a resource name may have letters, digits, `-`, `_` and spaces, not `.` @ .");
        check("caffé", "a resource name may have letters, digits, `-`, `_` and spaces, not `é` @ é");
        check(" web", "a resource name begins and ends with a letter, digit, `-` or `_`, not a space | write `web`");
    }

    #[test]
    fn normalises_as_arns_do() {
        assert_eq!(ResourceName::parse("My App_2").unwrap().normalised(), "my-app-2");
    }

    #[test]
    fn keys() {
        valid(Key::parse, "web");
        valid(Key::parse, "my-app_2");
        valid(Key::parse, &"a".repeat(64));
        let check = |text: &str, expected: &str| invalid(Key::parse, text, expected);
        check("", "a name in the spec has 1 to 64 characters, this one has 0");
        check("2fast", "a name in the spec begins with a letter | write `fast` @ 2");
        check("web-", "a name in the spec ends with a letter or digit | write `web` @ -");
        check("my app", "a name in the spec may have letters, digits, `-` and `_`, not ` ` | write `my-app` @  ");
        check("caffé", "a name in the spec may have letters, digits, `-` and `_`, not `é` @ é");
        check("1", "a name in the spec begins with a letter @ 1");
    }

    #[test]
    fn key_cases() {
        let check = |text: &str, expected: [&str; 3]| {
            let key = Key::parse(text).unwrap();
            assert_eq!([key.pascal(), key.snake(), key.kebab()], expected);
        };
        check("my-app_2", ["MyApp2", "my_app_2", "my-app-2"]);
        check("webServer", ["Webserver", "webserver", "webserver"]);
        check("a--b", ["AB", "a_b", "a-b"]);
    }
}
