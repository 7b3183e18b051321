//! The pictures of terminals in the documentation are what the binary shows.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::process::Command;

use crate::support::picture::{is_current, window};
use crate::support::pty::on_terminal;
use crate::support::{isolated, workspace};

const COLUMNS: u16 = 106;

/// A spec with mistakes that stand far apart.
const SPEC: &str = r#"name = "web"

[component.nginx]
source = "components/nginx.yaml"

[pipeline.web]
base = "amazon-linux-2023/arm64"
components = ["aws:update-linux", "nginx"]
instance-types = ["m7g.large", "m7i.large"]
schedule = "cron(0 4 * * SUN *)"
share-with = ["111122223333"]
"#;

const DOCUMENT: &str = "name: nginx\nschemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n      - name: Install\n        \
                        action: ExecuteBsh\n        inputs:\n          commands:\n            - dnf -y install nginx\n";

#[test]
fn the_picture_of_a_check_is_current() {
    let folder = workspace("capture-check");
    fs::create_dir(folder.join("components")).unwrap();
    fs::write(folder.join("kiln.toml"), SPEC).unwrap();
    fs::write(folder.join("components/nginx.yaml"), DOCUMENT).unwrap();
    let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
    isolated(&mut kiln);
    let shown = on_terminal(kiln.current_dir(&folder).arg("check"), COLUMNS).end();
    assert_eq!(shown.status, Some(1), "{}", shown.bytes);
    let lines = shown.screen.strip_suffix(&[Vec::new()]).unwrap_or(&shown.screen);
    is_current("check.svg", &window("kiln check", lines, COLUMNS.into()), str::to_owned);
}
