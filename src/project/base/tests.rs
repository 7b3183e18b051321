//! Base images, one line a case.

use super::super::invalid::testing::{invalid, valid, valid_as};
use super::*;

fn facts(text: &str) -> Facts {
    Base::parse(text).unwrap().facts()
}

#[test]
fn every_choice_of_the_catalogue_parses() {
    let choices = catalogue::families().iter().flat_map(Family::choices).inspect(|choice| valid(Base::parse, choice));
    assert_eq!(choices.count(), 43);
}

#[test]
fn catalogue_names() {
    valid_as(Base::parse, "windows-server-2022", "windows-server-2022/x86_64");
    let base = Base::parse("amazon-linux-2023/arm64").unwrap();
    assert_eq!(base.origin(), &Origin::Managed { name: "amazon-linux-2023-arm64" });
    let expected = Facts {
        platform: Some(Platform::Linux),
        architecture: Some(Architecture::Arm64),
        root_device: Some("/dev/xvda"),
        family: Some("amazon-linux-2023"),
    };
    assert_eq!(base.facts(), expected);
    let parameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-arm64".to_owned();
    assert_eq!(Base::parse("amazon-linux-2023-minimal/arm64").unwrap().origin(), &Origin::Ssm { parameter });
    let core = Base::parse("windows-server-2022-core").unwrap();
    assert_eq!(core.origin(), &Origin::Managed { name: "windows-server-2022-english-core-base-x86" });
    assert_eq!(facts("macos-sonoma/arm64").platform, Some(Platform::MacOs));
    assert_eq!(facts("rhel-9").root_device, Some("/dev/sda1"));
}

#[test]
fn other_forms() {
    valid(Base::parse, "ami-0123456789abcdef0");
    valid(Base::parse, "prod-abc123def456");
    valid(Base::parse, "ssm:my-parameter");
    valid(Base::parse, "arn:aws:imagebuilder:eu-west-1:111122223333:image/my-image/1.0.0/2");
    let path = "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id";
    assert_eq!(facts(&format!("ssm:{path}")).family, Some("ubuntu-24.04"));
    assert_eq!(facts(&format!("ssm:arn:aws:ssm:eu-west-1::parameter{path}")).architecture, Some(Architecture::Arm64));
    assert_eq!(facts("ssm:/my/parameter"), Facts::default());
    let managed = "arn:aws:imagebuilder:eu-west-1:aws:image/windows-server-2025-english-full-base-x86/x.x.x";
    assert_eq!(facts(managed).family, Some("windows-server-2025"));
    assert_eq!(facts("arn:aws:imagebuilder:eu-west-1:aws:image/new-os-x86/x.x.x"), Facts::default());
}

#[test]
fn architectures_of_a_family() {
    let check = |text: &str, expected: &str| invalid(Base::parse, text, expected);
    let both = "`amazon-linux-2023/x86_64` or `amazon-linux-2023/arm64`";
    check("amazon-linux-2023", &format!("`amazon-linux-2023` has several architectures: write {both}"));
    check(
        "windows-server-2022/arm64",
        "kiln knows no arm64 image of Windows Server 2022: write `windows-server-2022` @ arm64",
    );
    let word = "is not an architecture: write `x86_64` or `arm64`, here";
    check(
        "amazon-linux-2023/arm46",
        &format!("`arm46` {word} {both} | did you mean `amazon-linux-2023/arm64`? @ arm46"),
    );
    check("rhel-9/aarch64", &format!("`aarch64` {word} `rhel-9` @ aarch64"));
    check("rhel-9/", &format!("`` {word} `rhel-9` @ "));
    check(
        "centos-7",
        "kiln knows no public image of CentOS 7 | write the id of an AMI, `ami-…`, \
         or the ARN of an Image Builder image",
    );
}

#[test]
fn slips() {
    let check = |text: &str, help: &str| {
        let message = format!(
            "`{text}` is not a base image: write a family such as `amazon-linux-2023/arm64`, `ssm:/…`, an `arn:…`, \
             or `ami-…`"
        );
        invalid(Base::parse, text, &format!("{message}{help}"));
    };
    check("amazon-linx-2023/arm64", " | did you mean `amazon-linux-2023/arm64`?");
    check("amazon-linx-2023", " | did you mean `amazon-linux-2023/x86_64` or `amazon-linux-2023/arm64`?");
    check("al2023/arm64", " | did you mean `amazon-linux-2023/arm64`?");
    check("Ubuntu 24.04", " | did you mean `ubuntu-24.04/x86_64` or `ubuntu-24.04/arm64`?");
    check("windows-2022", " | did you mean `windows-server-2022`?");
    check("amazon-linux-2023-arm64", " | did you mean `amazon-linux-2023/arm64`?");
    check("macos-14/arm64", " | did you mean `macos-sonoma/arm64`?");
    check("/aws/service/x", " | write `ssm:/aws/service/x` for a parameter");
    check("gentoo", "");
    check("é/ü", "");
}

#[test]
fn other_forms_with_errors() {
    let check = |text: &str, expected: &str| invalid(Base::parse, text, expected);
    check("", "a base image has 1 to 1024 characters, this one has 0");
    let parameter = "arn:aws:ssm:eu-west-1::parameter/a";
    check(
        parameter,
        &format!(
            "`{parameter}` is a parameter, not an image: a parameter is written with `ssm:` before it \
             | write `ssm:{parameter}`"
        ),
    );
    let component = "arn:aws:imagebuilder:eu-west-1:aws:component/update-linux/x.x.x";
    let form =
        "is not the ARN of an Image Builder image | write `arn:aws:imagebuilder:<region>:<account>:image/<name>/x.x.x`";
    check(component, &format!("`{component}` {form}"));
    let build = "arn:aws:imagebuilder:eu-west-1:aws:image/a/1.x.x/2";
    check(build, &format!("`{build}` {form}"));
    check("ssm:a b", "the name of a parameter may have letters, digits, `_`, `.`, `-` and `/`, not ` ` @  ");
    check(
        "ssm:arn:aws:ssm:eu-wset-1::parameter/a",
        "`eu-wset-1` is not a Region: no Region has the direction `wset` | did you mean `eu-west-1`? @ eu-wset-1",
    );
    check("prod-A", "`prod-A` is not the id of a product: write `prod-`, lowercase letters and digits");
}
