//! `root-volume` and `block-devices` of a pipeline.

use crate::table::table;

table! {
    /// A volume of the build instance and of the image.
    ///
    /// ```
    /// use kiln::spec::{Pipeline, Volume};
    ///
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64")
    ///     .root_volume("30 GiB")
    ///     .block_device(Volume::from("100 GiB").device("/dev/xvdb").kind("gp3").iops(6000));
    /// ```
    Volume short(String) {
        /// Such as `/dev/sdb`. The root volume's comes from the base where kiln knows it.
        one "device" device: String,
        /// Such as `"30 GiB"`; the snapshot's otherwise.
        one "size" size: String,
        /// `gp3` unless said otherwise; or `gp2`, `io1`, `io2`, `standard`, and `st1` and `sc1` for other volumes than the
        /// root; `gp3a` and `io2a` with CloudFormation only.
        one "type" kind: String = ["standard", "io1", "io2", "io2a", "gp2", "gp3", "gp3a", "sc1", "st1"],
        /// I/O operations per second: 3,000 to 64,000 for `gp3`, 100 to 64,000 for `io1` and `io2`. With Terraform 10,000
        /// at most.
        one "iops" iops: i64 = 100..=64_000,
        /// Such as `"250 MiB/s"`, for `gp3`.
        one "throughput" throughput: String,
        /// A snapshot to start from.
        one "snapshot" snapshot: String,
        /// Whether it is encrypted: `true` unless said otherwise.
        one "encrypted" encrypted: bool,
        /// The KMS key that encrypts it; the pipeline's `kms-key` otherwise.
        one "kms-key" kms_key: String,
        /// Whether it goes with its instance: `true` unless said otherwise.
        one "delete-on-termination" delete_on_termination: bool,
        /// Leaves out the volume that the base has at this device.
        one "no-device" no_device: bool,
        /// An instance store volume at this device instead, such as `ephemeral0`.
        one "virtual-name" virtual_name: String,
    }
}

impl From<String> for Volume {
    fn from(size: String) -> Self {
        Self::new().size(size)
    }
}

impl From<&str> for Volume {
    fn from(size: &str) -> Self {
        Self::new().size(size)
    }
}
