//! What a scan found in an image, and how bad that is.

use serde::Serialize;

use super::place::literal;
use super::places::Places;
use super::{Ami, Builder, Pipeline};
use crate::deploy::follow::Options;
use crate::deploy::{Clock, Fault};
use crate::plan::{Plan, Planned};
use crate::resource::{Text, image_pipeline};

/// How many findings of Amazon Inspector an image has, by severity (`ListImageScanFindingAggregations`).
///
/// ```
/// use kiln::build::Findings;
///
/// let found = Findings { high: 2, other: 7, ..Findings::default() };
/// assert_eq!(found.words(), "2 high, 7 other");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Findings {
    /// Critical ones.
    pub critical: u64,
    /// High ones.
    pub high: u64,
    /// Medium ones.
    pub medium: u64,
    /// Low, informational and untriaged ones: the service tells only their sum.
    pub other: u64,
}

/// A severity that is too bad.
///
/// ```
/// use kiln::build::{Findings, scan::Severity};
///
/// let found = Findings { high: 2, other: 7, ..Findings::default() };
/// assert_eq!(found.at_least(Severity::Critical), 0);
/// assert_eq!(found.at_least(Severity::Medium), 2);
/// assert_eq!(found.at_least(Severity::Any), 9);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Critical findings.
    Critical,
    /// High findings and worse ones.
    High,
    /// Medium findings and worse ones.
    Medium,
    /// Any finding.
    Any,
}

/// How far the scan of an image is.
///
/// ```
/// use kiln::build::Findings;
/// use kiln::build::scan::{Scan, Severity};
///
/// // What is not known has not passed.
/// let passes = |scan: &Scan| match scan {
///     Scan::Done(findings) => findings.at_least(Severity::High) == 0,
///     Scan::Unknown(_) => false,
/// };
/// assert!(passes(&Scan::Done(Findings { medium: 3, ..Findings::default() })));
/// assert!(!passes(&Scan::Unknown("TIMED_OUT".to_owned())));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// It is over, with these findings.
    Done(Findings),
    /// It is not over, or ended without findings: the service's word for its state, and why.
    Unknown(String),
}

impl Findings {
    /// How many are so bad or worse.
    #[must_use]
    pub fn at_least(&self, severity: Severity) -> u64 {
        let Self { critical, high, medium, other } = self;
        match severity {
            Severity::Critical => *critical,
            Severity::High => critical + high,
            Severity::Medium => critical + high + medium,
            Severity::Any => critical + high + medium + other,
        }
    }

    /// In words, worst first: `2 critical, 5 high`.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { critical, high, medium, other } = *self;
        let counts = [(critical, "critical"), (high, "high"), (medium, "medium"), (other, "other")];
        let told: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        if told.is_empty() { "none".to_owned() } else { told.join(", ") }
    }
}

/// Whether a pipeline scans its AMIs themselves. Findings of such scans are kept by EC2, not by Image Builder.
#[must_use]
pub fn is_on_demand(plan: &Plan, pipeline: &Pipeline) -> bool {
    let name = pipeline.arn.rsplit('/').next().unwrap_or_default();
    let is_own = |planned: &&Planned| {
        *planned.handle.of == image_pipeline::TYPE
            && literal(planned, "Name").is_some_and(|own| own.to_lowercase().replace([' ', '_'], "-") == name)
    };
    let types = plan.resources.iter().filter(is_own).flat_map(|planned| planned.properties.texts("ImageScanningTypes"));
    types.filter_map(Text::as_literal).any(|it| it == "ON_DEMAND_AMI_CVE")
}

/// The findings of the on-demand scan of an image: of its AMI in the Region where it was built, which is the one that is scanned.
///
/// # Errors
///
/// If EC2 cannot be asked.
pub async fn of_amis(places: &impl Places, amis: &[Ami], region: &str) -> Result<Findings, Fault> {
    match amis.iter().find(|ami| ami.region == region).or_else(|| amis.first()) {
        Some(ami) => places.findings_of(&ami.region, &ami.id).await,
        None => Ok(Findings::default()),
    }
}

/// Waits for the end of an image's scan, which may come after that of its build, and reads what was found.
///
/// # Errors
///
/// If the service cannot be asked.
pub async fn wait(service: &impl Builder, clock: &impl Clock, (arn, options): (&str, Options)) -> Result<Scan, Fault> {
    let began = clock.elapsed();
    loop {
        let image = service.image(arn).await?.unwrap_or_default();
        match image.scan.as_deref() {
            Some("COMPLETED") => return service.findings(arn).await.map(Scan::Done),
            Some(over @ ("ABANDONED" | "FAILED" | "TIMED_OUT")) => return Ok(Scan::Unknown(over.to_owned())),
            state => {
                let waited = clock.elapsed().saturating_sub(began);
                // Another look would come too late.
                if options.limit.is_some_and(|limit| waited + options.interval >= limit) {
                    return Ok(Scan::Unknown(state.unwrap_or("PENDING").to_owned()));
                }
            }
        }
        clock.sleep(options.interval).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_counted_from_a_severity_on() {
        let found = Findings { critical: 1, high: 2, medium: 3, other: 4 };
        let counts = [Severity::Critical, Severity::High, Severity::Medium, Severity::Any].map(|it| found.at_least(it));
        assert_eq!(counts, [1, 3, 6, 10]);
        assert_eq!(found.words(), "1 critical, 2 high, 3 medium, 4 other");
        assert_eq!(Findings { high: 2, ..Findings::default() }.words(), "2 high");
        assert_eq!(Findings::default().words(), "none");
    }
}
