//! Finding what remains of a project when its stack is gone: images, and what belongs to them.

use std::collections::{BTreeMap, BTreeSet};

use super::places::{Places, published};
use super::{Builder, Image};
use crate::deploy::{Fault, Remains};
use crate::plan::Plan;
use crate::resource::{Shape, Value, container_recipe, image_recipe};

/// Looks for the images of recipes with these names, and what belongs to them. What may not be looked at is noted.
pub async fn look(
    remains: &mut Remains,
    service: &(impl Builder + Places),
    (names, account): (&BTreeSet<String>, &str),
    words: &impl Fn(&Fault) -> String,
) {
    let mut images: Vec<Image> = Vec::new();
    let mut parameters: BTreeSet<(String, String)> = BTreeSet::new();
    for name in names {
        let found = async {
            let found = service.images_of_recipe(name).await?;
            let published = published(service, &found).await?;
            Ok::<_, Fault>((found, published))
        };
        match found.await {
            Ok((found, published)) => {
                images.extend(found.into_iter().filter(|image| image.state.word() != "DELETED"));
                let own = published.into_iter().filter(|it| it.account.as_deref().is_none_or(|it| it == account));
                parameters.extend(own.map(|it| (it.region, it.name)));
            }
            Err(fault) => return remains.unknown.push(format!("images: {}", words(&fault))),
        }
    }
    remains.images = images.len();
    for (region, name) in parameters {
        match service.parameter(&region, &name).await {
            Ok(Some(_)) => remains.parameters.push(format!("{name} ({region})")),
            Ok(None) => {}
            Err(fault) => remains.unknown.push(format!("parameters: {}", words(&fault))),
        }
    }
    let mut regions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for ami in images.iter().flat_map(|image| &image.amis) {
        remains.amis += 1;
        regions.entry(&ami.region).or_default().push(&ami.id);
    }
    for (region, amis) in regions {
        match service.snapshots(region, &amis).await {
            Ok(found) => remains.snapshots += found.len(),
            Err(fault) => remains.unknown.push(format!("snapshots in {region}: {}", words(&fault))),
        }
    }
    let uris = images.iter().flat_map(|image| &image.containers).flat_map(|container| &container.uris);
    remains.repositories.extend(uris.filter_map(|uri| repository(uri)).map(str::to_owned));
    for names in [&mut remains.repositories, &mut remains.buckets] {
        names.sort();
        names.dedup();
    }
}

/// The names of the recipes of a plan, by their ids in CloudFormation. Images have them.
#[must_use]
pub fn recipes(plan: &Plan) -> BTreeMap<String, String> {
    let types = [image_recipe::TYPE.cloudformation, container_recipe::TYPE.cloudformation];
    let planned = plan.resources.iter().filter(|planned| types.contains(&planned.handle.of.cloudformation));
    planned
        .filter_map(|planned| {
            let (_, shape) = planned.properties.iter().find(|(key, _)| key.cloudformation == Some("Name"))?;
            let Shape::Value(Value::Text(name)) = shape else { return None };
            Some((planned.handle.address.cloudformation.clone(), name.as_literal()?.to_owned()))
        })
        .collect()
}

/// The name of a recipe in its ARN: `…:image-recipe/NAME/VERSION`.
#[must_use]
pub fn recipe_name(arn: &str) -> Option<&str> {
    let (_, path) = arn.split_once("-recipe/")?;
    path.split('/').next().filter(|name| !name.is_empty())
}

/// The repository of a container image: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`.
fn repository(uri: &str) -> Option<&str> {
    let (_, path) = uri.split_once('/')?;
    path.split([':', '@']).next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_arns_and_uris() {
        let arn = "arn:aws:imagebuilder:us-east-1:1:container-recipe/web-api/1.0.0";
        assert_eq!(recipe_name(arn), Some("web-api"));
        assert_eq!(recipe_name("arn:aws:imagebuilder:us-east-1:1:component/web/1.0.0"), None);
        assert_eq!(repository("1.dkr.ecr.us-east-1.amazonaws.com/team/api:1.0.0-1"), Some("team/api"));
    }
}
