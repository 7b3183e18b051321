//! What an account that gets copies of images deploys: the roles by which the service works there.
//!
//! Both names are the service's. One template serves all target accounts, so its rights are those that any of them needs.

use indexmap::IndexMap;

use super::text::{arn, tags};
use crate::diagnostic::Report;
use crate::plan::{self, Life, Origin, Parameter, Plan, Table};
use crate::project::definition::{AmiDestination, Pipeline, Project};
use crate::project::{KmsKey, Region};
use crate::resource::Address;
use crate::resource::policy::{Principal, Statement};
use crate::resource::role::{FixedRole, Settings};
use crate::resource::{Part, Text};

/// The parameter that says where images come from.
const SOURCE: (&str, &str) = ("SourceAccount", "source_account");

/// EC2 Image Builder user guide, "Set up cross-account AMI distribution".
const DISTRIBUTION: (&str, &str) =
    ("EC2ImageBuilderDistributionCrossAccountRole", "Ec2ImageBuilderCrossAccountDistributionAccess");

/// EC2 Image Builder user guide, "Lifecycle management prerequisites".
const LIFECYCLE: (&str, &str) =
    ("Ec2ImageBuilderCrossAccountLifecycleAccess", "service-role/EC2ImageBuilderLifecycleExecutionPolicy");

/// AMIs of a pipeline that are copied to accounts in a Region.
struct Copy<'a> {
    pipeline: &'a Pipeline,
    region: Option<&'a Region>,
    ami: &'a AmiDestination,
}

/// The template of target accounts, if images are copied to any.
pub(super) fn plan(project: &Project, report: &mut Report) -> Option<Plan> {
    let copies: Vec<Copy<'_>> = project
        .pipelines
        .iter()
        .flat_map(|pipeline| {
            let destinations = &project.distributions[pipeline.distribution].destinations;
            destinations.iter().filter_map(move |destination| {
                let ami = destination.ami().filter(|ami| !ami.copy_to_accounts.is_empty())?;
                Some(Copy { pipeline, region: destination.region.as_ref(), ami })
            })
        })
        .collect();
    if copies.is_empty() {
        return None;
    }
    let name = project.name.kebab();
    let source = std::sync::Arc::new(Address { cloudformation: SOURCE.0.to_owned(), terraform: SOURCE.1.to_owned() });
    let account = Text::from(Part::Parameter(source.clone()));
    let mut plan = Plan {
        name: format!("{name}-target-account"),
        description: format!("What an account needs that gets copies of the images of {name}"),
        parameters: vec![Parameter {
            address: source,
            cloudformation_type: "String",
            terraform_type: "string",
            description: Some("The account that builds the images, 12 digits".to_owned()),
            default: None,
            allowed_values: Vec::new(),
        }],
        ..Plan::default()
    };
    let trusted = Principal::Aws(arn(Text::from("iam::").then(account.clone()).then(":root")));
    let rights = rights(&copies, &account);
    let distribution = FixedRole {
        name: DISTRIBUTION.0,
        description: format!("Takes copies of the images of {name}"),
        trust: Statement::assume(trusted),
        managed_policies: vec![DISTRIBUTION.1],
        policies: if rights.is_empty() { Vec::new() } else { vec![("copies".to_owned(), rights)] },
        settings: Settings::default(),
        tags: tags(&project.tags),
    };
    let copied = || copies.iter().map(|copy| &copy.pipeline.key);
    let origin = Origin::shared(Table::Project, plan::Part::DistributionRole).serving(copied());
    let mut added = vec![plan.add(origin, &distribution, Life::default())];
    if copies.iter().any(|copy| copy.pipeline.lifecycle.is_some()) {
        let conditions = vec![
            ("StringEquals".to_owned(), "aws:SourceAccount".to_owned(), vec![account]),
            ("ArnLike".to_owned(), "aws:SourceArn".to_owned(), vec![Text::from("arn:*:imagebuilder:*:*:image/*/*/*")]),
        ];
        let service = Principal::Service(Text::from("imagebuilder.amazonaws.com"));
        let lifecycle = FixedRole {
            name: LIFECYCLE.0,
            description: format!("Retires copies of the images of {name}"),
            trust: Statement { conditions, ..Statement::assume(service) },
            managed_policies: vec![LIFECYCLE.1],
            policies: Vec::new(),
            settings: Settings::default(),
            tags: tags(&project.tags),
        };
        let retired = copies.iter().filter(|copy| copy.pipeline.lifecycle.is_some()).map(|copy| &copy.pipeline.key);
        let origin = Origin::shared(Table::Project, plan::Part::LifecycleRole).serving(retired);
        added.push(plan.add(origin, &lifecycle, Life::default()));
    }
    added.into_iter().filter_map(Result::err).for_each(|refusal| report.push(*refusal));
    Some(plan)
}

