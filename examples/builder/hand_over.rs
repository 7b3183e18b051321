//! Encrypted images for others, with a key that is made for them.

use kiln::spec::{Pipeline, Spec};

pub(crate) fn spec() -> Spec {
    let base = Pipeline::from_base("amazon-linux-2023/arm64")
        .components(["aws:update-linux", "aws:simple-boot-test-linux"])
        .instance_type("m7g.large")
        .kms_key("generated")
        .share_with([
            "arn:aws:organizations::111122223333:organization/o-exampleorgid",
            "arn:aws:organizations::111122223333:ou/o-exampleorgid/ou-ab12-cdefghij",
            "222233334444",
        ])
        .copy_to_accounts(["444455556666"])
        .publish("/imagebuilder/fleet-base")
        .schedule("rate(7 days)")
        .keep(5);

    Spec::named("fleet-base").tag("team", "platform").pipeline("base", base)
}
