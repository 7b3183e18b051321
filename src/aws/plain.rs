//! Single calls of services whose crates would cost more than they give: that of EC2 alone takes longer to compile than
//! all else together. Orchestration, signing and connection are the SDK's own; only the few bytes of a request and of its
//! answer are written and read here.

use super::bounded::Bounded;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_sdk_cloudformation::config::Region;
use aws_sdk_cloudformation::config::http::{HttpRequest, HttpResponse};
use aws_sdk_cloudformation::error::{BoxError, ErrorMetadata, SdkError};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{AuthSchemeOptionResolverParams, SharedAuthScheme};
use aws_smithy_runtime_api::client::identity::SharedIdentityCache;
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::config_bag::Layer;
use aws_types::SdkConfig;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use aws_types::service_config::ServiceConfigKey;

/// A service that is called by hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of {
    /// Its name in addresses and signatures: `ssm`.
    pub(super) name: &'static str,
    /// Its name in the configuration of the SDK: `SSM`.
    pub(super) id: &'static str,
    /// How its requests are written.
    pub(super) content_type: &'static str,
    /// Whether an answer is there to its end. One that was cut is asked for again.
    pub(super) is_whole: fn(&str) -> bool,
    /// Reads an error.
    pub(super) error: fn(&str) -> ErrorMetadata,
}

/// What such calls share.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    config: SdkConfig,
    identities: SharedIdentityCache,
}

/// One call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The service.
    pub(super) of: Of,
    /// The Region.
    pub(super) region: String,
    /// The operation, as the header `x-amz-target` names it, if it is named there.
    pub(super) target: Option<&'static str>,
    /// What is asked.
    pub(super) body: String,
}

impl Plain {
    pub(super) fn new(config: &SdkConfig) -> Self {
        let identities = config.identity_cache().unwrap_or_else(|| IdentityCache::lazy().build());
        Self { config: config.clone(), identities }
    }

    /// Makes a call, and gives the body of the answer.
    pub(super) async fn call(&self, call: Call) -> Result<String, SdkError<ErrorMetadata, HttpResponse>> {
        let of = call.of;
        let endpoint = self.endpoint(of, &call.region);
        let mut operation = Operation::builder()
            .service_name(call.of.name)
            .operation_name(call.target.unwrap_or(call.of.name))
            .endpoint_url(&endpoint)
            .no_retry()
            .interceptor(Bounded)
            .runtime_plugin(self.signing(call.of, &call.region));
        if let Some(client) = self.config.http_client() {
            operation = operation.http_client(client);
        }
        if let Some(sleep) = self.config.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        if let Some(time) = self.config.time_source() {
            operation = operation.time_source(time);
        }
        if let Some(timeouts) = self.config.timeout_config() {
            operation = operation.timeout_config(timeouts.clone());
        }
        let operation = operation
            .serializer(|call: Call| request(call))
            .deserializer(move |response: &HttpResponse| answer(response, of))
            .build();
        operation.invoke(call).await
    }

    /// Credentials and how they sign.
    fn signing(&self, of: Of, region: &str) -> StaticRuntimePlugin {
        let mut layer = Layer::new("signing");
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(SigV4OperationSigningConfig {
            region: Some(SigningRegion::from(Region::new(region.to_owned()))),
            name: Some(SigningName::from_static(of.name)),
            ..SigV4OperationSigningConfig::default()
        });
        let mut components = RuntimeComponentsBuilder::new("signing")
            .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])))
            .with_identity_cache(Some(self.identities.clone()));
        if let Some(provider) = self.config.credentials_provider() {
            components.set_identity_resolver(SCHEME_ID, provider);
        }
        StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
    }

    /// Where the service is: what the environment or the profile says, else its address in the Region's partition.
    fn endpoint(&self, of: Of, region: &str) -> String {
        let key = ServiceConfigKey::builder().service_id(of.id).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
        let own = key.ok().zip(self.config.service_config()).and_then(|(key, config)| config.load_config(key));
        if let Some(url) = own.or_else(|| self.config.endpoint_url().map(str::to_owned)) {
            return url;
        }
        let fips = if self.config.use_fips() == Some(true) { "-fips" } else { "" };
        format!("https://{}{fips}.{region}.{}", of.name, suffix(region))
    }
}

/// The domain of a Region's partition (botocore `partitions.json`, `dnsSuffix`).
fn suffix(region: &str) -> &'static str {
    const SUFFIXES: &[(&str, &str)] = &[
        ("cn-", "amazonaws.com.cn"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eusc-", "amazonaws.eu"),
    ];
    SUFFIXES.iter().find(|(start, _)| region.starts_with(start)).map_or("amazonaws.com", |(_, suffix)| suffix)
}

fn request(call: Call) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(call.body.into());
    request.set_method("POST")?;
    request.set_uri("/")?;
    request.headers_mut().insert("content-type", call.of.content_type);
    if let Some(target) = call.target {
        request.headers_mut().insert("x-amz-target", target);
    }
    Ok(request)
}

fn answer(response: &HttpResponse, of: Of) -> Result<String, OrchestratorError<ErrorMetadata>> {
    let text = String::from_utf8_lossy(response.body().bytes().unwrap_or_default()).into_owned();
    match (response.status().is_success(), (of.is_whole)(&text)) {
        (true, true) => Ok(text),
        (true, false) => Err(OrchestratorError::response("the answer was cut".into())),
        (false, _) => Err(OrchestratorError::operation((of.error)(&text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_the_domain_of_its_partition() {
        let of = Of {
            name: "ssm",
            id: "SSM",
            content_type: "application/x-amz-json-1.1",
            is_whole: |_| true,
            error: |_| ErrorMetadata::builder().build(),
        };
        let plain = Plain::new(&SdkConfig::builder().build());
        assert_eq!(plain.endpoint(of, "eu-west-1"), "https://ssm.eu-west-1.amazonaws.com");
        assert_eq!(plain.endpoint(of, "cn-north-1"), "https://ssm.cn-north-1.amazonaws.com.cn");
        let fips = Plain::new(&SdkConfig::builder().use_fips(true).build());
        assert_eq!(fips.endpoint(of, "us-gov-west-1"), "https://ssm-fips.us-gov-west-1.amazonaws.com");
        let local = Plain::new(&SdkConfig::builder().endpoint_url("http://localhost:4566").build());
        assert_eq!(local.endpoint(of, "us-east-1"), "http://localhost:4566");
    }
}
