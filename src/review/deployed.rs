//! What a stack was deployed with, as a plan that can be compared.
//!
//! A template does not tell which of its objects is a block, a map or a policy, nor what a reference is called in
//! Terraform. The plan that is compared with does, for what both have: it is the guide. What only the template has is
//! read by what it looks like. A plan that is read back with itself as the guide is the same plan, with what the spec
//! hands on as it is in its places.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value as Json};

use crate::plan::{Life, Origin, Output, Parameter, Plan, Planned, Table as OfTable};
use crate::project::Key;
use crate::raw::{self, Raw, Table};
use crate::resource::property::Forms;
use crate::resource::{
    self, Access, Address, Attribute, Handle, Part, Properties, Reference, Shape, Text, Type, Value,
};

use super::flat::all_references;

/// The plan of a template, which [`crate::render::cloudformation::read`] has read.
#[must_use]
pub fn plan(template: &Json, guide: &Plan) -> Plan {
    let reader = Reader::new(template, guide);
    let mut raw = Raw::default();
    let mut resources = Vec::new();
    for (id, json) in entries(&template["Resources"]) {
        match reader.handles.get(id) {
            Some(handle) => resources.push(reader.resource(handle, json)),
            None => {
                raw.cloudformation.insert(id.clone(), table(json));
            }
        }
    }
    // The order of the guide is that of reviews.
    let place = |planned: &Planned| guide.resources.iter().position(|it| it.handle == planned.handle);
    resources.sort_by_key(|planned| place(planned).unwrap_or(usize::MAX));
    serve(&mut resources, guide);
    let outputs = entries(&template["Outputs"]).map(|(id, json)| Output {
        address: Address { cloudformation: id.clone(), terraform: String::new() },
        description: json["Description"].as_str().unwrap_or_default().to_owned(),
        value: reader.text(&json["Value"]).unwrap_or_default(),
    });
    let mut plan = Plan {
        name: guide.name.clone(),
        description: template["Description"].as_str().unwrap_or_default().to_owned(),
        marker: String::new(),
        parameters: entries(&template["Parameters"]).map(|(id, json)| reader.parameter(id, json)).collect(),
        outputs: outputs.collect(),
        uploads: guide.uploads.clone(),
        raw,
        ..Plan::default()
    };
    // A template has each id once.
    plan.resources.reserve(resources.len());
    resources.into_iter().for_each(|planned| drop(plan.insert(planned)));
    plan
}

/// The origins that the template names, by logical id. Addresses are made of them as in every plan; an id that none of
/// them gives has no origin.
fn origins(template: &Json) -> BTreeMap<String, Origin> {
    let mut found = BTreeMap::new();
    for (table, entry) in entries(&template["Metadata"]["Kiln"]["Resources"]) {
        let Some(table) = OfTable::parse(table) else { continue };
        let mut read = |key: Option<&Key>, parts: &Json| {
            let parts = parts.as_str().unwrap_or_default().split(' ');
            for origin in parts.filter_map(|part| Origin::read(table, key, part)) {
                found.insert(origin.address().cloudformation, origin);
            }
        };
        match entry {
            Json::Object(keys) => keys
                .iter()
                .filter_map(|(key, parts)| Some((Key::parse(key).ok()?, parts)))
                .for_each(|(key, parts)| read(Some(&key), parts)),
            parts => read(None, parts),
        }
    }
    found
}

