//! What to do about messages that are known.
//!
//! The hints of a type come first, the special before the general: the first whose pieces are all in the message is
//! taken. A caller that may not do something is told so before all others.

use crate::resource::fact::{ADVICE_DENIED, Hint, hint as known};
use crate::resource::find;

/// What to do about a message about a resource of this type.
pub(super) fn hint(resource_type: &str, code: Option<&str>, message: &str) -> Option<&'static str> {
    let text = format!("{} {}", code.unwrap_or_default(), message).to_lowercase();
    let own = find(resource_type).map_or(&[][..], |of| of.hints).iter().copied().flatten();
    let mut all = REFUSED.iter().chain(own).chain(KNOWN);
    all.find(|hint| hint.says.iter().all(|piece| text.contains(piece))).map(|hint| hint.advice)
}

/// What comes before the hints of a type: missing permissions, and keys that cannot be used.
const REFUSED: &[Hint] = &[
    known(
        &["not authorized to perform: iam:passrole"],
        "the deploying role may not hand this role to a service: `kiln policy` prints what it needs",
    ),
    known(
        &["not authorized to perform: kms:"],
        "the key's own policy must allow this as well: permissions in IAM alone do not open a key",
    ),
    known(&["not authorized to perform"], ADVICE_DENIED),
    known(&["kms", "pending deletion"], "the key is about to be deleted: cancel that, or name another key"),
    known(&["kms", "disabled"], "enable the key, or name another"),
    known(&["kms", "does not exist"], NO_KEY),
    known(&["kms", "not found"], NO_KEY),
];

/// What holds for all types, as the services word it.
const KNOWN: &[Hint] = &[
    known(&["accessdenied"], ADVICE_DENIED),
    known(&["access denied"], ADVICE_DENIED),
    known(
        &["other resources depended on it"],
        "something outside of this stack still uses it, such as an image or another stack's recipe",
    ),
    known(&["servicequotaexceeded"], QUOTA),
    known(&["servicelimitexceeded"], QUOTA),
    known(&["limitexceeded"], QUOTA),
    known(&["quota"], QUOTA),
    known(&["kms"], "check the key's state and its policy: it must allow this account and Image Builder to use it"),
    known(&["nosuchbucket"], "the bucket must exist before the deployment"),
    known(&["nosuchkey"], "the object must exist before the deployment"),
    known(
        &["action denied by stack policy"],
        "the stack's policy protects this resource: whoever set it must allow the update",
    ),
    known(&["already exported"], "another stack exports this name; exports are unique in an account and Region"),
    known(&["cannot be updated as it is in use"], "another stack imports this value: update that one first"),
    known(&["cannot be deleted as it is in use"], "another stack imports this value: delete that one first"),
    known(&["rate exceeded"], "the service was too busy: deploy again"),
    known(&["throttling"], "the service was too busy: deploy again"),
    known(
        &["notstabilized"],
        "the service accepted it, but it did not come up in time: deploy again, or look at it in the console",
    ),
    known(&["exceeded attempts to wait"], "the service accepted it, but it did not come up in time: deploy again"),
    known(&["internalfailure"], "the service itself failed: deploy again"),
    known(&["serviceinternalerror"], "the service itself failed: deploy again"),
    known(&["requires capabilities"], "the template makes roles; this is a fault of kiln, please report it"),
    known(
        &["properties validation failed"],
        "the service's schema refuses this: please report it, `kiln check` should have",
    ),
    known(&["already exists"], "something of this name exists outside of this stack"),
];

const NO_KEY: &str = "the key or alias must exist in this Region; keys of other Regions are not seen";
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

    #[test]
    fn a_base_is_missing_only_where_the_message_says_so() {
        let recipe = "AWS::ImageBuilder::ImageRecipe";
        let missing = "the base image must exist";
        check(recipe, "InvalidRequest", "The value supplied for parameter 'parentImage' is not valid.", missing);
        check(
            recipe,
            "NotFound",
            "The resource 'arn:aws:imagebuilder:us-east-1:aws:image/x/x.x.x' does not exist.",
            missing,
        );
        check(recipe, "", "The parent image ami-0123456789abcdef0 does not exist", missing);
        let other = "The component's platform Windows does not match the parent image's platform Linux";
        check(recipe, "InvalidRequest", other, "for the platform and OS version of the base");
        check(recipe, "", "A container image can't be the parent of an image recipe", "an AMI cannot be made from");
        check(recipe, "", "parameter 'parentImage' is not valid. 'x' is not an AMI ID, or ssm:", "none of the forms");
        for other in ["The volume must be larger than the parent image's", "No tags on the parent image are allowed"] {
            assert_eq!(hint(recipe, None, other), None, "{other}");
        }
        assert_eq!(hint("AWS::ImageBuilder::ImagePipeline", None, "This is not on the release schedule"), None);
    }
}
