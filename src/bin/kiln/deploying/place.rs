//! Which account and Region a command goes to.

use std::process;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use kiln::aws::{Calls, Choice, Session, Timer};

use super::words;
use crate::exit::Failure;

/// The account and the Region.
#[derive(Debug, Clone, Args)]
pub struct PlaceArgs {
    /// The Region; what AWS_REGION or the profile says otherwise.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// The profile of the AWS configuration files.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
}

/// Where to, of commands that can go to several places at once.
#[derive(Debug, Clone, Args)]
pub struct PlacesArgs {
    /// Regions, separated by commas; what AWS_REGION or the profile says otherwise.
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    pub region: Vec<String>,

    /// Profiles of the AWS configuration files, separated by commas.
    #[arg(long, value_name = "PROFILE", value_delimiter = ',')]
    pub profile: Vec<String>,
}

impl PlaceArgs {
    /// Logs in.
    pub async fn connect(&self) -> Result<Session, Failure> {
        let choice = Choice { region: self.region.clone(), profile: self.profile.clone() };
        Session::connect(&choice, calls()).await.map_err(|fault| words::fault(&fault))
    }
}

impl PlacesArgs {
    /// Logs in to every combination of profile and Region. All share one budget of calls.
    pub async fn connect(&self) -> Result<Vec<Session>, Failure> {
        fn each(given: &[String]) -> Vec<Option<String>> {
            if given.is_empty() { vec![None] } else { given.iter().cloned().map(Some).collect() }
        }
        let calls = calls();
        let mut sessions = Vec::new();
        for profile in each(&self.profile) {
            for region in each(&self.region) {
                let choice = Choice { region, profile: profile.clone() };
                let session = Session::connect(&choice, Rc::clone(&calls)).await;
                sessions.push(session.map_err(|fault| words::fault(&fault))?);
            }
        }
        Ok(sessions)
    }
}

fn calls() -> Rc<Calls> {
    Rc::new(Calls::new(Timer::new(chance())))
}

/// A few digits that no other run has.
pub fn nonce() -> String {
    format!("{:08x}", (chance() ^ (chance() >> 32)) & 0xffff_ffff)
}

fn chance() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    // Two runs of one moment differ by their process, two moments of one process by the clock.
    (u64::from(now.subsec_nanos()) << 32 | u64::from(process::id())) ^ now.as_secs().wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
