//! What one CloudFormation stack takes (AWS CloudFormation quotas).

use super::Plan;
use crate::diagnostic::{Diagnostic, Place, Report, code};

const MOST_RESOURCES: usize = 500;
const MOST_OUTPUTS: usize = 200;
const MOST_PARAMETERS: usize = 200;

impl Plan {
    /// What would be too much for one stack.
    #[must_use]
    pub fn cloudformation_limits(&self) -> Report {
        let mut report = Report::new();
        let counts = [
            (self.resources.len() + self.own_cloudformation().count(), MOST_RESOURCES, "resources"),
            (self.outputs.len(), MOST_OUTPUTS, "outputs"),
            (self.parameters.len(), MOST_PARAMETERS, "parameters"),
        ];
        for (count, most, kind) in counts.into_iter().filter(|(count, most, _)| count > most) {
            report.push(
                Diagnostic::new(
                    code::CLOUDFORMATION_LIMIT,
                    format!("the project makes {count} {kind}, a stack takes {most}"),
                )
                .label(None, Place::File, "")
                .help("split the project into several specs; Terraform has no such limit"),
            );
        }
        report
    }
}
