//! EC2 instance types.
//!
//! The catalogue of families is as of a date: new ones come every month, so a family that is not in it may exist all the
//! same, and tells its architecture by its name. The sizes of a known family are known.

mod families;

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

impl InstanceType {
    /// Parses an instance type.
    ///
    /// # Errors
    /// If the text is not `family.size` in lowercase.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let form = || Invalid::new(format!("`{text}` is not an instance type: write `family.size`, as in `m7g.large`"));
        let lower = text.trim().to_ascii_lowercase();
        if text.split_once('.').is_none_or(|(family, size)| !is_family(family) || !is_word(size)) {
            let repaired = lower.split_once('.').is_some_and(|(family, size)| is_family(family) && is_word(size));
            return Err(if repaired && lower != text { form().write(lower) } else { form() });
        }
        Ok(Self(text.to_owned()))
    }

    /// Why the size is not one of its family, by the catalogue.
    ///
    /// # Errors
    /// If the family is known and has no such size.
    pub fn known_size(&self) -> Result<(), Invalid> {
        let (family, size) = (self.family(), self.size());
        let Some(sizes) = sizes(family) else { return Ok(()) };
        if sizes.clone().any(|known| known == size) {
            return Ok(());
        }
        let near = suggest::closest(size, sizes.clone());
        let all: Vec<String> = sizes.map(|size| format!("`{size}`")).collect();
        let message = format!("`{family}` has no size `{size}`, as of {}", families::AS_OF);
        let invalid = Invalid::new(message).at(family.len() + 1..self.0.len());
        Err(match near {
            Some(near) => invalid.help(format!("did you mean `{family}.{near}`? sizes: {}", all.join(", "))),
            None => invalid.help(format!("sizes: {}", all.join(", "))),
        })
    }

    /// The size of its family that is nearest to one that the family does not have.
    pub fn closest_size(&self) -> Option<&'static str> {
        suggest::closest(self.size(), sizes(self.family())?)
    }

    /// Whether the catalogue has its family. It is as of a date, which comes with the answer.
    pub fn known_family(&self) -> Result<(), &'static str> {
        if sizes(self.family()).is_some() { Ok(()) } else { Err(families::AS_OF) }
    }

    /// The known family whose name is nearest to that of an unknown one.
    pub fn closest_family(&self) -> Option<&'static str> {
        suggest::closest(self.family(), families::FAMILIES.iter().map(|(family, _)| *family))
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

/// The sizes of a family of the catalogue.
fn sizes(family: &str) -> Option<std::str::SplitWhitespace<'static>> {
    families::FAMILIES.iter().find(|(known, _)| *known == family).map(|(_, sizes)| sizes.split_whitespace())
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
    }

    #[test]
    fn sizes_are_those_of_the_family() {
        let check = |text: &str, expected: &str| {
            let found = InstanceType::parse(text).unwrap().known_size();
            let found = found.err().map_or_else(String::new, |error| error.message);
            assert_eq!(found, expected, "{text}");
        };
        for text in ["m7g.large", "m5.metal", "m7i.metal-24xl", "c7i-flex.2xlarge", "mac2-m2pro.metal", "m99x.7xlarge"]
        {
            check(text, "");
        }
        check("m7i.3xlarge", "`m7i` has no size `3xlarge`, as of October 2026");
        check("c7g.gigantic", "`c7g` has no size `gigantic`, as of October 2026");
        check("m7i.larg", "`m7i` has no size `larg`, as of October 2026");
        assert_eq!(InstanceType::parse("m99x.large").unwrap().known_family(), Err("October 2026"));
    }

    #[test]
    fn the_catalogue_is_sorted_and_tells_architectures() {
        assert!(families::FAMILIES.is_sorted());
        for (family, sizes) in families::FAMILIES {
            assert!(InstanceType::parse(&format!("{family}.{}", sizes.split(' ').next().unwrap())).is_ok(), "{family}");
        }
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
