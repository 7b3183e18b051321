//! Where build instances stand. A subnet needs security groups (`CreateInfrastructureConfiguration`).

use super::context::{Choice, Context};
use super::infrastructure::not_empty;
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{Given, Groups, Network};
use crate::project::{SecurityGroupId, SubnetId, VpcId};
use crate::source::At;
use crate::spec::{self, Input};

/// Whether a network is made for the project.
const KINDS: [Choice<bool>; 2] = [("default", false), ("private", true)];

/// Checks a network.
pub(super) fn network(table: Option<&spec::Network>, at: At<'_>, cx: &mut Context<'_>) -> Option<Network> {
    let Some(table) = table else { return Some(Network::Default) };
    if let Some(kind) = &table.kind {
        let settings = [
            ("subnet", table.subnet.is_some()),
            ("security-groups", !table.security_groups.is_empty()),
            ("vpc", table.vpc.is_some()),
        ];
        if let Some((setting, _)) = settings.iter().find(|(_, is_there)| *is_there) {
            cx.contradiction("a network is one of a `kind`, or a subnet", at.key("kind"), at.key(setting));
        }
        let is_private = cx.choice(Some(kind), at.key("kind"), &KINDS)?;
        return Some(if is_private { Network::Private } else { Network::Default });
    }
    let Some(subnet) = &table.subnet else {
        cx.missing(
            "the network has no `subnet`",
            (at, &["subnet", "kind"]),
            "add `subnet = \"subnet-…\"`, or write `network = \"default\"` or `\"private\"`",
        );
        return None;
    };
    let parse = |text: &str| SubnetId::parse(text).map(|id| id.to_string());
    let subnet = cx.given(code::BAD_ID, at.key("subnet"), subnet, parse);
    let groups = match (&table.vpc, table.security_groups.is_empty()) {
        (Some(vpc), true) => {
            let parse = |text: &str| VpcId::parse(text).map(|id| id.to_string());
            cx.given(code::BAD_ID, at.key("vpc"), vpc, parse).map(|vpc| Groups::Generated { vpc })
        }
        (Some(_), false) => {
            let message = "`vpc` is for a generated security group, and there are `security-groups`";
            cx.contradiction(message, at.key("security-groups"), at.key("vpc"));
            None
        }
        (None, true) if cx.spoiled(at.key("security-groups")) || cx.spoiled(at.key("vpc")) => None,
        (None, true) => {
            cx.report(
                Diagnostic::new(code::NETWORK_INCOMPLETE, "a subnet needs security groups")
                    .at_key(at.key("subnet"), "")
                    .help("add `security-groups = [\"sg-…\"]`, or `vpc = \"vpc-…\"` to have one made"),
            );
            None
        }
        (None, false) => security_groups(&table.security_groups, at.key("security-groups"), cx).map(Groups::Existing),
    };
    Some(Network::Subnet { subnet: subnet?, groups: groups? })
}

/// Ids and parameters of one id each; or a single parameter that is a list of ids.
fn security_groups(inputs: &[Input], at: At<'_>, cx: &mut Context<'_>) -> Option<Vec<Given<String>>> {
    if let [Input::Parameter(name)] = inputs
        && cx.is_list(name)
    {
        return Some(vec![Given::Parameter(cx.parameter(name, at.index(0))?)]);
    }
    let parse = |text: &str| not_empty(text).and_then(|text| SecurityGroupId::parse(&text)).map(|id| id.to_string());
    let groups: Vec<_> =
        inputs.iter().enumerate().map(|(index, input)| cx.given(code::BAD_ID, at.index(index), input, parse)).collect();
    groups.into_iter().collect()
}
