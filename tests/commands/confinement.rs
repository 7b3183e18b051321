//! What a spec may read: the repository that it is in, and folders that it names. Nothing else reaches a template, a
//! review or a finding, whichever command reads the spec.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

/// What stands in every file that must not be read.
const SECRET: &str = "canary-5f1c";

/// A repository, and a folder beside it.
struct World(tempfile::TempDir);

impl World {
    /// With a spec that reads `user_data`.
    fn new(user_data: &str, more: &str) -> Self {
        let world = Self(tempfile::tempdir().expect("a folder"));
        world.write("repo/images/boot.sh", "#!/bin/sh\necho ready\n");
        world.write("repo/common/boot.sh", "#!/bin/sh\necho ready\n");
        world.write("shared/boot.sh", &format!("#!/bin/sh\necho {SECRET}\n"));
        world.write("repo/images/kiln.toml", &spec(user_data, more));
        world.git(&["init", "-q"]);
        world
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn git(&self, args: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(self.path("repo")).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(args);
        git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
        assert!(git.env("GIT_CONFIG_GLOBAL", "/dev/null").status().expect("git").success(), "git {args:?}");
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
    }

    /// The exit code, and all that was written.
    fn kiln(&self, args: &[&str]) -> (Option<i32>, String) {
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        kiln.current_dir(self.path("repo/images")).args(args).env("SECRET", SECRET).stdin(Stdio::null());
        // What would be asked of AWS fails at once.
        kiln.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        let output = kiln.output().expect("kiln runs");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).into_owned())
    }
}

fn spec(user_data: &str, more: &str) -> String {
    format!(
        "name = \"web\"\n{more}\n[component.nginx]\nbuild = [\"dnf -y install nginx\"]\ntest = [\"nginx -t\"]\n\n[pipeline.web]\nbase \
         = \"amazon-linux-2023/arm64\"\ncomponents = [\"nginx\"]\nuser-data = '{user_data}'\n"
    )
}

/// Every command that reads a spec without AWS, and `deploy`, which reads it before it asks for anything.
const COMMANDS: [&[&str]; 9] = [
    &["check"],
    &["check", "--format", "json"],
    &["check", "--format", "sarif"],
    &["check", "--format", "github"],
    &["synth", "--stdout"],
    &["diff"],
    &["document", "nginx"],
    &["graph"],
    &["deploy", "--yes"],
];

/// What is refused everywhere, and read nowhere.
fn refused(world: &World, says: &str) {
    for command in COMMANDS.iter().filter(|command| cfg!(feature = "deploy") || command[0] != "deploy") {
        let (code, text) = world.kiln(command);
        assert_eq!(code, Some(1), "{command:?}: {text}");
        assert!(text.contains(says), "{command:?} does not say `{says}`: {text}");
        assert!(!text.contains(SECRET), "{command:?}: {text}");
    }
}

#[test]
fn what_is_in_the_repository_is_read() {
    for path in
        ["boot.sh", "./boot.sh", "../common/boot.sh", "../images/../images/boot.sh", "link.sh", "linked/boot.sh"]
    {
        let world = World::new(path, "");
        symlink("../common/boot.sh", world.path("repo/images/link.sh")).expect("a link");
        symlink("../common", world.path("repo/images/linked")).expect("a link");
        world.commit();
        let (code, text) = world.kiln(&["check"]);
        assert_eq!(code, Some(0), "{path}: {text}");
        let (code, text) = world.kiln(&["diff"]);
        assert_eq!(code, Some(0), "{path}: {text}");
    }
}

#[test]
fn written_paths_stay_inside() {
    let world = World::new("", "");
    world.commit();
    let absolute = world.path("shared/boot.sh").display().to_string();
    for path in
        ["../../shared/boot.sh", "../../nothing/boot.sh", "/proc/self/environ", "/dev/stdin", "/etc/passwd", &absolute]
    {
        world.write("repo/images/kiln.toml", &spec(path, ""));
        refused(&world, "KILN-F005");
    }
    // In `.git` CI keeps the token that it fetches with.
    world.write("repo/.git/token", SECRET);
    for path in ["../.git/token", "../.git/config", "../.git"] {
        world.write("repo/images/kiln.toml", &spec(path, ""));
        refused(&world, "KILN-F005");
    }
}

#[test]
fn links_stay_inside() {
    for target in
        ["../../shared/boot.sh", "/proc/self/environ", "/proc/thread-self/environ", "/dev/fd/0", "../.git/token"]
    {
        let world = World::new("boot-link.sh", "");
        world.write("repo/.git/token", SECRET);
        symlink(target, world.path("repo/images/boot-link.sh")).expect("a link");
        world.commit();
        refused(&world, "KILN-F00");
        // A link to a link, and a folder that is one.
        let world = World::new("folder/boot.sh", "");
        symlink(world.path("shared"), world.path("repo/images/more")).expect("a link");
        symlink("more", world.path("repo/images/folder")).expect("a link");
        world.commit();
        refused(&world, "KILN-F005");
    }
    // Names of files elsewhere are not suggested either.
    let world = World::new("folder/boto.sh", "");
    symlink(world.path("shared"), world.path("repo/images/folder")).expect("a link");
    world.commit();
    refused(&world, "KILN-F00");
    assert!(!world.kiln(&["check"]).1.contains("did you mean"));
}

