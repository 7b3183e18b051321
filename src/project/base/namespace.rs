//! The public parameters of Systems Manager: what the path of one tells of the image.
//!
//! Sources: Systems Manager user guide, "Discovering public parameters in Parameter Store" (EKS, ECS, Amazon Linux, macOS,
//! Windows, Bottlerocket, Debian, Ubuntu, SUSE); Deep Learning AMIs developer guide, "Get the AMI ID"; for Red Hat, public
//! code. Root devices are those in common use: they have no source in documents.

use super::Facts;
use crate::project::architecture::Architecture;
use crate::project::platform::Platform;

/// A namespace of public parameters.
struct Namespace {
    prefix: &'static str,
    platform: Platform,
    root_device: &'static str,
    /// The architecture where the path names none.
    architecture: Option<Architecture>,
}

const X86: Option<Architecture> = Some(Architecture::X86_64);

const fn linux(prefix: &'static str, root_device: &'static str, architecture: Option<Architecture>) -> Namespace {
    Namespace { prefix, platform: Platform::Linux, root_device, architecture }
}

/// Longer prefixes come before the shorter ones that they begin with.
const NAMESPACES: [Namespace; 13] = [
    linux("eks/optimized-ami/", "/dev/xvda", X86),
    Namespace { platform: Platform::Windows, ..linux("ecs/optimized-ami/windows_server/", "/dev/sda1", X86) },
    linux("ecs/optimized-ami/", "/dev/xvda", X86),
    linux("bottlerocket/", "/dev/xvda", None),
    linux("ami-amazon-linux-latest/", "/dev/xvda", None),
    Namespace { platform: Platform::Windows, ..linux("ami-windows-latest/", "/dev/sda1", X86) },
    Namespace { platform: Platform::Windows, ..linux("ec2-windows-latest/", "/dev/sda1", X86) },
    Namespace { platform: Platform::MacOs, ..linux("ec2-macos/", "/dev/sda1", None) },
    linux("deeplearning/", "/dev/xvda", None),
    linux("canonical/ubuntu/", "/dev/sda1", None),
    linux("debian/", "/dev/xvda", None),
    linux("suse/", "/dev/sda1", None),
    linux("redhat/", "/dev/sda1", None),
];

/// What is known of the image that a public parameter names, if the parameter is of a known namespace.
pub(super) fn facts(path: &str) -> Option<Facts> {
    let rest = path.strip_prefix("/aws/service/")?;
    let namespace = NAMESPACES.iter().find(|namespace| rest.starts_with(namespace.prefix))?;
    let architecture = architecture(rest).or(namespace.architecture);
    // Deep learning images are made for several systems.
    let of_ubuntu = namespace.prefix == "deeplearning/" && rest.contains("ubuntu");
    let root_device = if of_ubuntu { "/dev/sda1" } else { namespace.root_device };
    Some(Facts { platform: Some(namespace.platform), architecture, root_device: Some(root_device), family: None })
}

/// The architecture that a path names, between separators.
fn architecture(path: &str) -> Option<Architecture> {
    let has = |words: &[&str]| {
        words.iter().any(|word| {
            path.match_indices(word).any(|(at, _)| {
                let is_edge = |c: Option<char>| c.is_none_or(|c| matches!(c, '/' | '-' | '.' | '_'));
                let before = path.get(..at).and_then(|text| text.chars().next_back());
                let after = path.get(at + word.len()..).and_then(|text| text.chars().next());
                is_edge(before) && is_edge(after)
            })
        })
    };
    if has(&["arm64", "aarch64", "arm64_mac"]) {
        return Some(Architecture::Arm64);
    }
    has(&["x86_64", "amd64", "x86_64_mac"]).then_some(Architecture::X86_64)
}

/// The public parameter of a system that the catalogue does not have, for an architecture.
pub(super) fn suggested(name: &str, architecture: Architecture) -> Option<String> {
    let (arm, amd) = match architecture {
        Architecture::Arm64 => ("arm64", "arm64"),
        Architecture::X86_64 => ("x86_64", "amd64"),
    };
    let version = |prefix: &str| {
        let version = name.strip_prefix(prefix)?;
        version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.').then_some(version)
    };
    if let Some(version) = version("debian-").filter(|version| !version.is_empty()) {
        return Some(format!("/aws/service/debian/release/{version}/latest/{amd}"));
    }
    if let Some(version) = version("eks-").filter(|version| !version.is_empty()) {
        let image = format!("amazon-linux-2023/{arm}/standard/recommended/image_id");
        return Some(format!("/aws/service/eks/optimized-ami/{version}/{image}"));
    }
    let system = name.strip_suffix("-ecs")?;
    let path = match architecture {
        Architecture::Arm64 => format!("{system}/arm64"),
        Architecture::X86_64 => system.to_owned(),
    };
    matches!(system, "amazon-linux-2" | "amazon-linux-2023")
        .then(|| format!("/aws/service/ecs/optimized-ami/{path}/recommended/image_id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_of_their_images() {
        let check = |path: &str, platform, architecture, root: &str| {
            let facts = facts(&format!("/aws/service/{path}")).unwrap_or_else(|| panic!("{path} is not known"));
            assert_eq!(
                (facts.platform, facts.architecture, facts.root_device),
                (Some(platform), architecture, Some(root)),
                "{path}"
            );
        };
        let (arm, x86) = (Some(Architecture::Arm64), Some(Architecture::X86_64));
        let linux = |path: &str, architecture, root: &str| check(path, Platform::Linux, architecture, root);
        linux("eks/optimized-ami/1.31/amazon-linux-2023/arm64/standard/recommended/image_id", arm, "/dev/xvda");
        linux("eks/optimized-ami/1.31/amazon-linux-2/recommended/image_id", x86, "/dev/xvda");
        linux("eks/optimized-ami/1.31/amazon-linux-2-arm64/recommended/image_id", arm, "/dev/xvda");
        linux("ecs/optimized-ami/amazon-linux-2023/recommended/image_id", x86, "/dev/xvda");
        linux("ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id", arm, "/dev/xvda");
        linux("bottlerocket/aws-k8s-1.31/arm64/latest/image_id", arm, "/dev/xvda");
        linux("deeplearning/ami/x86_64/oss-nvidia-driver-gpu-pytorch-2.5-ubuntu-22.04/latest/ami-id", x86, "/dev/sda1");
        linux("deeplearning/ami/arm64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id", arm, "/dev/xvda");
        linux("canonical/ubuntu/server-minimal/22.04/stable/current/arm64/hvm/ebs-gp2/ami-id", arm, "/dev/sda1");
        linux("canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id", x86, "/dev/sda1");
        linux("debian/release/12/latest/arm64", arm, "/dev/xvda");
        linux("suse/sles-byos/15-sp6/x86_64/latest", x86, "/dev/sda1");
        linux("redhat/rhel/9/arm64/latest", arm, "/dev/sda1");
        linux("ami-amazon-linux-latest/al2023-ami-kernel-6.12-arm64", arm, "/dev/xvda");
        let windows = |path: &str| check(path, Platform::Windows, x86, "/dev/sda1");
        windows("ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.31/image_id");
        windows("ami-windows-latest/Windows_Server-2022-English-Full-SQL_2022_Standard");
        windows("ecs/optimized-ami/windows_server/2022/english/full/recommended/image_id");
        check("ec2-macos/sequoia/arm64_mac/latest/image_id", Platform::MacOs, arm, "/dev/sda1");
        assert_eq!(facts("/aws/service/marketplace/prod-abc/latest"), None);
        assert_eq!(facts("/images/eks/optimized-ami/arm64"), None);
    }
}
