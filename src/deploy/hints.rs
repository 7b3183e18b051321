//! What to do about messages that are known.
//!
//! A row holds for a type if it names one, and for a message if all of its pieces stand in it. The first row that holds
//! is taken, so what is special stands before what is general.

/// A known message.
struct Known {
    /// The beginning of the resource type's name; empty for any.
    of: &'static str,
    /// Pieces of the message or its code, in lowercase.
    says: &'static [&'static str],
    /// What to do.
    hint: &'static str,
}

/// What to do about a message about a resource of this type.
pub(super) fn hint(resource_type: &str, code: Option<&str>, message: &str) -> Option<&'static str> {
    let text = format!("{} {}", code.unwrap_or_default(), message).to_lowercase();
    KNOWN
        .iter()
        .find(|known| resource_type.starts_with(known.of) && known.says.iter().all(|piece| text.contains(piece)))
        .map(|known| known.hint)
}

const fn known(of: &'static str, says: &'static [&'static str], hint: &'static str) -> Known {
    Known { of, says, hint }
}

/// Texts of Image Builder, IAM, KMS, S3, EC2, SNS and CloudFormation, as their services word them.
static KNOWN: &[Known] = &[
    // Rights.
    known(
        "",
        &["not authorized to perform: iam:passrole"],
        "the deploying role may not hand this role to a service: `kiln policy` prints what it needs",
    ),
    known(
        "",
        &["not authorized to perform: kms:"],
        "the key's own policy must allow this as well: rights in IAM alone do not open a key",
    ),
    known("", &["not authorized to perform"], "`kiln policy` prints the rights that deploying this spec needs"),
    known(
        "AWS::ImageBuilder::Component",
        &["access denied"],
        "the deploying role must be able to read the document's object in S3, and to use the key that encrypts it",
    ),
    known("", &["accessdenied"], "`kiln policy` prints the rights that deploying this spec needs"),
    known("", &["access denied"], "`kiln policy` prints the rights that deploying this spec needs"),
    // Image Builder.
    known(
        "AWS::ImageBuilder::Component",
        &["already exists"],
        "this version exists with other content: a component is immutable. If kiln.lock was lost, write a higher \
         `version`; otherwise a component of this name belongs to something else",
    ),
    known(
        "AWS::ImageBuilder::ImageRecipe",
        &["already exists"],
        "this version exists already: a recipe is immutable. If kiln.lock was lost, write a higher `version`; otherwise \
         a recipe of this name belongs to something else",
    ),
    known(
        "AWS::ImageBuilder::",
        &["already exists"],
        "something of this name exists outside of this stack: names are unique in an account and Region. Rename it in \
         the spec, or remove the other",
    ),
    known(
        "",
        &["other resources depended on it"],
        "something outside of this stack still uses it, such as an image or another stack's recipe",
    ),
    known(
        "AWS::ImageBuilder::",
        &["instance profile", "does not exist"],
        "the instance profile must exist in this account before the deployment; leave `instance-profile` out and kiln \
         makes one",
    ),
    known("AWS::ImageBuilder::", &["parentimage"], PARENT),
    known("AWS::ImageBuilder::", &["parent image"], PARENT),
    known(
        "AWS::ImageBuilder::",
        &["schedule"],
        "Image Builder takes other cron expressions than EventBridge: `kiln check` says which",
    ),
    known("AWS::ImageBuilder::", &["invalid schema version"], "the document's `schemaVersion` must be 1.0"),
    known(
        "AWS::ImageBuilder::InfrastructureConfiguration",
        &["subnet"],
        "the subnet and its security groups must exist in this Region and belong to one VPC",
    ),
    known(
        "AWS::ImageBuilder::LifecyclePolicy",
        &["role"],
        "a role that was just made is not known everywhere at once: deploy again",
    ),
    known("", &["servicequotaexceeded"], QUOTA),
    known("", &["servicelimitexceeded"], QUOTA),
    known("", &["limitexceeded"], QUOTA),
    known("", &["quota"], QUOTA),
    // IAM.
    known(
        "AWS::IAM::",
        &["requires capabilities"],
        "the template makes roles; this is a fault of kiln, please report it",
    ),
    known("AWS::IAM::", &["cannot be found"], "the role or policy must exist in this account"),
    known(
        "AWS::IAM::",
        &["must remove", "first"],
        "something outside of this stack was attached to it: detach that first",
    ),
    known(
        "AWS::IAM::",
        &["malformedpolicydocument"],
        "a `[[…permission]]` of the spec names an action or resource that IAM refuses",
    ),
    known("AWS::IAM::", &["invalid principal"], "an account or role that the policy names does not exist (any more)"),
    // KMS.
    known("", &["kms", "pending deletion"], "the key is about to be deleted: cancel that, or name another key"),
    known("", &["kms", "disabled"], "enable the key, or name another"),
    known(
        "",
        &["kms", "does not exist"],
        "the key or alias must exist in this Region; keys of other Regions are not seen",
    ),
    known("", &["kms", "not found"], "the key or alias must exist in this Region; keys of other Regions are not seen"),
    known("", &["kms"], "check the key's state and its policy: it must allow this account and Image Builder to use it"),
    // S3.
    known("AWS::S3::Bucket", &["not empty"], "empty the bucket first, or keep it: `kiln destroy --retain ID`"),
    known("AWS::S3::Bucket", &["already exists"], "bucket names are unique in all of AWS"),
    known("AWS::S3::", &["block public"], "the account blocks public policies; kiln's own buckets need none"),
    known("", &["nosuchbucket"], "the bucket must exist before the deployment"),
    known("", &["nosuchkey"], "the object must exist before the deployment"),
    // EC2 and SNS.
    known("AWS::EC2::SecurityGroup", &["does not exist"], "the VPC must exist in this Region and account"),
    known(
        "AWS::EC2::SecurityGroup",
        &["dependent object"],
        "a network interface still uses it: a build may be running",
    ),
    known("AWS::SNS::", &["invalid parameter"], "the topic's subscriptions do not take this endpoint"),
    // CloudFormation.
    known(
        "",
        &["action denied by stack policy"],
        "the stack's policy protects this resource: whoever set it must allow the update",
    ),
    known("", &["already exported"], "another stack exports this name; exports are unique in an account and Region"),
    known("", &["cannot be updated as it is in use"], "another stack imports this value: update that one first"),
    known("", &["cannot be deleted as it is in use"], "another stack imports this value: delete that one first"),
    known("", &["rate exceeded"], "the service was too busy: deploy again"),
    known("", &["throttling"], "the service was too busy: deploy again"),
    known(
        "",
        &["notstabilized"],
        "the service accepted it, but it did not come up in time: deploy again, or look at it in the console",
    ),
    known("", &["exceeded attempts to wait"], "the service accepted it, but it did not come up in time: deploy again"),
    known("", &["internalfailure"], "the service itself failed: deploy again"),
    known("", &["serviceinternalerror"], "the service itself failed: deploy again"),
    known("", &["requires capabilities"], "the template makes roles; this is a fault of kiln, please report it"),
    known(
        "",
        &["properties validation failed"],
        "the service's schema refuses this: please report it, `kiln check` should have",
    ),
    known("", &["already exists"], "something of this name exists outside of this stack"),
];

const PARENT: &str = "the base image must exist in this Region and be shared with this account: `base` in the spec";
const QUOTA: &str = "the account is at a quota: have it raised under Service Quotas, or remove what is not used";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(of: &str, code: &str, message: &str, expected: &str) {
        let hint = hint(of, Some(code).filter(|code| !code.is_empty()), message);
        assert!(hint.is_some_and(|hint| hint.contains(expected)), "{of}: {message}: {hint:?}");
    }

    #[test]
    fn known_messages_have_hints() {
        check("AWS::IAM::Role", "AccessDenied", "User: x is not authorized to perform: iam:CreateRole", "kiln policy");
        check("AWS::ImageBuilder::ImageRecipe", "AlreadyExists", "Resource of type '…' already exists.", "kiln.lock");
        check("AWS::ImageBuilder::ImagePipeline", "AlreadyExists", "Resource of type '…' already exists.", "Rename");
        check("AWS::S3::Bucket", "", "The bucket you tried to delete is not empty", "--retain");
        check("AWS::IAM::Role", "", "Action denied by stack policy", "policy protects");
        check("AWS::SNS::Topic", "", "KMS key x is pending deletion", "cancel");
        assert_eq!(hint("AWS::IAM::Role", None, "something else"), None);
    }
}
