//! EC2 instance types.
//!
//! There is no table of types: new ones come every month, and a family tells its architecture by its name.

use super::architecture::Architecture;
use super::invalid::Invalid;
use super::text::text;
use super::{matcher, suggest};

text! {
    /// An instance type, `family.size`, such as `m7g.large`.
    ///
    /// Source: EC2 user guide, "Instance type naming conventions".
    ///
    /// ```
    /// use kiln::project::{Architecture, InstanceType};
    ///
    /// let instance = InstanceType::parse("c7g.2xlarge").unwrap();
    /// assert_eq!((instance.family(), instance.size()), ("c7g", "2xlarge"));
    /// assert_eq!(instance.architectures(), [Architecture::Arm64]);
    /// ```
    InstanceType
}

const SIZES: [&str; 7] = ["nano", "micro", "small", "medium", "large", "xlarge", "metal"];

impl InstanceType {
    /// Parses an instance type.
    ///
    /// # Errors
    /// If the text is not `family.size` in lowercase, or the size is a slip for one that AWS uses.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let form = || Invalid::new(format!("`{text}` is not an instance type: write `family.size`, as in `m7g.large`"));
        let lower = text.trim().to_ascii_lowercase();
        let Some((family, size)) = text.split_once('.').filter(|(family, size)| is_family(family) && is_word(size))
        else {
            let repaired = lower.split_once('.').is_some_and(|(family, size)| is_family(family) && is_word(size));
            return Err(if repaired && lower != text { form().write(lower) } else { form() });
        };
        if let Some(meant) = slip(size) {
            let at = family.len() + 1..text.len();
            let message =
                format!("`{size}` is not a size of an instance: sizes are `nano` to `xlarge`, `2xlarge` … and `metal`");
            return Err(Invalid::new(message).help(format!("did you mean `{family}.{meant}`?")).at(at));
        }
        Ok(Self(text.to_owned()))
    }

    /// The family, such as `m7g`.
    pub fn family(&self) -> &str {
        self.0.split_once('.').map_or("", |(family, _)| family)
    }

    /// The size, such as `large`.
    pub fn size(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, size)| size)
    }

    /// The architectures of images that run on it; today each family has one.
    pub fn architectures(&self) -> &'static [Architecture] {
        if is_arm(self.family()) { &[Architecture::Arm64] } else { &[Architecture::X86_64] }
    }
}

/// Graviton families have a `g` after the digit of their generation; `a1`, Apple silicon and Grace are named apart.
fn is_arm(family: &str) -> bool {
    if family.starts_with("mac") {
        return family != "mac1";
    }
    let letters = family.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let options = letters.trim_start_matches(|c: char| c.is_ascii_digit());
    let (options, rest) = options.split_once('-').unwrap_or((options, ""));
    family == "a1" || (letters != options && options.contains('g')) || rest.starts_with("gb")
}

fn is_family(family: &str) -> bool {
    let begins = family.starts_with(|c: char| c.is_ascii_lowercase());
    begins && is_word(family) && family.contains(|c: char| c.is_ascii_digit()) && family.len() <= 32
}

fn is_word(text: &str) -> bool {
    matcher::all(text, |c| matcher::is_lower_or_digit(c) || c == '-') && text.len() <= 32
}

/// The size that was meant, if this one is not built as sizes are and is close to one.
fn slip(size: &str) -> Option<String> {
    let word = size.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = size.strip_suffix(word).unwrap_or_default();
    let known = if number.is_empty() { SIZES.contains(&word) || word.starts_with("metal-") } else { word == "xlarge" };
    let near = || if number.is_empty() { suggest::closest(word, SIZES) } else { suggest::closest(word, ["xlarge"]) };
    if known { None } else { near().map(|near| format!("{number}{near}")) }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn instance_types() {
        for text in
            ["m7g.large", "mac2-m2pro.metal", "u7i-12tb.224xlarge", "c7i-flex.2xlarge", "m5.metal-24xl", "mac-m4.metal"]
        {
            valid(InstanceType::parse, text);
        }
        let form = "is not an instance type: write `family.size`, as in `m7g.large`";
        let check = |text: &str, expected: &str| invalid(InstanceType::parse, text, expected);
        check("m7g", &format!("`m7g` {form}"));
        check("M7g.Large", &format!("`M7g.Large` {form} | write `m7g.large`"));
        check("large.m7g", &format!("`large.m7g` {form}"));
        check("m7g.é", &format!("`m7g.é` {form}"));
        let sizes = "is not a size of an instance: sizes are `nano` to `xlarge`, `2xlarge` … and `metal`";
        check("m7g.lrage", &format!("`lrage` {sizes} | did you mean `m7g.large`? @ lrage"));
        check("m7g.2xlage", &format!("`2xlage` {sizes} | did you mean `m7g.2xlarge`? @ 2xlage"));
    }

    #[test]
    fn architectures() {
        let check = |families: &str, expected: Architecture| {
            for family in families.split(' ') {
                let kind = InstanceType::parse(&format!("{family}.large")).unwrap();
                assert_eq!(kind.architectures(), [expected], "{family}");
            }
        };
        check(
            "a1 c7g m7gd im4gn is4gen x2gd t4g g5g hpc7g i8ge c8gb m8gn r9g mac2 mac2-m2 mac-m4 p6e-gb200",
            Architecture::Arm64,
        );
        check(
            "c5 g2 g3s g4dn g5 g6e gr6 mac1 m7i c7i-flex u-6tb1 u7in-16tb hpc7a cg1 p6-b200 t3a trn1n",
            Architecture::X86_64,
        );
    }
}
