//! Deploying through CloudFormation: all stacks are prepared, shown and asked for together, then executed and followed.

use std::path::PathBuf;

use kiln::aws::Session;
use kiln::deploy::flow::{self, Prepared, Proposal, Trouble, Wanted};
use kiln::deploy::message::Why;
use kiln::deploy::plan_file::{Parts, PlanFile};
use kiln::deploy::reasons::Reasons;
use kiln::deploy::{ChangeSetState, Clock as _, Kind, Message, Named, Operation, Review, Service as _};

use super::{DeployArgs, consent};
use crate::deploying::interrupt::Signals;
use crate::deploying::project::{self, Project};
use crate::deploying::stack::{self, Followed, Outcome};
use crate::deploying::upload::{self, Bucket};
use crate::deploying::view::{Told1, UNKNOWN_WARNINGS, View};
use crate::deploying::{place, words};
use crate::disk::{self, Destination};
use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// No plan file is larger, in bytes: it names each change of one stack.
const MOST_PLAN_BYTES: u64 = 64 * 1024 * 1024;

/// A project that goes to a place.
struct Job<'a> {
    project: &'a Project,
    session: &'a Session,
    /// The stack's name.
    stack: String,
    /// What it is called in lines: the stack's name, and the Region where there are several.
    name: String,
    wanted: Wanted,
}

/// What is left to do for a job.
enum Todo {
    Unchanged(kiln::deploy::Stack),
    Attach(kiln::deploy::Stack),
    Execute(Box<Proposal>, Review),
    /// What a failed creation has left is deleted first.
    Replace(kiln::deploy::Stack),
}

impl Todo {
    /// Whether something is made or changed.
    fn is_work(&self) -> bool {
        matches!(self, Self::Execute(..) | Self::Replace(_))
    }
}

/// Deploys projects to all places.
pub async fn deploy(args: &DeployArgs, projects: &[&Project], ui: &Ui) -> crate::Outcome {
    args.out.as_deref().map(refuse_other_than_plan).transpose()?;
    let deadline = args.follow.deadline();
    let nothing = "nothing was deployed";
    let sessions = deadline.bound(nothing, args.places.connect()).await?;
    let jobs = jobs(args, projects, &sessions)?;
    let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
    let view = View::new(ui, args.follow.format, &names);
    let works = jobs.iter().map(|job| deadline.bound(nothing, prepare(args, job, &view))).collect();
    let prepared = stack::at_once(works, args.concurrency).await;

    // What can be deployed is deployed; what cannot is told and makes the exit code.
    let mut todo = Vec::new();
    let mut worst = Exit::Success;
    for (job, result) in jobs.iter().zip(prepared) {
        match result {
            Ok(next) => todo.push((job, next)),
            Err(failure) => {
                let outcome = failed(&failure);
                report(&view, job, &outcome, &failure, ui)?;
                worst = worst.max(outcome.exit);
            }
        }
    }
    if let Some(path) = &args.plan {
        check_plan(path, &todo)?;
    }
    if args.no_execute {
        return write_plan(args, todo, worst, &view, ui).await;
    }
    let is_anything = todo.iter().any(|(_, next)| next.is_work());
    let asked = is_anything && !args.yes && args.plan.is_none();
    let confirmed = async { Ok(!asked || consent::ask(&question(&todo), ui).await) };
    let confirmed = deadline.bound(nothing, confirmed).await;
    if !matches!(confirmed, Ok(true)) {
        withdraw(&todo).await;
        confirmed?;
        return Err(Failure::new("nothing was deployed: it was not confirmed").exit(Exit::NotConfirmed));
    }
    // Only what is made is recorded, and before it is made.
    let mut made = todo.iter().filter(|(_, next)| next.is_work() || matches!(next, Todo::Attach(_)));
    if let Err(failure) = made.try_for_each(|(job, _)| job.project.record()) {
        if args.plan.is_none() {
            withdraw(&todo).await;
        }
        return Err(failure);
    }
    let signals = Signals::listen();
    let works = todo.iter().map(|(job, next)| carry_out(args, job, next, &view, signals.clone())).collect();
    let outcomes = stack::at_once(works, args.concurrency).await;
    let mut ended = Vec::new();
    for ((job, _), result) in todo.iter().zip(outcomes) {
        let exit = match result {
            Ok(outcome) => outcome.exit,
            Err(failure) => {
                let outcome = failed(&failure);
                report(&view, job, &outcome, &failure, ui)?;
                outcome.exit
            }
        };
        ended.push(exit);
        worst = worst.max(exit);
    }
    if jobs.len() > 1 {
        let good = ended.iter().filter(|exit| **exit == Exit::Success).count();
        ui.note(format!("{good} of {} stacks are as their specs say", jobs.len()));
    }
    Ok(worst)
}

