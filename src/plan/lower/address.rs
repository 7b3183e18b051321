//! Logical ids and Terraform labels.

use crate::project::Key;
use crate::resource::Address;

/// The address of what belongs to something that the user named: `WebRecipe` and `web`.
pub(super) fn address(key: &Key, cloudformation: &str, terraform: &str) -> Address {
    let terraform = if terraform.is_empty() { key.snake() } else { format!("{}_{terraform}", key.snake()) };
    Address { cloudformation: format!("{}{cloudformation}", key.pascal()), terraform }
}

/// The address of what the whole project shares.
pub(super) fn shared_address(cloudformation: &str, terraform: &str) -> Address {
    Address { cloudformation: cloudformation.to_owned(), terraform: terraform.to_owned() }
}
