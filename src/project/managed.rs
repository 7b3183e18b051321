//! The components that Amazon manages.
//!
//! What exists differs by Region and changes with time, so a name that is not here may exist all the same: the list
//! serves suggestions, and tells the platform of the names that it has.
//!
//! Source: the AWS CDK's Image Builder library (2.270) and a list of AWS-owned components in public code; none of it
//! was compared with the live service. To add one: its name as it stands in its ARN, in the list of its
//! platform, sorted.

use super::platform::Platform;
use super::suggest;

/// A component that Amazon manages.
///
/// ```
/// use kiln::project::Platform;
/// use kiln::project::managed;
///
/// let component = managed::find("aws-cli-version-2-linux").expect("a known component");
/// assert_eq!(component.platform, Platform::Linux);
/// assert_eq!(managed::closest("aws-cli-verison-2-linux"), Some(component.name));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManagedComponent {
    /// The name as it stands in the ARN.
    pub name: &'static str,
    /// The platform that it is for.
    pub platform: Platform,
}

/// The component of this name, if it is a known one.
pub fn find(name: &str) -> Option<ManagedComponent> {
    all().find(|component| component.name == name)
}

/// The known component whose name is nearest to a name that is not known.
pub fn closest(name: &str) -> Option<&'static str> {
    suggest::closest(name, all().map(|component| component.name))
}

/// All known components.
pub fn all() -> impl Iterator<Item = ManagedComponent> {
    let of =
        |names: &'static [&'static str], platform| names.iter().map(move |name| ManagedComponent { name, platform });
    of(LINUX, Platform::Linux).chain(of(WINDOWS, Platform::Windows))
}

const LINUX: &[&str] = &[
    "amazon-cloudwatch-agent-linux",
    "amazon-corretto-11",
    "amazon-corretto-11-apt-generic",
    "amazon-corretto-11-headless",
    "amazon-corretto-11-rpm-generic",
    "amazon-corretto-17-headless",
    "amazon-corretto-17-jdk",
    "amazon-corretto-17-jre",
    "amazon-corretto-21-headless",
    "amazon-corretto-21-jdk",
    "amazon-corretto-21-jre",
    "amazon-corretto-8-apt-generic",
    "amazon-corretto-8-jdk",
    "amazon-corretto-8-jre",
    "amazon-corretto-8-rpm-generic",
    "apache-tomcat-9-linux",
    "apt-repository-test-linux",
    "aws-cli-version-2-linux",
    "aws-codedeploy-agent-linux",
    "chrony-time-configuration-test",
    "dcv-server-linux",
    "docker-ce-centos",
    "docker-ce-linux",
    "docker-ce-ubuntu",
    "dotnet-runtime-lts-linux",
    "dotnet-sdk-lts-linux",
    "ebs-volume-usage-test-linux",
    "eni-attachment-test-linux",
    "go-linux",
    "go-stable-linux",
    "hello-world-linux",
    "inspector-test-linux",
    "install-package-from-repository",
    "mariadb-linux",
    "mate-de-linux",
    "mono-linux",
    "php-8-2-linux",
    "powershell-lts-linux",
    "powershell-snap",
    "powershell-yum",
    "python-3-linux",
    "reboot-linux",
    "reboot-test-linux",
    "san-sift-linux",
    "scap-compliance-checker-linux",
    "simple-boot-test-linux",
    "stig-build-linux",
    "stig-build-linux-high",
    "stig-build-linux-low",
    "stig-build-linux-medium",
    "update-linux",
    "update-linux-kernel-5",
    "update-linux-kernel-ml",
    "validate-single-ssh-public-key-test-linux",
    "validate-ssh-host-key-generation-linux",
    "validate-ssh-public-key-linux",
    "yum-repository-test-linux",
];

const WINDOWS: &[&str] = &[
    "amazon-cloudwatch-agent-windows",
    "amazon-corretto-11-windows",
    "amazon-corretto-17-windows",
    "amazon-corretto-21-windows",
    "amazon-corretto-8-windows",
    "amazon-kinesis-agent-windows",
    "anaconda-windows",
    "aws-cli-version-2-windows",
    "aws-codedeploy-agent-windows",
    "aws-vss-components-windows",
    "chocolatey",
    "dcv-server-windows",
    "distributor-package-windows",
    "dotnet-desktop-runtime-lts-windows",
    "dotnet-hosting-bundle-lts-windows",
    "dotnet-runtime-lts-windows",
    "dotnet-sdk-lts-windows",
    "ebs-volume-usage-test-windows",
    "ec2-network-route-test-windows",
    "ec2launch-v2-windows",
    "ecs-optimized-ami-windows",
    "eks-optimized-ami-windows",
    "eni-attachment-test-windows",
    "go-stable-windows",
    "go-windows",
    "hello-world-windows",
    "inspector-test-windows",
    "powershell-lts-windows",
    "putty",
    "python-3-windows",
    "reboot-test-windows",
    "reboot-windows",
    "scap-compliance-checker-windows",
    "simple-boot-test-windows",
    "stig-build-windows",
    "stig-build-windows-high",
    "stig-build-windows-low",
    "stig-build-windows-medium",
    "update-windows",
    "windows-activation-test",
    "windows-is-ready-with-password-generation-test",
    "windows-server-iis",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::name::ResourceName;

    #[test]
    fn finds_and_suggests() {
        assert_eq!(find("update-linux").map(|component| component.platform), Some(Platform::Linux));
        assert_eq!(find("update-windows").map(|component| component.platform), Some(Platform::Windows));
        assert_eq!(find("update-solaris"), None);
        assert_eq!(closest("update-linx"), Some("update-linux"));
        assert_eq!(closest("zzz"), None);
    }

    #[test]
    fn names_are_sorted_and_as_in_arns() {
        assert!(LINUX.is_sorted() && WINDOWS.is_sorted());
        for component in all() {
            let name = ResourceName::parse(component.name).unwrap();
            assert_eq!(name.normalised(), component.name);
        }
    }
}