/// Takes back what was proposed.
async fn withdraw(todo: &[(&Job<'_>, Todo)]) {
    for (job, next) in todo {
        if let Todo::Execute(proposal, _) = next {
            flow::withdraw(job.session, &proposal.change_set, proposal.is_first).await;
        }
    }
}

/// Every project in every place.
fn jobs<'a>(args: &DeployArgs, projects: &[&'a Project], sessions: &'a [Session]) -> Result<Vec<Job<'a>>, Failure> {
    let given = project::given(&args.parameters, projects)?;
    let nonce = place::nonce();
    let mut jobs: Vec<Job<'a>> = Vec::new();
    for &project in projects {
        for session in sessions {
            let stack = args.stack.clone().unwrap_or_else(|| project.name.clone());
            let name = match sessions.len() {
                1 => stack.clone(),
                _ => format!("{stack}@{}/{}", session.account, session.region),
            };
            if jobs.iter().any(|job| job.name == name) {
                return Err(Failure::new(format!("two specs would be deployed as the stack `{name}`"))
                    .help("give the projects names of their own, or deploy them apart with --stack"));
            }
            let parameters = project.parameters(&given);
            let wanted = Wanted {
                project: project.name.clone(),
                stack: stack.clone(),
                adopt: args.adopt,
                template: kiln::deploy::Start::Body(String::new()),
                digest: project.digest(&parameters),
                parameters,
                has_iam: project.has_iam(),
                nonce: nonce.clone(),
            };
            jobs.push(Job { project, session, stack, name, wanted });
        }
    }
    Ok(jobs)
}

/// Makes a change set and shows what it does.
async fn prepare(args: &DeployArgs, job: &Job<'_>, view: &View<'_>) -> Result<Todo, Failure> {
    let told = view.of(&job.name, &job.project.subjects);
    told.tell(&Message::Started {
        target: "cloudformation",
        region: Some(job.session.region.clone()),
        account: Some(job.session.account.clone()),
    });
    if let Some(path) = &args.plan {
        return from_plan(path, args.adopt, job).await;
    }
    if args.recover {
        recover(args, job, view).await?;
    }
    let wanted = uploaded(args, job).await?;
    let prepared = flow::prepare(job.session, job.session.calls().timer(), &wanted).await;
    match prepared.map_err(|trouble| refused(job, &told, &trouble))? {
        Prepared::Unchanged(stack) => Ok(Todo::Unchanged(stack)),
        Prepared::UnderWay(stack) => Ok(Todo::Attach(stack)),
        Prepared::Ready(proposal) => {
            let warnings = Why::all(&proposal.reasons.warnings, &job.project.subjects);
            let changes = &proposal.change_set.changes;
            let review = Review { warnings, ..Review::of_changes(changes, &job.project.subjects) };
            told.tell(&Message::Review(review.clone()));
            told.unknown(&proposal.reasons, UNKNOWN_WARNINGS);
            Ok(Todo::Execute(Box::new(proposal), review))
        }
        Prepared::Shell(shell) => {
            told.tell(&Message::Notice {
                text: format!(
                    "the stack `{}` is what a creation that failed has left ({}); it is deleted first",
                    shell.name,
                    shell.status.word()
                ),
            });
            told.tell(&Message::Review(Review::of_creation(&job.project.planned.plan, &job.project.subjects)));
            if args.no_execute {
                return Err(Failure::new(format!(
                    "there is no plan to write: the stack `{}` must be deleted first ({})",
                    shell.name,
                    shell.status.word()
                ))
                .help("`kiln deploy` deletes it after asking; so does `kiln destroy`")
                .exit(Exit::NeedsHand));
            }
            Ok(Todo::Replace(shell))
        }
    }
}

/// Why nothing can be executed; what hooks and validations have stopped is told for each resource.
fn refused(job: &Job<'_>, told: &Told1<'_>, trouble: &Trouble) -> Failure {
    if let Trouble::Stopped(_, reasons) = trouble {
        told.causes(reasons);
    }
    words::trouble(&job.stack, trouble)
}

/// The template of a job, where the service finds it.
async fn uploaded(args: &DeployArgs, job: &Job<'_>) -> Result<Wanted, Failure> {
    let bucket = match &args.bucket {
        Some(bucket) => Bucket::Named(bucket),
        None if args.create_bucket => Bucket::Own,
        None => Bucket::None,
    };
    upload::documents(job.session, &job.project.planned.plan.uploads).await?;
    let template = upload::template(job.session, &job.project.text, bucket).await?;
    Ok(Wanted { template, ..job.wanted.clone() })
}

/// Continues a rollback that failed, and follows it to its end.
async fn recover(args: &DeployArgs, job: &Job<'_>, view: &View<'_>) -> Result<(), Failure> {
    let fault = |fault| words::fault(&fault);
    let Some(found) = job.session.stack(&job.stack).await.map_err(fault)? else { return Ok(()) };
    if found.status.phase() != kiln::deploy::Phase::RollbackStuck {
        return Ok(());
    }
    stack::check_owner(job.session, &found, (&job.project.name, args.adopt)).await?;
    let told = view.of(&job.name, &job.project.subjects);
    told.tell(&Message::Notice { text: "going on with the rollback that failed".to_owned() });
    let bookmark = flow::newest(job.session, &found.id).await.map_err(fault)?;
    let token = format!("kiln-recover-{}", job.wanted.nonce);
    job.session.continue_rollback(&found.id, &token, &args.skip).await.map_err(fault)?;
    let followed = Followed {
        session: job.session,
        stack: (&found.id, &job.stack),
        operation: Operation::After(bookmark.as_deref()),
        poll: args.follow.poll,
        deadline: args.follow.deadline(),
        is_ours: true,
        success: "recovered",
    };
    let outcome = stack::follow(&followed, &told, view, &mut Signals::listen()).await;
    // A rollback that ends is what was wanted here.
    match outcome.exit {
        Exit::Success | Exit::DeploymentFailed => Ok(()),
        exit => Err(Failure::new(format!("the stack `{}` could not be rolled back", job.stack)).exit(exit)),
    }
}

/// Executes and follows.
async fn carry_out(
    args: &DeployArgs,
    job: &Job<'_>,
    next: &Todo,
    view: &View<'_>,
    mut signals: Signals,
) -> Result<Outcome, Failure> {
    let told = view.of(&job.name, &job.project.subjects);
    let timer = job.session.calls().timer();
    let began = timer.elapsed();
    let replaced;
    let (id, operation, is_new) = match next {
        Todo::Unchanged(found) => {
            let outcome = Outcome {
                word: "unchanged",
                exit: Exit::Success,
                status: Some(found.status.word().to_owned()),
                outputs: found.outputs.iter().cloned().map(Into::into).collect(),
                time: timer.elapsed().saturating_sub(began),
            };
            told.end(&outcome, job.session.calls().made())?;
            return Ok(outcome);
        }
        Todo::Attach(running) => {
            told.tell(&Message::Notice {
                text: "this deployment was begun by an earlier run and is under way: following it".to_owned(),
            });
            (&running.id, Operation::Latest, false)
        }
        Todo::Replace(shell) => {
            let wanted = uploaded(args, job).await?;
            let made = async {
                match flow::replace(job.session, timer, &wanted, shell).await {
                    Ok(Prepared::Ready(proposal)) => Ok(proposal),
                    Ok(_) => Err(words::trouble(&job.stack, &Trouble::Moved)),
                    Err(trouble) => Err(refused(job, &told, &trouble)),
                }
            };
            let what = "what a failed creation has left is being deleted";
            replaced = args.follow.deadline().bound(what, made).await?;
            told.warnings(&replaced.reasons);
            execute(args, job, &replaced).await?
        }
        Todo::Execute(proposal, _) => execute(args, job, proposal).await?,
    };
    let outcome = if args.no_wait && is_new {
        Outcome {
            word: "begun",
            exit: Exit::Success,
            status: None,
            outputs: Vec::new(),
            time: std::time::Duration::ZERO,
        }
    } else {
        let followed = Followed {
            session: job.session,
            stack: (id, &job.stack),
            operation,
            poll: args.follow.poll,
            deadline: args.follow.deadline(),
            is_ours: true,
            success: "deployed",
        };
        stack::follow(&followed, &told, view, &mut signals).await
    };
    told.end(&outcome, job.session.calls().made())?;
    Ok(outcome)
}

/// Executes a change set; gives what to follow from where.
async fn execute<'a>(
    args: &DeployArgs,
    job: &Job<'_>,
    proposal: &'a Proposal,
) -> Result<(&'a String, Operation<'a>, bool), Failure> {
    let change_set = &proposal.change_set;
    let execute = job.session.execute(change_set.named(), &change_set.name, args.disable_rollback);
    let execute = async { execute.await.map_err(|fault| words::fault(&fault)) };
    let unknown = format!("`kiln watch --stack {}` shows whether the deployment has begun", job.stack);
    args.follow.deadline().bound(&unknown, execute).await?;
    let operation = match proposal.kind {
        Kind::Create => Operation::After(None),
        Kind::Update => Operation::After(proposal.bookmark.as_deref()),
    };
    Ok((&change_set.stack_id, operation, true))
}

