//! Faults in words for the user, each with its exit code.

use kiln::deploy::flow::Trouble;
use kiln::deploy::terraform::Foreign;
use kiln::deploy::{Fault, FaultKind, Owner};

use crate::exit::{Exit, Failure};

/// A call that did not succeed.
pub fn fault(fault: &Fault) -> Failure {
    let Fault { kind, action, message } = fault;
    let message = message.trim_end_matches('.');
    match kind {
        FaultKind::NoCredentials => Failure::new(format!("there are no AWS credentials that work: {message}"))
            .help("log in (`aws sso login`), choose a profile with --profile, or set AWS_ACCESS_KEY_ID and its secret")
            .exit(Exit::Denied),
        FaultKind::NoRegion => Failure::new("no AWS Region is chosen")
            .help("name one with --region, set AWS_REGION, or write it into your AWS profile")
            .exit(Exit::Denied),
        FaultKind::Expired => Failure::new(format!("the AWS credentials have expired: {message}"))
            .help("log in again, then run the same command")
            .exit(Exit::Denied),
        FaultKind::Denied { action: named, resource } => {
            let action = named.as_deref().unwrap_or(action);
            let on = resource.as_ref().map_or_else(String::new, |resource| format!(" on {resource}"));
            Failure::new(format!("these credentials may not do {action}{on}"))
                .help("`kiln policy` prints the rights that deploying this spec needs")
                .exit(Exit::Denied)
        }
        FaultKind::Throttled => Failure::new(format!("AWS is too busy for {action}, also after waiting: {message}"))
            .help("run the same command again later")
            .exit(Exit::Refused),
        FaultKind::Unavailable => Failure::new(format!("AWS could not be reached for {action}: {message}"))
            .help("check the network and the Region's name, then run the same command again: nothing is done twice")
            .exit(Exit::Refused),
        FaultKind::Elsewhere { region } => {
            let place =
                region.as_deref().map_or_else(|| "another Region".to_owned(), |region| format!("Region {region}"));
            Failure::new(format!("what {action} asks for is in {place}"))
                .help("deploy there with --region")
                .exit(Exit::Refused)
        }
        FaultKind::Missing | FaultKind::Exists | FaultKind::Conflict | FaultKind::Refused => {
            Failure::new(format!("AWS refuses {action}: {message}")).exit(Exit::Refused)
        }
    }
}

/// A stack that is not this project's.
pub fn foreign(stack: &str, owner: &Owner) -> Failure {
    let failure = match owner {
        Owner::Project(owner) => Failure::new(format!("the stack `{stack}` belongs to the project `{owner}`"))
            .help("choose another stack with --stack; to take this one over all the same, pass `--adopt`"),
        Owner::Doubtful { tag, template: Some(template) } => Failure::new(format!(
            "the tag of the stack `{stack}` names the project `{tag}`, and its template names `{template}`"
        ))
        .help("look whose it is; to take it over, pass `--adopt` once, which marks it for this project"),
        Owner::Doubtful { tag, template: None } => Failure::new(format!(
            "the stack `{stack}` has the tag of the project `{tag}`, but nothing in its template says that kiln made it"
        ))
        .help(
            "look whose it is; to take it over, pass `--adopt` once, which marks it: everything that the spec does not \
             have would be deleted",
        ),
        Owner::Begun | Owner::Unmarked => Failure::new(format!(
            "the stack `{stack}` exists, and nothing says that kiln made it"
        ))
        .help(
            "if an older kiln made it for this project, pass `--adopt` once, which marks it; otherwise choose another \
             name with --stack: everything that the spec does not have would be deleted",
        ),
    };
    failure.exit(Exit::NeedsHand)
}

/// A state of Terraform with what is not this project's.
pub fn foreign_state(foreign: &Foreign) -> Failure {
    let list = |addresses: &[String]| {
        let shown: Vec<String> = addresses.iter().take(5).map(|address| format!("`{address}`")).collect();
        let more = addresses.len().saturating_sub(shown.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", shown.join(", "))
    };
    let failure = match foreign {
        Foreign::Project(owner) => Failure::new(format!("Terraform's state belongs to the project `{owner}`"))
            .help("give this project a state of its own with `[backend]`; to take this one over all the same, pass `--adopt`"),
        Foreign::Unmarked(addresses) => Failure::new(format!(
            "this would delete {}, and nothing says that Terraform's state is this project's",
            list(addresses)
        ))
        .help("if an older kiln made it for this project, pass `--adopt` once, which marks it; otherwise give this project a state of its own"),
        Foreign::Resources(addresses) => {
            Failure::new(format!("this would delete {}, which kiln did not plan", list(addresses)))
                .help("move what is not kiln's to a state of its own, or pass `--adopt` to delete it as well")
        }
    };
    failure.exit(Exit::NeedsHand)
}

/// Why a stack cannot be deployed to.
pub fn trouble(stack: &str, trouble: &Trouble) -> Failure {
    match trouble {
        Trouble::Fault(found) => fault(found),
        Trouble::Busy(status) => {
            Failure::new(format!("another deployment of the stack `{stack}` is under way ({})", status.word()))
                .help(format!("`kiln watch --stack {stack}` follows it; deploy when it has ended"))
                .exit(Exit::NeedsHand)
        }
        Trouble::RollbackStuck(status) => Failure::new(format!(
            "rolling back the last update of the stack `{stack}` failed ({})",
            status.word()
        ))
        .help("repair what it complains about, then `kiln deploy --recover`; --skip ID leaves a resource as it is")
        .exit(Exit::NeedsHand),
        Trouble::NeedsHand(status, help) => {
            Failure::new(format!("the stack `{stack}` is in a state that needs a person ({})", status.word()))
                .help(*help)
                .exit(Exit::NeedsHand)
        }
        Trouble::Refused(reason) => {
            let failure =
                Failure::new(format!("AWS refuses to deploy the stack `{stack}`: {}", reason.trim_end_matches('.')));
            failure.exit(Exit::Refused)
        }
        Trouble::Stopped(reason, reasons) => {
            let what = match reasons.causes.as_slice() {
                [] => reason.trim_end_matches('.').to_owned(),
                [_] => "1 thing in its template is refused, see above".to_owned(),
                several => format!("{} things in its template are refused, see above", several.len()),
            };
            let failure = Failure::new(format!("AWS refuses to deploy the stack `{stack}`: {what}"));
            failure.help("nothing was deployed, and the change set was deleted").exit(Exit::Refused)
        }
        Trouble::Missing(keys) => {
            let list = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            let what = if keys.len() == 1 { "the parameter" } else { "the parameters" };
            let first = keys.first().map_or("NAME", String::as_str);
            Failure::new(format!("{what} {list} of the stack `{stack}` must be given"))
                .help(format!("add --parameter {first}=VALUE; a later deployment keeps the value"))
                .exit(Exit::Environment)
        }
        Trouble::Foreign(owner) => foreign(stack, owner),
        Trouble::Moved => Failure::new(format!("the stack `{stack}` changed while this was reviewed"))
            .help("run the same command again")
            .exit(Exit::NeedsHand),
        Trouble::Protected => Failure::new(format!(
            "the stack `{stack}` is what a failed creation has left, and its termination protection is on"
        ))
        .help("switch the protection off, then deploy again")
        .exit(Exit::NeedsHand),
    }
}

/// A plan file that is not executed.
pub fn stale(path: &std::path::Path, why: &str) -> Failure {
    Failure::new(format!("the plan `{}` cannot be executed: {why}", path.display()))
        .help("review again with --no-execute")
        .exit(Exit::PlanStale)
}
