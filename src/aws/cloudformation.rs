//! CloudFormation, behind the trait of `deploy`.

use aws_sdk_cloudformation::types as sdk;

use super::Session;
use super::events::event;
use crate::deploy::{
    Change, ChangeSet, ChangeSetState, Detail, Event, Fault, FaultKind, Kind, Named, Page, Pages, Replacement, Request,
    ResourceStatus, Service, Stack, StackOutput, StackResource, StackStatus, Start,
};

/// Answers of the service to a change set without changes, in its words.
const NOTHING_TO_CHANGE: [&str; 2] = ["didn't contain changes", "No updates are to be performed"];

impl Service for Session {
    async fn stack(&self, name: &str) -> Result<Option<Stack>, Fault> {
        let call = || self.cloudformation.describe_stacks().stack_name(name).send();
        match self.calls.run("cloudformation:DescribeStacks", call).await {
            Ok(answer) => Ok(answer.stacks().first().map(stack)),
            Err(fault) if fault.kind == FaultKind::Missing => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn create_change_set(&self, request: &Request) -> Result<String, Fault> {
        let (body, url) = match &request.template {
            Start::Body(text) => (Some(text.clone()), None),
            Start::Url(url) => (None, Some(url.clone())),
        };
        let parameters: Vec<sdk::Parameter> = request.parameters.iter().map(parameter).collect();
        let kind = match request.kind {
            Kind::Create => sdk::ChangeSetType::Create,
            Kind::Update => sdk::ChangeSetType::Update,
        };
        let tag = |(key, value): &(String, String)| sdk::Tag::builder().key(key).value(value).build();
        let tags: Vec<sdk::Tag> = request.tags.iter().map(tag).collect();
        let capabilities = request.has_iam.then(|| vec![sdk::Capability::CapabilityIam]);
        let call = || {
            self.cloudformation
                .create_change_set()
                .stack_name(&request.stack)
                .change_set_name(&request.name)
                .change_set_type(kind.clone())
                .client_token(&request.name)
                .description("made by kiln")
                .set_template_body(body.clone())
                .set_template_url(url.clone())
                .set_parameters(Some(parameters.clone()))
                .set_tags(Some(tags.clone()))
                .set_capabilities(capabilities.clone())
                .send()
        };
        match self.calls.run("cloudformation:CreateChangeSet", call).await {
            Ok(answer) => Ok(answer.id().unwrap_or(&request.name).to_owned()),
            Err(fault) if fault.kind == FaultKind::Exists => {
                // Its name is ours alone: an answer was lost, and this is the second time that we ask.
                let look = || {
                    let describe = self.cloudformation.describe_change_set();
                    describe.stack_name(&request.stack).change_set_name(&request.name).send()
                };
                let found = self.calls.run("cloudformation:DescribeChangeSet", look).await;
                found.ok().and_then(|answer| answer.change_set_id().map(str::to_owned)).ok_or(fault)
            }
            Err(fault) => Err(fault),
        }
    }

    async fn change_set(&self, named: Named<'_>) -> Result<Option<ChangeSet>, Fault> {
        let mut found: Option<ChangeSet> = None;
        let mut page: Option<String> = None;
        let mut pages = Pages::new("cloudformation:DescribeChangeSet");
        loop {
            let call = || {
                self.cloudformation
                    .describe_change_set()
                    .stack_name(named.stack)
                    .change_set_name(named.id)
                    .set_next_token(page.clone())
                    .send()
            };
            let answer = match self.calls.run("cloudformation:DescribeChangeSet", call).await {
                Ok(answer) => answer,
                Err(fault) if fault.kind == FaultKind::Missing => return Ok(None),
                Err(fault) => return Err(fault),
            };
            let changes = answer.changes().iter().filter_map(sdk::Change::resource_change).map(change);
            match &mut found {
                Some(change_set) => change_set.changes.extend(changes),
                None => {
                    found = Some(ChangeSet {
                        id: answer.change_set_id().unwrap_or(named.id).to_owned(),
                        name: answer.change_set_name().unwrap_or_default().to_owned(),
                        stack_id: answer.stack_id().unwrap_or_default().to_owned(),
                        state: state(answer.status(), answer.execution_status(), answer.status_reason()),
                        changes: changes.collect(),
                    });
                }
            }
            match pages.next(answer.next_token())? {
                Some(token) => page = Some(token),
                None => return Ok(found),
            }
        }
    }

    async fn execute(&self, named: Named<'_>, token: &str, disable_rollback: bool) -> Result<(), Fault> {
        let call = || {
            let execute = self
                .cloudformation
                .execute_change_set()
                .stack_name(named.stack)
                .change_set_name(named.id)
                .client_request_token(token);
            // Only sent where it is wanted: a creation whose rollback is on also removes what would be retained.
            let execute = match disable_rollback {
                true => execute.disable_rollback(true),
                false => execute.retain_except_on_create(true),
            };
            execute.send()
        };
        match self.calls.run("cloudformation:ExecuteChangeSet", call).await {
            Ok(_) => Ok(()),
            // An answer may have been lost: then the change set is under way, and what we wanted has happened.
            Err(fault) if matches!(fault.kind, FaultKind::Conflict | FaultKind::Missing) => {
                match self.change_set(named).await? {
                    Some(ChangeSet { state: ChangeSetState::Executed, .. }) => Ok(()),
                    _ => Err(fault),
                }
            }
            Err(fault) => Err(fault),
        }
    }

    async fn delete_change_set(&self, named: Named<'_>) -> Result<(), Fault> {
        let call = || self.cloudformation.delete_change_set().stack_name(named.stack).change_set_name(named.id).send();
        self.calls.run("cloudformation:DeleteChangeSet", call).await.map(drop)
    }

    async fn change_sets(&self, stack: &str) -> Result<Vec<String>, Fault> {
        let mut names = Vec::new();
        let mut page: Option<String> = None;
        let mut pages = Pages::new("cloudformation:ListChangeSets");
        loop {
            let call = || self.cloudformation.list_change_sets().stack_name(stack).set_next_token(page.clone()).send();
            let answer = self.calls.run("cloudformation:ListChangeSets", call).await?;
            names.extend(answer.summaries().iter().filter_map(|it| it.change_set_name()).map(str::to_owned));
            match pages.next(answer.next_token())? {
                Some(token) => page = Some(token),
                None => return Ok(names),
            }
        }
    }

    async fn events(&self, stack: &str, page: Option<&str>) -> Result<Page, Fault> {
        let call = || {
            let describe = self.cloudformation.describe_stack_events().stack_name(stack);
            describe.set_next_token(page.map(str::to_owned)).send()
        };
        let answer = self.calls.run("cloudformation:DescribeStackEvents", call).await?;
        let next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        Ok(Page { events: answer.stack_events().iter().map(event).collect(), next })
    }

    async fn change_set_events(&self, stack_id: &str, change_set_id: &str) -> Result<Vec<Event>, Fault> {
        // Warnings are wanted too, and a filter may leave them out. The name alone of a change set is not taken.
        self.operation_events(stack_id, |call| call.change_set_name(change_set_id)).await
    }

    async fn failed_events(&self, stack_id: &str, operation: &str) -> Result<Vec<Event>, Fault> {
        let failed = sdk::EventFilter::builder().failed_events(true).build();
        self.operation_events(stack_id, |call| call.operation_id(operation).filters(failed.clone())).await
    }

    async fn template(&self, stack: &str) -> Result<String, Fault> {
        let call = || {
            let stage = sdk::TemplateStage::Original;
            self.cloudformation.get_template().stack_name(stack).template_stage(stage).send()
        };
        let answer = self.calls.run("cloudformation:GetTemplate", call).await?;
        Ok(answer.template_body().unwrap_or_default().to_owned())
    }

    async fn resources(&self, stack: &str) -> Result<Vec<StackResource>, Fault> {
        let mut found = Vec::new();
        let mut page: Option<String> = None;
        let mut pages = Pages::new("cloudformation:ListStackResources");
        loop {
            let call =
                || self.cloudformation.list_stack_resources().stack_name(stack).set_next_token(page.clone()).send();
            let answer = self.calls.run("cloudformation:ListStackResources", call).await?;
            found.extend(answer.stack_resource_summaries().iter().map(|resource| StackResource {
                logical_id: resource.logical_resource_id().unwrap_or_default().to_owned(),
                physical_id: resource.physical_resource_id().map(str::to_owned),
                resource_type: resource.resource_type().unwrap_or_default().to_owned(),
                status: ResourceStatus::new(resource.resource_status().map_or("", sdk::ResourceStatus::as_str)),
            }));
            match pages.next(answer.next_token())? {
                Some(token) => page = Some(token),
                None => return Ok(found),
            }
        }
    }

    async fn delete_stack(&self, id: &str, token: &str, retain: &[String]) -> Result<(), Fault> {
        let retain = (!retain.is_empty()).then(|| retain.to_vec());
        let call = || {
            let delete = self.cloudformation.delete_stack().stack_name(id).client_request_token(token);
            delete.set_retain_resources(retain.clone()).send()
        };
        self.calls.run("cloudformation:DeleteStack", call).await.map(drop)
    }

    async fn cancel_update(&self, id: &str) -> Result<(), Fault> {
        let call = || self.cloudformation.cancel_update_stack().stack_name(id).send();
        self.calls.run("cloudformation:CancelUpdateStack", call).await.map(drop)
    }

    async fn continue_rollback(&self, id: &str, token: &str, skip: &[String]) -> Result<(), Fault> {
        let skip = (!skip.is_empty()).then(|| skip.to_vec());
        let call = || {
            let go_on = self.cloudformation.continue_update_rollback().stack_name(id).client_request_token(token);
            go_on.set_resources_to_skip(skip.clone()).send()
        };
        self.calls.run("cloudformation:ContinueUpdateRollback", call).await.map(drop)
    }
}

/// A text that is there and says something.
pub(super) fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn stack(stack: &sdk::Stack) -> Stack {
    Stack {
        id: stack.stack_id().unwrap_or_default().to_owned(),
        name: stack.stack_name().unwrap_or_default().to_owned(),
        status: StackStatus::new(stack.stack_status().map_or("", sdk::StackStatus::as_str)),
        reason: text(stack.stack_status_reason()),
        outputs: stack
            .outputs()
            .iter()
            .map(|output| StackOutput {
                name: output.output_key().unwrap_or_default().to_owned(),
                value: output.output_value().unwrap_or_default().to_owned(),
                description: text(output.description()),
            })
            .collect(),
        parameters: stack
            .parameters()
            .iter()
            .map(|parameter| {
                let value = parameter.parameter_value().unwrap_or_default();
                (parameter.parameter_key().unwrap_or_default().to_owned(), value.to_owned())
            })
            .collect(),
        tags: stack
            .tags()
            .iter()
            .map(|tag| (tag.key().unwrap_or_default().to_owned(), tag.value().unwrap_or_default().to_owned()))
            .collect(),
        is_protected: stack.enable_termination_protection().unwrap_or_default(),
        changed: stack.last_updated_time().or(stack.creation_time()).map(ToString::to_string).unwrap_or_default(),
    }
}

fn parameter((name, value): &(String, Option<String>)) -> sdk::Parameter {
    let parameter = sdk::Parameter::builder().parameter_key(name);
    match value {
        Some(value) => parameter.parameter_value(value),
        None => parameter.use_previous_value(true),
    }
    .build()
}

fn state(
    status: Option<&sdk::ChangeSetStatus>,
    execution: Option<&sdk::ExecutionStatus>,
    reason: Option<&str>,
) -> ChangeSetState {
    match execution {
        Some(
            sdk::ExecutionStatus::ExecuteInProgress
            | sdk::ExecutionStatus::ExecuteComplete
            | sdk::ExecutionStatus::ExecuteFailed,
        ) => return ChangeSetState::Executed,
        Some(sdk::ExecutionStatus::Obsolete) => return ChangeSetState::Obsolete,
        _ => {}
    }
    match status {
        Some(sdk::ChangeSetStatus::CreateComplete) => ChangeSetState::Ready,
        Some(sdk::ChangeSetStatus::CreatePending | sdk::ChangeSetStatus::CreateInProgress) | None => {
            ChangeSetState::Pending
        }
        Some(other) => {
            let reason = reason.unwrap_or_else(|| other.as_str());
            match NOTHING_TO_CHANGE.iter().any(|words| reason.contains(words)) {
                true => ChangeSetState::Empty,
                false => ChangeSetState::Failed(reason.to_owned()),
            }
        }
    }
}

fn change(change: &sdk::ResourceChange) -> Change {
    Change {
        action: change.action().map_or("", sdk::ChangeAction::as_str).to_owned(),
        logical_id: change.logical_resource_id().unwrap_or_default().to_owned(),
        physical_id: change.physical_resource_id().filter(|id| !id.is_empty()).map(str::to_owned),
        resource_type: change.resource_type().unwrap_or_default().to_owned(),
        replacement: match change.replacement() {
            Some(sdk::Replacement::True) => Replacement::Yes,
            Some(sdk::Replacement::Conditional) => Replacement::Maybe,
            _ => Replacement::No,
        },
        policy: change.policy_action().map(|policy| policy.as_str().to_owned()),
        details: change.details().iter().map(detail).collect(),
    }
}

fn detail(detail: &sdk::ResourceChangeDetail) -> Detail {
    let target = detail.target();
    let attribute = target.and_then(sdk::ResourceTargetDefinition::attribute);
    Detail {
        target: target
            .and_then(sdk::ResourceTargetDefinition::name)
            .or(attribute.map(sdk::ResourceAttribute::as_str))
            .unwrap_or("something")
            .to_owned(),
        replaces: target.and_then(sdk::ResourceTargetDefinition::requires_recreation)
            == Some(&sdk::RequiresRecreation::Always),
        source: detail.change_source().map(|source| source.as_str().to_owned()),
        cause: detail.causing_entity().map(str::to_owned),
    }
}
