//! Sizes and throughputs of volumes, with their units written.
//!
//! Source: EC2 Image Builder API reference, EbsInstanceBlockDeviceSpecification.

use std::fmt;

use super::invalid::Invalid;
use super::quantity;

/// The size of a volume in GiB, 1 to 16000.
///
/// ```
/// use kiln::project::Gibibytes;
///
/// assert_eq!(Gibibytes::parse("2 TiB").unwrap().get(), 2048);
/// let refused = Gibibytes::parse("30 GB").expect_err("the unit is another");
/// assert_eq!(refused.meant.as_deref(), Some("30 GiB"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gibibytes(u32);

/// The throughput of a gp3 volume in MiB a second, 125 to 1000.
///
/// ```
/// use kiln::project::Throughput;
///
/// let throughput = Throughput::parse("250 MiB/s").unwrap();
/// assert_eq!(throughput.get(), 250);
/// assert!(Throughput::parse("100 MiB/s").is_err(), "a volume has at least 125 MiB/s");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Throughput(u32);

impl Gibibytes {
    /// Parses a size such as `30 GiB` or `2 TiB`.
    ///
    /// # Errors
    /// If the number is not whole, the unit is missing or another, or the size is not within 1 to 16000 GiB.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let quantity = quantity::split(text);
        let form = || Invalid::new(format!("`{text}` is not a size: write a whole number of `GiB` or `TiB`"));
        let unit = match quantity.unit.to_ascii_lowercase().as_str() {
            "" | "g" | "gb" | "gi" | "gib" => "GiB",
            "t" | "tb" | "ti" | "tib" => "TiB",
            "m" | "mb" | "mi" | "mib" => return Err(form().help("the smallest size is `1 GiB`")),
            _ => return Err(form().help("write for example `30 GiB`")),
        };
        let factor: u64 = if unit == "TiB" { 1024 } else { 1 };
        let Some(number) = quantity.whole() else {
            let fraction =
                quantity.number.parse::<f64>().ok().filter(|_| unit == "TiB").map(|tebibytes| tebibytes * 1024.0);
            return Err(match fraction {
                Some(size) if size.fract() == 0.0 && size >= 1.0 => form().write(format_args!("{size} GiB")),
                _ => form().help("write for example `30 GiB`"),
            });
        };
        if quantity.unit != unit {
            return Err(form().write(format_args!("{number} {unit}")));
        }
        match number.checked_mul(factor).and_then(|size| u32::try_from(size).ok()) {
            Some(size) if (1..=16000).contains(&size) => Ok(Self(size)),
            _ => Err(Invalid::new(format!("`{text}` is not a size of a volume: it is 1 GiB to 16000 GiB"))),
        }
    }

    /// The number of GiB, as templates take it.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Gibibytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} GiB", self.0)
    }
}

impl Throughput {
    /// Parses a throughput such as `250 MiB/s`.
    ///
    /// # Errors
    /// If the number is not whole, the unit is missing or another, or the throughput is not within 125 to 1000 MiB/s.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let quantity = quantity::split(text);
        let form = || Invalid::new(format!("`{text}` is not a throughput: write a whole number of `MiB/s`"));
        let unit = quantity.unit.to_ascii_lowercase();
        let Some(number) = quantity.whole() else { return Err(form().help("write for example `250 MiB/s`")) };
        if quantity.unit != "MiB/s" {
            let meant =
                ["", "m", "mb", "mib", "mb/s", "mib/s", "mbps", "mibps", "mi/s", "m/s"].contains(&unit.as_str());
            return Err(if meant {
                form().write(format_args!("{number} MiB/s"))
            } else {
                form().help("write for example `250 MiB/s`")
            });
        }
        match u32::try_from(number) {
            Ok(throughput) if (125..=1000).contains(&throughput) => Ok(Self(throughput)),
            _ => Err(Invalid::new(format!("`{text}` is not a throughput of a volume: it is 125 to 1000 MiB/s"))),
        }
    }

    /// The number of MiB a second, as templates take it.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Throughput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MiB/s", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid, valid_as};
    use super::*;

    #[test]
    fn sizes() {
        valid(Gibibytes::parse, "1 GiB");
        valid(Gibibytes::parse, "16000 GiB");
        valid_as(Gibibytes::parse, "30GiB", "30 GiB");
        valid_as(Gibibytes::parse, "2 TiB", "2048 GiB");
        assert_eq!(Gibibytes::parse("2 TiB").unwrap().get(), 2048);
        let form = "is not a size: write a whole number of `GiB` or `TiB`";
        let check = |text: &str, expected: &str| invalid(Gibibytes::parse, text, &format!("`{text}` {expected}"));
        check("30", &format!("{form} | write `30 GiB`"));
        check("30 GB", &format!("{form} | write `30 GiB`"));
        check("30G", &format!("{form} | write `30 GiB`"));
        check("2 tb", &format!("{form} | write `2 TiB`"));
        check("1.5 TiB", &format!("{form} | write `1536 GiB`"));
        check("512 MiB", &format!("{form} | the smallest size is `1 GiB`"));
        check("big", &format!("{form} | write for example `30 GiB`"));
        check("0 GiB", "is not a size of a volume: it is 1 GiB to 16000 GiB");
        check("16 TiB", "is not a size of a volume: it is 1 GiB to 16000 GiB");
    }

    #[test]
    fn throughputs() {
        valid(Throughput::parse, "125 MiB/s");
        valid_as(Throughput::parse, "1000MiB/s", "1000 MiB/s");
        assert_eq!(Throughput::parse("250 MiB/s").unwrap().get(), 250);
        let form = "is not a throughput: write a whole number of `MiB/s`";
        let check = |text: &str, expected: &str| invalid(Throughput::parse, text, &format!("`{text}` {expected}"));
        check("250", &format!("{form} | write `250 MiB/s`"));
        check("250 MBps", &format!("{form} | write `250 MiB/s`"));
        check("fast", &format!("{form} | write for example `250 MiB/s`"));
        check("124 MiB/s", "is not a throughput of a volume: it is 125 to 1000 MiB/s");
    }
}
