//! Making parameters of Systems Manager name a certain image.

use super::places::Places;
use super::{Image, Parameter};
use crate::deploy::Fault;

/// A parameter that is made to name another AMI.
///
/// ```
/// use kiln::build::promote::{Change, Promotion};
///
/// // A parameter that names the AMI already needs no call.
/// fn needed(promotion: &Promotion) -> impl Iterator<Item = &Change> {
///     promotion.changes.iter().filter(|it| it.before.as_deref() != Some(it.after.as_str()))
/// }
/// assert_eq!(needed(&Promotion::default()).count(), 0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its Region.
    pub region: String,
    /// Its name.
    pub name: String,
    /// The AMI that it names now, if it exists.
    pub before: Option<String>,
    /// The AMI that it is to name.
    pub after: String,
    /// Its data type, which it keeps.
    pub data_type: Option<String>,
}

/// What a promotion would do.
///
/// ```
/// use kiln::build::promote::Promotion;
/// use kiln::build::{Image, Parameter, places::Places, promote};
/// use kiln::deploy::Fault;
///
/// async fn can_go(to: &Image, at: &[Parameter], places: &impl Places) -> Result<bool, Fault> {
///     let promotion = promote::plan(places, to, (at, "123456789012")).await?;
///     let Promotion { changes, obstacles, .. } = promotion;
///     Ok(obstacles.is_empty() && !changes.is_empty())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Promotion {
    /// Every parameter, those that name the AMI already included.
    pub changes: Vec<Change>,
    /// Parameters of other accounts, which these credentials do not reach.
    pub elsewhere: Vec<Parameter>,
    /// Why it cannot be done, in words.
    pub obstacles: Vec<String>,
}

/// Finds out what making these parameters name the AMIs of an image would do. Nothing is changed.
///
/// # Errors
///
/// If Systems Manager cannot be asked.
pub async fn plan(
    places: &impl Places,
    image: &Image,
    (parameters, account): (&[Parameter], &str),
) -> Result<Promotion, Fault> {
    let mut found = Promotion::default();
    for it in parameters {
        if it.account.as_deref().is_some_and(|owner| owner != account) {
            found.elsewhere.push(it.clone());
            continue;
        }
        let Some(ami) = image.amis.iter().find(|ami| ami.region == it.region && ami.account == account) else {
            let Parameter { region, name, .. } = it;
            let what = format!("the image {} has no AMI in {region}, where `{name}` is", image.version);
            found.obstacles.push(what);
            continue;
        };
        let held = places.parameter(&it.region, &it.name).await?;
        if let Some(held) = held.as_ref().filter(|held| held.kind != "String" || !is_ami(&held.value)) {
            let what = if held.kind == "String" { "something else than the id of an AMI" } else { &held.kind };
            found.obstacles.push(format!("the parameter `{}` in {} holds {what}", it.name, it.region));
            continue;
        }
        let data_type = held.as_ref().and_then(|held| held.data_type.clone()).or_else(|| it.data_type.clone());
        found.changes.push(Change {
            region: it.region.clone(),
            name: it.name.clone(),
            before: held.map(|held| held.value),
            after: ami.id.clone(),
            data_type,
        });
    }
    Ok(found)
}

/// Whether a text is the id of an AMI: `ami-` and 8 or 17 hexadecimal digits (EC2 User Guide, "Resource IDs").
fn is_ami(text: &str) -> bool {
    let digits = text.strip_prefix("ami-").unwrap_or_default();
    [8, 17].contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_ami_is_known() {
        assert!(is_ami("ami-0123abcd") && is_ami("ami-0123456789abcdef0"));
        for other in ["", "ami-", "ami-0123456", "ami-0123ABCD", "i-0123abcd", "ami-0123abcd "] {
            assert!(!is_ami(other), "{other}");
        }
    }
}
