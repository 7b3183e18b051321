//! What happens in one Region (`Distribution` in the EC2 Image Builder API reference).

use super::context::{Choice, Context};
use super::{distribution, tags};
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::distribution::TemplateName;
use crate::project::definition::{
    AmiDestination, ContainerDestination, Destination, FastLaunch, LaunchTemplate, Output, S3Export, SsmParameter,
};
use crate::project::{
    AccountId, AmiName, BucketName, ImageTag, KmsKey, LaunchTemplateId, LicenseConfigurationArn, Principal,
    RepositoryName, SsmParameterName,
};
use crate::source::At;
use crate::spec;

/// The service gives each image this suffix; without it two builds would have one name.
const BUILD_DATE: &str = "{{ imagebuilder:buildDate }}";

// The lengths of lists in `Distribution`, `AmiDistributionConfiguration` and `LaunchPermissionConfiguration`.
const MOST_ACCOUNTS: usize = 1536;
const MOST_ORGANIZATIONS: usize = 25;
const MOST_LAUNCH_TEMPLATES: usize = 100;
const MOST_FAST_LAUNCHES: usize = 1000;
const MOST_LICENSES: usize = 50;

/// Checks one table of a distribution. It is of a container image if it says so, or its pipeline does.
pub(super) fn destination(
    key: &str,
    table: &spec::Destination,
    (at, is_container): (At<'_>, bool),
    cx: &mut Context<'_>,
) -> Option<Destination> {
    let region = match &table.region {
        Some(text) => distribution::region(text, at.key("region"), cx).map(Some),
        None => Some(None),
    };
    let of_containers = [
        ("repository", table.repository.is_some()),
        ("container-tags", !table.container_tags.is_empty()),
        ("container-description", table.container_description.is_some()),
    ];
    let of_container = of_containers.iter().find(|(_, is_there)| *is_there).map(|(key, _)| *key);
    let output = if is_container || of_container.is_some() {
        for (of_ami, _) in of_amis(table).iter().filter(|(_, is_there)| *is_there) {
            let diagnostic =
                Diagnostic::new(code::WRONG_PRODUCT, format!("`{of_ami}` is of AMIs, and this is a container image"))
                    .at_key(at.key(of_ami), "remove this");
            cx.report(match of_container {
                Some(key) => diagnostic.at_key(at.key(key), "because of this"),
                None => diagnostic,
            });
        }
        container(table, at, cx).map(Output::Container)
    } else {
        ami(key, table, at, cx).map(|ami| Output::Ami(Box::new(ami)))
    };
    Some(Destination { region: region?, output: output? })
}

/// The keys that only an AMI can have, and whether they are there.
fn of_amis(table: &spec::Destination) -> [(&'static str, bool); 11] {
    [
        ("ami-name", table.ami_name.is_some()),
        ("ami-description", table.ami_description.is_some()),
        ("ami-tags", !table.ami_tags.is_empty()),
        ("share-with", !table.share_with.is_empty()),
        ("copy-to-accounts", !table.copy_to_accounts.is_empty()),
        ("kms-key", table.kms_key.is_some()),
        ("launch-templates", !table.launch_templates.is_empty()),
        ("ssm-parameters", !table.ssm_parameters.is_empty()),
        ("licenses", !table.licenses.is_empty()),
        ("fast-launch", !table.fast_launch.is_empty()),
        ("s3-export", table.s3_export.is_some()),
    ]
}

fn container(table: &spec::Destination, at: At<'_>, cx: &mut Context<'_>) -> Option<ContainerDestination> {
    let repository = table.repository.as_ref();
    let repository = cx.optional_given(code::BAD_ID, at.key("repository"), repository, RepositoryName::parse);
    let tags = cx.each(code::BAD_TEXT, at.key("container-tags"), &table.container_tags, ImageTag::parse);
    let description = cx.text(table.container_description.as_deref(), at.key("container-description"), 1024);
    Some(ContainerDestination { repository: repository?, tags, description })
}

fn ami(key: &str, table: &spec::Destination, at: At<'_>, cx: &mut Context<'_>) -> Option<AmiDestination> {
    let name = ami_name(key, table.ami_name.as_deref(), at, cx);
    let description = cx.text(table.ami_description.as_deref(), at.key("ami-description"), 1024);
    let tags = tags::tags(&[(&table.ami_tags, at.key("ami-tags"))], cx);
    let kms_key = cx.optional(code::BAD_KMS_KEY, at.key("kms-key"), table.kms_key.as_deref(), KmsKey::parse);
    let templates_at = at.key("launch-templates");
    let templates: Vec<_> = table
        .launch_templates
        .iter()
        .enumerate()
        .map(|(index, template)| launch_template(template, templates_at.index(index), cx))
        .collect();
    cx.at_most(MOST_LAUNCH_TEMPLATES, templates.len(), "launch templates", templates_at);
    let parameters_at = at.key("ssm-parameters");
    let parameters: Vec<_> = table
        .ssm_parameters
        .iter()
        .enumerate()
        .map(|(index, parameter)| ssm_parameter(parameter, parameters_at.index(index), cx))
        .collect();
    let fast_at = at.key("fast-launch");
    let fast: Vec<_> =
        table.fast_launch.iter().enumerate().map(|(index, fast)| fast_launch(fast, fast_at.index(index), cx)).collect();
    cx.at_most(MOST_FAST_LAUNCHES, fast.len(), "fast launches", fast_at);
    cx.at_most(MOST_LICENSES, table.licenses.len(), "licenses", at.key("licenses"));
    let s3_export = match &table.s3_export {
        Some(export) => s3_export(export, at.key("s3-export"), cx).map(Some),
        None => Some(None),
    };
    Some(AmiDestination {
        name: name?,
        description,
        tags,
        share_with: principals(&table.share_with, at.key("share-with"), cx),
        copy_to_accounts: accounts(&table.copy_to_accounts, at.key("copy-to-accounts"), cx),
        kms_key: kms_key?,
        launch_templates: templates.into_iter().collect::<Option<_>>()?,
        ssm_parameters: parameters.into_iter().collect::<Option<_>>()?,
        licenses: cx.each(code::BAD_ID, at.key("licenses"), &table.licenses, LicenseConfigurationArn::parse),
        fast_launch: fast.into_iter().collect::<Option<_>>()?,
        s3_export: s3_export?,
    })
}

fn fast_launch(table: &spec::FastLaunch, at: At<'_>, cx: &mut Context<'_>) -> Option<FastLaunch> {
    let account = match &table.account {
        Some(account) => cx.parse(code::BAD_ACCOUNT, at.key("account"), account, AccountId::parse),
        None => {
            cx.missing("it does not say in which account", (at, &["account"]), "add `account = \"111122223333\"`");
            None
        }
    };
    let id_at = at.key("launch-template");
    let id = cx.optional(code::BAD_ID, id_at, table.launch_template.as_deref(), LaunchTemplateId::parse);
    let name_at = at.key("launch-template-name");
    let name = cx.text(table.launch_template_name.as_deref(), name_at, 1024);
    if table.launch_template.is_some() && table.launch_template_name.is_some() {
        cx.contradiction("a launch template is named by id or by name, not both", id_at, name_at);
    }
    let version_at = at.key("launch-template-version");
    let launch_template_version = cx.text(table.launch_template_version.as_deref(), version_at, 1024);
    if table.launch_template.is_none()
        && table.launch_template_name.is_none()
        && table.launch_template_version.is_some()
    {
        cx.report(
            Diagnostic::new(code::FAST_LAUNCH, "it does not say of which launch template this is the version")
                .at_key(version_at, "")
                .help("add `launch-template = \"lt-…\"`, or remove it"),
        );
    }
    // The service takes fewer, EC2 does not (Amazon EC2 API reference, EnableFastLaunch).
    let max_parallel_launches = cx.number(table.max_parallel_launches, at.key("max-parallel-launches"), 6..=10_000);
    let target_snapshots = cx.number(table.target_snapshots, at.key("target-snapshots"), 1..=10_000);
    let id = id?.map(TemplateName::Id);
    Some(FastLaunch {
        account: account?,
        enabled: table.enabled.unwrap_or(true),
        launch_template: id.or(name.map(TemplateName::Name)),
        launch_template_version,
        max_parallel_launches: max_parallel_launches?,
        target_snapshots: target_snapshots?,
    })
}

const DISK_FORMATS: [Choice<&str>; 3] = [("raw", "RAW"), ("vhd", "VHD"), ("vmdk", "VMDK")];

fn s3_export(table: &spec::S3Export, at: At<'_>, cx: &mut Context<'_>) -> Option<S3Export> {
    let bucket = match &table.bucket {
        Some(bucket) => cx.parse(code::BAD_ID, at.key("bucket"), bucket, BucketName::parse),
        None => {
            cx.missing("it does not say to which bucket", (at, &["bucket"]), "add `bucket = \"…\"`");
            None
        }
    };
    if table.format.is_none() {
        cx.missing(
            "it does not say in which format",
            (at, &["format"]),
            "add `format = \"vmdk\"`, `\"vhd\"` or `\"raw\"`",
        );
    }
    let format = cx.choice(table.format.as_deref(), at.key("format"), &DISK_FORMATS);
    let prefix = cx.text(table.prefix.as_deref(), at.key("prefix"), 1024);
    let role = cx.text(Some(table.role.as_deref().unwrap_or("vmimport")), at.key("role"), 1024);
    Some(S3Export { bucket: bucket?, prefix, format: format?, role: role? })
}

/// Whom images are shared with.
pub(super) fn principals(texts: &[String], at: At<'_>, cx: &mut Context<'_>) -> Vec<Principal> {
    let principals = cx.each(code::BAD_ACCOUNT, at, texts, Principal::parse);
    let count = |is_kind: fn(&Principal) -> bool| principals.iter().filter(|principal| is_kind(principal)).count();
    let accounts = count(|principal| matches!(principal, Principal::Account(_)));
    let organizations = count(|principal| matches!(principal, Principal::Organization(_)));
    let units = count(|principal| matches!(principal, Principal::OrganizationalUnit(_)));
    cx.at_most(MOST_ACCOUNTS, accounts, "accounts", at);
    cx.at_most(MOST_ORGANIZATIONS, organizations, "organizations", at);
    cx.at_most(MOST_ORGANIZATIONS, units, "organizational units", at);
    principals
}

pub(super) fn accounts(texts: &[String], at: At<'_>, cx: &mut Context<'_>) -> Vec<AccountId> {
    cx.at_most(MOST_ACCOUNTS, texts.len(), "accounts", at);
    cx.each(code::BAD_ACCOUNT, at, texts, AccountId::parse)
}

/// The name that is written, or the physical name and the date.
pub(super) fn ami_name(key: &str, written: Option<&str>, at: At<'_>, cx: &mut Context<'_>) -> Option<AmiName> {
    if let Some(text) = written {
        return cx.parse(code::BAD_AMI_NAME, at.key("ami-name"), text, AmiName::parse);
    }
    let name = cx.physical_name(key, at)?;
    let parsed = AmiName::parse(&format!("{name}-{BUILD_DATE}"));
    if parsed.is_err() {
        let help = "add an `ami-name` of up to 127 characters with `{{ imagebuilder:buildDate }}` in it";
        cx.missing("the project's and the pipeline's name are too long for the AMI's name", (at, &["ami-name"]), help);
    }
    parsed.ok()
}

pub(super) fn launch_template(
    table: &spec::LaunchTemplate,
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<LaunchTemplate> {
    let id = match &table.id {
        Some(id) => cx.parse(code::BAD_ID, at.key("id"), id, LaunchTemplateId::parse),
        None => {
            cx.missing("the launch template has no `id`", (at, &["id"]), "add `id = \"lt-…\"`");
            None
        }
    };
    let account = cx.optional(code::BAD_ACCOUNT, at.key("account"), table.account.as_deref(), AccountId::parse);
    Some(LaunchTemplate { id: id?, account: account?, set_default: table.set_default.unwrap_or(true) })
}

const DATA_TYPES: [Choice<bool>; 2] = [("aws:ec2:image", true), ("text", false)];

pub(super) fn ssm_parameter(table: &spec::SsmParameter, at: At<'_>, cx: &mut Context<'_>) -> Option<SsmParameter> {
    let name = match &table.name {
        Some(name) => cx.parse(code::BAD_ID, at.key("name"), name, SsmParameterName::parse),
        None => {
            cx.missing("the parameter has no `name`", (at, &["name"]), "add `name = \"/imagebuilder/…\"`");
            None
        }
    };
    let is_image = cx.choice(table.data_type.as_deref(), at.key("data-type"), &DATA_TYPES).unwrap_or(true);
    let account = cx.optional(code::BAD_ACCOUNT, at.key("account"), table.account.as_deref(), AccountId::parse);
    Some(SsmParameter { name: name?, is_image, account: account? })
}
