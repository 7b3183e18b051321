//! Checked domain values: what a spec's text means once it has been read.
//!
//! Every type here is parsed from the text that a user wrote and can hold only what EC2 Image Builder, or the AWS
//! service behind it, documents as accepted. Later stages take these types and check nothing again.
//!
//! Invariants:
//! - `parse` returns [`Invalid`] for any text that it refuses and panics on none.
//! - `Display` gives the canonical text: the form that goes into a template, and one that `parse` takes again. Units
//!   of size and age are the exception: templates take their number, `Display` gives number and unit.
//! - Nothing here reads the environment, a clock, a file or the network. All tables are static.
//!
//! To add a type: one file with a struct around private fields, `parse`, `Display` and accessors; a doc comment that
//! names the source of its rule; a table of `valid` and `invalid` lines in its tests; and its `parse` in the list of
//! `no_text_panics` at the foot of this file.

pub mod account;
pub mod age;
pub mod ami_name;
pub mod architecture;
pub mod arn;
pub mod base;
pub mod cidr;
pub mod container;
pub mod definition;
pub mod device;
pub mod duration;
pub mod endpoint;
pub mod event_target;
pub mod iam;
pub mod ids;
pub mod instance_type;
pub mod invalid;
pub mod kms;
pub mod listing;
pub mod managed;
pub mod name;
pub mod platform;
pub mod principal;
pub mod region;
pub mod s3;
pub mod scan;
pub mod schedule;
pub mod size;
pub mod suggest;
pub mod tag;
pub mod version;
pub mod workflow;

mod matcher;
mod quantity;
mod text;

pub use account::AccountId;
pub use age::{Age, AgeUnit};
pub use ami_name::AmiName;
pub use architecture::Architecture;
pub use arn::Arn;
pub use base::{Base, Facts, Origin};
pub use cidr::Cidr;
pub use container::{ImageReference, ImageTag, RepositoryName};
pub use device::{DeviceName, VolumeType};
pub use duration::Duration;
pub use event_target::EventTarget;
pub use iam::{PolicyArn, RolePath};
pub use ids::{
    AmiId, InstanceProfileName, LaunchTemplateId, LicenseConfigurationArn, LogGroupName, PrefixListId, Role,
    SecurityGroupId, SnsTopicArn, SsmParameterName, SubnetId, VpcId, Watermark,
};
pub use instance_type::InstanceType;
pub use invalid::Invalid;
pub use kms::KmsKey;
pub use name::{Key, ResourceName};
pub use platform::Platform;
pub use principal::Principal;
pub use region::Region;
pub use s3::{BucketName, S3Uri};
pub use schedule::{Cron, Expression, Rate, RateUnit, Timezone};
pub use size::{Gibibytes, Throughput};
pub use tag::{TagKey, TagValue};
pub use version::{Bump, Version};
pub use workflow::{ParallelGroup, Stage, WorkflowArn};

/// The service takes inline documents of so many characters; longer ones are uploaded (`CreateComponent`, `data`).
pub const NOT_INLINE_ABOVE: usize = 16_000;

#[cfg(test)]
mod tests {
    use std::fmt::Display;

    use proptest::prelude::*;

    use super::*;

    /// Parses the text; the result has to parse again to itself, and an error has to point inside the text.
    fn holds<T: Display + PartialEq>(parse: fn(&str) -> Result<T, Invalid>, text: &str) {
        match parse(text) {
            Ok(value) => {
                let again = parse(&value.to_string());
                assert!(again.is_ok_and(|again| again == value), "`{value}` from `{text}` does not parse to itself");
            }
            Err(error) => {
                assert!(!error.message.is_empty() && !error.message.ends_with('.'), "{error:?}");
                if let Some(at) = error.at {
                    assert!(text.get(at.clone()).is_some(), "{at:?} is not inside {text:?}");
                }
            }
        }
    }

    /// Every parser of this module.
    fn no_text_panics(text: &str) {
        holds(AccountId::parse, text);
        holds(Age::parse, text);
        holds(Age::parse_last_launched, text);
        holds(AmiId::parse, text);
        holds(AmiName::parse, text);
        holds(Architecture::parse, text);
        holds(Arn::parse, text);
        holds(Base::parse, text);
        holds(BucketName::parse, text);
        holds(Bump::parse, text);
        holds(Cidr::parse, text);
        holds(DeviceName::parse, text);
        holds(Duration::parse, text);
        holds(EventTarget::parse, text);
        holds(Expression::parse, text);
        holds(Gibibytes::parse, text);
        holds(InstanceProfileName::parse, text);
        holds(ImageReference::parse, text);
        holds(ImageTag::parse, text);
        holds(InstanceType::parse, text);
        holds(Key::parse, text);
        holds(KmsKey::parse, text);
        holds(LaunchTemplateId::parse, text);
        holds(LicenseConfigurationArn::parse, text);
        holds(LogGroupName::parse, text);
        holds(ParallelGroup::parse, text);
        holds(Platform::parse, text);
        holds(PolicyArn::parse, text);
        holds(PrefixListId::parse, text);
        holds(Principal::parse, text);
        holds(Region::parse, text);
        holds(RepositoryName::parse, text);
        holds(ResourceName::parse, text);
        holds(Role::parse, text);
        holds(RolePath::parse, text);
        holds(S3Uri::parse, text);
        holds(SecurityGroupId::parse, text);
        holds(SnsTopicArn::parse, text);
        holds(SsmParameterName::parse, text);
        holds(Stage::parse, text);
        holds(SubnetId::parse, text);
        holds(TagKey::parse, text);
        holds(TagValue::parse, text);
        holds(Throughput::parse, text);
        holds(Timezone::parse, text);
        holds(Version::parse, text);
        holds(VolumeType::parse, text);
        holds(VpcId::parse, text);
        holds(Watermark::parse, text);
        holds(WorkflowArn::parse, text);
    }

    #[test]
    fn awkward_texts() {
        let long = "a".repeat(5000);
        for text in
            ["", " ", "é", "漢字", "🦀", "\u{0}", "\u{301}", "İ", "-", ":::::", "arn:::::", "cron(", "cron()", "()"]
        {
            no_text_panics(text);
        }
        for text in
            ["cron(é ? ? ? ? ?)", "cron(0 4 é * ? *)", "rate(é)", "s3://", "s3://é/ü", "ssm:", "ssm:arn:", "/dev/é"]
        {
            no_text_panics(text);
        }
        for text in
            ["99999999999999999999 GiB", "99999999999999999999 days", "1 é", "é1 GiB", "１ GiB", "alias/", "alias/é"]
        {
            no_text_panics(text);
        }
        no_text_panics(&long);
    }

    const ARN_PART: &str = "arn|aws|ssm|eu-west-1|[0-9]{12}|image/[a-zé.0-9/]{0,9}|[a-zé]{0,4}";

    proptest! {
        #[test]
        fn any_text(text in any::<String>()) {
            no_text_panics(&text);
        }

        #[test]
        fn text_of_the_grammars(text in "[a-zé0-9 */?,LW#:.@{}()-]{0,24}") {
            no_text_panics(&text);
        }

        #[test]
        fn cron_like(fields in proptest::collection::vec("[0-9*?LW#/,é-]{1,5}|MON|[0-9]{1,2}|SUN-SAT", 4..8)) {
            no_text_panics(&format!("cron({})", fields.join(" ")));
            no_text_panics(&fields.join("  "));
        }

        #[test]
        fn arn_like(parts in proptest::collection::vec(ARN_PART, 3..8)) {
            no_text_panics(&parts.join(":"));
        }
    }
}
