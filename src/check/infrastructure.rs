//! `[infrastructure.NAME]`, and the infrastructure of a single pipeline.

use super::context::{Choice, Context};
use super::{instance_types, network, tags};
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{
    AutoScalingGroup, Infrastructure, LogBucket, Logs, Metadata, Permission, Placement, Profile, Tenancy, Topic,
};
use crate::project::{Age, AgeUnit, BucketName, Duration, InstanceProfileName, Invalid, Key, KmsKey, SnsTopicArn};
use crate::source::At;
use crate::spec::{self, InfrastructureChoice, Spec};

/// Checks all shared infrastructures, in their order.
pub(super) fn shared(spec: &Spec, cx: &mut Context<'_>) -> Vec<Option<Infrastructure>> {
    let tables = At::ROOT.key("infrastructure");
    spec.infrastructure.iter().map(|(name, table)| one(name, table, tables.key(name), cx)).collect()
}

/// Checks one infrastructure, shared or of a pipeline.
pub(super) fn one(key: &str, table: &spec::Infrastructure, at: At<'_>, cx: &mut Context<'_>) -> Option<Infrastructure> {
    let name = cx.physical_name(key, at);
    let description = cx.text(table.description.as_deref(), at.key("description"), 1024);
    let types_at = at.key("instance-types");
    let instance_types = instance_types::all(&table.instance_types, types_at, cx);
    let profile = profile(table, at, cx);
    let network = network::network(table.network.as_ref(), at.key("network"), cx);
    let metadata = metadata(table.metadata.as_ref(), at.key("metadata"), cx);
    let logs = logs(key, table.logs.as_ref(), at.key("logs"), cx);
    let notify = notify(table.notify.as_ref(), at.key("notify"), cx);
    let key_pair = match &table.key_pair {
        Some(input) => cx.given(code::BAD_TEXT, at.key("key-pair"), input, key_pair_name).map(Some),
        None => Some(None),
    };
    let parent_instance = parent_instance(table.parent_instance.as_ref(), at.key("parent-instance"), cx);
    let placement = placement(table.placement.as_ref(), at.key("placement"), cx);
    let resource_tags = tags::resource_tags(&table.resource_tags, at.key("resource-tags"), cx);
    let tags = tags::tags(&[(&table.tags, at.key("tags"))], cx);
    Some(Infrastructure {
        key: Key::parse(key).ok()?,
        is_own: false,
        name: name?,
        description,
        instance_types,
        profile: profile?,
        network: network?,
        metadata: metadata?,
        logs: logs?,
        notify: notify?,
        terminate_on_failure: table.terminate_on_failure.unwrap_or(true),
        terminate_on_completion: table.terminate_on_completion,
        parent_instance: parent_instance?,
        key_pair: key_pair?,
        placement,
        resource_tags,
        tags,
    })
}

/// A text of one character or more.
pub(super) fn not_empty(text: &str) -> Result<String, Invalid> {
    if text.trim().is_empty() { Err(Invalid::new("the text is empty")) } else { Ok(text.to_owned()) }
}

/// EC2 names key pairs with up to 255 ASCII characters (`CreateKeyPair`).
fn key_pair_name(text: &str) -> Result<String, Invalid> {
    let name = not_empty(text)?;
    match name.len() {
        length if length > 255 => {
            Err(Invalid::new(format!("a key pair's name has 1 to 255 characters, this one {length}")))
        }
        _ if !name.is_ascii() => Err(Invalid::new(format!("`{name}` has other characters than those of ASCII"))),
        _ => Ok(name),
    }
}

/// A build waits so many seconds for an instance of a group at most (`capacityWaitTimeoutSeconds`).
const MOST_CAPACITY_WAIT: u32 = 3600;

