//! Image Builder and the logs of its builds, behind the trait of `build`.

use aws_sdk_imagebuilder::types as sdk;

use super::Session;
use crate::build::{
    Ami, Builder, Container, Execution, Findings, Image, LogLine, LogPage, Parameter, Pipeline, State, Step, Template,
    Workflow,
};
use crate::deploy::{Fault, FaultKind, Pages};

impl Builder for Session {
    async fn pipeline(&self, arn: &str) -> Result<Pipeline, Fault> {
        let call = || self.imagebuilder.get_image_pipeline().image_pipeline_arn(arn).send();
        let answer = self.calls.run("imagebuilder:GetImagePipeline", call).await?;
        let found = answer.image_pipeline().map(pipeline);
        found.ok_or_else(|| missing("imagebuilder:GetImagePipeline", arn))
    }

    async fn regions(&self, distribution: &str) -> Result<Vec<String>, Fault> {
        let call =
            || self.imagebuilder.get_distribution_configuration().distribution_configuration_arn(distribution).send();
        let answer = self.calls.run("imagebuilder:GetDistributionConfiguration", call).await?;
        let distributions =
            answer.distribution_configuration().map(sdk::DistributionConfiguration::distributions).unwrap_or_default();
        Ok(distributions.iter().map(|it| it.region().to_owned()).collect())
    }

    async fn start(&self, pipeline: &str, token: &str) -> Result<String, Fault> {
        let call = || {
            let start = self.imagebuilder.start_image_pipeline_execution();
            start.image_pipeline_arn(pipeline).client_token(token).send()
        };
        let action = "imagebuilder:StartImagePipelineExecution";
        let answer = self.calls.run(action, call).await?;
        let image = answer.image_build_version_arn().map(str::to_owned);
        image.ok_or_else(|| missing(action, pipeline))
    }

    async fn cancel(&self, image: &str, token: &str) -> Result<(), Fault> {
        let call =
            || self.imagebuilder.cancel_image_creation().image_build_version_arn(image).client_token(token).send();
        self.calls.run("imagebuilder:CancelImageCreation", call).await.map(drop)
    }

