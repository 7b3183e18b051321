//! The findings of an AMI's own scan, which EC2 keeps.

use aws_smithy_xml::decode::{Document, try_data};

use super::Session;
use super::parameters::{EC2, damaged, escaped};
use super::plain::Call;
use crate::build::Findings;
use crate::deploy::Fault;

impl Session {
    /// How many findings the on-demand scan of an AMI has, by severity (`GetImageFindings`).
    pub(super) async fn findings_of_ami(&self, region: &str, ami: &str) -> Result<Findings, Fault> {
        let action = "ec2:GetImageFindings";
        let (mut found, mut page) = (Findings::default(), None::<String>);
        loop {
            let mut body = format!("Action=GetImageFindings&Version=2016-11-15&ImageId={}", escaped(ami));
            if let Some(page) = &page {
                body.push_str(&format!("&NextToken={}", escaped(page)));
            }
            let call = || {
                let call = Call { of: EC2, region: region.to_owned(), target: None, body: body.clone() };
                self.plain.call(call)
            };
            let answer = self.calls.run(action, call).await?;
            let (severities, next) = read(&answer).map_err(|()| damaged(action))?;
            severities.iter().for_each(|severity| count(&mut found, severity));
            match next {
                Some(next) if page.as_ref() != Some(&next) => page = Some(next),
                // A token that comes again would go on without end.
                Some(_) => return Err(damaged(action)),
                None => return Ok(found),
            }
        }
    }
}

fn count(found: &mut Findings, severity: &str) {
    match severity.to_ascii_lowercase().as_str() {
        "critical" => found.critical += 1,
        "high" => found.high += 1,
        "medium" => found.medium += 1,
        _ => found.other += 1,
    }
}

/// The severity of each finding, and the token of the next page.
fn read(body: &str) -> Result<(Vec<String>, Option<String>), ()> {
    let mut document = Document::new(body);
    let mut root = document.root_element().map_err(drop)?;
    let (mut found, mut next) = (Vec::new(), None);
    while let Some(mut part) = root.next_tag() {
        match part.start_el().local() {
            "imageFindingSet" => {
                while let Some(mut item) = part.next_tag() {
                    let mut severity = String::new();
                    while let Some(mut field) = item.next_tag() {
                        if field.start_el().local() == "severityLabel" {
                            severity = try_data(&mut field).map_err(drop)?.into_owned();
                        }
                    }
                    found.push(severity);
                }
            }
            "nextToken" => next = Some(try_data(&mut part).map_err(drop)?.into_owned()).filter(|it| !it.is_empty()),
            _ => {}
        }
    }
    Ok((found, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_counted_over_their_severities() {
        let body = "<GetImageFindingsResponse><requestId>1</requestId><imageFindingSet>\
                    <item><score>9.1</score><severityLabel>critical</severityLabel></item>\
                    <item><severityLabel>low</severityLabel><pathSet><item>/usr</item></pathSet></item><item/>\
                    </imageFindingSet><nextToken>2</nextToken></GetImageFindingsResponse>";
        let (severities, next) = read(body).unwrap();
        let mut found = Findings::default();
        severities.iter().for_each(|severity| count(&mut found, severity));
        assert_eq!((found, next.as_deref()), (Findings { critical: 1, other: 2, ..Findings::default() }, Some("2")));
    }
}
