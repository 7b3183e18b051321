//! Drift, behind the trait of `deploy`.

use aws_sdk_cloudformation::types as sdk;

use super::Session;
use crate::deploy::drift::{Detection, Drifted, Held, Inspector};
use crate::deploy::{Fault, FaultKind, Pages};

impl Inspector for Session {
    async fn detect_drift(&self, stack: &str) -> Result<String, Fault> {
        let call = || self.cloudformation.detect_stack_drift().stack_name(stack).send();
        let answer = self.calls.run("cloudformation:DetectStackDrift", call).await?;
        Ok(answer.stack_drift_detection_id().unwrap_or_default().to_owned())
    }

    async fn detection(&self, id: &str) -> Result<Detection, Fault> {
        let call = || self.cloudformation.describe_stack_drift_detection_status().stack_drift_detection_id(id).send();
        let answer = self.calls.run("cloudformation:DescribeStackDriftDetectionStatus", call).await?;
        Ok(match answer.detection_status() {
            Some(sdk::StackDriftDetectionStatus::DetectionComplete) => Detection::Done,
            Some(sdk::StackDriftDetectionStatus::DetectionFailed) => {
                Detection::Failed(answer.detection_status_reason().unwrap_or_default().to_owned())
            }
            _ => Detection::Running,
        })
    }

    async fn drifts(&self, stack: &str) -> Result<Vec<Drifted>, Fault> {
        let mut found = Vec::new();
        let mut page: Option<String> = None;
        let mut pages = Pages::new("cloudformation:DescribeStackResourceDrifts");
        loop {
            let call = || {
                let describe = self.cloudformation.describe_stack_resource_drifts().stack_name(stack);
                describe.set_next_token(page.clone()).send()
            };
            let answer = self.calls.run("cloudformation:DescribeStackResourceDrifts", call).await?;
            found.extend(answer.stack_resource_drifts().iter().map(drifted));
            match pages.next(answer.next_token())? {
                Some(token) => page = Some(token),
                None => return Ok(found),
            }
        }
    }

    async fn document(&self, resource_type: &str, arn: &str) -> Result<Held, Fault> {
        let found = match resource_type {
            "AWS::ImageBuilder::Component" => {
                let call = || self.imagebuilder.get_component().component_build_version_arn(arn).send();
                let answer = self.calls.run("imagebuilder:GetComponent", call).await;
                answer.map(|answer| answer.component().and_then(|it| it.data().map(str::to_owned)))
            }
            "AWS::ImageBuilder::Workflow" => {
                let call = || self.imagebuilder.get_workflow().workflow_build_version_arn(arn).send();
                let answer = self.calls.run("imagebuilder:GetWorkflow", call).await;
                answer.map(|answer| answer.workflow().and_then(|it| it.data().map(str::to_owned)))
            }
            _ => {
                let call = || self.imagebuilder.get_container_recipe().container_recipe_arn(arn).send();
                let answer = self.calls.run("imagebuilder:GetContainerRecipe", call).await;
                answer.map(|answer| {
                    answer.container_recipe().and_then(|it| it.dockerfile_template_data().map(str::to_owned))
                })
            }
        };
        match found {
            Ok(Some(text)) if !text.is_empty() => Ok(Held::Text(text)),
            Ok(_) => Ok(Held::Hidden),
            Err(fault) if fault.kind == FaultKind::Missing => Ok(Held::Nothing),
            Err(fault) => Err(fault),
        }
    }
}

fn drifted(it: &sdk::StackResourceDrift) -> Drifted {
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    Drifted {
        logical_id: it.logical_resource_id().unwrap_or_default().to_owned(),
        physical_id: text(it.physical_resource_id()),
        resource_type: it.resource_type().unwrap_or_default().to_owned(),
        status: it.stack_resource_drift_status().map_or("", sdk::StackResourceDriftStatus::as_str).to_owned(),
        differences: it
            .property_differences()
            .iter()
            .map(|it| {
                (it.property_path().unwrap_or_default().to_owned(), text(it.expected_value()), text(it.actual_value()))
            })
            .collect(),
    }
}
