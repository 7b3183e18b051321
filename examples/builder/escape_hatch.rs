//! What kiln has no word for: properties of its own resources, and resources of other services beside them.

use kiln::raw::{Table, Value};
use kiln::spec::{Pipeline, Spec};

/// The policy of the topic, as Terraform makes it.
const POLICY: &str = r#"${jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { AWS = aws_iam_role.web_instance.arn }, Action = "sns:Publish", Resource = aws_sns_topic.alarms.arn }] })}"#;

pub(crate) fn spec() -> Spec {
    let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux").instance_type("m7g.large");
    terraform(cloudformation(Spec::named("hatch").pipeline("web", web)))
}

fn cloudformation(spec: Spec) -> Spec {
    let topic = Table::new()
        .with("DisplayName", Table::new().with("Fn::Sub", "Builds of ${AWS::StackName}"))
        .with("KmsMasterKeyId", "alias/aws/sns");

    let statement = Table::new()
        .with("Effect", "Allow")
        .with("Principal", Table::new().with("AWS", Value::attribute("WebInstanceRole", "Arn")))
        .with("Action", "sns:Publish")
        .with("Resource", Value::reference("Alarms"));
    let policy = Table::new()
        .with("Topics", [Value::reference("Alarms")])
        .with("PolicyDocument", Table::new().with("Version", "2012-10-17").with("Statement", [statement]));

    spec.raw_cloudformation("WebRecipe", Table::new().with("Description", "With what the escape hatch says"))
        .raw_cloudformation(
            "WebInfrastructure",
            Table::new().with("ResourceTags", Table::new().with("Floor", "3")).with("DependsOn", ["Alarms"]),
        )
        .raw_cloudformation(
            "Alarms",
            Table::new()
                .with("Type", "AWS::SNS::Topic")
                .with("DeletionPolicy", "Retain")
                .with("UpdateReplacePolicy", "Retain")
                .with("Properties", topic),
        )
        .raw_cloudformation(
            "AlarmsPolicy",
            Table::new().with("Type", "AWS::SNS::TopicPolicy").with("Properties", policy),
        )
}

fn terraform(spec: Spec) -> Spec {
    let recipe = Table::new()
        .with("description", "With what the escape hatch says")
        .with("depends_on", ["${aws_sns_topic.alarms}"])
        .with("lifecycle", Table::new().with("ignore_changes", ["${tags}"]));

    let topic = Table::new()
        .with("display_name", "Builds in ${data.aws_region.current.id}")
        .with("kms_master_key_id", "alias/aws/sns")
        .with("lifecycle", [Table::new().with("prevent_destroy", false)]);

    spec.raw_terraform("aws_imagebuilder_image_recipe", "web", recipe)
        .raw_terraform(
            "aws_imagebuilder_infrastructure_configuration",
            "web",
            Table::new().with("resource_tags", Table::new().with("Floor", "3")),
        )
        .raw_terraform("aws_sns_topic", "alarms", topic)
        .raw_terraform(
            "aws_sns_topic_policy",
            "alarms",
            Table::new().with("arn", "${aws_sns_topic.alarms.arn}").with("policy", POLICY),
        )
}