/// Which pipelines something works for that is in the template alone: those that refer to it, directly or not.
fn serve(resources: &mut [Planned], guide: &Plan) {
    let index: BTreeMap<String, usize> = resources
        .iter()
        .enumerate()
        .map(|(index, planned)| (planned.handle.address.cloudformation.clone(), index))
        .collect();
    let uses: Vec<Vec<usize>> = resources
        .iter()
        .map(|planned| {
            let used = all_references(&planned.properties).into_iter();
            used.filter_map(|it| index.get(&it.resource.address.cloudformation).copied()).collect()
        })
        .collect();
    let is_new = |planned: &Planned| guide.at(&planned.handle.address.cloudformation).is_none();
    for start in 0..resources.len() {
        let origin = resources[start].origin.as_ref().filter(|it| it.table == OfTable::Pipeline);
        let Some(pipeline) = origin.and_then(|origin| origin.key.clone()) else { continue };
        let (mut open, mut seen) = (uses[start].clone(), vec![false; resources.len()]);
        while let Some(next) = open.pop() {
            if std::mem::replace(&mut seen[next], true) {
                continue;
            }
            open.extend(&uses[next]);
            if !is_new(&resources[next]) {
                continue;
            }
            if let Some(origin) = resources[next].origin.as_mut().filter(|it| !it.serves.contains(&pipeline)) {
                origin.serves.push(pipeline.clone());
            }
        }
    }
    // What only refers to others works for those that they work for: the policy of a bucket.
    for (index, used) in uses.iter().enumerate() {
        if !is_new(&resources[index]) {
            continue;
        }
        let serves: BTreeSet<Key> =
            used.iter().filter_map(|used| resources[*used].origin.as_ref()).flat_map(|it| it.serves.clone()).collect();
        if let Some(origin) = resources[index].origin.as_mut().filter(|origin| origin.serves.is_empty()) {
            origin.serves = serves.into_iter().collect();
        }
    }
}

/// A name that lives as long as the process. Properties are named by constants everywhere else; the few names that a
/// template has besides are kept once each.
fn fixed(name: &str) -> &'static str {
    static NAMES: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.iter().find(|known| **known == name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.push(kept);
    kept
}

fn entries(json: &Json) -> impl Iterator<Item = (&String, &Json)> {
    json.as_object().into_iter().flatten()
}

struct Reader<'a> {
    guide: &'a Plan,
    /// The template's resources of the types that kiln knows, but for those that a spec writes out.
    handles: BTreeMap<String, Handle>,
    /// What the template says that its resources are for.
    origins: BTreeMap<String, Origin>,
    /// What is referred to in the guide, by id and function.
    attributes: BTreeMap<(String, String), Attribute>,
    parameters: BTreeMap<String, Arc<Address>>,
}

impl<'a> Reader<'a> {
    fn new(template: &Json, guide: &'a Plan) -> Self {
        let own: Vec<&str> = guide.own_cloudformation().map(|(id, _)| id).collect();
        let origins = origins(template);
        let mut handles = BTreeMap::new();
        for (id, json) in entries(&template["Resources"]).filter(|(id, _)| !own.contains(&id.as_str())) {
            let Some(of) = type_of(json) else { continue };
            let known = guide.at(id).map(|planned| &planned.handle).filter(|it| it.of == of).cloned();
            let new = || {
                let terraform = origins.get(id).map(|origin| origin.address().terraform).unwrap_or_default();
                Handle { of, address: Arc::new(Address { cloudformation: id.clone(), terraform }) }
            };
            handles.insert(id.clone(), known.unwrap_or_else(new));
        }
        let mut attributes = BTreeMap::new();
        for planned in &guide.resources {
            for Reference { resource, attribute } in all_references(&planned.properties) {
                let key = (resource.address.cloudformation.clone(), access(attribute.cloudformation).to_owned());
                attributes.insert(key, *attribute);
            }
        }
        let mut parameters = BTreeMap::new();
        for (id, _) in entries(&template["Parameters"]) {
            let known = guide.parameters.iter().find(|it| it.address.cloudformation == *id);
            let new = || Arc::new(Address { cloudformation: id.clone(), terraform: String::new() });
            parameters.insert(id.clone(), known.map_or_else(new, |it| Arc::clone(&it.address)));
        }
        Self { guide, handles, origins, attributes, parameters }
    }

