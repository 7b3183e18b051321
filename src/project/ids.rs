//! Ids, names and ARNs of resources of other services that a spec refers to.
//!
//! To add an id made of a prefix and hexadecimal digits: a `text!` with its doc comment and a line in `hex_ids!`.

use super::arn::Arn;
use super::invalid::Invalid;
use super::matcher;
use super::text::text;

text! {
    /// The id of a subnet, `subnet-…`. Source: EC2 user guide, "Resource IDs".
    ///
    /// ```
    /// use kiln::project::SubnetId;
    ///
    /// let subnet = SubnetId::parse("subnet-0123456789abcdef0").unwrap();
    /// assert_eq!(subnet.as_str(), "subnet-0123456789abcdef0");
    /// let refused = SubnetId::parse("subnet-0123456789abcdef").expect_err("one digit is missing");
    /// assert_eq!(refused.help.as_deref(), Some("digits that stand there: 16"));
    /// ```
    SubnetId
}
text! {
    /// The id of a security group, `sg-…`. Source: EC2 user guide, "Resource IDs".
    ///
    /// ```
    /// use kiln::project::SecurityGroupId;
    ///
    /// let group = SecurityGroupId::parse("sg-0123456789abcdef0").unwrap();
    /// assert_eq!(group.to_string(), "sg-0123456789abcdef0");
    /// assert!(SecurityGroupId::parse("web-servers").is_err(), "the name of a group is not its id");
    /// ```
    SecurityGroupId
}
text! {
    /// The id of a prefix list, `pl-…`. Source: EC2 user guide, "Resource IDs".
    ///
    /// ```
    /// use kiln::project::PrefixListId;
    ///
    /// // Ids of eight digits are taken too: this is the list of S3.
    /// let s3 = PrefixListId::parse("pl-63a5400a").unwrap();
    /// assert_eq!(s3.as_str(), "pl-63a5400a");
    /// assert!(PrefixListId::parse("com.amazonaws.eu-west-1.s3").is_err(), "that is its name");
    /// ```
    PrefixListId
}
text! {
    /// The id of a VPC, `vpc-…`. Source: EC2 user guide, "Resource IDs".
    ///
    /// ```
    /// use kiln::project::{SubnetId, VpcId};
    ///
    /// let vpc = VpcId::parse("vpc-0123456789abcdef0").unwrap();
    /// assert_eq!(vpc.as_str(), "vpc-0123456789abcdef0");
    /// // The one is not taken for the other.
    /// assert!(SubnetId::parse(vpc.as_str()).is_err());
    /// ```
    VpcId
}
text! {
    /// The id of an AMI, `ami-…`; an AMI is in one Region. Source: EC2 user guide, "Resource IDs".
    ///
    /// ```
    /// use kiln::project::{AmiId, Base, Origin};
    ///
    /// let base = Base::parse("ami-0123456789abcdef0").unwrap();
    /// let ami = AmiId::parse("ami-0123456789abcdef0").unwrap();
    /// assert_eq!(*base.origin(), Origin::Ami(ami));
    /// ```
    AmiId
}
text! {
    /// The id of a launch template, `lt-` and 17 characters.
    ///
    /// Source: EC2 Image Builder API reference, LaunchTemplateConfiguration.
    ///
    /// ```
    /// use kiln::project::LaunchTemplateId;
    ///
    /// assert!(LaunchTemplateId::parse("lt-0123456789abcdef0").is_ok());
    /// let refused = LaunchTemplateId::parse("web-servers").expect_err("it is a name");
    /// let help = "names of launch templates are not taken, only ids";
    /// assert_eq!(refused.help.as_deref(), Some(help));
    /// ```
    LaunchTemplateId
}
text! {
    /// The ARN of a License Manager licence configuration.
    ///
    /// Source: EC2 Image Builder API reference, Distribution, `licenseConfigurationArns`.
    ///
    /// ```
    /// use kiln::project::LicenseConfigurationArn;
    ///
    /// let licences = "arn:aws:license-manager:eu-west-1:123456789012:license-configuration";
    /// let windows = format!("{licences}:lic-0123456789abcdef0123456789abcdef");
    /// assert!(LicenseConfigurationArn::parse(&windows).is_ok());
    /// assert!(LicenseConfigurationArn::parse(licences).is_err(), "it names no configuration");
    /// ```
    LicenseConfigurationArn
}
text! {
    /// The ARN of a standard SNS topic. FIFO topics are not supported.
    ///
    /// Source: EC2 Image Builder API reference, CreateInfrastructureConfiguration, `snsTopicArn`.
    ///
    /// ```
    /// use kiln::project::SnsTopicArn;
    ///
    /// let topic = SnsTopicArn::parse("arn:aws:sns:eu-west-1:123456789012:images").unwrap();
    /// let arn = topic.arn().expect("it has the form of an ARN");
    /// assert_eq!((arn.region(), arn.resource()), ("eu-west-1", "images"));
    /// let fifo = SnsTopicArn::parse("arn:aws:sns:eu-west-1:123456789012:images.fifo");
    /// assert!(fifo.is_err());
    /// ```
    SnsTopicArn
}
text! {
    /// The name of a Systems Manager parameter that is written: 1 to 1011 letters, digits, `_`, `.`, `-` and `/`, with a
    /// slash before everything if there is one. Parameters that are only read may also be those of AWS.
    ///
    /// Source: EC2 Image Builder API reference, SsmParameterConfiguration; Systems Manager API reference, PutParameter.
    ///
    /// ```
    /// use kiln::project::SsmParameterName;
    ///
    /// let arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/images/web";
    /// let refused = SsmParameterName::parse(arn).expect_err("it is an ARN");
    /// let name = SsmParameterName::parse(&refused.meant.expect("the name in it")).unwrap();
    /// assert_eq!(name.as_str(), "/images/web");
    /// ```
    SsmParameterName
}
text! {
    /// The name of an instance profile, without its path.
    ///
    /// Source: EC2 Image Builder API reference, CreateInfrastructureConfiguration, `instanceProfileName`.
    ///
    /// ```
    /// use kiln::project::InstanceProfileName;
    ///
    /// let arn = "arn:aws:iam::123456789012:instance-profile/images/builder";
    /// let refused = InstanceProfileName::parse(arn).expect_err("it is an ARN");
    /// assert_eq!(refused.help.as_deref(), Some("write `builder`"));
    /// assert!(InstanceProfileName::parse("builder").is_ok());
    /// ```
    InstanceProfileName
}