    async fn image(&self, arn: &str) -> Result<Option<Image>, Fault> {
        let call = || self.imagebuilder.get_image().image_build_version_arn(arn).send();
        match self.calls.run("imagebuilder:GetImage", call).await {
            Ok(answer) => Ok(answer.image().map(image)),
            Err(fault) if fault.kind == FaultKind::Missing => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn images(&self, pipeline: &str) -> Result<Vec<Image>, Fault> {
        let mut found: Vec<Image> = Vec::new();
        let mut page: Option<String> = None;
        let mut pages = Pages::new("imagebuilder:ListImagePipelineImages");
        loop {
            let call = || {
                let list = self.imagebuilder.list_image_pipeline_images().image_pipeline_arn(pipeline);
                list.set_next_token(page.clone()).send()
            };
            let answer = self.calls.run("imagebuilder:ListImagePipelineImages", call).await?;
            found.extend(answer.image_summary_list().iter().map(|it| summary(it, Some(pipeline))));
            match pages.next(answer.next_token())? {
                Some(token) => page = Some(token),
                None => break,
            }
        }
        sort(&mut found);
        Ok(found)
    }

    async fn images_of_recipe(&self, name: &str) -> Result<Vec<Image>, Fault> {
        let filter = sdk::Filter::builder().name("name").values(name).build();
        let mut versions: Vec<String> = Vec::new();
        let mut page: Option<String> = None;
        let mut pages = Pages::new("imagebuilder:ListImages");
        loop {
            let call = || {
                let list = self.imagebuilder.list_images().owner(sdk::Ownership::SelfValue).filters(filter.clone());
                list.set_next_token(page.clone()).send()
            };
            let answer = self.calls.run("imagebuilder:ListImages", call).await?;
            versions.extend(answer.image_version_list().iter().filter_map(|it| it.arn().map(str::to_owned)));
            match pages.next(answer.next_token())? {
                Some(token) => page = Some(token),
                None => break,
            }
        }
        // A filter may also find what only begins with the name.
        let own = name.to_lowercase().replace([' ', '_'], "-");
        versions.retain(|arn| arn.split('/').nth(1) == Some(own.as_str()));
        let mut found: Vec<Image> = Vec::new();
        for version in versions {
            let mut page: Option<String> = None;
            let mut pages = Pages::new("imagebuilder:ListImageBuildVersions");
            loop {
                let call = || {
                    let list = self.imagebuilder.list_image_build_versions().image_version_arn(&version);
                    list.set_next_token(page.clone()).send()
                };
                let answer = self.calls.run("imagebuilder:ListImageBuildVersions", call).await?;
                found.extend(answer.image_summary_list().iter().map(|it| summary(it, None)));
                match pages.next(answer.next_token())? {
                    Some(token) => page = Some(token),
                    None => break,
                }
            }
        }
        sort(&mut found);
        Ok(found)
    }

    async fn findings(&self, image: &str) -> Result<Findings, Fault> {
        let filter = sdk::Filter::builder().name("imageBuildVersionArn").values(image).build();
        let call = || self.imagebuilder.list_image_scan_finding_aggregations().filter(filter.clone()).send();
        let answer = self.calls.run("imagebuilder:ListImageScanFindingAggregations", call).await?;
        let counts = answer.responses().iter().find_map(|it| it.image_aggregation()?.severity_counts());
        Ok(counts.map(findings).unwrap_or_default())
    }

    async fn delete(&self, image: &Image, role: &str, token: &str) -> Result<Option<String>, Fault> {
        let is_container = !image.containers.is_empty();
        let state = sdk::ResourceState::builder().status(sdk::ResourceStatus::Deleted).build();
        let parts = sdk::ResourceStateUpdateIncludeResources::builder()
            .amis(!is_container)
            .snapshots(!is_container)
            .containers(is_container)
            .build();
        let call = || {
            let update = self.imagebuilder.start_resource_state_update().resource_arn(&image.arn);
            update.state(state.clone()).include_resources(parts.clone()).execution_role(role).client_token(token).send()
        };
        let answer = self.calls.run("imagebuilder:StartResourceStateUpdate", call).await?;
        Ok(text(answer.lifecycle_execution_id()))
    }

    async fn forget(&self, image: &str) -> Result<(), Fault> {
        let call = || self.imagebuilder.delete_image().image_build_version_arn(image).send();
        match self.calls.run("imagebuilder:DeleteImage", call).await {
            // An answer that was lost: it is gone.
            Err(fault) if fault.kind == FaultKind::Missing => Ok(()),
            other => other.map(drop),
        }
    }

    async fn execution(&self, id: &str) -> Result<Execution, Fault> {
        let call = || self.imagebuilder.get_lifecycle_execution().lifecycle_execution_id(id).send();
        let answer = self.calls.run("imagebuilder:GetLifecycleExecution", call).await?;
        let state = answer.lifecycle_execution().and_then(sdk::LifecycleExecution::state);
        let reason = state.and_then(|state| state.reason()).unwrap_or("the service gives no reason");
        Ok(match state.and_then(|state| state.status()) {
            Some(sdk::LifecycleExecutionStatus::Success) => Execution::Done,
            Some(sdk::LifecycleExecutionStatus::Failed | sdk::LifecycleExecutionStatus::Cancelled) => {
                Execution::Failed(reason.to_owned())
            }
            _ => Execution::Running,
        })
    }

    async fn workflows(&self, image: &str) -> Result<Vec<Workflow>, Fault> {
        let mut found = Vec::new();
        let mut page: Option<String> = None;
        let mut pages = Pages::new("imagebuilder:ListWorkflowExecutions");
        loop {
            let call = || {
                let list = self.imagebuilder.list_workflow_executions().image_build_version_arn(image);
                list.set_next_token(page.clone()).send()
            };
            let answer = self.calls.run("imagebuilder:ListWorkflowExecutions", call).await?;
            found.extend(answer.workflow_executions().iter().map(|it| Workflow {
                id: it.workflow_execution_id().unwrap_or_default().to_owned(),
                name: workflow_name(it.workflow_build_version_arn().unwrap_or_default()),
                kind: it.r#type().map_or("", sdk::WorkflowType::as_str).to_owned(),
                status: it.status().map_or("", sdk::WorkflowExecutionStatus::as_str).to_owned(),
                message: text(it.message()),
            }));
            match pages.next(answer.next_token())? {
                Some(token) => page = Some(token),
                None => return Ok(found),
            }
        }
    }

    async fn steps(&self, workflow: &str) -> Result<Vec<Step>, Fault> {
        let mut found = Vec::new();
        let mut page: Option<String> = None;
        let mut pages = Pages::new("imagebuilder:ListWorkflowStepExecutions");
        loop {
            let call = || {
                let list = self.imagebuilder.list_workflow_step_executions().workflow_execution_id(workflow);
                list.set_next_token(page.clone()).send()
            };
            let answer = self.calls.run("imagebuilder:ListWorkflowStepExecutions", call).await?;
            found.extend(answer.steps().iter().map(|it| Step {
                id: it.step_execution_id().unwrap_or_default().to_owned(),
                name: it.name().unwrap_or_default().to_owned(),
                action: it.action().unwrap_or_default().to_owned(),
                status: it.status().map_or("", sdk::WorkflowStepExecutionStatus::as_str).to_owned(),
                message: text(it.message()),
                began: text(it.start_time()),
                ended: text(it.end_time()),
            }));
            match pages.next(answer.next_token())? {
                Some(token) => page = Some(token),
                None => return Ok(found),
            }
        }
    }

    async fn log(&self, group: &str, stream: &str, next: Option<&str>) -> Result<LogPage, Fault> {
        let call = || {
            let get = self.logs.get_log_events().log_group_name(group).log_stream_name(stream);
            get.start_from_head(true).set_next_token(next.map(str::to_owned)).send()
        };
        match self.calls.run("logs:GetLogEvents", call).await {
            Ok(answer) => Ok(LogPage {
                lines: answer
                    .events()
                    .iter()
                    .map(|event| LogLine {
                        at: event.timestamp().unwrap_or_default(),
                        text: event.message().unwrap_or_default().trim_end_matches(['\n', '\r']).to_owned(),
                    })
                    .collect(),
                next: text(answer.next_forward_token()),
            }),
            Err(fault) if fault.kind == FaultKind::Missing => {
                Ok(LogPage { lines: Vec::new(), next: next.map(str::to_owned) })
            }
            Err(fault) => Err(fault),
        }
    }
}

/// Newest first. Versions decide where builds began in the same moment.
fn sort(images: &mut [Image]) {
    let key = |image: &Image| (image.created.clone(), numbers(&image.version));
    images.sort_by_key(|image| std::cmp::Reverse(key(image)));
}

fn missing(action: &str, arn: &str) -> Fault {
    Fault {
        kind: FaultKind::Missing,
        action: action.to_owned(),
        message: format!("the answer has nothing about {arn}"),
    }
}

fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The name in the ARN of a workflow: `…:workflow/build/build-image/1.0.0/1`.
fn workflow_name(arn: &str) -> String {
    arn.split('/').nth(2).unwrap_or(arn).to_owned()
}

fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '/']).map(|number| number.parse().unwrap_or_default()).collect()
}

