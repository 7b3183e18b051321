//! What the types of Image Builder have in common: what creating any of them calls, and errors that all of them have.

use super::Text;
use super::fact::{Hint, hint};
use super::permission::{Grant, Permission};

/// The service makes its role when it is first used.
pub(super) const SERVICE_ROLE: &[Permission] = &[
    Permission::on("CreateServiceRole", &["iam:CreateServiceLinkedRole"], |it| {
        let service = vec![Text::from("imagebuilder.amazonaws.com")];
        vec![Grant::on(it.place.global("iam", LINKED_ROLE)).when("StringEquals", "iam:AWSServiceName", service)]
    }),
    Permission::on("ServiceRole", &["iam:GetRole"], |it| vec![Grant::on(it.place.global("iam", LINKED_ROLE))]),
];

const LINKED_ROLE: &str = "role/aws-service-role/imagebuilder.amazonaws.com/AWSServiceRoleForImageBuilder";

/// A document in S3 is read with the caller's permissions.
pub(super) const DOCUMENT: &[Permission] = &[
    Permission::on("Documents", &["s3:GetObject"], |it| {
        let uris = DOCUMENTS.into_iter().filter_map(|name| it.properties.text(name));
        Grant::all(uris.filter_map(|uri| it.place.object(uri)))
    }),
    Permission::on("DocumentBuckets", &["s3:GetBucketLocation", "s3:ListBucket"], |it| {
        let uris = DOCUMENTS.into_iter().filter_map(|name| it.properties.text(name));
        let objects = uris.filter_map(|uri| it.place.object(uri));
        Grant::all(objects.filter_map(|arn| Some(arn.split_once('/')?.0.to_owned())))
    }),
    Permission::on(
        "DocumentKeys",
        &[
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyPair",
            "kms:GenerateDataKeyPairWithoutPlaintext",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        |it| it.key("KmsKeyId"),
    ),
];

/// The properties that name a document.
const DOCUMENTS: [&str; 2] = ["Uri", "DockerfileTemplateUri"];

/// What recipes are made of. What belongs to the plan may be read as its own.
pub(super) const PARTS: &[Permission] = &[
    Permission::on("ReadComponents", &["imagebuilder:GetComponent"], |it| {
        Grant::all(it.foreign("ComponentArn", ("imagebuilder", "component")))
    }),
    Permission::on("ReadImages", &["imagebuilder:GetImage"], |it| {
        Grant::all(it.foreign("ParentImage", ("imagebuilder", "image")))
    }),
    Permission::on("ReadBaseParameters", &["ssm:GetParameter"], |it| {
        let base = it.literal("ParentImage");
        let name = base.strip_prefix("ssm:").map(|name| name.trim_start_matches('/'));
        // Public parameters belong to no account.
        Grant::all(name.map(|name| match name.starts_with("aws/") {
            true => format!("arn:{}:ssm:{}::parameter/{name}", it.place.partition, it.place.region),
            false => it.place.arn("ssm", &format!("parameter/{name}")),
        }))
    }),
    Permission::anywhere("ReadAmis", &["ec2:DescribeImages"]),
];

/// What pipelines and images are made of, and what says whether images can be scanned.
pub(super) const BUILD: &[Permission] = &[
    Permission::on("ReadWorkflows", &["imagebuilder:GetWorkflow"], |it| {
        Grant::all(it.foreign("WorkflowArn", ("imagebuilder", "workflow")))
    }),
    Permission::anywhere("Scanning", &["inspector2:BatchGetAccountStatus"]),
    Permission::on("ScannedRepositories", &["ecr:BatchGetRepositoryScanningConfiguration"], |it| {
        vec![Grant::on(it.place.arn("ecr", "repository/*"))]
    }),
];

/// Errors of all types.
pub(super) const HINTS: &[Hint] = &[
    hint(
        &["already exists"],
        "something of this name exists outside of this stack: names are unique in an account and Region. Rename it in \
         the spec, or remove the other",
    ),
    hint(
        &["instance profile", "does not exist"],
        "the instance profile must exist in this account before the deployment; leave `instance-profile` out and kiln \
         makes one",
    ),
    hint(
        &["does not match", "parent image"],
        "a component must be for the platform and OS version of the base: compare `platform` and `os-versions` of the \
         component with `base` in the spec",
    ),
    hint(&["container image", "parent"], "an AMI cannot be made from a container image: `base` in the spec"),
    // That a message speaks of a parent image does not prove that there is none.
    hint(&["parentimage", "is not an ami id"], "this is none of the forms that `base` in the spec can have"),
    hint(&["'parentimage' is not valid"], BASE),
    hint(&[":image/", "does not exist"], BASE),
    hint(&["parent image", "does not exist"], BASE),
    hint(&["parentimage", "does not exist"], BASE),
    hint(&["parent image", "not found"], BASE),
    hint(&["parentimage", "not found"], BASE),
    hint(&["scheduleexpression"], CRON),
    hint(&["schedule expression"], CRON),
    hint(&["cron expression"], CRON),
    hint(&["invalid schema version"], "the document's `schemaVersion` must be 1.0"),
];

const BASE: &str = "the base image must exist in this Region and be shared with this account: `base` in the spec";
const CRON: &str = "Image Builder takes other cron expressions than EventBridge: `kiln check` says which";
