//! Scans of new images: what is scanned, and the severity that an image may have.

use super::invalid::Invalid;
use super::suggest;

/// What Amazon Inspector scans when an AMI is built.
///
/// Source: EC2 Image Builder API reference, ImageScanningConfiguration, `imageScanningTypes`.
///
/// ```
/// use kiln::project::scan::ScanType;
///
/// assert_eq!(ScanType::parse("ON_DEMAND_AMI_CVE"), Ok(ScanType::OnDemandAmi));
/// assert!(ScanType::parse("on-demand").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanType {
    /// The test instance. Inspector must be activated in the account and Region.
    TestInstance,
    /// The AMI that was built. Inspector need not be activated.
    OnDemandAmi,
}

impl ScanType {
    /// All types; the first is the service's default.
    pub const ALL: [Self; 2] = [Self::TestInstance, Self::OnDemandAmi];

    /// Parses the service's word.
    ///
    /// # Errors
    /// If the text is another word.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or_else(|| {
            Invalid::new(format!("`{text}` is not a type of scan: write `TEST_INSTANCE_CVE` or `ON_DEMAND_AMI_CVE`"))
                .did_you_mean(suggest::closest(&text.to_ascii_uppercase(), Self::ALL.map(Self::as_str)))
        })
    }

    /// The service's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TestInstance => "TEST_INSTANCE_CVE",
            Self::OnDemandAmi => "ON_DEMAND_AMI_CVE",
        }
    }
}

/// The highest severity that findings of an image may have. Critical is not one: a condition that allows everything is none.
///
/// Source: EC2 Image Builder API reference, ScanResultCondition, `maximumSeverityLabel`.
///
/// ```
/// use kiln::project::scan::MaxSeverity;
///
/// assert_eq!(MaxSeverity::parse("high").map(MaxSeverity::service_word), Ok("HIGH"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxSeverity {
    /// Informational.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

impl MaxSeverity {
    const ALL: [(&str, Self); 4] =
        [("informational", Self::Informational), ("low", Self::Low), ("medium", Self::Medium), ("high", Self::High)];

    /// Parses `informational`, `low`, `medium` or `high`.
    ///
    /// # Errors
    /// If the text is another word.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|(word, _)| *word == text).map(|(_, severity)| severity).ok_or_else(|| {
            let words = "write `informational`, `low`, `medium` or `high`";
            Invalid::new(format!("`{text}` is not a severity that findings may have at most: {words}"))
                .did_you_mean(suggest::closest(&text.to_ascii_lowercase(), Self::ALL.map(|(word, _)| word)))
        })
    }

    /// The service's word, such as `HIGH`.
    #[must_use]
    pub const fn service_word(self) -> &'static str {
        match self {
            Self::Informational => "INFORMATIONAL",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
        }
    }
}
