//! Names, order and values of the pipelines that a matrix stands for.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::*;
use crate::spec::{Base, Infrastructure, InfrastructureChoice, Permission};

fn fanned(spec: &Spec, judge: impl FnOnce(&Spec)) {
    let read = Report::new();
    let (fanned, report) = fan_out(spec, &read);
    assert_eq!(report, Report::new());
    judge(fanned.spec());
}

fn names(spec: &Spec) -> Vec<&str> {
    spec.pipeline.keys().map(String::as_str).collect()
}

#[test]
fn a_spec_without_a_matrix_is_handed_on() {
    let spec = Spec::new().pipeline("web", Pipeline::from_base("${x}"));
    let read = Report::new();
    let (fanned, report) = fan_out(&spec, &read);
    assert!(matches!(fanned.spec, Cow::Borrowed(_)) && report.is_empty());
}

#[test]
fn axes_are_in_the_order_of_their_names_and_pipelines_stay_in_their_place() {
    let web = Pipeline::from_base("${os}/${arch}").matrix("os", ["A B", "c"]).matrix("arch", ["x86_64", "arm64"]);
    let spec = Spec::new().pipeline("a", Pipeline::new()).pipeline("web", web).pipeline("z", Pipeline::new());
    fanned(&spec, |spec| {
        assert_eq!(names(spec), ["a", "web-x86-64-a-b", "web-x86-64-c", "web-arm64-a-b", "web-arm64-c", "z"]);
        assert_eq!(spec.pipeline["web-x86-64-c"], Pipeline::from_base("c/x86_64"));
    });
}

#[test]
fn a_value_more_renames_nothing() {
    let web = |values: &[&str]| Pipeline::from_base("x/${arch}").matrix("arch", values.to_vec());
    fanned(&Spec::new().pipeline("web", web(&["arm64"])), |spec| assert_eq!(names(spec), ["web-arm64"]));
    let more = Spec::new().pipeline("web", web(&["x86_64", "arm64"]));
    fanned(&more, |spec| assert_eq!(names(spec), ["web-x86-64", "web-arm64"]));
}

#[test]
fn another_pipeline_is_named_as_it_is_called() {
    let app = Pipeline::from_base(Base::of_pipeline("base-${arch}")).matrix("arch", ["x86_64"]);
    fanned(&Spec::new().pipeline("app", app), |spec| {
        assert_eq!(spec.pipeline["app-x86-64"].base, Some(Base::of_pipeline("base-x86-64")));
    });
}

#[test]
fn permissions_keep_their_placeholders() {
    let permission = Permission::new().resources(["arn:${partition}:s3:::${arch}-${region}"]);
    let own = |resource: &str| {
        InfrastructureChoice::from(Infrastructure::new().permissions([Permission::new().resources([resource])]))
    };
    let web = Pipeline::new()
        .infrastructure(Infrastructure::new().permission(permission))
        .execution_permission(Permission::new().resource("arn:${partition}:sns:${region}:${account}:${arch}"))
        .matrix("arch", ["arm64"]);
    fanned(&Spec::new().pipeline("web", web), |spec| {
        let expected = own("arn:${partition}:s3:::arm64-${region}");
        assert_eq!(spec.pipeline["web-arm64"].infrastructure, Some(expected));
    });
}

#[test]
fn slugs_are_names() {
    let table =
        [("x86_64", "x86-64"), ("amazon-linux-2023/arm64", "amazon-linux-2023-arm64"), ("--A  b.", "a-b"), ("é!", "")];
    for (value, expected) in table {
        assert_eq!(slug(value), expected);
    }
}