text! {
    /// The name, with its path if it has one, or the ARN of a role.
    ///
    /// Source: EC2 Image Builder API reference, CreateImagePipeline, `executionRole`.
    ///
    /// ```
    /// use kiln::project::Role;
    ///
    /// let named = Role::parse("images/workflows").unwrap();
    /// assert!(!named.is_arn());
    /// let elsewhere = Role::parse("arn:aws:iam::111122223333:role/images/workflows").unwrap();
    /// assert!(elsewhere.is_arn());
    /// ```
    Role
}
text! {
    /// The name of a log group of CloudWatch: 1 to 512 letters, digits, `-`, `_`, `/` and `.`.
    ///
    /// Source: EC2 Image Builder API reference, PipelineLoggingConfiguration.
    ///
    /// ```
    /// use kiln::project::LogGroupName;
    ///
    /// let group = LogGroupName::parse("/images/web").unwrap();
    /// // It is not one of the service's own: a role must have the right to write there.
    /// assert!(!group.as_str().starts_with(LogGroupName::OWN_PREFIX));
    /// ```
    LogGroupName
}
text! {
    /// A mark of an AMI, 3 to 128 characters.
    ///
    /// Source: EC2 Image Builder API reference, CreateImageRecipe, `amiWatermarks`.
    ///
    /// ```
    /// use kiln::project::Watermark;
    ///
    /// let mark = Watermark::parse("Approved by security (2026)").unwrap();
    /// assert_eq!(mark.as_str(), "Approved by security (2026)");
    /// assert!(Watermark::parse("team: platform").is_err(), "a mark may have no colon");
    /// ```
    Watermark
}