/// What the managed policy does not have: keys, parameters, launch templates.
fn rights(copies: &[Copy<'_>], source: &Text) -> Vec<Statement> {
    let mut statements = keys(copies, source);
    let mut parameters: Vec<Text> = Vec::new();
    for Copy { region, ami, .. } in copies {
        for parameter in ami.ssm_parameters.iter().filter(|parameter| parameter.account.is_some()) {
            let place = Text::from("ssm:").then(place(*region)).then(":").then(Part::Account);
            let name = parameter.name.as_str();
            let parameter = arn(place.then(format!(":parameter/{}", name.trim_start_matches('/'))));
            if !parameters.contains(&parameter) {
                parameters.push(parameter);
            }
        }
    }
    if !parameters.is_empty() {
        statements.push(Statement::allow("WriteParameters", ["ssm:PutParameter"], parameters));
        // A parameter of the type `aws:ec2:image` is compared with the AMIs that there are.
        statements.push(Statement::allow("CompareParameters", ["ec2:DescribeImages"], ["*"]));
    }
    let mut templates: Vec<Text> = Vec::new();
    for Copy { region, ami, .. } in copies {
        for template in ami.launch_templates.iter().filter(|template| template.account.is_some()) {
            let place = Text::from("ec2:").then(place(*region)).then(":").then(Part::Account);
            let template = arn(place.then(format!(":launch-template/{}", template.id)));
            if !templates.contains(&template) {
                templates.push(template);
            }
        }
    }
    if !templates.is_empty() {
        let actions = ["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate", "ec2:CreateTags"];
        statements.push(Statement::allow("MoveLaunchTemplates", actions, templates));
        statements.push(Statement::allow("FindLaunchTemplates", ["ec2:DescribeLaunchTemplates"], ["*"]));
    }
    statements
}

/// The rights to use the keys that images and their copies are encrypted with. IAM takes no alias for a key: where the
/// spec names one, the right is to whatever key of the source account has it.
fn keys(copies: &[Copy<'_>], source: &Text) -> Vec<Statement> {
    let mut direct: Vec<Text> = Vec::new();
    let mut by_alias: IndexMap<String, Vec<Text>> = IndexMap::new();
    for Copy { pipeline, region, ami } in copies {
        let region = place(*region);
        // The image comes encrypted with the keys of the volumes, which are keys of the Region deployed to.
        let of_volumes = pipeline.volume_keys().map(|key| (key, Text::from("*")));
        let of_copy = ami.kms_key.iter().map(|key| (key, region.clone()));
        for (key, region) in of_volumes.chain(of_copy) {
            let own = |rest: &str| {
                arn(Text::from("kms:").then(region.clone()).then(":").then(source.clone()).then(format!(":{rest}")))
            };
            let (place, alias) = match key {
                KmsKey::KeyArn(key) => (Text::from(key.to_string()), None),
                KmsKey::Id(id) => (own(&format!("key/{id}")), None),
                KmsKey::Alias(alias) => (own("key/*"), Some(alias.clone())),
                KmsKey::AliasArn(alias) => {
                    let any = format!("kms:{}:{}:key/*", alias.region(), alias.account());
                    (arn(any), Some(alias.resource().to_owned()))
                }
            };
            let everywhere = arn(Text::from("kms:*:").then(source.clone()).then(":key/*"));
            let list = alias.map_or(&mut direct, |alias| by_alias.entry(alias).or_default());
            if !list.contains(&place) && !list.contains(&everywhere) {
                list.push(place);
            }
        }
    }
    let mut statements = Vec::new();
    if !direct.is_empty() {
        statements.push(Statement::allow("UseKeys", KEY_ACTIONS, direct));
    }
    for (number, (alias, keys)) in by_alias.into_iter().enumerate() {
        let condition =
            ("ForAnyValue:StringEquals".to_owned(), "kms:ResourceAliases".to_owned(), vec![Text::from(alias)]);
        let sid = format!("UseKeysByAlias{}", number + 1);
        statements.push(Statement { conditions: vec![condition], ..Statement::allow(&sid, KEY_ACTIONS, keys) });
    }
    statements
}

/// What a copy between accounts does with keys (EC2 Image Builder user guide, "Set up cross-account AMI distribution").
const KEY_ACTIONS: [&str; 8] = [
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ListGrants",
    "kms:ReEncrypt*",
    "kms:RevokeGrant",
];

/// The Region in an ARN; any, where it is the one that the source account deploys to.
fn place(region: Option<&Region>) -> Text {
    region.map_or_else(|| Text::from("*"), |region| Text::from(region.as_str()))
}