fn pipeline(it: &sdk::ImagePipeline) -> Pipeline {
    let schedule = it.schedule();
    Pipeline {
        arn: it.arn().unwrap_or_default().to_owned(),
        name: it.name().unwrap_or_default().to_owned(),
        recipe: it.image_recipe_arn().or(it.container_recipe_arn()).unwrap_or_default().to_owned(),
        distribution: text(it.distribution_configuration_arn()),
        is_enabled: it.status() != Some(&sdk::PipelineStatus::Disabled),
        is_scanned: it
            .image_scanning_configuration()
            .and_then(aws_sdk_imagebuilder::types::ImageScanningConfiguration::image_scanning_enabled)
            .unwrap_or_default(),
        schedule: schedule.and_then(|it| text(it.schedule_expression())),
        timezone: schedule.and_then(|it| text(it.timezone())),
        next_run: text(it.date_next_run()),
        failures: it.consecutive_failures().and_then(|count| count.try_into().ok()).unwrap_or_default(),
        most_failures: schedule
            .and_then(|it| it.auto_disable_policy())
            .and_then(|policy| policy.failure_count().try_into().ok()),
    }
}

fn image(it: &sdk::Image) -> Image {
    let distributions = it
        .distribution_configuration()
        .map(aws_sdk_imagebuilder::types::DistributionConfiguration::distributions)
        .unwrap_or_default();
    let (amis, containers) = output(it.output_resources());
    Image {
        arn: it.arn().unwrap_or_default().to_owned(),
        name: name(it.arn(), it.name()),
        version: version(it.arn(), it.version()),
        state: State::new(it.state().and_then(sdk::ImageState::status).map_or("", sdk::ImageStatus::as_str)),
        reason: it.state().and_then(|state| text(state.reason())),
        created: it.date_created().unwrap_or_default().to_owned(),
        base: text(
            it.image_recipe()
                .and_then(|it| it.parent_image())
                .or(it.container_recipe().and_then(|it| it.parent_image())),
        ),
        pipeline: text(it.source_pipeline_arn()),
        log_group: it.logging_configuration().and_then(|it| text(it.log_group_name())),
        terminates: it
            .infrastructure_configuration()
            .and_then(aws_sdk_imagebuilder::types::InfrastructureConfiguration::terminate_instance_on_failure),
        is_scanned: it
            .image_scanning_configuration()
            .and_then(aws_sdk_imagebuilder::types::ImageScanningConfiguration::image_scanning_enabled)
            .unwrap_or_default(),
        scan: it.scan_state().and_then(|it| it.status()).map(|status| status.as_str().to_owned()),
        amis,
        containers,
        parameters: distributions
            .iter()
            .flat_map(|place| {
                place.ssm_parameter_configurations().iter().map(|it| Parameter {
                    region: place.region().to_owned(),
                    account: text(it.ami_account_id()),
                    name: it.parameter_name().to_owned(),
                    data_type: it.data_type().map(|kind| kind.as_str().to_owned()),
                })
            })
            .collect(),
        templates: distributions
            .iter()
            .flat_map(|place| {
                place.launch_template_configurations().iter().map(|it| Template {
                    region: place.region().to_owned(),
                    account: text(it.account_id()),
                    id: it.launch_template_id().to_owned(),
                    is_default: it.set_default_version(),
                })
            })
            .collect(),
    }
}

