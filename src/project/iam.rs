//! Paths of roles and ARNs of policies.
//!
//! Source: IAM API reference, CreateRole, `Path` and `PermissionsBoundary`.

use super::arn::Arn;
use super::invalid::Invalid;
use super::matcher;
use super::text::text;

text! {
    /// The path of roles and instance profiles: `/`, or printable ASCII between two `/`, at most 512 characters.
    ///
    /// ```
    /// use kiln::files::InMemory;
    /// use kiln::spec::{Pipeline, Roles, Spec};
    /// use kiln::synth::{Request, check};
    ///
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
    /// let spec = Spec::named("web").pipeline("web", web).roles(Roles::new().path("/images/"));
    /// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("no errors");
    /// let path = planned.project.roles.path.expect("the spec has one");
    /// assert_eq!(path.as_str(), "/images/");
    /// ```
    RolePath
}
text! {
    /// The ARN of a managed policy, of an account or of AWS. `${partition}` and `${account}` in it stand for those
    /// deployed to.
    ///
    /// ```
    /// use kiln::project::PolicyArn;
    ///
    /// let boundary = PolicyArn::parse("arn:${partition}:iam::${account}:policy/boundary").unwrap();
    /// assert!(boundary.as_str().ends_with("policy/boundary"));
    /// let role = "arn:aws:iam::123456789012:role/boundary";
    /// assert!(PolicyArn::parse(role).is_err(), "a role is no policy");
    /// ```
    PolicyArn
}

impl RolePath {
    /// Parses a path.
    ///
    /// # Errors
    /// If the text does not begin and end with `/`, is too long, or has another character.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "the path of roles";
        if !(text.starts_with('/') && text.ends_with('/')) {
            let error = Invalid::new(format!("`{text}` is not {subject}: it begins and ends with `/`"));
            let inner = text.trim_matches('/');
            return Err(if inner.is_empty() { error } else { error.help(format!("write `/{inner}/`")) });
        }
        matcher::length(text, subject, 1..=512)?;
        matcher::only(text, subject, "printable ASCII without spaces", |c| c.is_ascii_graphic())?;
        Ok(Self(text.to_owned()))
    }
}

impl PolicyArn {
    /// Parses an ARN.
    ///
    /// # Errors
    /// If the text is not the ARN of a managed policy.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let form = || Invalid::new(format!("`{text}` is not the ARN of a managed policy")).help(POLICY_FORM);
        let deployed = text.replace("${partition}", "aws").replace("${account}", "111122223333");
        let arn = Arn::parse(&deployed).map_err(|_| form())?;
        let owned = arn.account() == "aws" || matcher::is_digits(arn.account());
        let name = arn.resource_after("policy/").and_then(|path| path.rsplit('/').next());
        let is = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
        let named = name.is_some_and(|name| matcher::all(name, is));
        if arn.service() == "iam" && arn.region().is_empty() && owned && named {
            return Ok(Self(text.to_owned()));
        }
        Err(form())
    }
}

const POLICY_FORM: &str = "write `arn:${partition}:iam::${account}:policy/<name>`";

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn paths() {
        valid(RolePath::parse, "/");
        valid(RolePath::parse, "/images/builds/");
        let check = |text: &str, help: &str| {
            let message = format!("`{text}` is not the path of roles: it begins and ends with `/`");
            invalid(RolePath::parse, text, &format!("{message}{help}"));
        };
        check("images", " | write `/images/`");
        check("/images", " | write `/images/`");
        check("", "");
        invalid(RolePath::parse, "/a b/", "the path of roles may have printable ASCII without spaces, not ` ` @  ");
    }

    #[test]
    fn policies() {
        valid(PolicyArn::parse, "arn:aws:iam::111122223333:policy/images/boundary");
        valid(PolicyArn::parse, "arn:aws:iam::aws:policy/PowerUserAccess");
        valid(PolicyArn::parse, "arn:${partition}:iam::${account}:policy/boundary");
        for wrong in ["boundary", "arn:aws:iam::111122223333:role/boundary", "arn:aws:iam::${region}:policy/a"] {
            let message = format!("`{wrong}` is not the ARN of a managed policy | {POLICY_FORM}");
            invalid(PolicyArn::parse, wrong, &message);
        }
    }
}
