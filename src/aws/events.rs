//! Events of CloudFormation: of stacks, and of operations, which have the reasons of hooks and validations.

use aws_sdk_cloudformation::operation::describe_events::builders::DescribeEventsFluentBuilder;
use aws_sdk_cloudformation::types as sdk;

use super::Session;
use super::cloudformation::text;
use crate::deploy::cause::NO_REASON;
use crate::deploy::{Event, Fault, Finding, Pages, ResourceStatus, STACK_TYPE, reasons};

impl Session {
    /// The events of operations of a stack, oldest first.
    pub(super) async fn operation_events(
        &self,
        stack_id: &str,
        of: impl Fn(DescribeEventsFluentBuilder) -> DescribeEventsFluentBuilder,
    ) -> Result<Vec<Event>, Fault> {
        let mut found = Vec::new();
        let mut page: Option<String> = None;
        let mut pages = Pages::new(reasons::ACTION);
        loop {
            // Permissions are on stacks, so the stack is named besides.
            let call =
                || of(self.cloudformation.describe_events().stack_name(stack_id)).set_next_token(page.clone()).send();
            let answer = self.calls.run(reasons::ACTION, call).await?;
            found.extend(answer.operation_events().iter().map(|event| operation_event(stack_id, event)));
            match pages.next(answer.next_token())? {
                Some(token) => page = Some(token),
                None => break,
            }
        }
        found.reverse();
        Ok(found)
    }
}

pub(super) fn event(event: &sdk::StackEvent) -> Event {
    Event {
        id: event.event_id().unwrap_or_default().to_owned(),
        stack_id: event.stack_id().unwrap_or_default().to_owned(),
        logical_id: event.logical_resource_id().unwrap_or_default().to_owned(),
        physical_id: text(event.physical_resource_id()),
        resource_type: event.resource_type().unwrap_or_default().to_owned(),
        status: ResourceStatus::new(event.resource_status().map_or("", sdk::ResourceStatus::as_str)),
        reason: text(event.resource_status_reason()),
        at: milliseconds(event.timestamp()),
        token: text(event.client_request_token()),
        operation: text(event.operation_id()),
        finding: event
            .hook_type()
            .map(|name| hook(name, event.hook_status(), event.hook_failure_mode(), event.hook_status_reason())),
    }
}

fn operation_event(stack_id: &str, event: &sdk::OperationEvent) -> Event {
    let validation = || {
        let name = text(event.validation_name())?;
        Some(Finding {
            is_hook: false,
            name,
            is_failure: event.validation_status() == Some(&sdk::ValidationStatus::Failed),
            is_blocking: event.validation_failure_mode() != Some(&sdk::HookFailureMode::Warn),
            reason: text(event.validation_status_reason()).unwrap_or_else(|| NO_REASON.to_owned()),
            path: text(event.validation_path()),
        })
    };
    let hook = event
        .hook_type()
        .map(|name| hook(name, event.hook_status(), event.hook_failure_mode(), event.hook_status_reason()));
    let own = || stack_id.split('/').nth(1).unwrap_or_default().to_owned();
    let resource_type = text(event.resource_type());
    // What names no resource is about the change set as a whole.
    let logical_id = text(event.logical_resource_id());
    let physical_id = text(event.physical_resource_id());
    let is_of_stack =
        logical_id.is_none() || resource_type.as_deref() == Some(STACK_TYPE) && logical_id.as_ref() == Some(&own());
    Event {
        id: event.event_id().unwrap_or_default().to_owned(),
        stack_id: stack_id.to_owned(),
        logical_id: logical_id.unwrap_or_else(own),
        physical_id: if is_of_stack { Some(stack_id.to_owned()) } else { physical_id },
        resource_type: if is_of_stack { STACK_TYPE.to_owned() } else { resource_type.unwrap_or_default() },
        status: ResourceStatus::new(event.resource_status().map_or("", sdk::ResourceStatus::as_str)),
        reason: text(event.resource_status_reason()),
        at: milliseconds(event.timestamp()),
        token: text(event.client_request_token()),
        operation: text(event.operation_id()),
        finding: hook.or_else(validation),
    }
}

fn hook(
    name: &str,
    status: Option<&sdk::HookStatus>,
    mode: Option<&sdk::HookFailureMode>,
    reason: Option<&str>,
) -> Finding {
    Finding {
        is_hook: true,
        name: name.to_owned(),
        is_failure: matches!(status, Some(sdk::HookStatus::HookCompleteFailed | sdk::HookStatus::HookFailed)),
        is_blocking: mode != Some(&sdk::HookFailureMode::Warn),
        reason: text(reason).unwrap_or_else(|| NO_REASON.to_owned()),
        path: None,
    }
}

fn milliseconds(at: Option<&aws_sdk_cloudformation::primitives::DateTime>) -> i64 {
    at.and_then(|at| at.to_millis().ok()).unwrap_or_default()
}
