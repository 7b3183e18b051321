//! What the state of a stack asks of whoever wants to deploy to it.

use super::{Phase, Stack};

/// What comes next.
///
/// ```
/// use kiln::deploy::state::{Next, next};
/// use kiln::deploy::{Fault, Service};
///
/// async fn must_wait(service: &impl Service, name: &str) -> Result<bool, Fault> {
///     let stack = service.stack(name).await?;
///     Ok(next(stack.as_ref()) == Next::Wait)
/// }
/// assert_eq!(next(None), Next::Create);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The stack is to be made.
    Create,
    /// It is to be changed.
    Update,
    /// It is an empty shell that must go first.
    DeleteFirst,
    /// Something is under way already.
    Wait,
    /// A rollback must be continued first.
    Recover,
    /// A person must decide; the text says what.
    Ask(&'static str),
}

/// What comes next for a stack, or for none.
#[must_use]
pub fn next(stack: Option<&Stack>) -> Next {
    let Some(stack) = stack else { return Next::Create };
    match stack.status.phase() {
        Phase::Gone | Phase::Review => Next::Create,
        Phase::Done | Phase::RolledBack => Next::Update,
        Phase::Empty => Next::DeleteFirst,
        Phase::Running => Next::Wait,
        Phase::RollbackStuck => Next::Recover,
        Phase::Stuck => Next::Ask(match stack.status.word() {
            "DELETE_FAILED" => {
                "`kiln destroy` tries again; `kiln destroy --retain ID` leaves the resources alone that cannot be deleted"
            }
            "UPDATE_FAILED" => {
                "the update was not rolled back, as it was asked: roll it back in the console, or destroy it"
            }
            _ => "look at what was made, then `kiln destroy` and deploy again",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::StackStatus;

    fn check(status: &str, expected: Next) {
        let stack = Stack {
            id: String::new(),
            name: String::new(),
            status: StackStatus::new(status),
            reason: None,
            outputs: Vec::new(),
            parameters: Vec::new(),
            tags: Vec::new(),
            is_protected: false,
            changed: String::new(),
        };
        assert_eq!(next(Some(&stack)), expected, "{status}");
    }

    #[test]
    fn every_state_has_an_answer() {
        assert_eq!(next(None), Next::Create);
        check("REVIEW_IN_PROGRESS", Next::Create);
        check("DELETE_COMPLETE", Next::Create);
        check("UPDATE_COMPLETE", Next::Update);
        check("IMPORT_COMPLETE", Next::Update);
        check("UPDATE_ROLLBACK_COMPLETE", Next::Update);
        check("ROLLBACK_COMPLETE", Next::DeleteFirst);
        check("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Next::Wait);
        check("DELETE_IN_PROGRESS", Next::Wait);
        check("UPDATE_ROLLBACK_FAILED", Next::Recover);
        for stuck in ["CREATE_FAILED", "UPDATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"] {
            let Phase::Stuck = StackStatus::new(stuck).phase() else { panic!("{stuck} is stuck") };
        }
    }
}
