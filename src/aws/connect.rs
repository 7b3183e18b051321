//! Whose account and which Region: credentials as the AWS CLI finds them.

use std::rc::Rc;
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudformation::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_cloudformation::config::retry::RetryConfig;
use aws_sdk_cloudformation::config::timeout::TimeoutConfig;
use aws_sdk_cloudformation::config::{ConfigBag, Intercept, ProvideCredentials, RuntimeComponents};
use aws_sdk_cloudformation::error::BoxError;

use super::Calls;
use super::bounded::Bounded;
use super::calls::innermost;
use super::plain::Plain;
use crate::deploy::{Fault, FaultKind};

/// What the user chose instead of what the environment says.
///
/// ```
/// use kiln::aws::Choice;
///
/// // What `--profile images --region eu-west-1` says; without the Region it is that of the profile.
/// let choice = Choice { profile: Some("images".to_owned()), region: Some("eu-west-1".to_owned()) };
/// assert_ne!(choice.region, Choice::default().region);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// A Region.
    pub region: Option<String>,
    /// A profile of the AWS configuration files.
    pub profile: Option<String>,
}

/// An account and a Region that calls can be made to.
///
/// ```
/// use std::rc::Rc;
///
/// use kiln::aws::{Calls, Choice, Session, Timer};
/// use kiln::deploy::{Fault, Service, Stack};
///
/// async fn stack(name: &str) -> Result<Option<Stack>, Fault> {
///     let calls = Rc::new(Calls::new(Timer::new(7)));
///     let session = Session::connect(&Choice::default(), calls).await?;
///     session.stack(name).await
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Session {
    /// The Region.
    pub region: String,
    /// The account, 12 digits.
    pub account: String,
    /// The partition, such as `aws` or `aws-cn`.
    pub partition: String,
    pub(super) calls: Rc<Calls>,
    pub(super) cloudformation: aws_sdk_cloudformation::Client,
    pub(super) imagebuilder: aws_sdk_imagebuilder::Client,
    pub(super) logs: aws_sdk_cloudwatchlogs::Client,
    pub(super) s3: aws_sdk_s3::Client,
    pub(super) plain: Plain,
}

/// Refuses answers that were cut: the SDK reads half a document without complaint, and half an ARN is none.
#[derive(Debug)]
struct Whole;

impl Intercept for Whole {
    fn name(&self) -> &'static str {
        "Whole"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // What could not be read to its end has an error of its own.
        let Some(body) = context.response().body().bytes() else { return Ok(()) };
        // Every answer of the query protocol is one element: `…Response`, `ErrorResponse`.
        if body.trim_ascii_end().ends_with(b"Response>") { Ok(()) } else { Err("the answer was cut".into()) }
    }
}

/// A profile that is named comes before keys in the environment, as in the AWS CLI. The SDK asks the environment first.
fn of_profile(config: SdkConfig, profile: &str) -> SdkConfig {
    let place = ProviderConfig::without_region().with_region(config.region().cloned());
    let provider = ProfileFileCredentialsProvider::builder().configure(&place).profile_name(profile).build();
    let provider = aws_sdk_cloudformation::config::SharedCredentialsProvider::new(provider);
    config.into_builder().credentials_provider(provider).build()
}

impl Session {
    /// Finds credentials and the Region, and asks whose account it is.
    ///
    /// # Errors
    ///
    /// If there are no credentials, or no Region, or the service does not take them.
    pub async fn connect(choice: &Choice, calls: Rc<Calls>) -> Result<Self, Fault> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(Duration::from_secs(40))
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts);
        if let Some(profile) = &choice.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &choice.region {
            loader = loader.region(Region::new(region.clone()));
        }
        let config = loader.load().await;
        let config = match &choice.profile {
            Some(profile) => of_profile(config, profile),
            None => config,
        };
        let action = "sts:GetCallerIdentity";
        let fault = |kind, message| Fault { kind, action: action.to_owned(), message };
        let Some(region) = config.region().map(ToString::to_string) else {
            return Err(fault(FaultKind::NoRegion, "no Region is chosen".to_owned()));
        };
        let Some(provider) = config.credentials_provider() else {
            return Err(fault(FaultKind::NoCredentials, "there is nowhere to look for them".to_owned()));
        };
        if let Err(error) = provider.provide_credentials().await {
            return Err(fault(FaultKind::NoCredentials, innermost(&error)));
        }
        let sts =
            aws_sdk_sts::Client::from_conf(aws_sdk_sts::config::Builder::from(&config).interceptor(Bounded).build());
        let caller = calls.run(action, || sts.get_caller_identity().send()).await;
        let caller = caller.map_err(|found| match found.kind {
            FaultKind::Unavailable => fault(found.kind, format!("{} (Region {region})", found.message)),
            _ => found,
        })?;
        let partition = caller.arn().and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws").to_owned();
        Ok(Self {
            region,
            account: caller.account().unwrap_or_default().to_owned(),
            partition,
            calls,
            cloudformation: aws_sdk_cloudformation::Client::from_conf(
                aws_sdk_cloudformation::config::Builder::from(&config).interceptor(Bounded).interceptor(Whole).build(),
            ),
            imagebuilder: aws_sdk_imagebuilder::Client::from_conf(
                aws_sdk_imagebuilder::config::Builder::from(&config).interceptor(Bounded).build(),
            ),
            logs: aws_sdk_cloudwatchlogs::Client::from_conf(
                aws_sdk_cloudwatchlogs::config::Builder::from(&config).interceptor(Bounded).build(),
            ),
            s3: aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).interceptor(Bounded).build()),
            plain: Plain::new(&config),
        })
    }

    /// The calls that this and other sessions make.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.calls
    }
}