fn failed(failure: &Failure) -> Outcome {
    Outcome { word: "failed", exit: failure.exit, status: None, outputs: Vec::new(), time: std::time::Duration::ZERO }
}

/// Tells why a job could not be done, and that it has ended.
fn report(view: &View<'_>, job: &Job<'_>, outcome: &Outcome, failure: &Failure, ui: &Ui) -> Result<(), Failure> {
    let told = view.of(&job.name, &job.project.subjects);
    view.rest();
    told.tell(&Message::Error { message: failure.message.clone(), help: failure.help.clone() });
    ui.failure(&Failure { message: format!("{}: {}", job.name, failure.message), ..failure.clone() });
    told.end(outcome, job.session.calls().made())
}

fn question(todo: &[(&Job<'_>, Todo)]) -> String {
    let stacks: Vec<&str> = todo.iter().filter(|(_, next)| next.is_work()).map(|(job, _)| job.name.as_str()).collect();
    match stacks.as_slice() {
        [one] => format!("deploy `{one}`?"),
        several => format!("deploy these {} stacks?", several.len()),
    }
}

/// Writes what was reviewed to a file.
async fn write_plan(
    args: &DeployArgs,
    todo: Vec<(&Job<'_>, Todo)>,
    worst: Exit,
    view: &View<'_>,
    ui: &Ui,
) -> crate::Outcome {
    for (job, next) in todo {
        match next {
            Todo::Unchanged(_) => ui.note(format!("`{}` is as its spec says: there is nothing to plan", job.name)),
            // That there can be no plan was said when it was prepared.
            Todo::Replace(_) => {}
            Todo::Attach(_) => ui.note(format!("`{}` is being deployed just so: there is nothing to plan", job.name)),
            Todo::Execute(proposal, review) => {
                let path =
                    args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.plan", job.name.replace('/', "-"))));
                let stack_id = proposal.change_set.stack_id.clone();
                let file = PlanFile::new(Parts {
                    project: job.project.name.clone(),
                    stack: (job.stack.clone(), stack_id),
                    place: (job.session.account.clone(), job.session.region.clone()),
                    proposal: *proposal,
                    digest: job.wanted.digest.clone(),
                    review,
                });
                refuse_other_than_plan(&path)?;
                disk::write(&path, &file.text())?;
                let path = crate::specs::shown(&path);
                view.of(&job.name, &job.project.subjects)
                    .tell(&Message::Notice { text: format!("wrote {path}; `kiln deploy --plan {path}` executes it") });
            }
        }
    }
    Ok(worst)
}

/// Refuses to write a plan over a file that is none.
fn refuse_other_than_plan(path: &std::path::Path) -> Result<(), Failure> {
    let target = Destination::find(path)?;
    let is_plan = |content: &[u8]| content.is_empty() || PlanFile::is_one(&String::from_utf8_lossy(content));
    match target.content().is_none_or(is_plan) {
        true => Ok(()),
        false => Err(Failure::new(format!("`{}` is not a plan file, and is not overwritten", path.display()))
            .help("name another file with --out, or remove it")),
    }
}

/// What a plan file says, held against the spec, the stack and the change set.
async fn from_plan(path: &std::path::Path, adopt: bool, job: &Job<'_>) -> Result<Todo, Failure> {
    let text = disk::read(path, MOST_PLAN_BYTES)?;
    let file = PlanFile::read(&String::from_utf8_lossy(&text)).map_err(|why| words::stale(path, &why))?;
    if file.project != job.project.name {
        let why = format!("it is for the project `{}`, and this is `{}`", file.project, job.project.name);
        return Err(words::stale(path, &why));
    }
    if (&file.account, &file.region) != (&job.session.account, &job.session.region) {
        return Err(words::stale(path, &format!("it is for {} in account {}", file.region, file.account)));
    }
    if file.digest != job.wanted.digest {
        return Err(words::stale(path, "the spec or a parameter has changed since"));
    }
    let fault = |fault| words::fault(&fault);
    let Some(change_set) =
        job.session.change_set(Named { stack: &file.stack_id, id: &file.change_set }).await.map_err(fault)?
    else {
        return Err(words::stale(path, "its change set is gone: something else was deployed since"));
    };
    match change_set.state {
        ChangeSetState::Ready => {}
        ChangeSetState::Executed => return Err(words::stale(path, "it was executed already")),
        _ => return Err(words::stale(path, "the stack has changed since")),
    }
    // What was warned of was reviewed, and is no part of what the change set does.
    let warnings = file.review.warnings.clone();
    let review = Review { warnings, ..Review::of_changes(&change_set.changes, &job.project.subjects) };
    if review != file.review || change_set.stack_id != file.stack_id || change_set.name != file.token {
        return Err(words::stale(path, "it does not say what its change set does"));
    }
    let stack = job.session.stack(&file.stack_id).await.map_err(fault)?;
    if let Some(stack) = &stack {
        stack::check_owner(job.session, stack, (&job.project.name, adopt)).await?;
    }
    let changed = stack.as_ref().map(|stack| stack.changed.clone()).filter(|_| !file.creates);
    if changed != file.stack_changed {
        return Err(words::stale(path, "the stack has changed since"));
    }
    let kind = if file.creates { Kind::Create } else { Kind::Update };
    let (bookmark, stack_changed, is_first) = (file.bookmark, file.stack_changed, false);
    let reasons = Reasons::default();
    let proposal = Proposal { change_set, kind, bookmark, stack_changed, is_first, reasons };
    Ok(Todo::Execute(Box::new(proposal), review))
}

/// A plan names its stack; another must not be deployed with it.
fn check_plan(path: &std::path::Path, todo: &[(&Job<'_>, Todo)]) -> Result<(), Failure> {
    for (job, next) in todo {
        if let Todo::Execute(proposal, _) = next
            && !proposal.change_set.stack_id.contains(&format!(":stack/{}/", job.stack))
        {
            return Err(words::stale(path, "it is for another stack; name it with --stack"));
        }
    }
    Ok(())
}