    fn resource(&self, handle: &Handle, json: &Json) -> Planned {
        let same = self.guide.resources.iter().find(|planned| planned.handle == *handle);
        let alike = self.guide.resources.iter().filter(|planned| planned.handle.of == handle.of);
        let guides: Vec<&Properties> = same.into_iter().chain(alike).map(|planned| &planned.properties).collect();
        let none = Map::new();
        let own = json["Properties"].as_object().unwrap_or(&none);
        let mut properties = self.properties(own, &guides);
        // What only Terraform has cannot differ from a stack.
        for (key, shape) in same.iter().flat_map(|planned| planned.properties.iter()) {
            if key.cloudformation.is_none() {
                properties.push(*key, shape.clone());
            }
        }
        Planned {
            handle: handle.clone(),
            origin: match same {
                Some(planned) => planned.origin.clone(),
                None => self.origins.get(&handle.address.cloudformation).cloned(),
            },
            properties,
            companions: same.map(|planned| planned.companions.clone()).unwrap_or_default(),
            life: Life {
                retained: json["DeletionPolicy"] == "Retain",
                create_before_destroy: same.is_some_and(|planned| planned.life.create_before_destroy),
            },
            after: match &json["DependsOn"] {
                Json::String(id) => self.handles.get(id).cloned().into_iter().collect(),
                Json::Array(ids) => ids.iter().filter_map(|id| self.handles.get(id.as_str()?).cloned()).collect(),
                _ => Vec::new(),
            },
        }
    }

    fn parameter(&self, id: &str, json: &Json) -> Parameter {
        let known = self.guide.parameters.iter().find(|it| it.address.cloudformation == id);
        let text = |json: &Json| match json {
            Json::String(text) => Some(text.clone()),
            Json::Null => None,
            other => Some(other.to_string()),
        };
        let address = self.parameters.get(id).cloned();
        let new = || Arc::new(Address { cloudformation: id.to_owned(), terraform: String::new() });
        Parameter {
            address: address.unwrap_or_else(new),
            cloudformation_type: fixed(json["Type"].as_str().unwrap_or_default()),
            terraform_type: known.map_or("", |it| it.terraform_type),
            description: text(&json["Description"]),
            default: text(&json["Default"]),
            allowed_values: json["AllowedValues"].as_array().into_iter().flatten().filter_map(text).collect(),
        }
    }

    fn properties(&self, json: &Map<String, Json>, guides: &[&Properties]) -> Properties {
        let mut properties = Properties::new();
        for (name, json) in json {
            let known = guides.iter().flat_map(|guide| guide.iter());
            let known: Vec<(&resource::Key, &Shape)> = known
                .filter(|(key, _)| key.cloudformation == Some(name.as_str()))
                .map(|(key, shape)| (key, shape))
                .collect();
            let shapes: Vec<&Shape> = known.iter().map(|(_, shape)| *shape).collect();
            let key = known.first().map_or_else(|| fixed(name).into(), |(key, _)| **key);
            properties.push(key, self.shape(name, json, &shapes));
        }
        properties
    }

    fn shape(&self, name: &str, json: &Json, guides: &[&Shape]) -> Shape {
        let blocks = || {
            guides.iter().flat_map(|shape| match shape {
                Shape::Block(block) => std::slice::from_ref(block),
                Shape::Blocks(blocks) => blocks.as_slice(),
                Shape::Value(_) | Shape::Differs(_) => &[],
            })
        };
        let values = guides.iter().filter_map(|shape| match shape {
            Shape::Value(value) => Some(value),
            _ => None,
        });
        match (guides.first(), json) {
            (Some(Shape::Differs(_)), _) => self.differs(json, guides),
            (Some(Shape::Value(_)), _) => Shape::Value(self.value(json, &values.collect::<Vec<_>>())),
            (Some(Shape::Block(_) | Shape::Blocks(_)), Json::Object(object)) => {
                Shape::Block(self.properties(object, &blocks().collect::<Vec<_>>()))
            }
            (Some(Shape::Block(_) | Shape::Blocks(_)), Json::Array(items)) if items.iter().all(Json::is_object) => {
                let guides: Vec<&Properties> = blocks().collect();
                let items = items.iter().filter_map(Json::as_object);
                Shape::Blocks(items.map(|item| self.properties(item, &guides)).collect())
            }
            _ => self.unguided(name, json),
        }
    }

