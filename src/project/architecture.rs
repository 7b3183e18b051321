//! Processor architectures.

use std::fmt;

use super::invalid::Invalid;
use super::suggest;

/// The architecture that an image runs on.
///
/// ```
/// use kiln::project::{Architecture, Base, InstanceType};
///
/// let base = Base::parse("amazon-linux-2023/arm64").unwrap().facts();
/// assert_eq!(base.architecture, Some(Architecture::Arm64));
/// // This instance cannot build it.
/// let instance = InstanceType::parse("m7i.large").unwrap();
/// assert!(!instance.architectures().contains(&Architecture::Arm64));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Architecture {
    /// 64-bit Intel and AMD.
    X86_64,
    /// 64-bit Arm: Graviton and Apple silicon.
    Arm64,
}

impl Architecture {
    /// Parses `x86_64` or `arm64`, the words of EC2.
    ///
    /// # Errors
    /// If the text is another word; the words of other tools are offered in EC2's form.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let meant = match text {
            "x86_64" => return Ok(Self::X86_64),
            "arm64" => return Ok(Self::Arm64),
            _ => match text.to_ascii_lowercase().as_str() {
                "amd64" | "x86" | "x64" | "x86-64" | "intel" | "amd" => Some("x86_64"),
                "aarch64" | "arm" | "armv8" | "graviton" => Some("arm64"),
                _ => suggest::closest(text, ["x86_64", "arm64"]),
            },
        };
        let message = format!("`{text}` is not an architecture: write `x86_64` or `arm64`");
        Err(Invalid::new(message).did_you_mean(meant))
    }

    /// The word of EC2 for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn architectures() {
        valid(Architecture::parse, "x86_64");
        valid(Architecture::parse, "arm64");
        let check = |text: &str, help: &str| {
            let message = format!("`{text}` is not an architecture: write `x86_64` or `arm64`");
            invalid(Architecture::parse, text, &format!("{message}{help}"));
        };
        check("amd64", " | did you mean `x86_64`?");
        check("aarch64", " | did you mean `arm64`?");
        check("ARM64", " | did you mean `arm64`?");
        check("arm46", " | did you mean `arm64`?");
        check("riscv", "");
    }
}
