//! The table of a resource's properties: names on both sides, and the shape of what stands under them.

use super::{Text, Value};

/// The name of a property in each back end.
///
/// ```
/// use kiln::resource::{Key, Properties};
///
/// // Most names are those of CloudFormation in another casing; the others are told one by one.
/// let log_group = Properties::new()
///     .value(Key::named("LogGroupName", "name"), "/aws/imagebuilder/web")
///     .value("RetentionInDays", 90)
///     .value(Key::terraform_only("skip_destroy"), true);
/// let names: Vec<_> = log_group.iter().filter_map(|(key, _)| key.cloudformation).collect();
/// assert_eq!(names, ["LogGroupName", "RetentionInDays"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The name in CloudFormation; `None` where the type has no such property.
    pub cloudformation: Option<&'static str>,
    /// The argument in Terraform.
    pub terraform: TerraformKey,
}

/// How a property is called in Terraform.
///
/// ```
/// use kiln::resource::Key;
/// use kiln::resource::name::snake_case;
/// use kiln::resource::property::TerraformKey;
///
/// let argument = |key: Key| match key.terraform {
///     TerraformKey::Derived => key.cloudformation.map(snake_case),
///     TerraformKey::Named(name) => Some(name.to_owned()),
///     TerraformKey::Flattened | TerraformKey::Absent => None,
/// };
/// assert_eq!(argument(Key::from("SnsTopicArn")).as_deref(), Some("sns_topic_arn"));
/// assert_eq!(argument(Key::named("RoleName", "name")).as_deref(), Some("name"));
/// assert_eq!(argument(Key::cloudformation_only("ImageTags")), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerraformKey {
    /// The CloudFormation name in snake case.
    Derived,
    /// An exception.
    Named(&'static str),
    /// The nesting level does not exist: what stands below is written one level up.
    Flattened,
    /// The resource has no such argument, or says it with a companion resource.
    Absent,
}

impl From<&'static str> for Key {
    fn from(cloudformation: &'static str) -> Self {
        Self { cloudformation: Some(cloudformation), terraform: TerraformKey::Derived }
    }
}

impl Key {
    /// A property whose Terraform name is not its CloudFormation name in another casing.
    #[must_use]
    pub const fn named(cloudformation: &'static str, terraform: &'static str) -> Self {
        Self { cloudformation: Some(cloudformation), terraform: TerraformKey::Named(terraform) }
    }

    /// A level of nesting that only CloudFormation has.
    #[must_use]
    pub const fn flattened(cloudformation: &'static str) -> Self {
        Self { cloudformation: Some(cloudformation), terraform: TerraformKey::Flattened }
    }

    /// A property that the Terraform resource does not have.
    #[must_use]
    pub const fn cloudformation_only(cloudformation: &'static str) -> Self {
        Self { cloudformation: Some(cloudformation), terraform: TerraformKey::Absent }
    }

    /// An argument that the CloudFormation type does not have.
    #[must_use]
    pub const fn terraform_only(terraform: &'static str) -> Self {
        Self { cloudformation: None, terraform: TerraformKey::Named(terraform) }
    }
}

/// What stands under a key.
///
/// ```
/// use kiln::resource::{Properties, Shape};
///
/// let ebs = Properties::new().value("VolumeSize", 30).value("Encrypted", true);
/// let device = Properties::new().value("DeviceName", "/dev/xvda").block("Ebs", ebs);
/// let nested = device.iter().filter(|(_, shape)| matches!(shape, Shape::Block(_)));
/// let names: Vec<_> = nested.filter_map(|(key, _)| key.cloudformation).collect();
/// assert_eq!(names, ["Ebs"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// An attribute.
    Value(Value),
    /// An attribute that each back end wants in another form.
    Differs(Box<Forms>),
    /// One nested object; a nested block in Terraform.
    Block(Properties),
    /// A list of objects; a repeated nested block in Terraform.
    Blocks(Vec<Properties>),
}

/// One attribute in two forms.
///
/// ```
/// use kiln::resource::{Key, Properties, Shape, Value};
///
/// let roles = Value::texts(["acme-builds"]);
/// let profile = Properties::new().differs(Key::named("Roles", "role"), roles, "acme-builds");
/// let Some((_, Shape::Differs(forms))) = profile.iter().next() else { panic!("it differs") };
/// assert_eq!(forms.cloudformation.json().as_literal(), Some(r#"["acme-builds"]"#));
/// assert_eq!(forms.terraform, Value::from("acme-builds"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forms {
    /// The form for CloudFormation.
    pub cloudformation: Value,
    /// The form for Terraform.
    pub terraform: Value,
}

/// Properties in the order in which they are written.
///
/// ```
/// use kiln::resource::{Properties, Text};
///
/// let schedule = |timezone: Option<&str>| {
///     Properties::new()
///         .value("ScheduleExpression", "rate(7 days)")
///         .optional("Timezone", timezone)
///         .list("Tags", Vec::<Text>::new())
/// };
/// // What is not said is not written.
/// assert_eq!(schedule(Some("Europe/Rome")).iter().count(), 2);
/// assert_eq!(schedule(None), Properties::new().value("ScheduleExpression", "rate(7 days)"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Properties(Vec<(Key, Shape)>);