    fn differs(&self, json: &Json, guides: &[&Shape]) -> Shape {
        let forms: Vec<&Forms> = guides
            .iter()
            .filter_map(|shape| match shape {
                Shape::Differs(forms) => Some(forms.as_ref()),
                _ => None,
            })
            .collect();
        let examples: Vec<&Value> = forms.iter().map(|forms| &forms.cloudformation).collect();
        let value = self.value(json, &examples);
        if let Some(same) = forms.iter().find(|forms| forms.cloudformation == value) {
            return Shape::Differs(Box::new((*same).clone()));
        }
        let terraform = match forms.first().map(|forms| &forms.terraform) {
            Some(Value::Map(_)) => tags(&value),
            Some(Value::Json(_)) => document(&value),
            _ => value.clone(),
        };
        Shape::Differs(Box::new(Forms { cloudformation: value, terraform }))
    }

    /// A property that the guide does not have.
    fn unguided(&self, name: &str, json: &Json) -> Shape {
        let is_value = ["Tags", "Policies", "ResourceTags", "AmiTags"].contains(&name) || has_policy(json);
        match json {
            _ if name == "Tags" && json.is_array() => {
                let value = self.value(json, &[]);
                Shape::Differs(Box::new(Forms { terraform: tags(&value), cloudformation: value }))
            }
            Json::Object(object) if !is_value && !is_function(object) => Shape::Block(self.properties(object, &[])),
            Json::Array(items) if !is_value && !items.is_empty() && items.iter().all(is_object) => {
                let items = items.iter().filter_map(Json::as_object);
                Shape::Blocks(items.map(|item| self.properties(item, &[])).collect())
            }
            json => Shape::Value(self.value(json, &[])),
        }
    }

    fn value(&self, json: &Json, guides: &[&Value]) -> Value {
        let is_text = matches!(guides.first(), Some(Value::Text(_)));
        if let Some(Value::Json(_)) = guides.first() {
            let inner: Vec<&Value> = guides
                .iter()
                .filter_map(|guide| match guide {
                    Value::Json(inner) => Some(inner.as_ref()),
                    _ => None,
                })
                .collect();
            return Value::Json(Box::new(self.value(json, &inner)));
        }
        match json {
            Json::Null => Value::from(""),
            Json::Bool(it) if !is_text => Value::Bool(*it),
            Json::Number(number) if !is_text && number.is_u64() => Value::Integer(number.as_u64().unwrap_or_default()),
            Json::Bool(_) | Json::Number(_) => Value::from(json.to_string()),
            Json::String(text) => match guides.first() {
                Some(Value::Integer(_)) => text.parse().map_or_else(|_| Value::from(text.as_str()), Value::Integer),
                Some(Value::Bool(_)) => text.parse().map_or_else(|_| Value::from(text.as_str()), Value::Bool),
                _ => Value::from(text.as_str()),
            },
            Json::Array(items) => {
                let inner: Vec<&Value> = guides
                    .iter()
                    .flat_map(|guide| match guide {
                        Value::List(items) => items.as_slice(),
                        _ => &[],
                    })
                    .collect();
                Value::List(items.iter().map(|item| self.value(item, &inner)).collect())
            }
            Json::Object(object) => match self.text(json) {
                Some(text) => Value::Text(text),
                None => {
                    let map = Value::map(object.iter().map(|(name, json)| {
                        let inner: Vec<&Value> = guides
                            .iter()
                            .filter_map(|guide| match guide {
                                Value::Map(entries) => entries.get(name),
                                _ => None,
                            })
                            .collect();
                        (name.as_str(), self.value(json, &inner))
                    }));
                    let is_policy = guides.is_empty() && object.contains_key("Statement");
                    if is_policy { Value::Json(Box::new(map)) } else { map }
                }
            },
        }
    }

    /// A string, or a function that stands for one.
    fn text(&self, json: &Json) -> Option<Text> {
        let object = match json {
            Json::String(text) => return Some(Text::from(text.as_str())),
            other => other.as_object().filter(|object| is_function(object))?,
        };
        if let Some(id) = object.get("Ref") {
            return Some(Text::from(self.part(id.as_str()?, None)));
        }
        if let Some(path) = object.get("Fn::GetAtt") {
            return Some(Text::from(self.part(path[0].as_str()?, Some(path[1].as_str()?))));
        }
        let mut rest = object.get("Fn::Sub")?.as_str()?;
        let mut text = Text::default();
        while let Some((before, after)) = rest.split_once("${") {
            text = text.then(before);
            let Some((name, after)) = after.split_once('}') else { return Some(text.then("${").then(after)) };
            text = match (name.strip_prefix('!'), name.split_once('.')) {
                (Some(name), _) => text.then(format!("${{{name}}}")),
                (None, Some((id, attribute))) => text.then(self.part(id, Some(attribute))),
                (None, None) => text.then(self.part(name, None)),
            };
            rest = after;
        }
        Some(text.then(rest))
    }

