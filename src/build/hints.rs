//! What to do about reasons that are known. A row holds if all of its pieces stand in the reason or the log's last lines.

/// What to do about a failed build that says this.
pub(super) fn hint(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    KNOWN.iter().find(|(says, _)| says.iter().all(|piece| text.contains(piece))).map(|(_, hint)| *hint)
}

/// Pieces in lowercase, and the hint; what is special stands before what is general. Words of EC2 Image Builder
/// (User Guide, "Troubleshoot pipeline issues"; AWS re:Post, "How do I resolve build pipeline timeout errors in EC2 Image
/// Builder?"), Systems Manager, EC2 and common shells.
static KNOWN: &[(&[&str], &str)] = &[
    (&["verifying the ssm agent availability"], SSM),
    (&["ssm agent", "not"], SSM),
    (&["targetnotconnected"], SSM),
    (&["invalidinstanceid", "sendcommand"], SSM),
    (&["commandinvocations", "launchbuildinstance"], SSM),
    (&["commandinvocations", "launchtestinstance"], SSM),
    (
        &["insufficientinstancecapacity"],
        "EC2 has no such instance free there: name several `instance-types`, or another subnet",
    ),
    (&["no capacity"], "EC2 has no such instance free there: name several `instance-types`, or another subnet"),
    (&["vcpulimitexceeded"], QUOTA),
    (&["quota"], QUOTA),
    (&["limit exceeded"], QUOTA),
    (&["limitexceeded"], QUOTA),
    (
        &["no space left on device"],
        "the disk is full: make the volume larger (`root-volume`), or remove what is not needed",
    ),
    (&["not enough space on the disk"], "the disk is full: make the volume larger (`root-volume`)"),
    (
        &["ssm:putparameter"],
        "parameters outside of `/imagebuilder/` need an execution role that may write them: `execution-role`",
    ),
    (&["not authorized to perform"], RIGHTS),
    (&["access denied"], RIGHTS),
    (&["accessdenied"], RIGHTS),
    (&["could not resolve host"], ROUTE),
    (&["temporary failure in name resolution"], ROUTE),
    (&["connection timed out"], ROUTE),
    (&["network is unreachable"], ROUTE),
    (&["httpputresponsehoplimit"], "a container sees instance metadata through one hop more: set the hop limit to 2"),
    (&["timed out"], TIMEOUT),
    (&["timeout"], TIMEOUT),
    (&["command not found"], "a program is missing in the base image: install it in an earlier step or component"),
    (&["exit code 127"], "a program is missing in the base image: install it in an earlier step or component"),
    (&["exit status"], EXIT),
    (&["exit code"], EXIT),
];

const SSM: &str = "the SSM agent of the instance did not report: the subnet needs a route to Systems Manager (NAT, or VPC \
                   endpoints for ssm, ssmmessages and ec2messages), and the instance profile AmazonSSMManagedInstanceCore";
const ROUTE: &str =
    "the instance did not reach the network: look at routes, NAT, endpoints and the security group's egress";
const RIGHTS: &str = "the instance profile or the execution role lacks this right: add it under `permission` of the \
                      infrastructure, then deploy";
const QUOTA: &str = "the account is at a quota: have it raised under Service Quotas, or remove what is not used";
const TIMEOUT: &str = "it took too long: raise `timeoutSeconds` of the step or the timeout of the tests, or see in the log what \
                       it waited for";
const EXIT: &str = "a command of this step ended with an error: its words stand in the lines above; a step ends at the first \
                    command that fails";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_reasons_have_hints() {
        for (reason, expected) in [
            (
                "failure message = 'Step timed out while step is verifying the SSM Agent availability on the target'",
                "ssmmessages",
            ),
            (
                "An error occurred (InvalidInstanceID) when calling the SendCommand operation: Instances [[i-1]] not in a \
                 valid state",
                "ssmmessages",
            ),
            ("cp: No space left on device", "disk is full"),
            ("Not authorized to perform ssm:PutParameter on '/x'", "execution role"),
            ("curl: (6) Could not resolve host: example.com", "routes"),
            ("exit status 1", "first"),
        ] {
            assert!(hint(reason).is_some_and(|hint| hint.contains(expected)), "{reason}: {:?}", hint(reason));
        }
        assert_eq!(hint("something else"), None);
    }
}
