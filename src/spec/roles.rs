//! `[roles]`: what all generated roles have in common.

use super::Input;
use crate::table::table;

table! {
    /// What all roles and instance profiles that kiln makes have in common.
    Roles {
        /// Their path, such as `/images/`; `/` otherwise.
        one "path" path: String,
        /// The managed policy that bounds the rights of each role, by ARN. `${partition}` and `${account}` stand for
        /// those deployed to.
        one "permissions-boundary" permissions_boundary: Input,
    }
}
