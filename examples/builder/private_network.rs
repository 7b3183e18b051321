//! Images that are built without a way to the internet.

use kiln::spec::{Component, Infrastructure, Permission, Pipeline, Spec};

/// Two commands in one step.
const INSTALL: &str = "  dnf -y install jq
  aws secretsmanager get-secret-value --secret-id agent/token --query SecretString --output text > /etc/agent.token
  ";

pub(crate) fn spec() -> Spec {
    let token = Permission::new()
        .action("secretsmanager:GetSecretValue")
        .resource("arn:${partition}:secretsmanager:${region}:${account}:secret:agent/token-*");
    let sealed = Infrastructure::new().network("private").instance_type("m7i.large").permission(token);

    let base = Pipeline::from_base("amazon-linux-2023/x86_64")
        .components(["aws:update-linux", "agent"])
        .infrastructure("sealed")
        .schedule("rate(7 days)");

    let minimal = Pipeline::from_base("amazon-linux-2023-minimal/x86_64")
        .component("aws:update-linux")
        .infrastructure(Infrastructure::new().network("private"));

    Spec::named("sealed")
        .tag("team", "platform")
        .component("agent", Component::new().build([INSTALL]).test(["test -s /etc/agent.token"]))
        .infrastructure("sealed", sealed)
        .pipeline("base", base)
        .pipeline("minimal", minimal)
}
