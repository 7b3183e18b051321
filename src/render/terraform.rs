//! Terraform configurations, in HCL and in Terraform's JSON syntax.
//!
//! The plan becomes an [`hcl::Body`](::hcl::Body) in `body` and `expression`, and the body is printed: by `hcl` as
//! `terraform fmt` would, by `json` as what Terraform reads from `*.tf.json`. In the body an
//! [`Expression::String`](::hcl::Expression::String) is what the service will see, and a
//! [`TemplateExpr::QuotedString`](::hcl::expr::TemplateExpr::QuotedString) is the source of a template, whose literals
//! are escaped by `literal`.
//!
//! That a resource outlives its stack ([`Life::retained`](crate::plan::Life::retained)) is not said: `terraform destroy`
//! has no such wish for one resource, `prevent_destroy` would make every plan fail that touches it, and what holds data
//! (a bucket, a repository) refuses to be deleted anyway.

mod body;
mod expression;
mod hcl;
mod json;
mod literal;
mod raw;

use crate::plan::Plan;

/// The versions of Terraform that read what is written.
pub const TERRAFORM: &str = ">= 1.5";

/// The versions of the provider `hashicorp/aws` that read it.
pub const PROVIDER: &str = "~> 5.100";

/// The output that names the project: outputs are kept in the state, which it marks as this project's.
pub const PROJECT_OUTPUT: &str = "kiln_project";

/// The plan as a Terraform configuration in HCL, as `terraform fmt` formats it.
#[must_use]
pub fn hcl(plan: &Plan) -> String {
    let mut out = String::new();
    let head = body::stream(plan, |block| hcl::append(&mut out, &block));
    let mut first = String::new();
    head.iter().for_each(|block| hcl::append(&mut first, block));
    if !out.is_empty() {
        first.push('\n');
    }
    if !plan.marker.is_empty() {
        first.insert_str(0, &format!("# {}\n", plan.marker));
    }
    // Moved, not copied: the rest may be large.
    out.insert_str(0, &first);
    out
}

/// The plan as a Terraform configuration in JSON, for a file whose name ends in `.tf.json`.
#[must_use]
pub fn json(plan: &Plan) -> String {
    json::document(&body::body(plan), &plan.marker)
}

/// JSON has no comments: Terraform ignores this key at the top.
pub(crate) const JSON_MARKER: &str = "//";
