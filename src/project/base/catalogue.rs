//! The operating systems that EC2 Image Builder supports, and the public images of each.
//!
//! An image that Amazon manages is preferred: its ARN resolves to the newest version at each build. Otherwise the
//! publisher's public parameter of Systems Manager is used. The rows are in `rows.rs`.
//!
//! Source: EC2 Image Builder user guide, "Supported operating systems", for the families; the AWS CDK's Image Builder
//! library (2.270) for the managed images, but public code for those of RHEL 7 to 9 and Ubuntu 20.04; public code for
//! the parameters, those of macOS 12 and 13 and Ubuntu 18.04 by the pattern of their neighbours. The names of root
//! devices are those in common use and have no source in the service's documents. None of it was compared with the live
//! service.

use crate::project::architecture::Architecture;
use crate::project::platform::Platform;

mod rows;

/// An operating system, or an edition of one, as a spec names it.
///
/// ```
/// use kiln::project::base::catalogue;
///
/// let family = catalogue::family("ubuntu-24.04").expect("a family of the catalogue");
/// assert_eq!(family.os, "Ubuntu 24.04");
/// assert!(family.choices().eq(["ubuntu-24.04/x86_64", "ubuntu-24.04/arm64"]));
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// The name in a spec, such as `ubuntu-24.04`.
    pub name: &'static str,
    /// The name in full.
    pub os: &'static str,
    /// The service's word in `supportedOsVersions`, where it is known for sure.
    pub os_version: Option<&'static str>,
    /// The platform.
    pub platform: Platform,
    /// The name of the root volume's device.
    pub root_device: &'static str,
    /// Other names that people use; they are offered as "did you mean".
    pub also: &'static [&'static str],
    /// The public images; none if none is known.
    pub images: &'static [Image],
}

/// The public image of a family for one architecture.
///
/// ```
/// use kiln::project::Architecture;
/// use kiln::project::base::catalogue;
///
/// let (family, image) = catalogue::managed("amazon-linux-2023-x86").expect("Amazon manages it");
/// assert_eq!((family.name, image.architecture), ("amazon-linux-2023", Architecture::X86_64));
/// assert_eq!(image.container, Some("amazon-linux-2023-x86-2023"));
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Image {
    /// The architecture.
    pub architecture: Architecture,
    /// The name of the image that Amazon manages, as in `arn:…:aws:image/NAME/x.x.x`.
    pub managed: Option<&'static str>,
    /// The public parameter that holds the id of the newest AMI.
    pub parameter: Option<&'static str>,
    /// The name of the container image that Amazon manages.
    pub container: Option<&'static str>,
}

/// All families, including those without a known public image.
pub fn families() -> &'static [Family] {
    rows::FAMILIES
}

/// The family of this name.
pub fn family(name: &str) -> Option<&'static Family> {
    families().iter().find(|family| family.name == name)
}

/// The family and image of a name of a managed image or container image.
pub fn managed(name: &str) -> Option<(&'static Family, &'static Image)> {
    find(|image| image.managed == Some(name) || image.container == Some(name))
}

/// The family and image of the path of a public parameter.
pub fn parameter(path: &str) -> Option<(&'static Family, &'static Image)> {
    find(|image| image.parameter == Some(path))
}

impl Family {
    /// The names of its images with their architectures, such as `ubuntu-24.04/arm64`.
    pub fn choices(&self) -> impl Iterator<Item = String> {
        self.images.iter().map(|image| format!("{}/{}", self.name, image.architecture))
    }

    /// The image for an architecture.
    pub fn image(&self, architecture: Architecture) -> Option<&'static Image> {
        self.images.iter().find(|image| image.architecture == architecture)
    }
}

fn find(is: impl Fn(&Image) -> bool) -> Option<(&'static Family, &'static Image)> {
    families().iter().find_map(|family| Some((family, family.images.iter().find(|image| is(image))?)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let names: Vec<_> = families().iter().flat_map(|f| f.also.iter().chain([&f.name])).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        let images = families().iter().flat_map(|family| family.images);
        let sources: Vec<_> = images.flat_map(|i| [i.managed, i.parameter, i.container]).flatten().collect();
        assert_eq!(sources.iter().collect::<BTreeSet<_>>().len(), sources.len());
    }

    #[test]
    fn every_image_has_a_source() {
        for image in families().iter().flat_map(|family| family.images) {
            assert!(image.managed.or(image.parameter).is_some(), "{image:?}");
        }
    }
}