    fn part(&self, id: &str, attribute: Option<&str>) -> Part {
        match (id, attribute) {
            ("AWS::Partition", _) => return Part::Partition,
            ("AWS::Region", _) => return Part::Region,
            ("AWS::AccountId", _) => return Part::Account,
            _ => {}
        }
        if let Some(handle) = self.handles.get(id) {
            let known = self.attributes.get(&(id.to_owned(), attribute.unwrap_or_default().to_owned()));
            let new = || match attribute {
                None => Attribute::by_ref(""),
                Some(name) => Attribute::by_get_att(fixed(name), ""),
            };
            let attribute = known.copied().unwrap_or_else(new);
            return Part::Attribute(Box::new(Reference { resource: handle.clone(), attribute }));
        }
        match (self.parameters.get(id), attribute) {
            (Some(address), None) => Part::Parameter(Arc::clone(address)),
            (_, None) => Part::Literal(format!("${{{id}}}")),
            (_, Some(attribute)) => Part::Literal(format!("${{{id}.{attribute}}}")),
        }
    }
}

fn type_of(json: &Json) -> Option<&'static Type> {
    let of = json["Type"].as_str()?;
    resource::ALL.into_iter().find(|known| known.cloudformation == of)
}

const fn access(access: Access) -> &'static str {
    match access {
        Access::Ref => "",
        Access::GetAtt(name) => name,
    }
}

fn is_function(object: &Map<String, Json>) -> bool {
    object.len() == 1 && object.keys().all(|name| name == "Ref" || name.starts_with("Fn::"))
}

fn is_object(json: &Json) -> bool {
    json.as_object().is_some_and(|object| !is_function(object))
}

fn has_policy(json: &Json) -> bool {
    match json {
        Json::Object(object) => object.contains_key("Statement") || object.values().any(has_policy),
        Json::Array(items) => items.iter().any(has_policy),
        _ => false,
    }
}

/// A list of `Key` and `Value` as a map.
fn tags(value: &Value) -> Value {
    let Value::List(items) = value else { return value.clone() };
    let pairs = items.iter().filter_map(|item| match item {
        Value::Map(entries) => match (entries.get("Key"), entries.get("Value")) {
            (Some(Value::Text(key)), Some(value)) => Some((key.as_literal()?, value.clone())),
            _ => None,
        },
        _ => None,
    });
    Value::map(pairs)
}

/// A JSON document as a value.
pub(super) fn json(document: &Json) -> Value {
    match document {
        Json::Bool(it) => Value::Bool(*it),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::List(items.iter().map(json).collect()),
        Json::Object(object) => Value::map(object.iter().map(|(name, inner)| (name.as_str(), json(inner)))),
        other => Value::from(other.to_string()),
    }
}

/// A text that holds a JSON document, if it has no references.
fn document(value: &Value) -> Value {
    let Value::Text(text) = value else { return value.clone() };
    let read = text.as_literal().and_then(|text| serde_json::from_str(text).ok());
    read.map_or_else(|| value.clone(), |read| Value::Json(Box::new(json(&read))))
}

/// A resource that kiln does not know, as the spec would write it out.
fn table(json: &Json) -> Table {
    fn value(json: &Json) -> raw::Value {
        match json {
            Json::Null => raw::Value::Text(String::new()),
            Json::Bool(it) => raw::Value::Bool(*it),
            Json::Number(number) => raw::Value::Number(number.clone()),
            Json::String(text) => raw::Value::Text(text.clone()),
            Json::Array(items) => raw::Value::List(items.iter().map(value).collect()),
            Json::Object(_) => raw::Value::Table(table(json)),
        }
    }
    entries(json).map(|(name, json)| (name.clone(), value(json))).collect()
}
