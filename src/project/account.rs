//! AWS account ids.

use super::invalid::Invalid;
use super::matcher;
use super::text::text;

text! {
    /// The id of an AWS account: twelve digits.
    ///
    /// Source: EC2 Image Builder API reference, AmiDistributionConfiguration, `targetAccountIds`.
    ///
    /// ```
    /// use kiln::project::AccountId;
    ///
    /// let account = AccountId::parse("123456789012").unwrap();
    /// assert_eq!(account.as_str(), "123456789012");
    /// let refused = AccountId::parse("1234-5678-9012").expect_err("it has dashes");
    /// assert_eq!(refused.help.as_deref(), Some("write `123456789012`"));
    /// ```
    AccountId
}

impl AccountId {
    /// Parses twelve digits.
    ///
    /// # Errors
    /// If the text is anything else; digits with dashes or spaces between them are offered without.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() == 12 && matcher::is_digits(text) {
            return Ok(Self(text.to_owned()));
        }
        let error = Invalid::new(format!("`{text}` is not an account id: write twelve digits, as in `111122223333`"));
        let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ' | '_')).collect();
        if !matcher::is_digits(&digits) {
            return Err(error);
        }
        Err(match digits.len() {
            12 => error.help(format!("write `{digits}`")),
            // A number in TOML, JSON or a spreadsheet loses the zeros that it begins with.
            9..12 => error.help(format!("there are {} digits: if zeros are missing, `{digits:0>12}`", digits.len())),
            _ => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn account_ids() {
        valid(AccountId::parse, "111122223333");
        let check = |text: &str, help: &str| {
            let message = format!("`{text}` is not an account id: write twelve digits, as in `111122223333`");
            invalid(AccountId::parse, text, &format!("{message}{help}"));
        };
        check("1111-2222-3333", " | write `111122223333`");
        check("1111 2222 3333", " | write `111122223333`");
        check("11122223333", " | there are 11 digits: if zeros are missing, `011122223333`");
        check("1", "");
        check("prod", "");
        check("１１１１２２２２３３３３", "");
    }
}
