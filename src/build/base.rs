//! Whether the base of an image has moved since it was built.

use super::places::Places;
use super::{Builder, Image};
use crate::deploy::{Fault, moment::seconds};

/// Whether a build of now would have another base.
///
/// ```
/// use kiln::build::base::{Moved, moved};
/// use kiln::build::places::Places;
/// use kiln::build::{Builder, Image};
/// use kiln::deploy::Fault;
///
/// // What cannot be told is no reason for a build.
/// async fn is_due(service: &(impl Builder + Places), newest: &Image) -> Result<bool, Fault> {
///     let base = moved(service, "eu-west-1", newest).await?;
///     Ok(matches!(base, Moved::Yes(_)))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// The base is a fixed one, or has not changed since.
    No,
    /// It has changed: how, in words.
    Yes(String),
    /// It cannot be told for this base.
    Unknown(String),
}

/// Looks for a base that is newer than an image: the newest version of an image of Image Builder, or the value of a
/// parameter. Both are newer if they were made, or written, after the build began.
///
/// # Errors
///
/// If the services cannot be asked.
pub async fn moved(service: &(impl Builder + Places), region: &str, image: &Image) -> Result<Moved, Fault> {
    let unknown = |what: String| Ok(Moved::Unknown(what));
    let Some(base) = image.base.as_deref() else { return unknown("the service does not tell the base".to_owned()) };
    if base.starts_with("ami-") {
        return Ok(Moved::No);
    }
    let Some(began) = seconds(&image.created) else { return unknown(format!("`{}` is no moment", image.created)) };
    if let Some(name) = base.strip_prefix("ssm:") {
        return Ok(match service.parameter(region, name).await?.and_then(|held| held.changed) {
            Some(changed) if changed > began => Moved::Yes(format!("the parameter `{name}` was written since")),
            Some(_) => Moved::No,
            None => Moved::Unknown(format!("there is no parameter `{name}`")),
        });
    }
    if !base.contains(":image/") {
        return unknown(format!("`{base}` is not an image of Image Builder"));
    }
    // A version without a wildcard, with its build, is that one build for ever.
    let version = base.splitn(3, '/').nth(2).unwrap_or_default();
    if version.contains('/') && !version.contains('x') {
        return Ok(Moved::No);
    }
    let Some(newest) = service.image(base).await? else { return unknown(format!("there is no image {base}")) };
    Ok(match seconds(&newest.created) {
        Some(made) if made > began => {
            Moved::Yes(format!("the base {} {} is newer than the image", newest.name, newest.version))
        }
        Some(_) => Moved::No,
        None => Moved::Unknown(format!("when {} {} was made is not told", newest.name, newest.version)),
    })
}
