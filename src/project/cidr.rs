//! Ranges of IPv4 addresses.

use std::fmt;
use std::net::Ipv4Addr;

use super::invalid::Invalid;
use super::matcher;

/// The addresses of a VPC or subnet: an IPv4 address and a prefix length of 16 to 28.
///
/// Source: VPC user guide, "VPC CIDR blocks" and "Subnet CIDR blocks".
///
/// ```
/// use kiln::project::Cidr;
///
/// let builds = Cidr::parse("10.0.0.0/24").unwrap();
/// assert_eq!(builds, Cidr::default());
/// let refused = Cidr::parse("10.20.30.40/24").expect_err("it is not the first address");
/// assert_eq!(refused.help.as_deref(), Some("write `10.20.30.0/24`"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    address: Ipv4Addr,
    length: u8,
}

impl Cidr {
    /// Parses a range.
    ///
    /// # Errors
    /// If the text is not an address and a length, the length is out of range, or the address is not the first one.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let form = || Invalid::new(format!("`{text}` is not a range of IPv4 addresses: write `10.0.0.0/24`"));
        let (address, length) = text.split_once('/').ok_or_else(form)?;
        let parsed: Ipv4Addr = address.parse().map_err(|_| form())?;
        let bits: u8 = matcher::number(length).filter(|bits| *bits <= 32).ok_or_else(form)?;
        if !(16..=28).contains(&bits) {
            let at = address.len() + 1..text.len();
            return Err(Invalid::new(format!("a network has a length of 16 to 28, this one has {bits}")).at(at));
        }
        let first = Ipv4Addr::from_bits(parsed.to_bits() & (u32::MAX << (32 - u32::from(bits))));
        if first != parsed {
            let message = format!("`{address}` is not the first address of a network of /{bits}");
            return Err(Invalid::new(message).help(format!("write `{first}/{bits}`")).at(0..address.len()));
        }
        Ok(Self { address: parsed, length: bits })
    }
}

impl Default for Cidr {
    /// 256 addresses, which are enough for the endpoints and some two hundred builds at once.
    fn default() -> Self {
        Self { address: Ipv4Addr::new(10, 0, 0, 0), length: 24 }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn ranges() {
        valid(Cidr::parse, "10.0.0.0/24");
        valid(Cidr::parse, "172.16.0.0/16");
        valid(Cidr::parse, "192.168.1.16/28");
        assert_eq!(Cidr::parse(&Cidr::default().to_string()), Ok(Cidr::default()));
        for wrong in ["", "10.0.0.0", "10.0.0/24", "10.0.0.0/a", "10.0.0.0/33", "10.0.0.0/24/1", "é/24"] {
            let message = format!("`{wrong}` is not a range of IPv4 addresses: write `10.0.0.0/24`");
            invalid(Cidr::parse, wrong, &message);
        }
        invalid(Cidr::parse, "10.0.0.0/8", "a network has a length of 16 to 28, this one has 8 @ 8");
        invalid(
            Cidr::parse,
            "10.0.0.1/24",
            "`10.0.0.1` is not the first address of a network of /24 | write `10.0.0.0/24` @ 10.0.0.1",
        );
    }
}
