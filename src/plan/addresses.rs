//! Which resource is where: every address is given out once.

use std::collections::{BTreeMap, HashMap};

use super::{Origin, Part, Plan, Planned, Table};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::resource::Handle;

/// The resources of a plan by their logical ids, and by their types and labels in Terraform.
///
/// ```
/// use kiln::plan::{Life, Origin, Part, Plan, Table};
/// use kiln::project::Key;
/// use kiln::resource::vpc::Vpc;
///
/// let mut plan = Plan::default();
/// let vpc = Vpc { cidr_block: "10.0.0.0/24".into(), tags: [].into() };
/// let mut add = || plan.add(Origin::shared(Table::Network, Part::Vpc), &vpc, Life::default());
/// assert!(add().is_ok());
/// assert_eq!(add().expect_err("the id is taken").code.id, "KILN-B003");
/// assert_eq!(plan.resources.len(), 1);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Addresses(HashMap<String, usize>);

/// All addresses of a resource: logical ids have no `.`, so both kinds are in one map.
fn all(planned: &Planned) -> impl Iterator<Item = String> {
    let own = std::iter::once(planned.handle.address.cloudformation.clone());
    let terraform = planned.terraform().filter(|(_, label)| !label.is_empty());
    own.chain(terraform.map(|(of, label)| format!("{of}.{label}")).collect::<Vec<_>>())
}

impl Plan {
    /// The resource at this logical id, or at this address in Terraform, such as `aws_iam_role.web_instance`. What
    /// Terraform makes a resource of its own for is part of the resource that it belongs to.
    #[must_use]
    pub fn at(&self, address: &str) -> Option<&Planned> {
        self.resources.get(*self.addresses.0.get(address)?)
    }

    /// The resource that is this part of a table's entry; of what has no name, `None` stands for it.
    #[must_use]
    pub fn of<'a>(&self, table: Table, key: impl Into<Option<&'a str>>, part: Part) -> Option<&Planned> {
        let key = key.into();
        self.resources.iter().find(|planned| planned.origin.as_ref().is_some_and(|it| it.is(table, key, part)))
    }

    /// The origins of all resources in the words of [`Origin::read`]: for each entry of a table its parts, parted by
    /// spaces.
    #[must_use]
    pub fn origins(&self) -> Vec<(Table, Option<&str>, String)> {
        let mut found: BTreeMap<(Table, Option<&str>), String> = BTreeMap::new();
        for origin in self.resources.iter().filter_map(|planned| planned.origin.as_ref()) {
            let parts = found.entry((origin.table, origin.name())).or_default();
            if !parts.is_empty() {
                parts.push(' ');
            }
            parts.push_str(&origin.part_name());
        }
        found.into_iter().map(|((table, key), parts)| (table, key, parts)).collect()
    }

    /// Adds a resource whose addresses are free.
    ///
    /// # Errors
    /// If another resource has one of its addresses, `KILN-B003` at the fields of both.
    pub fn insert(&mut self, planned: Planned) -> Result<(), Box<Diagnostic>> {
        let addresses: Vec<String> = all(&planned).collect();
        let taken = addresses.iter().find_map(|address| Some((address, self.at(address)?)));
        if let Some((address, other)) = taken {
            return Err(Box::new(refusal(address, (other, &planned))));
        }
        let index = self.resources.len();
        self.addresses.0.extend(addresses.into_iter().map(|address| (address, index)));
        self.resources.push(planned);
        Ok(())
    }

    /// Says that a resource is made after others, though none of its properties refers to them.
    pub fn order(&mut self, later: &Handle, earlier: &[Handle]) {
        let index = self.addresses.0.get(&later.address.cloudformation);
        if let Some(planned) = index.and_then(|index| self.resources.get_mut(*index)) {
            planned.after.extend_from_slice(earlier);
        }
    }
}

fn refusal(address: &str, (first, second): (&Planned, &Planned)) -> Diagnostic {
    let field = |planned: &Planned| {
        planned.origin.as_ref().map_or(Place::File, |origin: &Origin| Place::Key(origin.field.clone()))
    };
    let same = |planned: &Planned| planned.origin.as_ref().map(|it| (it.table, it.key.clone(), it.part));
    let help = match same(first) == same(second) {
        true => "they are the same: remove one of them",
        false => "give one of them another name",
    };
    Diagnostic::new(code::ID_COLLISION, format!("two resources would have the id `{address}`"))
        .label(None, field(second), "makes the second")
        .label(None, field(first), "makes the first")
        .help(help)
}
