//! `[roles]`: what all generated roles have in common.

use super::Input;
use crate::table::table;

table! {
    /// What all roles and instance profiles that kiln makes have in common.
    ///
    /// ```
    /// use kiln::spec::{Roles, Spec};
    ///
    /// let boundary = "arn:aws:iam::123456789012:policy/images";
    /// let spec = Spec::named("web").roles(Roles::new().path("/images/").permissions_boundary(boundary));
    /// ```
    Roles {
        /// Their path, such as `/images/`; `/` otherwise.
        one "path" path: String,
        /// The managed policy that bounds the rights of each role, by ARN. `${partition}` and `${account}` stand for
        /// those deployed to.
        one "permissions-boundary" permissions_boundary: Input,
    }
}
