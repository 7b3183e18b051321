//! Sharing against encryption, and keys against Regions.
//!
//! An image encrypted with the account's default key cannot be used by another account, and no encrypted image can be
//! public (Amazon EC2 User Guide, "Share an AMI with specific AWS accounts" and "Make your AMI publicly available").

use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::project::Region;
use crate::project::definition::{AmiDestination, BlockDevice, Distribution, Volume};
use crate::project::{KmsKey, Principal};
use crate::source::At;

/// Where a pipeline's distribution stands in the spec.
#[derive(Clone, Copy)]
pub(super) enum Written<'a> {
    /// In short keys of the pipeline at this path.
    Short(At<'a>),
    /// In this list of tables.
    Tables(At<'a>),
}

/// Checks a pipeline's volumes against where its images go.
pub(super) fn check(
    devices: &[BlockDevice],
    distribution: &Distribution,
    (written, pipeline): (Written<'_>, At<'_>),
    cx: &mut Context<'_>,
) {
    let volumes: Vec<&Volume> = devices.iter().filter_map(BlockDevice::volume).collect();
    let amis = distribution.destinations.iter().filter_map(|to| Some((to.region.as_ref(), to.ami()?)));
    let amis: Vec<(Option<&Region>, &AmiDestination)> = amis.collect();
    for (index, (region, destination)) in amis.iter().enumerate() {
        match written {
            Written::Short(at) => {
                // All Regions are alike in short keys: what is wrong is said once.
                if index == 0 {
                    destination_shares(&volumes, destination, (at, pipeline), cx);
                }
                let regions = at.key("regions");
                key_of_region((*region, destination), (at, regions.index(index)), cx);
            }
            Written::Tables(at) => {
                let at = at.index(index);
                destination_shares(&volumes, destination, (at, pipeline), cx);
                key_of_region((*region, destination), (at, at.key("region")), cx);
            }
        }
    }
    if let Written::Short(at) = written
        && let [(_, first), _, ..] = amis.as_slice()
        && let Some(KmsKey::Id(id)) = &first.kms_key
        && !id.starts_with("mrk-")
    {
        cx.report(
            Diagnostic::new(code::KEY_OF_ANOTHER_REGION, format!("the key `{id}` exists in one Region only"))
                .at_value(at.key("kms-key"), "")
                .at_value(at.key("regions"), "and the image goes to several")
                .help("write an alias that exists in each Region, or a multi-Region key"),
        );
    }
}

fn destination_shares(
    volumes: &[&Volume],
    destination: &AmiDestination,
    (at, pipeline): (At<'_>, At<'_>),
    cx: &mut Context<'_>,
) {
    let is_public = destination.share_with.contains(&Principal::Everyone);
    let encrypted = volumes.iter().any(|volume| volume.encrypted) || destination.kms_key.is_some();
    if is_public && encrypted {
        cx.report(
            Diagnostic::new(code::PUBLIC_ENCRYPTED, "an encrypted image cannot be public")
                .at_value(at.key("share-with"), "")
                .at_key(pipeline, "its volumes are encrypted unless said otherwise")
                .help("share it with an organization, or write `root-volume = { encrypted = false }`"),
        );
        return;
    }
    if is_public {
        cx.report(
            Diagnostic::new(code::PUBLIC_IMAGE, "everybody in the world may launch this image and read its disk")
                .at_value(at.key("share-with"), ""),
        );
    }
    let others = destination.share_with.iter().any(|principal| *principal != Principal::Everyone);
    let is_shared = others || !destination.copy_to_accounts.is_empty();
    let has_key = |key: Option<&KmsKey>| key.is_some_and(|key| !key.is_aws_managed());
    let default_key = volumes.iter().any(|volume| volume.encrypted && !has_key(volume.kms_key.as_ref()));
    let spoiled = cx.spoiled(at.key("kms-key")) || cx.spoiled(pipeline.key("kms-key"));
    if is_shared && default_key && !has_key(destination.kms_key.as_ref()) && !spoiled {
        let key = if others { "share-with" } else { "copy-to-accounts" };
        cx.report(
            Diagnostic::new(
                code::SHARED_DEFAULT_KEY,
                "the image is encrypted with the account's default key, which other accounts cannot use",
            )
            .at_value(at.key(key), "shared")
            .at_key(pipeline, "its volumes are encrypted unless said otherwise")
            .help("add `kms-key = \"alias/…\"`, a key of yours that the accounts may use"),
        );
    }
}

fn key_of_region(
    (region, destination): (Option<&Region>, &AmiDestination),
    (at, region_at): (At<'_>, At<'_>),
    cx: &mut Context<'_>,
) {
    let (Some(region), Some(arn)) = (region, destination.kms_key.as_ref().and_then(KmsKey::arn)) else {
        return;
    };
    if arn.region() != region.as_str() {
        cx.report(
            Diagnostic::new(
                code::KEY_OF_ANOTHER_REGION,
                format!("the key is of `{}`, and the image goes to `{region}`", arn.region()),
            )
            .at_value(at.key("kms-key"), "")
            .at_value(region_at, "")
            .help("write a key of that Region, or an alias that exists in each"),
        );
    }
}
