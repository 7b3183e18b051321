//! Who is told of builds.

use super::Given;
use crate::project::Arn;
use crate::project::event_target::TargetKind;

/// Somebody who is told when an image comes to a state.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::event_target::TargetKind;
/// use kiln::spec::{BuildEvent, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let topic = BuildEvent::from("arn:aws:sns:eu-west-1:123456789012:on-call").states(["failed"]);
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.events([topic]));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.pipelines[0].events[0].kind, TargetKind::Topic);
/// ```
#[derive(Debug, Clone)]
pub struct BuildEvent {
    /// The states, in the order in which a build goes through them.
    pub states: Vec<ImageState>,
    /// Who, by ARN.
    pub to: Given<String>,
    /// What that is.
    pub kind: TargetKind,
    /// The key that a topic or queue is encrypted with.
    pub kms_key: Option<Arn>,
}

/// A state that an image comes to.
///
/// ```
/// use kiln::project::definition::ImageState;
///
/// let (_, state) =
///     ImageState::ALL.into_iter().find(|(word, _)| *word == "failed").expect("a word of a spec");
/// assert!(ImageState::ENDS.contains(&state));
/// assert_eq!(state.service_word(), "FAILED");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageState {
    /// It is built.
    Building,
    /// It is tested.
    Testing,
    /// It goes to Regions and accounts.
    Distributing,
    /// What names it is brought up to date.
    Integrating,
    /// It can be used.
    Available,
    /// Somebody stopped the build.
    Cancelled,
    /// Something went wrong.
    Failed,
}

impl ImageState {
    /// All states by the words for them in a spec (EC2 Image Builder user guide, "Event messages that Image Builder
    /// sends").
    pub const ALL: [(&'static str, Self); 7] = [
        ("building", Self::Building),
        ("testing", Self::Testing),
        ("distributing", Self::Distributing),
        ("integrating", Self::Integrating),
        ("available", Self::Available),
        ("cancelled", Self::Cancelled),
        ("failed", Self::Failed),
    ];

    /// The states that a build ends in.
    pub const ENDS: [Self; 3] = [Self::Available, Self::Cancelled, Self::Failed];

    /// The service's word.
    #[must_use]
    pub const fn service_word(self) -> &'static str {
        match self {
            Self::Building => "BUILDING",
            Self::Testing => "TESTING",
            Self::Distributing => "DISTRIBUTING",
            Self::Integrating => "INTEGRATING",
            Self::Available => "AVAILABLE",
            Self::Cancelled => "CANCELLED",
            Self::Failed => "FAILED",
        }
    }
}
