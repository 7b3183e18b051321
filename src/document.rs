//! The documents that a spec names: AWSTOE components. Parsed with positions, embedded word for word.

pub mod component;
pub mod inline;
pub mod yaml;
