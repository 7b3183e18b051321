//! Block devices: their names and the types of their volumes.

use std::fmt;

use super::invalid::Invalid;
use super::text::text;
use super::{matcher, suggest};

text! {
    /// The name of a block device, such as `/dev/sda1`, or `xvdf` on Windows.
    ///
    /// Source: EC2 user guide, "Device names for volumes on Amazon EC2 instances".
    ///
    /// ```
    /// use kiln::project::DeviceName;
    ///
    /// assert_eq!(DeviceName::parse("/dev/xvda").unwrap().as_str(), "/dev/xvda");
    /// let refused = DeviceName::parse("sdb").expect_err("it has no folder");
    /// assert_eq!(refused.help.as_deref(), Some("did you mean `/dev/sdb`?"));
    /// ```
    DeviceName
}

impl DeviceName {
    /// Parses a device name.
    ///
    /// # Errors
    /// If the text is neither `/dev/` and a name nor `xvd` and one or two letters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let device = text.strip_prefix("/dev/").is_some_and(|name| matcher::all(name, matcher::is_lower_or_digit));
        let windows = text
            .strip_prefix("xvd")
            .is_some_and(|letters| letters.len() <= 2 && matcher::all(letters, |c| c.is_ascii_lowercase()));
        if (device || windows) && text.len() <= 64 {
            return Ok(Self(text.to_owned()));
        }
        let error = Invalid::new(format!("`{text}` is not a device name: write `/dev/sdb`, or `xvdb` on Windows"));
        let bare =
            matcher::all(text, matcher::is_lower_or_digit) && text.len() <= 8 && text.starts_with(['s', 'x', 'n', 'h']);
        Err(if bare { error.help(format!("did you mean `/dev/{text}`?")) } else { error })
    }
}

/// The type of an EBS volume.
///
/// Source: EC2 Image Builder API reference, EbsInstanceBlockDeviceSpecification, `volumeType`.
///
/// ```
/// use kiln::project::VolumeType;
///
/// let kind = VolumeType::parse("gp3").unwrap();
/// assert!(kind.takes_throughput() && !kind.needs_iops());
/// let provisioned = VolumeType::ALL.into_iter().filter(|kind| kind.needs_iops());
/// assert!(provisioned.eq([VolumeType::Io1, VolumeType::Io2, VolumeType::Io2a]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VolumeType {
    /// Magnetic, of the former generation.
    Standard,
    /// Provisioned IOPS.
    Io1,
    /// Provisioned IOPS with higher durability.
    Io2,
    /// A newer form of io2.
    Io2a,
    /// General purpose; IOPS follow the size.
    Gp2,
    /// General purpose; IOPS and throughput are set apart from the size.
    Gp3,
    /// A newer form of gp3.
    Gp3a,
    /// Cold HDD.
    Sc1,
    /// Throughput optimized HDD.
    St1,
}

impl VolumeType {
    /// All types, as the service lists them.
    pub const ALL: [Self; 9] =
        [Self::Standard, Self::Io1, Self::Io2, Self::Io2a, Self::Gp2, Self::Gp3, Self::Gp3a, Self::Sc1, Self::St1];

    /// Parses the service's word, such as `gp3`.
    ///
    /// # Errors
    /// If the text is another word.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|kind| kind.word() == text).ok_or_else(|| {
            let words = Self::ALL.map(Self::word);
            let list = words.map(|word| format!("`{word}`")).join(", ");
            // Three letters that differ in one are no evidence, except for case.
            let lower = text.to_ascii_lowercase();
            let near = words.into_iter().find(|word| **word == lower).or_else(|| suggest::closest(text, ["standard"]));
            Invalid::new(format!("`{text}` is not a volume type: write one of {list}")).did_you_mean(near)
        })
    }

    /// The service's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Io1 => "io1",
            Self::Io2 => "io2",
            Self::Io2a => "io2a",
            Self::Gp2 => "gp2",
            Self::Gp3 => "gp3",
            Self::Gp3a => "gp3a",
            Self::Sc1 => "sc1",
            Self::St1 => "st1",
        }
    }

    /// True for magnetic disks that no instance starts from.
    pub fn is_hdd(self) -> bool {
        matches!(self, Self::Sc1 | Self::St1)
    }

    /// How many IOPS are set at least. A gp3 volume has 3,000 whatever is said (Amazon EC2 API reference, `CreateVolume`).
    pub fn least_iops(self) -> i64 {
        if self == Self::Gp3 { 3_000 } else { 100 }
    }

    /// True if IOPS can be set.
    pub fn takes_iops(self) -> bool {
        self.needs_iops() || self.takes_throughput()
    }

    /// True if IOPS have to be set.
    pub fn needs_iops(self) -> bool {
        matches!(self, Self::Io1 | Self::Io2 | Self::Io2a)
    }

    /// True if a throughput can be set.
    pub fn takes_throughput(self) -> bool {
        matches!(self, Self::Gp3 | Self::Gp3a)
    }
}

impl fmt::Display for VolumeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn device_names() {
        valid(DeviceName::parse, "/dev/sda1");
        valid(DeviceName::parse, "/dev/xvda");
        valid(DeviceName::parse, "xvdf");
        valid(DeviceName::parse, "xvdca");
        let form = "is not a device name: write `/dev/sdb`, or `xvdb` on Windows";
        let check = |text: &str, help: &str| invalid(DeviceName::parse, text, &format!("`{text}` {form}{help}"));
        check("sdb", " | did you mean `/dev/sdb`?");
        check("/dev/", "");
        check("/dev/sd b", "");
        check("C:", "");
        check("é", "");
    }

    #[test]
    fn volume_types() {
        VolumeType::ALL.into_iter().for_each(|kind| valid(VolumeType::parse, kind.word()));
        let list = "write one of `standard`, `io1`, `io2`, `io2a`, `gp2`, `gp3`, `gp3a`, `sc1`, `st1`";
        invalid(VolumeType::parse, "GP3", &format!("`GP3` is not a volume type: {list} | did you mean `gp3`?"));
        invalid(VolumeType::parse, "ssd", &format!("`ssd` is not a volume type: {list}"));
        let traits = |kind: VolumeType| (kind.takes_iops(), kind.needs_iops(), kind.takes_throughput());
        assert_eq!(traits(VolumeType::Gp3), (true, false, true));
        assert_eq!(traits(VolumeType::Io2), (true, true, false));
        assert_eq!(traits(VolumeType::St1), (false, false, false));
        assert!(VolumeType::ALL.into_iter().filter(|kind| kind.is_hdd()).eq([VolumeType::Sc1, VolumeType::St1]));
    }
}
