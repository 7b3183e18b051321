//! `AWS::S3::Bucket`: a private, encrypted bucket for build logs.
//!
//! In CloudFormation everything about it is a property; the Terraform provider has a resource for each aspect.

use indexmap::IndexMap;

use super::fact::{Hint, hint};
use super::permission::{By, Permission};
use super::{
    Attribute, Companion, Handle, Key, Properties, Resource, Text, Type,
    value::{tag_list, tag_map},
};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::S3::Bucket",
    terraform: "aws_s3_bucket",
    create_only: &["BucketName"],
    noun: "bucket",
    is_versioned: false,
    is_built_from: false,
    arn: |it| {
        // CloudFormation writes names of buckets in lowercase.
        it.place.s3(&it.generated(63).to_lowercase())
    },
    permissions: &[&[
        Permission::own(
            "Buckets",
            &[
                "s3:CreateBucket",
                "s3:DeleteBucket",
                "s3:GetBucketLocation",
                "s3:GetBucketPolicy",
                "s3:GetBucketTagging",
                "s3:ListBucket",
                "s3:PutBucketTagging",
            ],
        ),
        Permission::own("EncryptBuckets", &["s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration"])
            .by(By::Companion("aws_s3_bucket_server_side_encryption_configuration")),
        Permission::own("CloseBuckets", &["s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"])
            .by(By::Companion("aws_s3_bucket_public_access_block")),
        Permission::own("OwnBuckets", &["s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls"])
            .by(By::Companion("aws_s3_bucket_ownership_controls")),
        Permission::own("EmptyBuckets", &["s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"])
            .by(By::Companion("aws_s3_bucket_lifecycle_configuration")),
        // The provider reads all that a bucket can have.
        Permission::own(
            "ReadBuckets",
            &[
                "s3:GetAccelerateConfiguration",
                "s3:GetBucketAcl",
                "s3:GetBucketCORS",
                "s3:GetBucketLogging",
                "s3:GetBucketObjectLockConfiguration",
                "s3:GetBucketRequestPayment",
                "s3:GetBucketVersioning",
                "s3:GetBucketWebsite",
                "s3:GetReplicationConfiguration",
            ],
        )
        .by(By::Provider),
    ]],
    passes: &[],
    holds: Some("its objects"),
    parting: |_| Some("it must be empty to be deleted"),
    costs: &[],
    identities: &[("Rules", "Id")],
    hints: &[HINTS],
};

/// Errors of buckets.
const HINTS: &[Hint] = &[
    hint(&["not empty"], "empty the bucket first, or keep it: `kiln destroy --retain ID`"),
    hint(&["already exists"], "bucket names are unique in all of AWS"),
    hint(&["block public"], BLOCKED),
];

/// The account's own block is stricter than what a template asks for.
pub(super) const BLOCKED: &str = "the account blocks public policies; kiln's own buckets need none";

/// The bucket's name.
pub const NAME: Attribute = Attribute::by_ref("id");
/// The bucket's ARN.
pub const ARN: Attribute = Attribute::by_get_att("Arn", "arn");

/// A bucket that only its account reaches, encrypted with keys of S3, without access lists.
///
/// ```
/// use kiln::plan::{Life, Origin, Part, Plan, Table};
/// use kiln::render::{cloudformation, terraform};
/// use kiln::resource::bucket::Bucket;
///
/// let bucket = Bucket { name_prefix: "logs-".into(), expire_after_days: Some(90), tags: [].into() };
/// let origin = Origin::shared(Table::Project, Part::LogBucket);
/// let mut plan = Plan::default();
/// plan.add(origin, &bucket, Life { retained: true, ..Life::default() }).expect("nothing else has its id");
/// assert!(cloudformation::yaml(&plan).contains("ExpirationInDays: 90"));
/// assert!(terraform::hcl(&plan).contains(r#"bucket_prefix = "logs-""#));
/// ```
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Terraform's generated name starts with it; CloudFormation makes one from the stack's name.
    pub name_prefix: String,
    /// Objects go after so many days; they stay otherwise.
    pub expire_after_days: Option<u64>,
    /// Tags of the bucket.
    pub tags: IndexMap<String, Text>,
}

impl Resource for Bucket {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name_prefix, expire_after_days, tags } = self;
        let encryption =
            Properties::new().block("ServerSideEncryptionByDefault", Properties::new().value("SSEAlgorithm", "AES256"));
        let abort = Properties::new()
            .value("Id", "abort-incomplete-uploads")
            .value("Status", "Enabled")
            .block("AbortIncompleteMultipartUpload", Properties::new().value("DaysAfterInitiation", ABORT_AFTER_DAYS));
        let expire = expire_after_days.map(|days| {
            Properties::new().value("Id", "expire-logs").value("Status", "Enabled").value("ExpirationInDays", days)
        });
        Properties::new()
            .value(Key::terraform_only("bucket_prefix"), name_prefix.as_str())
            // Terraform must not throw logs away: what holds an object is not deleted.
            .value(Key::terraform_only("force_destroy"), false)
            .block(
                Key::cloudformation_only("BucketEncryption"),
                Properties::new().blocks("ServerSideEncryptionConfiguration", [encryption]),
            )
            .block(Key::cloudformation_only("PublicAccessBlockConfiguration"), public_access_block())
            .block(Key::cloudformation_only("OwnershipControls"), Properties::new().blocks("Rules", [ownership()]))
            .block(
                Key::cloudformation_only("LifecycleConfiguration"),
                Properties::new().blocks("Rules", [abort].into_iter().chain(expire)),
            )
            .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }

    fn companions(&self, own: &Handle) -> Vec<Companion> {
        let bucket = Properties::new().value("Bucket", own.get(NAME));
        let companion = |terraform, properties| Companion { terraform, suffix: String::new(), properties };
        let encryption = Properties::new().block(
            "ApplyServerSideEncryptionByDefault",
            Properties::new().value(Key::terraform_only("sse_algorithm"), "AES256"),
        );
        vec![
            companion("aws_s3_bucket_server_side_encryption_configuration", bucket.clone().block("Rule", encryption)),
            companion("aws_s3_bucket_public_access_block", bucket.clone().extend(public_access_block())),
            companion("aws_s3_bucket_ownership_controls", bucket.clone().block("Rule", ownership())),
            companion("aws_s3_bucket_lifecycle_configuration", bucket.blocks("Rule", self.terraform_rules())),
        ]
    }
}

/// Uploads that never finish cost money and show nowhere.
const ABORT_AFTER_DAYS: u64 = 7;

impl Bucket {
    /// The rules of the bucket's lifecycle as the Terraform provider nests them.
    fn terraform_rules(&self) -> Vec<Properties> {
        // An empty filter is what the provider wants for "every object".
        let rule = |id: &str| Properties::new().value("Id", id).value("Status", "Enabled").empty_block("Filter");
        let abort = rule("abort-incomplete-uploads")
            .block("AbortIncompleteMultipartUpload", Properties::new().value("DaysAfterInitiation", ABORT_AFTER_DAYS));
        let expire = self
            .expire_after_days
            .map(|days| rule("expire-logs").block("Expiration", Properties::new().value("Days", days)));
        [abort].into_iter().chain(expire).collect()
    }
}

fn public_access_block() -> Properties {
    Properties::new()
        .value("BlockPublicAcls", true)
        .value("BlockPublicPolicy", true)
        .value("IgnorePublicAcls", true)
        .value("RestrictPublicBuckets", true)
}

fn ownership() -> Properties {
    Properties::new().value("ObjectOwnership", "BucketOwnerEnforced")
}