/// `parse` for ids that are a prefix and 8 or 17 hexadecimal digits.
macro_rules! hex_ids {
    ($($name:ident: $prefix:literal, $subject:literal;)*) => {
        $(impl $name {
            /// Parses an id: the prefix and 17 hexadecimal digits, 8 in old accounts.
            ///
            /// # Errors
            /// If the text is formed otherwise.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                hex_id(text, $prefix, $subject).map(Self)
            }
        })*
    };
}

hex_ids! {
    SubnetId: "subnet-", "the id of a subnet";
    SecurityGroupId: "sg-", "the id of a security group";
    VpcId: "vpc-", "the id of a VPC";
    PrefixListId: "pl-", "the id of a prefix list";
    AmiId: "ami-", "the id of an AMI";
}

impl LaunchTemplateId {
    /// Parses an id.
    ///
    /// # Errors
    /// If the text is not `lt-` and 17 lowercase letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let is = |c| matcher::is_lower_or_digit(c) || matches!(c, '-' | '_');
        if text.strip_prefix("lt-").is_some_and(|id| id.len() == 17 && matcher::all(id, is)) {
            return Ok(Self(text.to_owned()));
        }
        let error = Invalid::new(format!("`{text}` is not the id of a launch template: write `lt-` and 17 characters"));
        Err(if text.starts_with("lt-") {
            error
        } else {
            error.help("names of launch templates are not taken, only ids")
        })
    }
}

impl LicenseConfigurationArn {
    /// Parses an ARN.
    ///
    /// # Errors
    /// If the text is not the ARN of a licence configuration.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let arn = arn_of(text, "license-manager", "license-configuration", LICENSE_FORM)?;
        let is = |c| matcher::is_lower_or_digit(c) || matches!(c, '-' | '_');
        let id = arn.resource_after("license-configuration:lic-");
        if id.is_some_and(|id| id.len() == 32 && matcher::all(id, is)) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(format!("`{text}` is not the ARN of a licence configuration: write `{LICENSE_FORM}`")))
    }
}

impl SnsTopicArn {
    /// Parses an ARN.
    ///
    /// # Errors
    /// If the text is not the ARN of a topic, or the topic is a FIFO topic.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let arn = arn_of(text, "sns", "topic", TOPIC_FORM)?;
        let name = arn.resource();
        let at = text.len() - name.len()..text.len();
        if name.ends_with(".fifo") {
            let message = format!("`{name}` is a FIFO topic: Image Builder sends to standard topics only");
            return Err(Invalid::new(message).help("write the ARN of a standard topic").at(at));
        }
        let is = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.len() <= 256 && matcher::all(name, is) {
            return Ok(Self(text.to_owned()));
        }
        let message = format!("`{name}` is not the name of a topic: it has 1 to 256 letters, digits, `-` and `_`");
        Err(Invalid::new(message).at(at))
    }

    /// The ARN in its parts.
    pub fn arn(&self) -> Option<Arn> {
        Arn::parse(&self.0).ok()
    }
}