#[test]
fn a_pipe_is_not_waited_for() {
    let world = World::new("pipe", "");
    world.commit();
    let pipe = world.path("repo/images/pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let (code, text) = world.kiln(&["check"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("KILN-F002") && text.contains("a pipe"), "{text}");
}

#[test]
fn every_key_with_a_path_is_confined() {
    let world = World::new("boot.sh", "");
    let head = "name = \"web\"\n";
    let pipeline = "[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"a\"]\n";
    let container = "[pipeline.web]\nbase = \"amazon-linux-2023/x86_64\"\ncomponents = [\"aws:update-linux\"]\n\
                     container = { repository = \"web\", dockerfile = \"../../shared/Dockerfile\" }\n";
    for text in [
        format!("{head}[component.a]\nsource = \"../../shared/a.yaml\"\n{pipeline}"),
        format!("{head}[workflow.w]\nkind = \"test\"\nsource = \"../../shared/w.yaml\"\n{pipeline}"),
        format!("{head}{container}"),
        // The paths of a matrix are those of its combinations.
        format!("{head}{pipeline}user-data = \"${{to}}/boot.sh\"\nmatrix = {{ to = [\"../../shared\"] }}\n"),
    ] {
        world.write("repo/images/kiln.toml", &text);
        let (code, found) = world.kiln(&["check"]);
        assert_eq!(code, Some(1), "{text}: {found}");
        assert!(found.contains("KILN-F005") && !found.contains(SECRET), "{text}: {found}");
    }
}

#[test]
fn folders_that_the_spec_names_are_read() {
    let files = "[files]\nfolders = [\"../../shared\"]\n";
    let world = World::new("../../shared/boot.sh", files);
    world.commit();
    for command in [&["check"][..], &["diff"], &["synth"]] {
        let (code, text) = world.kiln(command);
        assert_eq!(code, Some(0), "{command:?}: {text}");
    }
    // A link into one is as good; what is beside it is not.
    symlink("../../shared/boot.sh", world.path("repo/images/link.sh")).expect("a link");
    world.write("repo/images/kiln.toml", &spec("link.sh", files));
    world.commit();
    for command in [&["check"][..], &["diff"]] {
        let (code, text) = world.kiln(command);
        assert_eq!(code, Some(0), "{command:?}: {text}");
    }
    for (path, folders) in [
        ("../../shared/../secret", "../../shared"),
        ("../../sharedness/boot.sh", "../../shared"),
        ("/proc/self/environ", "/"),
        ("/proc/self/environ", "/proc/self"),
        ("/etc/passwd", "/"),
        ("../../shared/boot.sh", ""),
        ("../../shared/boot.sh", "../../shared/boot.sh/"),
    ] {
        world.write("sharedness/boot.sh", SECRET);
        world.write("secret", SECRET);
        world.write("repo/images/kiln.toml", &spec(path, &format!("[files]\nfolders = [\"{folders}\"]\n")));
        refused(&world, "KILN-F00");
    }
}

#[test]
fn outside_of_a_repository_the_folder_of_the_spec_is_the_border() {
    let world = World::new("boot.sh", "");
    fs::remove_dir_all(world.path("repo/.git")).expect("no repository");
    let check = |path: &str| {
        world.write("repo/images/kiln.toml", &spec(path, ""));
        world.kiln(&["check"])
    };
    assert_eq!(check("boot.sh").0, Some(0));
    let (code, text) = check("../common/boot.sh");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("KILN-F005") && text.contains("out of the spec's folder"), "{text}");
}

/// In a commit a link is a file of its own. What it leads to is found in the commit, or is confined as on disk.
#[test]
fn links_of_a_revision_stay_inside() {
    let world = World::new("link.sh", "");
    for target in ["../../shared/boot.sh", "/proc/self/environ", "../../../../../../../../etc/passwd"] {
        let link = world.path("repo/images/link.sh");
        let _ = fs::remove_file(&link);
        symlink(target, &link).expect("a link");
        world.commit();
        fs::remove_file(&link).expect("a link");
        world.write("repo/images/link.sh", "#!/bin/sh\necho ready\n");
        let (code, text) = world.kiln(&["diff", "--git", "HEAD"]);
        assert_eq!(code, Some(1), "{target}: {text}");
        assert!(text.contains("KILN-F005") && !text.contains(SECRET), "{target}: {text}");
    }
    // What leads elsewhere now, and was right then, is judged as it is now.
    world.commit();
    fs::remove_file(world.path("repo/images/link.sh")).expect("a file");
    symlink("/proc/self/environ", world.path("repo/images/link.sh")).expect("a link");
    let (code, text) = world.kiln(&["diff"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("KILN-F005") && !text.contains(SECRET), "{text}");
}

/// A folder that becomes a link while kiln reads is not followed: either file is refused, or the one inside is read.
#[test]
fn a_folder_that_changes_meanwhile_leads_nowhere_else() {
    use kiln::files::{Files, Folder};
    use std::sync::atomic::{AtomicBool, Ordering};

    let world = World::new("boot.sh", "");
    let (folder, other) = (world.path("repo/images/changing"), world.path("repo/images/other"));
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("boot.sh"), "good").expect("a file");
    symlink(world.path("shared"), &other).expect("a link");
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let swap = |a: &Path, b: &Path| fs::rename(a, b).expect("it moves");
            let aside = world.path("repo/images/aside");
            while !is_done.load(Ordering::Relaxed) {
                swap(&folder, &aside);
                swap(&other, &folder);
                swap(&folder, &other);
                swap(&aside, &folder);
            }
        });
        for _ in 0..3000 {
            let content = Folder::new(world.path("repo/images")).read("changing/boot.sh", &[], 1024);
            if content.is_ok_and(|content| content != b"good") {
                is_done.store(true, Ordering::Relaxed);
                panic!("what is outside was read");
            }
        }
        is_done.store(true, Ordering::Relaxed);
    });
}
