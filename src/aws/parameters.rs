//! Parameters of Systems Manager and what refers to AMIs in EC2, behind the traits of `build`.

use aws_sdk_cloudformation::error::ErrorMetadata;
use aws_smithy_xml::decode::{Document, try_data};
use serde_json::{Value, json};

use super::Session;
use super::plain::{Call, Of};
use crate::build::Findings;
use crate::build::places::{Held, Places, Reference};
use crate::deploy::{Fault, FaultKind, Pages};

const SSM: Of = Of {
    name: "ssm",
    id: "SSM",
    content_type: "application/x-amz-json-1.1",
    is_whole: |body| serde_json::from_str::<Value>(body).is_ok(),
    error: json_error,
};
pub(super) const EC2: Of = Of {
    name: "ec2",
    id: "EC2",
    content_type: "application/x-www-form-urlencoded",
    is_whole: |body| body.trim_end().ends_with("Response>"),
    error: xml_error,
};

/// So many AMIs are asked about at once; `DescribeImageReferences` takes ten.
const MOST_AMIS: usize = 10;

/// So many AMIs are described at once: a filter takes 200 values.
const MOST_DESCRIBED: usize = 200;

/// Versions of a launch template that are looked at, from the newest; the service's default is ten, its most 10,000.
const DEPTH: usize = 100;

