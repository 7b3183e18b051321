//! Answers are read to their end before anything is done with them, so their length has a bound.

use aws_sdk_cloudformation::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_cloudformation::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_cloudformation::error::BoxError;
use aws_smithy_types::body::SdkBody;
use http_body_util::{LengthLimitError, Limited};

/// The longest answer that is read. The longest that is asked for is a template of a megabyte with everything in it
/// escaped.
pub(super) const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Ends the body of an answer that is too long with an error.
#[derive(Debug)]
pub(super) struct Bounded;

impl Intercept for Bounded {
    fn name(&self) -> &'static str {
        "Bounded"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response_mut().take_body();
        *context.response_mut().body_mut() = SdkBody::from_body_1_x(Limited::new(body, MOST_BYTES));
        Ok(())
    }
}

/// Whether an answer was too long.
pub(super) fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .any(<dyn std::error::Error + 'static>::is::<LengthLimitError>)
}