impl SsmParameterName {
    /// Parses a name.
    ///
    /// # Errors
    /// If the name is empty, too long, too deep, has another character, is an ARN or a path without its first slash, or
    /// is one of those that AWS keeps for itself.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "the name of a parameter";
        if text.starts_with("arn:") {
            let error = Invalid::new(format!("`{text}` is an ARN: write {subject}, as in `/imagebuilder/web`"));
            return Err(error.did_you_mean(text.split_once(":parameter").map(|(_, name)| name)));
        }
        matcher::length(text, subject, 1..=1011)?;
        matcher::only(text, subject, "letters, digits, `_`, `.`, `-` and `/`", is_parameter)?;
        let start = text.trim_start_matches('/').get(..3).unwrap_or_default();
        if ["aws", "ssm"].iter().any(|reserved| start.eq_ignore_ascii_case(reserved)) {
            let message = format!("`{text}` is a name of AWS: {subject} does not begin with `aws` or `ssm`");
            return Err(Invalid::new(message).help("begin it with a name of yours, as in `/imagebuilder/web`"));
        }
        if text.contains('/') && !text.starts_with('/') {
            let message = format!("`{text}` is a path without its beginning: {subject} with `/` in it begins with one");
            return Err(Invalid::new(message).write(format_args!("/{text}")));
        }
        let levels = text.split('/').filter(|level| !level.is_empty()).count();
        if levels > MOST_PARAMETER_LEVELS {
            return Err(Invalid::new(format!("`{text}` has {levels} levels, {MOST_PARAMETER_LEVELS} are allowed")));
        }
        Ok(Self(text.to_owned()))
    }
}

impl InstanceProfileName {
    /// Parses a name.
    ///
    /// # Errors
    /// If the name is empty, too long, has another character, or is an ARN or has a path: the help has the last part.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "the name of an instance profile";
        if let Some((_, last)) = text.rsplit_once('/') {
            let error = Invalid::new(format!("`{text}` is not {subject}: write the name without ARN or path"));
            return Err(if last.is_empty() { error } else { error.help(format!("write `{last}`")) });
        }
        matcher::length(text, subject, 1..=256)?;
        matcher::only(text, subject, "letters, digits and `_` `+` `=` `,` `.` `@` `-`", |c| {
            c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | ',' | '.' | '@' | '-')
        })?;
        Ok(Self(text.to_owned()))
    }
}

impl Role {
    /// Parses a name or an ARN.
    ///
    /// # Errors
    /// If the text is neither, or names the role that Image Builder keeps for itself.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let name = match Arn::parse(text) {
            Ok(arn) => {
                let name = arn.resource_after("role/").map(str::to_owned);
                let is_role = arn.service() == "iam" && matcher::is_digits(arn.account());
                name.filter(|_| is_role)
                    .ok_or_else(|| Invalid::new(format!("`{text}` is not the ARN of a role: write `{ROLE_FORM}`")))?
            }
            Err(error) if text.starts_with("arn:") => return Err(error),
            Err(_) => text.to_owned(),
        };
        let subject = "the name of a role";
        matcher::length(text, subject, 1..=2048)?;
        matcher::only(&name, subject, "letters, digits and `_` `+` `=` `,` `.` `@` `-` `/`", |c| {
            c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | ',' | '.' | '@' | '-' | '/')
        })
        .map_err(|error| error.within(text.len() - name.len(), &name))?;
        if name.ends_with("AWSServiceRoleForImageBuilder") {
            let message = "the service-linked role is Image Builder's own, and takes no other work".to_owned();
            return Err(Invalid::new(message).help("write a role of yours, or leave it out to have one made"));
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether it is an ARN, and not a name.
    #[must_use]
    pub fn is_arn(&self) -> bool {
        self.0.starts_with("arn:")
    }
}

impl LogGroupName {
    /// The names below this prefix are the service's own: it needs no role of yours to write there.
    pub const OWN_PREFIX: &str = "/aws/imagebuilder/";

    /// Parses a name.
    ///
    /// # Errors
    /// If the name is empty or too long, or has another character.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "the name of a log group";
        matcher::length(text, subject, 1..=512)?;
        matcher::only(text, subject, "letters, digits, `-`, `_`, `/` and `.`", |c| {
            c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.')
        })?;
        Ok(Self(text.to_owned()))
    }
}

