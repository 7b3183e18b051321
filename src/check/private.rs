//! `[private-network]`, and what a network without a way to the internet does not reach.

use super::base::Start;
use super::context::Context;
use super::infrastructure::not_empty;
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::PrivateNetwork;
use crate::project::{Cidr, PrefixListId, endpoint};
use crate::source::At;
use crate::spec::{Infrastructure, InfrastructureChoice, Input, Pipeline, Spec};

/// Families whose package repositories are in S3, which a private network reaches (Amazon Linux 2023 user guide,
/// "Managing packages": repositories are regional buckets; Amazon Linux 2 alike).
const MIRRORED_IN_S3: &str = "amazon-linux-";

/// Checks the network's settings, and what goes with them.
pub(super) fn network(spec: &Spec, cx: &mut Context<'_>) -> Option<PrivateNetwork> {
    let at = At::ROOT.key("private-network");
    for (infrastructure, at) in infrastructures(spec).filter(|(infrastructure, _)| is_private(infrastructure)) {
        reachable(infrastructure, &at, cx);
    }
    let Some(table) = &spec.private_network else { return Some(PrivateNetwork::default()) };
    if !infrastructures(spec).any(|(infrastructure, _)| is_private(infrastructure)) {
        cx.report(
            Diagnostic::new(code::UNUSED, "no infrastructure is in the private network")
                .at_key(at, "")
                .help("write `network = \"private\"` in an infrastructure, or remove it"),
        );
    }
    let cidr = cx.optional(code::BAD_ID, at.key("cidr"), table.cidr.as_deref(), Cidr::parse);
    let availability_zone = match &table.availability_zone {
        Some(input) => cx.given(code::BAD_TEXT, at.key("availability-zone"), input, not_empty).map(Some),
        None => Some(None),
    };
    let s3_prefix_list = match &table.s3_prefix_list {
        Some(input) => {
            let parse = |text: &str| PrefixListId::parse(text).map(|id| id.to_string());
            cx.given(code::BAD_ID, at.key("s3-prefix-list"), input, parse).map(Some)
        }
        None => Some(None),
    };
    Some(PrivateNetwork {
        cidr: cidr?.unwrap_or_default(),
        availability_zone: availability_zone?,
        s3_prefix_list: s3_prefix_list?,
    })
}

/// Where an infrastructure is written.
enum Written<'a> {
    Shared(&'a str),
    OfPipeline(&'a str),
}

impl Written<'_> {
    /// Calls with the path of the infrastructure's table.
    fn with(&self, call: impl FnOnce(At<'_>)) {
        match self {
            Self::Shared(name) => call(At::ROOT.key("infrastructure").key(name)),
            Self::OfPipeline(name) => call(At::ROOT.key("pipeline").key(name).key("infrastructure")),
        }
    }
}

fn infrastructures(spec: &Spec) -> impl Iterator<Item = (&Infrastructure, Written<'_>)> {
    let shared = spec.infrastructure.iter().map(|(name, table)| (table, Written::Shared(name)));
    let own = spec.pipeline.iter().filter_map(|(name, pipeline)| match &pipeline.infrastructure {
        Some(InfrastructureChoice::Own(table)) => Some((table.as_ref(), Written::OfPipeline(name))),
        _ => None,
    });
    shared.chain(own)
}

fn is_private(infrastructure: &Infrastructure) -> bool {
    infrastructure.network.as_ref().is_some_and(|network| network.kind.as_deref() == Some("private"))
}

/// Rights to services that kiln knows no endpoint of, and instances in another zone than the subnet.
fn reachable(infrastructure: &Infrastructure, written: &Written<'_>, cx: &mut Context<'_>) {
    written.with(|at| {
        let permissions = at.key("permissions");
        for (index, permission) in infrastructure.permissions.iter().enumerate() {
            let permission_at = permissions.index(index);
            let actions = permission_at.key("actions");
            for (index, action) in permission.actions.iter().enumerate() {
                if let Some((service, _)) = action.split_once(':')
                    && endpoint::of_action(action).is_none()
                {
                    let network = at.key("network");
                    let message = format!("the private network has no endpoint for `{service}`");
                    cx.report(
                        Diagnostic::new(code::PRIVATE_SERVICE, message)
                            .at_value(actions.index(index), "builds may do this and cannot reach it")
                            .at_value(network, "")
                            .help("use a subnet of yours with a way to the service"),
                    );
                }
            }
        }
        let zone = infrastructure.placement.as_ref().and_then(|placement| placement.availability_zone.as_deref());
        let subnet_zone = cx.spec.private_network.as_ref().and_then(|network| network.availability_zone.as_ref());
        // What a parameter is given at deployment, nobody knows before.
        let subnet_zone = match subnet_zone {
            Some(Input::Text(zone)) => Some(zone.as_str()),
            Some(Input::Parameter(_)) => zone,
            None => None,
        };
        if let Some(zone) = zone.filter(|zone| subnet_zone != Some(zone)) {
            let (placement, network) = (at.key("placement"), At::ROOT.key("private-network"));
            let elsewhere = if subnet_zone.is_some() { "is elsewhere" } else { "may be elsewhere" };
            let message = format!("instances cannot stand in `{zone}`: the subnet of the private network {elsewhere}");
            let diagnostic = Diagnostic::new(code::PLACEMENT_CONFLICT, message)
                .at_value(placement.key("availability-zone"), "")
                .help(format!("say it once, for the subnet: `availability-zone = \"{zone}\"` in `[private-network]`"));
            cx.report(match subnet_zone {
                Some(_) => diagnostic.at_value(network.key("availability-zone"), "the subnet"),
                None => diagnostic,
            });
        }
    });
}

/// Warns of bases whose packages come from mirrors on the internet.
pub(super) fn mirrors(spec: &Spec, bases: &[Start], cx: &mut Context<'_>) {
    let tables = At::ROOT.key("pipeline");
    for ((name, pipeline), start) in spec.pipeline.iter().zip(bases) {
        let Some(family) = start.family.filter(|family| !family.starts_with(MIRRORED_IN_S3)) else { continue };
        if !infrastructure_of(pipeline, spec).is_some_and(is_private) {
            continue;
        }
        let at = tables.key(name);
        cx.report(
            Diagnostic::new(
                code::PRIVATE_MIRRORS,
                format!("packages of `{family}` come from the internet, and the private network has no way there"),
            )
            .at_value(at.key("base"), "")
            .at_value(at.key("infrastructure"), "in the private network")
            .help("take packages from S3, or use a subnet of yours; Amazon Linux has its repositories in S3"),
        );
    }
}

fn infrastructure_of<'a>(pipeline: &'a Pipeline, spec: &'a Spec) -> Option<&'a Infrastructure> {
    match pipeline.infrastructure.as_ref()? {
        InfrastructureChoice::Shared(name) => spec.infrastructure.get(name.as_str()),
        InfrastructureChoice::Own(table) => Some(table),
    }
}
