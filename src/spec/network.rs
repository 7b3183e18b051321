//! `network` of an infrastructure, and `[private-network]`.

use super::Input;
use crate::table::table;

table! {
    /// Where build instances stand.
    ///
    /// ```
    /// use kiln::spec::{Infrastructure, Network};
    ///
    /// let own = Network::new().subnet("subnet-0123456789abcdef0").security_group("sg-0123456789abcdef0");
    /// let infrastructure = Infrastructure::new().network(own);
    /// ```
    Network short(String) needs ["kind" | "subnet"] {
        /// `default`: the account's default VPC. `private`: a network that is made for the project, with no way to the
        /// internet. Neither goes with a subnet.
        one "kind" kind: String = ["default", "private"],
        /// The subnet.
        one "subnet" subnet: Input,
        /// The security groups. Without them, and with `vpc`, a group is made that lets nothing in.
        list "security-groups" security_groups / security_group: Input,
        /// The VPC of the subnet, for the generated security group.
        one "vpc" vpc: Input,
    }
}

impl From<String> for Network {
    fn from(kind: String) -> Self {
        Self::new().kind(kind)
    }
}

impl From<&str> for Network {
    fn from(kind: &str) -> Self {
        Self::new().kind(kind)
    }
}

table! {
    /// The network that infrastructures with `network = "private"` share.
    ///
    /// ```
    /// use kiln::spec::{Infrastructure, PrivateNetwork, Spec};
    ///
    /// let spec = Spec::named("web")
    ///     .private_network(PrivateNetwork::new().cidr("10.20.0.0/24"))
    ///     .infrastructure("shared", Infrastructure::new().network("private"));
    /// ```
    PrivateNetwork {
        /// Its addresses: `10.0.0.0/24` unless said otherwise.
        one "cidr" cidr: String,
        /// The availability zone of its subnet, such as `eu-west-1a`; AWS chooses otherwise.
        one "availability-zone" availability_zone: Input,
        /// The prefix list of Amazon S3 in the Region deployed to, `pl-…`. With it, instances may connect to the
        /// endpoints and to S3 alone; without it nothing else is routed, but the security group says anywhere.
        one "s3-prefix-list" s3_prefix_list: Input,
    }
}