#[expect(clippy::option_option, reason = "left out and refused are two things")]
fn parent_instance(
    table: Option<&spec::ParentInstance>,
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<Option<AutoScalingGroup>> {
    let Some(table) = table else { return Some(None) };
    let wait_at = at.key("capacity-wait");
    let capacity_wait = cx.optional(code::BAD_SIZE, wait_at, table.capacity_wait.as_deref(), Duration::parse)?;
    if capacity_wait.is_some_and(|wait| wait.minutes() * 60 > MOST_CAPACITY_WAIT) {
        cx.report(Diagnostic::new(code::OUT_OF_RANGE, "a build waits up to 60 minutes").at_value(wait_at, ""));
    }
    if table.auto_scaling_group.is_none() {
        let help = "add `auto-scaling-group = \"…\"`";
        cx.missing("it does not say which Auto Scaling group", (at, &["auto-scaling-group"]), help);
    }
    let name = cx.text(table.auto_scaling_group.as_deref(), at.key("auto-scaling-group"), 1024)?;
    Some(Some(AutoScalingGroup { name, capacity_wait }))
}

/// Checks rights that are added to a generated role.
pub(super) fn permissions(permissions: &[spec::Permission], at: At<'_>, cx: &mut Context<'_>) -> Vec<Permission> {
    let permissions = permissions.iter().enumerate();
    permissions
        .map(|(index, permission)| {
            check_permission(permission, at.index(index), cx);
            Permission { actions: permission.actions.clone(), resources: permission.resources.clone() }
        })
        .collect()
}

fn profile(table: &spec::Infrastructure, at: At<'_>, cx: &mut Context<'_>) -> Option<Profile> {
    let permissions_at = at.key("permissions");
    let permissions = permissions(&table.permissions, permissions_at, cx);
    let Some(input) = &table.instance_profile else { return Some(Profile::Generated(permissions)) };
    if !permissions.is_empty() {
        let message = "kiln does not change the role of an existing instance profile";
        cx.contradiction(message, at.key("instance-profile"), permissions_at);
    }
    let parse = |text: &str| InstanceProfileName::parse(text).map(|name| name.to_string());
    cx.given(code::BAD_ID, at.key("instance-profile"), input, parse).map(Profile::Existing)
}

fn check_permission(permission: &spec::Permission, at: At<'_>, cx: &mut Context<'_>) {
    if permission.actions.is_empty() {
        cx.missing("the permission has no `actions`", (at, &["actions"]), "add `actions = [\"service:Action\"]`");
    }
    if permission.resources.is_empty() {
        cx.missing("the permission has no `resources`", (at, &["resources"]), "add `resources = [\"arn:…\"]`");
    }
    let actions_at = at.key("actions");
    for (index, action) in permission.actions.iter().enumerate() {
        let is_action = action.split_once(':').is_some_and(|(service, name)| {
            let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*?-".contains(&byte));
            !service.is_empty() && !name.is_empty() && plain(service) && plain(name)
        });
        if !is_action {
            cx.report(
                Diagnostic::new(code::BAD_ID, format!("`{action}` is not an IAM action"))
                    .at_value(actions_at.index(index), "")
                    .help("an action is a service and a name, such as `s3:GetObject`"),
            );
        }
    }
    let resources_at = at.key("resources");
    for (index, resource) in permission.resources.iter().enumerate() {
        if resource != "*" && !resource.starts_with("arn:") {
            cx.report(
                Diagnostic::new(code::BAD_ID, format!("`{resource}` is not an ARN"))
                    .at_value(resources_at.index(index), "")
                    .help("write `arn:${partition}:…`, or `*` where the action takes no resource"),
            );
        }
        for piece in resource.split("${").skip(1) {
            let name = piece.split('}').next().unwrap_or_default();
            if !["partition", "region", "account"].contains(&name) {
                cx.report(
                    Diagnostic::new(code::UNKNOWN_REFERENCE, format!("there is no `${{{name}}}` here"))
                        .at_value(resources_at.index(index), "")
                        .help("known: ${partition}, ${region}, ${account}"),
                );
            }
        }
    }
}

const TOKENS: [Choice<bool>; 2] = [("required", true), ("optional", false)];

fn metadata(table: Option<&spec::Metadata>, at: At<'_>, cx: &mut Context<'_>) -> Option<Metadata> {
    let Some(table) = table else { return Some(Metadata { token_required: true, hop_limit: None }) };
    let token_required = cx.choice(table.tokens.as_deref(), at.key("tokens"), &TOKENS).unwrap_or(true);
    let hop_limit = cx.number(table.hop_limit, at.key("hop-limit"), 1..=64);
    Some(Metadata { token_required, hop_limit: hop_limit? })
}

#[expect(clippy::option_option, reason = "no logs and refused are two things")]
fn logs(key: &str, table: Option<&spec::Logs>, at: At<'_>, cx: &mut Context<'_>) -> Option<Option<Logs>> {
    let none = spec::Logs::default();
    let table = table.unwrap_or(&none);
    let settings = [
        ("bucket", table.bucket.is_some()),
        ("prefix", table.prefix.is_some()),
        ("expire-after", table.expire_after.is_some()),
    ];
    if table.enabled == Some(false) {
        if let Some((setting, _)) = settings.iter().find(|(_, is_there)| *is_there) {
            cx.contradiction("logs that are not written have no settings", at.key("enabled"), at.key(setting));
        }
        return Some(None);
    }
    let prefix = match &table.prefix {
        Some(prefix) => cx.text(Some(prefix.trim_matches('/')), at.key("prefix"), 1024),
        None => Key::parse(key).ok().map(|key| key.kebab()),
    };
    let expire = match &table.expire_after {
        Some(text) => cx.parse(code::BAD_AGE, at.key("expire-after"), text, days).map(Some),
        None => Some(None),
    };
    let bucket = match &table.bucket {
        Some(input) => {
            if table.expire_after.is_some() {
                let message = "kiln does not change an existing bucket";
                cx.contradiction(message, at.key("bucket"), at.key("expire-after"));
            }
            let parse = |text: &str| BucketName::parse(text).map(|name| name.to_string());
            cx.given(code::BAD_ID, at.key("bucket"), input, parse).map(LogBucket::Existing)
        }
        None => expire.map(|expire_after_days| LogBucket::Generated { expire_after_days }),
    };
    Some(Some(Logs { bucket: bucket?, prefix: prefix? }))
}

/// A time in days: S3 knows no other unit.
pub(super) fn days(text: &str) -> Result<u32, Invalid> {
    let age = Age::parse(text)?;
    Ok(age.value()
        * match age.unit() {
            AgeUnit::Days => 1,
            AgeUnit::Weeks => 7,
            AgeUnit::Months => 30,
            AgeUnit::Years => 365,
        })
}

#[expect(clippy::option_option, reason = "nobody and refused are two things")]
fn notify(table: Option<&spec::Notify>, at: At<'_>, cx: &mut Context<'_>) -> Option<Option<Topic>> {
    let Some(table) = table else { return Some(None) };
    let of_generated = [("email", !table.email.is_empty()), ("kms-key", table.kms_key.is_some())];
    let settings = [("topic", table.topic.is_some())].into_iter().chain(of_generated);
    if table.enabled == Some(false) {
        if let Some((setting, _)) = settings.into_iter().find(|(_, is_there)| *is_there) {
            cx.contradiction("a notification that is off has no settings", at.key("enabled"), at.key(setting));
        }
        return Some(None);
    }
    let email_at = at.key("email");
    for (index, email) in table.email.iter().enumerate() {
        let is_address = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        if !is_address || email.contains(char::is_whitespace) {
            let message = format!("`{email}` is not an e-mail address");
            cx.report(Diagnostic::new(code::BAD_TEXT, message).at_value(email_at.index(index), ""));
        }
    }
    let kms_key = cx.optional(code::BAD_KMS_KEY, at.key("kms-key"), table.kms_key.as_deref(), KmsKey::parse);
    let Some(topic) = &table.topic else {
        return Some(Some(Topic::Generated { emails: table.email.clone(), kms_key: kms_key? }));
    };
    if let Some((setting, _)) = of_generated.iter().find(|(_, is_there)| *is_there) {
        cx.contradiction("kiln does not change an existing topic", at.key("topic"), at.key(setting));
    }
    let parse = |text: &str| SnsTopicArn::parse(text).map(|arn| arn.to_string());
    cx.given(code::BAD_ID, at.key("topic"), topic, parse).map(|topic| Some(Topic::Existing(topic)))
}

const TENANCIES: [Choice<Tenancy>; 3] =
    [("default", Tenancy::Default), ("dedicated", Tenancy::Dedicated), ("host", Tenancy::Host)];

fn placement(table: Option<&spec::Placement>, at: At<'_>, cx: &mut Context<'_>) -> Placement {
    let Some(table) = table else { return Placement::default() };
    let tenancy = cx.choice(table.tenancy.as_deref(), at.key("tenancy"), &TENANCIES);
    if table.host.is_some() && table.host_resource_group.is_some() {
        let message = "instances stand on a host or in a host resource group, not both";
        cx.contradiction(message, at.key("host"), at.key("host-resource-group"));
    }
    let hosts = [("host", table.host.is_some()), ("host-resource-group", table.host_resource_group.is_some())];
    if let Some((key, _)) = hosts.iter().find(|(_, is_there)| *is_there)
        && tenancy != Some(Tenancy::Host)
    {
        cx.report(
            Diagnostic::new(code::PLACEMENT_CONFLICT, format!("`{key}` needs `tenancy = \"host\"`"))
                .at_key(at.key(key), "")
                .help("add `tenancy = \"host\"`"),
        );
    }
    Placement {
        tenancy,
        availability_zone: cx.text(table.availability_zone.as_deref(), at.key("availability-zone"), 1024),
        host: cx.text(table.host.as_deref(), at.key("host"), 1024),
        host_resource_group: cx.text(table.host_resource_group.as_deref(), at.key("host-resource-group"), 1024),
    }
}

/// The project has one log bucket: two times after which its objects go would be a contradiction.
pub(super) fn one_expiry(spec: &Spec, cx: &mut Context<'_>) {
    let (shared, pipelines) = (At::ROOT.key("infrastructure"), At::ROOT.key("pipeline"));
    let mut first: Option<(&str, &str, bool)> = None;
    let of_pipelines = spec.pipeline.iter().filter_map(|(name, pipeline)| match &pipeline.infrastructure {
        Some(InfrastructureChoice::Own(table)) => Some((name, table.as_ref(), false)),
        _ => None,
    });
    let all = spec.infrastructure.iter().map(|(name, table)| (name, table, true)).chain(of_pipelines);
    for (name, table, is_shared) in all {
        // An existing bucket, and logs that are off, have nothing to do with the project's bucket.
        let of_project = |logs: &&spec::Logs| logs.bucket.is_none() && logs.enabled != Some(false);
        let logs = table.logs.as_ref().filter(of_project);
        let Some(text) = logs.and_then(|logs| logs.expire_after.as_deref()) else { continue };
        let Some((first_name, first_text, first_shared)) = first else {
            first = Some((name, text, is_shared));
            continue;
        };
        if days(text).ok() == days(first_text).ok() {
            continue;
        }
        let message = "the project has one log bucket, and its logs would expire at two times";
        let mut diagnostic = Diagnostic::new(code::CONTRADICTION, message);
        for (name, is_shared) in [(name.as_str(), is_shared), (first_name, first_shared)] {
            let table = if is_shared { shared.key(name) } else { pipelines.key(name) };
            let infrastructure = table.key("infrastructure");
            let logs = if is_shared { table.key("logs") } else { infrastructure.key("logs") };
            diagnostic = diagnostic.at_value(logs.key("expire-after"), "");
        }
        cx.report(diagnostic);
    }
}
