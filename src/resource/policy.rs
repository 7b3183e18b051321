//! IAM policy documents, which roles, buckets and topics hold.

use super::{Text, Value};

/// A policy document.
///
/// ```
/// use kiln::resource::policy::{Policy, Statement};
///
/// let read = Statement::allow("Read", ["s3:GetObject"], ["arn:aws:s3:::acme-packages/*"]);
/// let text = Policy(vec![read]).text();
/// let json = text.as_literal().expect("there is no reference in it");
/// assert!(json.starts_with(r#"{"Version":"2012-10-17","Statement":[{"Sid":"Read","#));
/// assert!(json.contains(r#""Action":"s3:GetObject""#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy(pub Vec<Statement>);

/// One statement of a policy document.
///
/// ```
/// use kiln::resource::Text;
/// use kiln::resource::policy::{Policy, Statement};
///
/// let trust = Statement::trust(Text::from("ec2.amazonaws.com"));
/// assert_eq!(trust.actions, ["sts:AssumeRole"]);
/// let account = vec![Text::from("123456789012")];
/// let condition = ("StringEquals".into(), "aws:SourceAccount".into(), account);
/// let text = Policy(vec![Statement { conditions: vec![condition], ..trust }]).text();
/// assert!(text.as_literal().is_some_and(|json| json.contains(r#""aws:SourceAccount""#)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its name, letters and digits.
    pub sid: String,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// To whom it applies; absent in a role's own policy.
    pub principal: Option<Principal>,
    /// What it is about, such as `s3:PutObject`.
    pub actions: Vec<String>,
    /// To what, as ARNs; absent in a trust policy.
    pub resources: Vec<Text>,
    /// Operator, key and values.
    pub conditions: Vec<Condition>,
}

/// A condition of a statement: operator, key and values.
pub type Condition = (String, String, Vec<Text>);

/// What a statement does.
///
/// ```
/// use kiln::resource::policy::{Effect, Statement};
///
/// let rights = [
///     Statement::allow("WriteLogs", ["s3:PutObject"], ["arn:aws:s3:::acme-logs/web/*"]),
///     Statement::tls_only("s3:*", ["arn:aws:s3:::acme-logs/*"]),
/// ];
/// let granted: Vec<_> = rights.iter().filter(|it| it.effect == Effect::Allow).collect();
/// assert_eq!(granted[0].sid, "WriteLogs");
/// assert_eq!(granted.len(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Refuses, whatever grants.
    Deny,
}

/// To whom a statement applies.
///
/// ```
/// use kiln::resource::Value;
/// use kiln::resource::policy::{Policy, Principal, Statement};
///
/// let accounts = ["111122223333", "123456789012"];
/// let accounts = accounts.map(|id| format!("arn:aws:iam::{id}:root").into());
/// let trust = Policy(vec![Statement::assume(Principal::Arns(accounts.into()))]);
/// let text = trust.text();
/// assert!(text.as_literal().is_some_and(|json| json.contains(r#""Principal":{"AWS":["arn:aws:"#)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// An AWS service, such as `ec2` and its endpoint's domain.
    Service(Text),
    /// Several AWS services.
    Services(Vec<Text>),
    /// An account, user or role by ARN.
    Aws(Text),
    /// Several of them.
    Arns(Vec<Text>),
    /// Everybody.
    Everyone,
}

impl Statement {
    /// A statement that grants.
    pub fn allow<R: Into<Text>>(
        sid: &str,
        actions: impl IntoIterator<Item = impl Into<String>>,
        resources: impl IntoIterator<Item = R>,
    ) -> Self {
        Self {
            sid: sid.to_owned(),
            effect: Effect::Allow,
            principal: None,
            actions: actions.into_iter().map(Into::into).collect(),
            resources: resources.into_iter().map(Into::into).collect(),
            conditions: Vec::new(),
        }
    }

    /// A statement by which everybody is refused what does not come over TLS.
    pub fn tls_only<R: Into<Text>>(action: &str, resources: impl IntoIterator<Item = R>) -> Self {
        Self {
            effect: Effect::Deny,
            principal: Some(Principal::Everyone),
            conditions: vec![("Bool".to_owned(), "aws:SecureTransport".to_owned(), vec![Text::from("false")])],
            ..Self::allow("DenyWithoutTls", [action], resources)
        }
    }

    /// The statement of a trust policy that lets an AWS service assume the role.
    #[must_use]
    pub fn trust(service: Text) -> Self {
        Self::assume(Principal::Service(service))
    }

    /// The statement of a trust policy that lets somebody assume the role.
    #[must_use]
    pub fn assume(principal: Principal) -> Self {
        Self::allow::<Text>("AssumeRole", ["sts:AssumeRole"], []).principal(principal)
    }

    /// The same statement for a principal.
    #[must_use]
    pub fn principal(mut self, principal: Principal) -> Self {
        self.principal = Some(principal);
        self
    }
}

impl Policy {
    /// The document as JSON in a string.
    #[must_use]
    pub fn text(&self) -> Text {
        Value::from(self).json()
    }
}

impl From<&Policy> for Value {
    fn from(Policy(statements): &Policy) -> Self {
        Self::Json(Box::new(Self::map([
            ("Version", Self::from("2012-10-17")),
            ("Statement", Self::List(statements.iter().map(statement).collect())),
        ])))
    }
}

fn statement(statement: &Statement) -> Value {
    let Statement { sid, effect, principal, actions, resources, conditions } = statement;
    let mut entries = vec![
        ("Sid", Value::from(sid.as_str())),
        ("Effect", Value::from(if *effect == Effect::Allow { "Allow" } else { "Deny" })),
    ];
    match principal {
        Some(Principal::Service(service)) => entries.push(("Principal", Value::map([("Service", service)]))),
        Some(Principal::Services(services)) => {
            entries.push(("Principal", Value::map([("Service", Value::texts(services))])));
        }
        Some(Principal::Aws(arn)) => entries.push(("Principal", Value::map([("AWS", arn)]))),
        Some(Principal::Arns(arns)) => entries.push(("Principal", Value::map([("AWS", one_or_many(arns))]))),
        Some(Principal::Everyone) => entries.push(("Principal", Value::from("*"))),
        None => {}
    }
    entries.push(("Action", one_or_many(actions.iter().map(String::as_str))));
    if !resources.is_empty() {
        entries.push(("Resource", one_or_many(resources)));
    }
    if !conditions.is_empty() {
        let conditions = conditions
            .iter()
            .map(|(operator, key, values)| (operator.as_str(), Value::map([(key.as_str(), one_or_many(values))])));
        entries.push(("Condition", Value::map(conditions)));
    }
    Value::map(entries)
}

/// A single entry is written plainly: it is how IAM gives the document back, so nothing seems to have drifted.
fn one_or_many<T: Into<Text>>(items: impl IntoIterator<Item = T>) -> Value {
    let mut texts: Vec<Text> = items.into_iter().map(Into::into).collect();
    if texts.len() == 1 { Value::Text(texts.swap_remove(0)) } else { Value::texts(texts) }
}
