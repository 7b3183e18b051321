//! `kiln images`

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use jiff::Timestamp;
use kiln::build::Image;
use kiln::build::places;
use serde_json::json;

use super::status::Shape;
use crate::Outcome;
use crate::building::OriginArgs;
use crate::building::select::{self, Made, Use};
use crate::completing;
use crate::deploying::words;
use crate::exit::Exit;
use crate::output::{Page, Ui};

/// List images of pipelines, newest first, and what uses them.
///
/// Where nothing is deployed any more, images are found by the names of the recipes that the spec and its lock have.
/// Instances, launch templates, recipes and SSM parameters of this account are asked for.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln images                  of all pipelines of the kiln.toml of this folder
  kiln images web              of one
  kiln images --format json    for programs")]
pub struct ImagesArgs {
    /// Pipelines by their keys in the spec; all otherwise.
    #[arg(value_name = "PIPELINE", add = ArgValueCompleter::new(completing::pipelines))]
    pub pipelines: Vec<String>,

    #[command(flatten)]
    pub origin: OriginArgs,

    /// How it is written.
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    pub format: Shape,
}

/// Runs the command.
pub fn run(args: &ImagesArgs, ui: &Ui) -> Exit {
    images(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn images(args: &ImagesArgs, ui: &Ui) -> Outcome {
    let project = select::project(&args.origin, ui)?;
    select::named(&project, &args.pipelines)?;
    crate::deploying::run(async {
        let session = args.origin.place.connect().await?;
        let mut found: Vec<(String, Image)> = Vec::new();
        let mut uses = BTreeMap::new();
        let names = (args.pipelines.as_slice(), ui);
        for Made { key, images, .. } in select::made(&args.origin, &project, (&session, Use::Look), names).await?.1 {
            let parameters = places::published(&session, &images).await.map_err(|fault| words::fault(&fault))?;
            match places::uses(&session, &images, (&parameters, &session.account)).await {
                Ok(more) => uses.extend(more),
                Err(fault) => ui.note(format!("what uses images is not known: {}", words::fault(&fault).message)),
            }
            found.extend(images.into_iter().map(|image| (key.clone(), image)));
        }
        match args.format {
            Shape::Json => {
                let images: Vec<_> = found
                    .iter()
                    .map(|(key, it)| {
                        json!({
                            "pipeline": key, "image": it.arn, "version": it.version, "state": it.state.word(),
                            "reason": it.reason, "created": it.created, "amis": it.amis, "containers": it.containers,
                            "used_by": users(it, &uses),
                        })
                    })
                    .collect();
                ui.product(&format!("{}\n", json!({ "v": 1, "images": images })))?;
            }
            Shape::Text => {
                let rows = found.iter().map(|(key, image)| row(key, image, &users(image, &uses)));
                ui.print(Page::new().columns(&rows.collect::<Vec<_>>()))?;
            }
        }
        if found.is_empty() && args.format == Shape::Text {
            ui.note("there are no images yet: `kiln build` makes one");
        }
        Ok(Exit::Success)
    })
}

/// What uses an image, in words.
fn users(image: &Image, uses: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    image.amis.iter().filter_map(|ami| uses.get(&ami.id)).flatten().cloned().collect()
}

fn row(key: &str, image: &Image, users: &BTreeSet<String>) -> [String; 6] {
    let amis = image.amis.iter().map(|ami| format!("{}:{}", ami.region, ami.id));
    let containers = image.containers.iter().flat_map(|it| it.uris.iter().cloned());
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let used = if users.is_empty() { String::new() } else { format!("used by {}", users.join(", ")) };
    let ids: Vec<String> = amis.chain(containers).collect();
    [key.to_owned(), image.version.clone(), image.state.word().to_lowercase(), age(&image.created), ids.join(" "), used]
}

/// How old something is, in its largest unit; the moment itself if that is not understood.
pub fn age(moment: &str) -> String {
    let Ok(then) = moment.parse::<Timestamp>() else { return moment.to_owned() };
    let age = (Timestamp::now().as_second() - then.as_second()).max(0);
    match age {
        0..60 => format!("{age} s"),
        60..3600 => format!("{} min", age / 60),
        3600..172_800 => format!("{} h", age / 3600),
        _ => format!("{} d", age / 86_400),
    }
}