impl Watermark {
    /// Parses a mark.
    ///
    /// # Errors
    /// If it is too short or too long, has another character, or begins or ends with a space.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "a watermark";
        matcher::length(text, subject, 3..=128)?;
        matcher::only(text, subject, "letters, digits, space and `( ) [ ] . / ' @ _ -`", |c| {
            c.is_ascii_alphanumeric() || " ()[]./'@_-".contains(c)
        })?;
        if text.trim() != text {
            return Err(Invalid::new(format!("`{text}` begins or ends with a space")));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Hierarchies of parameters have so many levels (Systems Manager API reference, PutParameter).
const MOST_PARAMETER_LEVELS: usize = 15;
const ROLE_FORM: &str = "arn:aws:iam::<account>:role/<name>";
const LICENSE_FORM: &str = "arn:aws:license-manager:<region>:<account>:license-configuration:lic-…";
const TOPIC_FORM: &str = "arn:aws:sns:<region>:<account>:<topic>";

/// True for a character of the name of a Systems Manager parameter.
pub(crate) fn is_parameter(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-' | '/')
}

fn hex_id(text: &str, prefix: &str, subject: &str) -> Result<String, Invalid> {
    let id = text.strip_prefix(prefix);
    if id.is_some_and(|id| matches!(id.len(), 8 | 17) && matcher::all(id, matcher::is_lower_hex)) {
        return Ok(text.to_owned());
    }
    let error = Invalid::new(format!("`{text}` is not {subject}: write `{prefix}` and 17 of the digits `0-9a-f`"));
    Err(match id {
        Some(id) if matcher::all(id, matcher::is_lower_hex) => {
            error.help(format!("digits that stand there: {}", id.len()))
        }
        Some(_) | None => error,
    })
}

/// Parses an ARN with Region and account of one service.
fn arn_of(text: &str, service: &str, noun: &str, form: &str) -> Result<Arn, Invalid> {
    let arn = Arn::parse(text)?;
    if arn.service() == service && !arn.region().is_empty() && matcher::is_digits(arn.account()) {
        return Ok(arn);
    }
    Err(Invalid::new(format!("`{text}` is not the ARN of a {noun}: write `{form}`")))
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn hexadecimal_ids() {
        valid(SubnetId::parse, "subnet-0123456789abcdef0");
        valid(SecurityGroupId::parse, "sg-01234567");
        valid(PrefixListId::parse, "pl-63a5400a");
        valid(VpcId::parse, "vpc-0123456789abcdef0");
        valid(AmiId::parse, "ami-0123456789abcdef0");
        let check = |text: &str, help: &str| {
            let form = "is not the id of a subnet: write `subnet-` and 17 of the digits `0-9a-f`";
            invalid(SubnetId::parse, text, &format!("`{text}` {form}{help}"));
        };
        check("subnet-0123", " | digits that stand there: 4");
        check("subnet-0123456789ABCDEF0", "");
        check("sg-0123456789abcdef0", "");
        check("é", "");
    }

    #[test]
    fn launch_templates_and_licences() {
        valid(LaunchTemplateId::parse, "lt-0123456789abcdef0");
        let form = "is not the id of a launch template: write `lt-` and 17 characters";
        invalid(LaunchTemplateId::parse, "lt-1", &format!("`lt-1` {form}"));
        let help = "names of launch templates are not taken, only ids";
        invalid(LaunchTemplateId::parse, "web", &format!("`web` {form} | {help}"));
        let id = "0123456789abcdef".repeat(2);
        valid(
            LicenseConfigurationArn::parse,
            &format!("arn:aws:license-manager:us-west-2:111122223333:license-configuration:lic-{id}"),
        );
        let wrong = "arn:aws:license-manager:us-west-2:111122223333:license-configuration:lic-1";
        let message = format!("`{wrong}` is not the ARN of a licence configuration: write `{LICENSE_FORM}`");
        invalid(LicenseConfigurationArn::parse, wrong, &message);
    }

    #[test]
    fn topics() {
        valid(SnsTopicArn::parse, "arn:aws:sns:eu-west-1:111122223333:images");
        invalid(
            SnsTopicArn::parse,
            "arn:aws:sns:eu-west-1:111122223333:images.fifo",
            "`images.fifo` is a FIFO topic: Image Builder sends to standard topics only \
             | write the ARN of a standard topic @ images.fifo",
        );
        let wrong = "arn:aws:sqs:eu-west-1:111122223333:images";
        invalid(SnsTopicArn::parse, wrong, &format!("`{wrong}` is not the ARN of a topic: write `{TOPIC_FORM}`"));
    }

    #[test]
    fn roles() {
        valid(Role::parse, "images/builder");
        valid(Role::parse, "arn:aws:iam::111122223333:role/images/builder");
        let user = "arn:aws:iam::111122223333:user/builder";
        invalid(Role::parse, user, &format!("`{user}` is not the ARN of a role: write `{ROLE_FORM}`"));
        let own = "the service-linked role is Image Builder's own, and takes no other work";
        let help = "write a role of yours, or leave it out to have one made";
        invalid(Role::parse, "AWSServiceRoleForImageBuilder", &format!("{own} | {help}"));
    }

    #[test]
    fn log_groups_and_watermarks() {
        valid(LogGroupName::parse, "/aws/imagebuilder/web");
        let allowed = "letters, digits, `-`, `_`, `/` and `.`";
        invalid(LogGroupName::parse, "a:b", &format!("the name of a log group may have {allowed}, not `:` @ :"));
        valid(Watermark::parse, "ACME approved (2026)");
        invalid(Watermark::parse, "ACME ", "`ACME ` begins or ends with a space");
    }

    #[test]
    fn parameters_and_profiles() {
        valid(SsmParameterName::parse, "/imagebuilder/web/arm64");
        invalid(
            SsmParameterName::parse,
            "/web image",
            "the name of a parameter may have letters, digits, `_`, `.`, `-` and `/`, not ` ` @  ",
        );
        valid(SsmParameterName::parse, "golden-image");
        valid(SsmParameterName::parse, "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o");
        valid(SsmParameterName::parse, "/images/aws");
        let deep = "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p";
        invalid(SsmParameterName::parse, deep, &format!("`{deep}` has 16 levels, 15 are allowed"));
        invalid(
            SsmParameterName::parse,
            "imagebuilder/fleet",
            "`imagebuilder/fleet` is a path without its beginning: the name of a parameter with `/` in it begins with one \
             | write `/imagebuilder/fleet`",
        );
        for reserved in ["/aws/base", "AWSimages", "ssm-base", "/SSM/x", "aws/base"] {
            let message =
                format!("`{reserved}` is a name of AWS: the name of a parameter does not begin with `aws` or `ssm`");
            let help = "begin it with a name of yours, as in `/imagebuilder/web`";
            invalid(SsmParameterName::parse, reserved, &format!("{message} | {help}"));
        }
        let arn = "arn:aws:ssm:eu-west-1:111122223333:parameter/imagebuilder/web";
        let message = format!("`{arn}` is an ARN: write the name of a parameter, as in `/imagebuilder/web`");
        invalid(SsmParameterName::parse, arn, &format!("{message} | did you mean `/imagebuilder/web`?"));
        valid(InstanceProfileName::parse, "builder+web@team");
        let arn = "arn:aws:iam::111122223333:instance-profile/path/builder";
        let message = format!("`{arn}` is not the name of an instance profile: write the name without ARN or path");
        invalid(InstanceProfileName::parse, arn, &format!("{message} | write `builder`"));
        let allowed = "letters, digits and `_` `+` `=` `,` `.` `@` `-`";
        let message = format!("the name of an instance profile may have {allowed}, not ` ` @  ");
        invalid(InstanceProfileName::parse, "my profile", &message);
    }
}
