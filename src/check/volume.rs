//! Volumes: `root-volume` and `block-devices` (`CreateImageRecipe`, `ebs`).

use std::ops::RangeInclusive;

use super::base::Start;
use super::context::Context;
use super::key;
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{BlockDevice, Device, Volume};
use crate::project::{DeviceName, Gibibytes, Invalid, KmsKey, Throughput, VolumeType};
use crate::source::At;
use crate::spec::{self, Pipeline};

/// The service takes so many IOPS, also of types of which EC2 takes more (`EbsInstanceBlockDeviceSpecification`).
const IOPS: RangeInclusive<i64> = 100..=64_000;

/// Checks the volumes of a pipeline: the root volume first, then the others.
pub(super) fn all(pipeline: &Pipeline, start: &Start, at: At<'_>, cx: &mut Context<'_>) -> Option<Vec<BlockDevice>> {
    let project = cx.project.clone();
    let written_key = cx.optional(code::BAD_KMS_KEY, at.key("kms-key"), pipeline.kms_key.as_deref(), |text| {
        key::of_images(text, project.as_ref())
    });
    let key = written_key.clone().flatten();
    let root = root(pipeline, start, (key.as_ref(), at), cx);
    let devices_at = at.key("block-devices");
    let others: Vec<Option<BlockDevice>> = pipeline
        .block_devices
        .iter()
        .enumerate()
        .map(|(index, table)| {
            let at = devices_at.index(index);
            let device = match &table.device {
                Some(text) => cx.parse(code::BAD_DEVICE, at.key("device"), text, DeviceName::parse),
                None => {
                    cx.missing("the volume has no `device`", (at, &["device"]), "add `device = \"/dev/sdb\"`");
                    None
                }
            };
            self::device(table, device, (key.as_ref(), at), cx)
        })
        .collect();
    let mut volumes: Vec<BlockDevice> = root?.into_iter().collect();
    let has_root = !volumes.is_empty();
    volumes.extend(others.into_iter().collect::<Option<Vec<_>>>()?);
    written_key?;
    for (index, volume) in volumes.iter().enumerate() {
        if let Some(first) = volumes[..index].iter().position(|other| other.name == volume.name) {
            let list_index = index - usize::from(has_root);
            let message = format!("two volumes at the device `{}`", volume.name);
            let device_at = devices_at.index(list_index);
            let diagnostic = Diagnostic::new(code::DEVICE_TWICE, message).at_value(device_at.key("device"), "");
            let first_at = devices_at.index(first.saturating_sub(usize::from(has_root)));
            cx.report(match first {
                0 if has_root && pipeline.root_volume.is_some() => {
                    diagnostic.at_key(at.key("root-volume"), "the first")
                }
                0 if has_root => diagnostic.at_value(at.key("base"), "the base's root volume"),
                _ => diagnostic.at_value(first_at.key("device"), "the first"),
            });
        }
    }
    Some(volumes)
}