fn findings(it: &sdk::SeverityCounts) -> Findings {
    let count = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default();
    let (critical, high, medium) = (count(it.critical()), count(it.high()), count(it.medium()));
    Findings { critical, high, medium, other: count(it.all()).saturating_sub(critical + high + medium) }
}

fn summary(it: &sdk::ImageSummary, pipeline: Option<&str>) -> Image {
    let (amis, containers) = output(it.output_resources());
    Image {
        arn: it.arn().unwrap_or_default().to_owned(),
        name: name(it.arn(), it.name()),
        version: version(it.arn(), it.version()),
        state: State::new(it.state().and_then(sdk::ImageState::status).map_or("", sdk::ImageStatus::as_str)),
        reason: it.state().and_then(|state| text(state.reason())),
        created: it.date_created().unwrap_or_default().to_owned(),
        pipeline: pipeline.map(str::to_owned),
        log_group: it.logging_configuration().and_then(|it| text(it.log_group_name())),
        amis,
        containers,
        ..Image::default()
    }
}

/// The name as the ARN has it, which is that of the log group.
fn name(arn: Option<&str>, name: Option<&str>) -> String {
    arn.and_then(|arn| arn.split('/').nth(1)).or(name).unwrap_or_default().to_owned()
}

/// Version and build, as the ARN has them.
fn version(arn: Option<&str>, version: Option<&str>) -> String {
    let of_arn = arn.and_then(|arn| arn.splitn(3, '/').nth(2));
    of_arn.or(version).unwrap_or_default().to_owned()
}

fn output(it: Option<&sdk::OutputResources>) -> (Vec<Ami>, Vec<Container>) {
    let Some(it) = it else { return Default::default() };
    let own = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let amis = it.amis().iter().map(|ami| Ami {
        region: own(ami.region()),
        account: own(ami.account_id()),
        id: own(ami.image()),
        name: own(ami.name()),
    });
    let containers =
        it.containers().iter().map(|it| Container { region: own(it.region()), uris: it.image_uris().to_vec() });
    (amis.collect(), containers.collect())
}