impl Places for Session {
    async fn parameter(&self, region: &str, name: &str) -> Result<Option<Held>, Fault> {
        let body = json!({ "Name": name, "WithDecryption": false });
        match self.ssm(region, ("AmazonSSM.GetParameter", "ssm:GetParameter"), &body).await {
            Ok(answer) => {
                let held = &answer["Parameter"];
                let text = |key: &str| held[key].as_str().map(str::to_owned);
                Ok(Some(Held {
                    value: text("Value").unwrap_or_default(),
                    data_type: text("DataType"),
                    kind: text("Type").unwrap_or_default(),
                    changed: held["LastModifiedDate"].as_f64().map(|seconds| seconds as i64),
                }))
            }
            Err(fault) if fault.kind == FaultKind::Missing => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn point(&self, region: &str, name: &str, (ami, data_type): (&str, Option<&str>)) -> Result<(), Fault> {
        let mut body = json!({ "Name": name, "Value": ami, "Type": "String", "Overwrite": true });
        if let Some(data_type) = data_type {
            body["DataType"] = json!(data_type);
        }
        self.ssm(region, ("AmazonSSM.PutParameter", "ssm:PutParameter"), &body).await.map(drop)
    }

    async fn snapshots(&self, region: &str, amis: &[&str]) -> Result<Vec<String>, Fault> {
        let mut found = Vec::new();
        for some in amis.chunks(MOST_DESCRIBED) {
            // As a filter, not as `ImageId`: one that is gone is no error then.
            let mut body = "Action=DescribeImages&Version=2016-11-15&Filter.1.Name=image-id".to_owned();
            for (at, ami) in (1..).zip(some) {
                body.push_str(&format!("&Filter.1.Value.{at}={}", escaped(ami)));
            }
            let call = || {
                let call = Call { of: EC2, region: region.to_owned(), target: None, body: body.clone() };
                self.plain.call(call)
            };
            let action = "ec2:DescribeImages";
            let answer = self.calls.run(action, call).await?;
            found.extend(snapshot_ids(&answer).map_err(|()| damaged(action))?);
        }
        Ok(found)
    }

    async fn findings_of(&self, region: &str, ami: &str) -> Result<Findings, Fault> {
        self.findings_of_ami(region, ami).await
    }

    async fn references(&self, region: &str, amis: &[&str]) -> Result<Vec<Reference>, Fault> {
        let mut found = Vec::new();
        for some in amis.chunks(MOST_AMIS) {
            let mut page: Option<String> = None;
            let mut pages = Pages::new("ec2:DescribeImageReferences");
            loop {
                let body = asked(some, page.as_deref());
                let call = || {
                    let body = body.clone();
                    let call = Call { of: EC2, region: region.to_owned(), target: None, body };
                    self.plain.call(call)
                };
                let action = "ec2:DescribeImageReferences";
                let answer = self.calls.run(action, call).await?;
                let (references, next) = read(&answer).map_err(|()| damaged(action))?;
                found.extend(references);
                match pages.next(next.as_deref())? {
                    Some(next) => page = Some(next),
                    None => break,
                }
            }
        }
        Ok(found)
    }
}

impl Session {
    async fn ssm(&self, region: &str, (target, action): (&'static str, &str), body: &Value) -> Result<Value, Fault> {
        let call = || {
            let call = Call { of: SSM, region: region.to_owned(), target: Some(target), body: body.to_string() };
            self.plain.call(call)
        };
        let answer: Result<String, Fault> = self.calls.run::<_, ErrorMetadata, _>(action, call).await;
        serde_json::from_str(&answer?).map_err(|_| damaged(action))
    }
}

pub(super) fn damaged(action: &str) -> Fault {
    let message = "the answer was cut or damaged".to_owned();
    Fault { kind: FaultKind::Unavailable, action: action.to_owned(), message }
}

/// `{"__type": "com.amazonaws.ssm#ParameterNotFound", "message": …}`.
fn json_error(body: &str) -> ErrorMetadata {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |keys: [&str; 2]| keys.iter().find_map(|key| value[key].as_str()).map(str::to_owned);
    let code = text(["__type", "code"]).map(|code| code.rsplit('#').next().unwrap_or_default().to_owned());
    let mut error = ErrorMetadata::builder();
    error = error.message(text(["message", "Message"]).unwrap_or_else(|| code.clone().unwrap_or_default()));
    if let Some(code) = code {
        error = error.code(code);
    }
    error.build()
}

/// `<Response><Errors><Error><Code>…</Code><Message>…</Message></Error></Errors></Response>`.
fn xml_error(body: &str) -> ErrorMetadata {
    let mut error = ErrorMetadata::builder();
    let mut document = Document::new(body);
    let Ok(mut root) = document.root_element() else { return error.build() };
    while let Some(mut errors) = root.next_tag() {
        while let Some(mut one) = errors.next_tag() {
            while let Some(mut field) = one.next_tag() {
                let name = field.start_el().local().to_owned();
                let text = try_data(&mut field).unwrap_or_default().into_owned();
                match name.as_str() {
                    "Code" => error = error.code(text),
                    "Message" => error = error.message(text),
                    _ => {}
                }
            }
        }
    }
    error.build()
}

/// The request as a form. Nothing in it needs to be escaped but the token.
fn asked(amis: &[&str], page: Option<&str>) -> String {
    let mut body = "Action=DescribeImageReferences&Version=2016-11-15".to_owned();
    for (at, ami) in (1..).zip(amis) {
        body.push_str(&format!("&ImageId.{at}={ami}"));
    }
    for (at, kind) in (1..).zip(["ec2:Instance", "ssm:Parameter", "imagebuilder:ImageRecipe", "ec2:LaunchTemplate"]) {
        body.push_str(&format!("&ResourceType.{at}.ResourceType={}", escaped(kind)));
        if kind == "ec2:LaunchTemplate" {
            let option = format!("&ResourceType.{at}.ResourceTypeOption.1");
            body.push_str(&format!("{option}.OptionName=version-depth{option}.OptionValue.1={DEPTH}"));
        }
        if kind == "ec2:Instance" {
            let option = format!("&ResourceType.{at}.ResourceTypeOption.1");
            body.push_str(&format!("{option}.OptionName=state-name"));
            for (at, state) in (1..).zip(["pending", "running", "shutting-down", "stopping", "stopped"]) {
                body.push_str(&format!("{option}.OptionValue.{at}={state}"));
            }
        }
    }
    if let Some(page) = page {
        body.push_str(&format!("&NextToken={}", escaped(page)));
    }
    body
}

/// A text as a form has it: all but letters, digits and `-_.~` as `%XX` of its bytes.
pub(super) fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// References and the token of the next page.
fn read(body: &str) -> Result<(Vec<Reference>, Option<String>), ()> {
    let mut document = Document::new(body);
    let mut root = document.root_element().map_err(drop)?;
    let (mut found, mut next) = (Vec::new(), None);
    while let Some(mut part) = root.next_tag() {
        match part.start_el().local() {
            "imageReferenceSet" => {
                while let Some(mut item) = part.next_tag() {
                    let mut reference = Reference::default();
                    while let Some(mut field) = item.next_tag() {
                        let name = field.start_el().local().to_owned();
                        let text = try_data(&mut field).map_err(drop)?.into_owned();
                        match name.as_str() {
                            "imageId" => reference.ami = text,
                            "resourceType" => reference.kind = text,
                            "arn" => reference.arn = text,
                            _ => {}
                        }
                    }
                    found.push(reference);
                }
            }
            "nextToken" => {
                let token = try_data(&mut part).map_err(drop)?.into_owned();
                next = Some(token).filter(|token| !token.is_empty());
            }
            _ => {}
        }
    }
    Ok((found, next))
}

/// `<imagesSet><item>…<blockDeviceMapping><item><ebs><snapshotId>snap-…` of all images.
fn snapshot_ids(body: &str) -> Result<Vec<String>, ()> {
    fn search(element: &mut aws_smithy_xml::decode::ScopedDecoder<'_, '_>, found: &mut Vec<String>) -> Result<(), ()> {
        while let Some(mut part) = element.next_tag() {
            match part.start_el().local() {
                "snapshotId" => found.push(try_data(&mut part).map_err(drop)?.into_owned()),
                "imagesSet" | "item" | "blockDeviceMapping" | "ebs" => search(&mut part, found)?,
                _ => {}
            }
        }
        Ok(())
    }
    let mut document = Document::new(body);
    let mut root = document.root_element().map_err(drop)?;
    let mut found = Vec::new();
    search(&mut root, &mut found)?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_are_those_of_all_disks() {
        let disk = |id: &str| {
            format!("<item><deviceName>/dev/xvda</deviceName><ebs><snapshotId>{id}</snapshotId></ebs></item>")
        };
        let image = |disks: &str| {
            format!("<item><imageId>ami-1</imageId><blockDeviceMapping>{disks}</blockDeviceMapping></item>")
        };
        let images = image(&(disk("snap-1") + &disk("snap-2"))) + &image("<item><noDevice/></item>");
        let body = format!("<DescribeImagesResponse><imagesSet>{images}</imagesSet></DescribeImagesResponse>");
        assert_eq!(snapshot_ids(&body), Ok(vec!["snap-1".to_owned(), "snap-2".to_owned()]));
    }

    #[test]
    fn errors_of_both_protocols_are_read() {
        let error = json_error(r#"{"__type":"com.amazonaws.ssm#ParameterNotFound"}"#);
        assert_eq!((error.code(), error.message()), (Some("ParameterNotFound"), Some("ParameterNotFound")));
        let error = json_error(r#"{"__type":"AccessDeniedException","Message":"no"}"#);
        assert_eq!((error.code(), error.message()), (Some("AccessDeniedException"), Some("no")));
        assert_eq!(json_error("<html>").code(), None);
        let error = xml_error(
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>a &amp; b</Message></Error></Errors>\
             <RequestID>x</RequestID></Response>",
        );
        assert_eq!((error.code(), error.message()), (Some("UnauthorizedOperation"), Some("a & b")));
        assert_eq!(xml_error("{").code(), None);
    }

    #[test]
    fn references_are_read_and_half_an_answer_is_known() {
        let answer = "<DescribeImageReferencesResponse><imageReferenceSet><item><imageId>ami-1</imageId>\
                      <resourceType>ec2:Instance</resourceType><arn>arn:aws:ec2:us-east-1:1:instance/i-1</arn></item>\
                      </imageReferenceSet><nextToken>more</nextToken></DescribeImageReferencesResponse>";
        let (found, next) = read(answer).unwrap();
        assert_eq!((found[0].ami.as_str(), found[0].name(), next.as_deref()), ("ami-1", "i-1", Some("more")));
        assert!(!(EC2.is_whole)(&answer[..200]) && (EC2.is_whole)(answer));
        assert!((SSM.is_whole)("{}") && !(SSM.is_whole)("{\"Parameter\": {"));
        let none = "<DescribeImageReferencesResponse><imageReferenceSet/></DescribeImageReferencesResponse>";
        assert_eq!(read(none), Ok((Vec::new(), None)));
    }

    #[test]
    fn a_request_is_a_form() {
        let body = asked(&["ami-1", "ami-2"], Some("a+b="));
        assert!(body.contains("&ImageId.2=ami-2&ResourceType.1.ResourceType=ec2%3AInstance&"), "{body}");
        assert!(body.ends_with("&NextToken=a%2Bb%3D"), "{body}");
    }
}