impl Properties {
    /// No properties yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing would be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries in order.
    pub fn iter(&self) -> std::slice::Iter<'_, (Key, Shape)> {
        self.0.iter()
    }

    /// Adds an attribute.
    #[must_use]
    pub fn value(self, key: impl Into<Key>, value: impl Into<Value>) -> Self {
        self.shape(key, Shape::Value(value.into()))
    }

    /// Adds an attribute if there is one.
    #[must_use]
    pub fn optional<T: Into<Value>>(self, key: impl Into<Key>, value: Option<T>) -> Self {
        match value {
            Some(value) => self.value(key, value),
            None => self,
        }
    }

    /// Adds a list attribute unless it is empty: AWS takes an empty list for a missing one, or refuses it.
    #[must_use]
    pub fn list<T: Into<Value>>(self, key: impl Into<Key>, items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<Value> = items.into_iter().map(Into::into).collect();
        if items.is_empty() {
            return self;
        }
        self.value(key, Value::List(items))
    }

    /// Adds an attribute that each back end wants in another form.
    #[must_use]
    pub fn differs(self, key: impl Into<Key>, cloudformation: impl Into<Value>, terraform: impl Into<Value>) -> Self {
        let forms = Forms { cloudformation: cloudformation.into(), terraform: terraform.into() };
        self.shape(key, Shape::Differs(Box::new(forms)))
    }

    /// Like [`Self::differs`], if there is a value.
    #[must_use]
    pub fn differs_if_any(self, key: impl Into<Key>, cloudformation: Option<Value>, terraform: Option<Value>) -> Self {
        match (cloudformation, terraform) {
            (Some(cloudformation), Some(terraform)) => self.differs(key, cloudformation, terraform),
            _ => self,
        }
    }

    /// Adds all properties of another table.
    #[must_use]
    pub fn extend(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Adds a nested object without content, where its mere presence means something.
    #[must_use]
    pub fn empty_block(self, key: impl Into<Key>) -> Self {
        self.shape(key, Shape::Block(Self::new()))
    }

    /// Adds a nested object unless it is empty.
    #[must_use]
    pub fn block(self, key: impl Into<Key>, block: Properties) -> Self {
        if block.is_empty() {
            return self;
        }
        self.shape(key, Shape::Block(block))
    }

    /// Adds a list of objects unless there is none.
    #[must_use]
    pub fn blocks(self, key: impl Into<Key>, blocks: impl IntoIterator<Item = Properties>) -> Self {
        let blocks: Vec<Properties> = blocks.into_iter().collect();
        if blocks.is_empty() {
            return self;
        }
        self.shape(key, Shape::Blocks(blocks))
    }

    /// What is under a key of this name in CloudFormation, or in Terraform where only that has it.
    #[must_use]
    pub fn shape_of(&self, name: &str) -> Option<&Shape> {
        let is_meant = |key: &Key| match (key.cloudformation, key.terraform) {
            (Some(own), _) => own == name,
            (None, TerraformKey::Named(own)) => own == name,
            (None, _) => false,
        };
        self.iter().find(|(key, _)| is_meant(key)).map(|(_, shape)| shape)
    }

    /// The value at a path such as `Schedule.Timezone`; CloudFormation's form where there are two.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        match (self.shape_of(name)?, rest) {
            (Shape::Value(value), None) => Some(value),
            (Shape::Differs(forms), None) => Some(&forms.cloudformation),
            (Shape::Block(block), Some(rest)) => block.get(rest),
            _ => None,
        }
    }

    /// The text at a path such as `Schedule.Timezone`.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&Text> {
        match self.get(path)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text at a path, if there is no reference in it.
    #[must_use]
    pub fn literal(&self, path: &str) -> Option<&str> {
        self.text(path)?.as_literal()
    }

    /// The whole number at a path; templates may write it as a string.
    #[must_use]
    pub fn number(&self, path: &str) -> Option<u64> {
        match self.get(path)? {
            Value::Integer(number) => Some(*number),
            Value::Text(text) => text.as_literal()?.parse().ok(),
            _ => None,
        }
    }

    /// The objects of a list.
    #[must_use]
    pub fn list_of(&self, name: &str) -> &[Self] {
        match self.shape_of(name) {
            Some(Shape::Blocks(blocks)) => blocks,
            _ => &[],
        }
    }

    /// All texts of properties of this name, at any depth and in lists.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&Text> {
        fn collect<'a>(value: &'a Value, found: &mut Vec<&'a Text>) {
            match value {
                Value::Text(text) => found.push(text),
                Value::List(items) => items.iter().for_each(|item| collect(item, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        for (key, shape) in self {
            let is_meant = key.cloudformation == Some(name);
            match shape {
                Shape::Value(value) if is_meant => collect(value, &mut found),
                Shape::Differs(forms) if is_meant => collect(&forms.cloudformation, &mut found),
                Shape::Block(block) => found.extend(block.texts(name)),
                Shape::Blocks(blocks) => found.extend(blocks.iter().flat_map(|block| block.texts(name))),
                Shape::Value(_) | Shape::Differs(_) => {}
            }
        }
        found
    }

    /// Adds what stands under a key.
    pub fn push(&mut self, key: Key, shape: Shape) {
        self.0.push((key, shape));
    }

    fn shape(mut self, key: impl Into<Key>, shape: Shape) -> Self {
        self.push(key.into(), shape);
        self
    }
}

impl<'a> IntoIterator for &'a Properties {
    type Item = &'a (Key, Shape);
    type IntoIter = std::slice::Iter<'a, (Key, Shape)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
