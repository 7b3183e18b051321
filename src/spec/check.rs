//! `[check]`: which findings are allowed, and which are errors.

use crate::table::table;

table! {
    /// Which findings are allowed, and which are errors.
    ///
    /// ```
    /// use kiln::spec::{Allow, Check, Spec};
    ///
    /// let check = Check::new().allow_one(Allow::because("KILN-S004", "reached from the bastion")).deny_one("warnings");
    /// let spec = Spec::named("web").check(check);
    /// ```
    Check {
        /// Warnings that are suppressed, and errors that become warnings, each with a reason. An error that rests on the service's
        /// model, or on kiln's own format, cannot be allowed.
        list "allow" allow / allow_one: Allow,
        /// Codes of warnings that are errors here, or `warnings` for all of them.
        list "deny" deny / deny_one: String,
    }
}

table! {
    /// A diagnostic that is meant so: a warning is suppressed, an error becomes a warning.
    ///
    /// ```
    /// use kiln::spec::Allow;
    ///
    /// let allow = Allow::because("KILN-S004", "reached from the bastion").at("infrastructure.shared");
    /// ```
    Allow needs ["code"] ["reason"] {
        /// Its code, such as `KILN-C006`.
        one "code" code: String,
        /// Why it is meant so.
        one "reason" reason: String,
        /// The field that it is allowed in, with all that is below it: `pipeline.web`. Everywhere, if it is left out.
        one "at" at: String,
    }
}

impl Allow {
    /// A warning that is meant so, for a reason.
    pub fn because(code: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::new().code(code).reason(reason)
    }
}