#[expect(clippy::option_option, reason = "unknown and refused are two things")]
fn root(
    pipeline: &Pipeline,
    start: &Start,
    (key, at): (Option<&KmsKey>, At<'_>),
    cx: &mut Context<'_>,
) -> Option<Option<BlockDevice>> {
    let table_at = at.key("root-volume");
    let written = pipeline.root_volume.as_ref();
    if let Some(table) = written {
        boots(table, table_at, cx);
    }
    let name = root_name(pipeline, start, at, cx);
    let Some(table) = written else {
        let default = spec::Volume::default();
        return match name? {
            Some(name) => device(&default, Some(name), (key, table_at), cx).map(Some),
            None => Some(None),
        };
    };
    // What is wrong with a volume is told also where nobody knows its device.
    device(table, name.flatten(), (key, table_at), cx).map(Some)
}

/// No instance boots from an HDD (Amazon EC2 user guide, "Root volumes for your Amazon EC2 instances"; `CreateVolume`,
/// `VolumeType`).
fn boots(table: &spec::Volume, at: At<'_>, cx: &mut Context<'_>) {
    let kind = table.kind.as_deref().and_then(|text| VolumeType::parse(text).ok());
    if let Some(kind) = kind.filter(|kind| kind.is_hdd()) {
        let message = format!("a volume of the type `{kind}` cannot be the root volume: no instance starts from it");
        cx.report(
            Diagnostic::new(code::VOLUME_CONFLICT, message)
                .at_value(at.key("type"), "")
                .help("write `type = \"gp3\"`, and add a volume of that type to `block-devices`"),
        );
    }
}

/// The device name of the root volume. The inner `None` is one that nobody knows and nobody needs, the outer means that
/// it was refused.
#[expect(clippy::option_option, reason = "unknown and refused are two things")]
fn root_name(pipeline: &Pipeline, start: &Start, at: At<'_>, cx: &mut Context<'_>) -> Option<Option<DeviceName>> {
    let (table_at, base_at) = (at.key("root-volume"), at.key("base"));
    let written = pipeline.root_volume.as_ref();
    let name = match written.and_then(|table| table.device.as_deref()) {
        Some(text) => Some(cx.parse(code::BAD_DEVICE, table_at.key("device"), text, DeviceName::parse)?),
        None => match &pipeline.container {
            Some(_) if written.is_none() => return Some(None),
            // The build instance is an Amazon Linux one, unless the spec says otherwise.
            Some(container) if container.instance_image.is_none() => DeviceName::parse("/dev/xvda").ok(),
            _ => start.root_device.clone(),
        },
    };
    if name.is_some() {
        return Some(name);
    }
    if pipeline.base.as_ref().is_some_and(|base| base.root_device.is_some()) || cx.spoiled(base_at.key("root-device")) {
        return None;
    }
    if let Some(container) = &pipeline.container
        && container.instance_image.is_some()
    {
        let container_at = at.key("container");
        cx.report(
            Diagnostic::new(code::FACT_MISSING, "kiln cannot know the root device of the build instance")
                .at_key(table_at, "needs the device's name")
                .at_value(container_at.key("instance-image"), "of this image")
                .help("add `device = \"/dev/sda1\"` (Amazon Linux has /dev/xvda) to `root-volume = { … }`"),
        );
        return None;
    }
    // A base that was refused is reported, and mending it may be all that is needed.
    if start.parent.is_some() {
        let say = "add `root-device = \"/dev/sda1\"` (Amazon Linux has /dev/xvda) to a `base = { image = … }`";
        if written.is_some() {
            cx.report(
                Diagnostic::new(code::FACT_MISSING, "kiln cannot know the root device of this base")
                    .at_key(table_at, "needs the device's name")
                    .at_value(base_at, "kiln knows the names of the catalogue")
                    .help(say),
            );
            return None;
        }
        cx.report(
            Diagnostic::new(code::ROOT_UNKNOWN, "the root volume stays as the base has it, encrypted or not")
                .at_value(base_at, "kiln does not know its root device")
                .help(say),
        );
    }
    Some(None)
}

/// What stands at a device name: a volume, an instance store volume, or nothing.
fn device(
    table: &spec::Volume,
    name: Option<DeviceName>,
    (pipeline_key, at): (Option<&KmsKey>, At<'_>),
    cx: &mut Context<'_>,
) -> Option<BlockDevice> {
    let instance_store = cx.text(table.virtual_name.as_deref(), at.key("virtual-name"), 1024);
    let other = match (table.no_device, &table.virtual_name) {
        (Some(true), Some(_)) => {
            let message = "a device is left out or an instance store volume, not both";
            cx.contradiction(message, at.key("no-device"), at.key("virtual-name"));
            return None;
        }
        (Some(true), None) => Some(("no-device", Device::Nothing)),
        (_, Some(_)) => Some(("virtual-name", Device::InstanceStore(instance_store?))),
        _ => None,
    };
    let Some((key, other)) = other else {
        let volume = volume(table, (pipeline_key, at), cx);
        return Some(BlockDevice { name: name?, device: Device::Volume(volume?) });
    };
    let of_volumes = [
        ("size", table.size.is_some()),
        ("type", table.kind.is_some()),
        ("iops", table.iops.is_some()),
        ("throughput", table.throughput.is_some()),
        ("snapshot", table.snapshot.is_some()),
        ("encrypted", table.encrypted.is_some()),
        ("kms-key", table.kms_key.is_some()),
        ("delete-on-termination", table.delete_on_termination.is_some()),
    ];
    for (of_volume, _) in of_volumes.iter().filter(|(_, is_there)| *is_there) {
        let message = format!("`{of_volume}` is of a volume, and with `{key}` there is none");
        cx.contradiction(&message, at.key(key), at.key(of_volume));
    }
    Some(BlockDevice { name: name?, device: other })
}

fn volume(table: &spec::Volume, (pipeline_key, at): (Option<&KmsKey>, At<'_>), cx: &mut Context<'_>) -> Option<Volume> {
    let size = cx.optional(code::BAD_SIZE, at.key("size"), table.size.as_deref(), Gibibytes::parse);
    let kind = match &table.kind {
        Some(text) => cx.parse(code::BAD_CHOICE, at.key("type"), text, VolumeType::parse),
        None => Some(VolumeType::Gp3),
    };
    let iops = iops(table.iops, kind, at.key("iops"), cx);
    let throughput = cx.optional(code::BAD_SIZE, at.key("throughput"), table.throughput.as_deref(), Throughput::parse);
    let own_key = cx.optional(code::BAD_KMS_KEY, at.key("kms-key"), table.kms_key.as_deref(), KmsKey::parse);
    let snapshot = cx.optional(code::BAD_ID, at.key("snapshot"), table.snapshot.as_deref(), snapshot_id);
    let encrypted = table.encrypted.unwrap_or(true);
    if !encrypted && table.kms_key.is_some() {
        cx.contradiction("a volume that is not encrypted has no key", at.key("kms-key"), at.key("encrypted"));
    }
    if let Some(kind) = kind {
        settings_of_type(table, kind, at, cx);
    }
    let own_key = own_key?;
    Some(Volume {
        size: size?,
        kind: kind?,
        iops: iops?,
        throughput: throughput?,
        snapshot: snapshot?,
        encrypted,
        kms_key: own_key.or_else(|| pipeline_key.cloned()).filter(|_| encrypted),
        delete_on_termination: table.delete_on_termination.unwrap_or(true),
    })
}

#[expect(clippy::option_option, reason = "left out and refused are two things")]
fn iops(number: Option<i64>, kind: Option<VolumeType>, at: At<'_>, cx: &mut Context<'_>) -> Option<Option<u32>> {
    let (least, most) = (kind.map_or(*IOPS.start(), VolumeType::least_iops), IOPS.end());
    if let (Some(number), Some(kind)) = (number, kind)
        && number < least
        && least > *IOPS.start()
    {
        let message = format!("volumes of the type `{kind}` take {least} to {most} `iops`, not {number}");
        let help = format!("remove `iops`: without it there are {least}");
        cx.report(Diagnostic::new(code::VOLUME_CONFLICT, message).at_value(at, "").help(help));
        return None;
    }
    cx.number(number, at, IOPS)
}

fn settings_of_type(table: &spec::Volume, kind: VolumeType, at: At<'_>, cx: &mut Context<'_>) {
    if table.iops.is_some() && !kind.takes_iops() {
        let message = format!("volumes of the type `{kind}` take no `iops`: gp3, io1, io2 and their newer forms do");
        cx.report(Diagnostic::new(code::VOLUME_CONFLICT, message).at_key(at.key("iops"), ""));
    }
    if table.iops.is_none() && kind.needs_iops() && !cx.spoiled(at.key("iops")) {
        let message = format!("volumes of the type `{kind}` need `iops`");
        cx.report(
            Diagnostic::new(code::VOLUME_CONFLICT, message).at_value(at.key("type"), "").help("add `iops = 3000`"),
        );
    }
    if table.throughput.is_some() && !kind.takes_throughput() {
        let message = format!("volumes of the type `{kind}` take no `throughput`: gp3 and gp3a do");
        cx.report(Diagnostic::new(code::VOLUME_CONFLICT, message).at_key(at.key("throughput"), ""));
    }
}

fn snapshot_id(text: &str) -> Result<String, Invalid> {
    let is_id = text.strip_prefix("snap-").is_some_and(|id| {
        (8..=17).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    });
    if is_id {
        Ok(text.to_owned())
    } else {
        Err(Invalid::new(format!("`{text}` is not a snapshot id, such as `snap-0123456789abcdef0`")))
    }
}
