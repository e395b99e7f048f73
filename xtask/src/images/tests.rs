//! What an archive promises: the same bytes for the same files, and the layout that runtimes read.

use std::{
    cell::Cell,
    collections::BTreeMap,
    fs::{self, File},
    io::Read,
    path::Path,
    time::{Duration, SystemTime},
};

use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::{
    Release,
    oci::{ImageRef, ImageSpec, write_archive},
    release_table, stamp,
};

fn spec(directory: &Path, content: &str) -> ImageSpec {
    let program = directory.join("program");
    fs::write(&program, content).expect("write the program");
    let mut spec = ImageSpec::new("localmart/sample");
    spec.files.push((program, "/bin/program".into(), 0o755));
    spec.links.push(("/bin/alias".into(), "program".into()));
    spec.directories.push(("/data".into(), 0o700));
    spec.entrypoint.push("/bin/program".into());
    spec
}

fn pack(spec: &ImageSpec) -> (TempDir, ImageRef, BTreeMap<String, Vec<u8>>) {
    let out = TempDir::new().expect("a directory");
    let image = write_archive(spec, out.path()).expect("packs");
    let mut members = BTreeMap::new();
    let mut archive = tar::Archive::new(File::open(&image.archive).expect("opens"));
    for entry in archive.entries().expect("a tar") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("reads");
        members.insert(path, bytes);
    }
    (out, image, members)
}

fn blob<'a>(members: &'a BTreeMap<String, Vec<u8>>, descriptor: &Value) -> &'a [u8] {
    let digest = descriptor["digest"].as_str().expect("a digest");
    let hex = digest.strip_prefix("sha256:").expect("sha256");
    let bytes = &members[&format!("blobs/sha256/{hex}")];
    assert_eq!(hex::encode(Sha256::digest(bytes)), hex);
    assert_eq!(descriptor["size"], bytes.len());
    bytes
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

#[test]
fn the_same_files_give_the_same_bytes_whenever_they_were_written() {
    let directory = TempDir::new().expect("a directory");
    let first = spec(directory.path(), "one");
    let (_out, image, _) = pack(&first);
    let bytes = fs::read(&image.archive).expect("reads");

    let program = File::options()
        .write(true)
        .open(directory.path().join("program"))
        .expect("opens");
    let yesterday = SystemTime::now() - Duration::from_hours(24);
    program.set_modified(yesterday).expect("sets the time");
    let (_out, again, _) = pack(&first);
    assert_eq!(again.reference, image.reference);
    assert!(fs::read(&again.archive).expect("reads") == bytes);

    let (_out, other, _) = pack(&spec(directory.path(), "two"));
    assert_ne!(other.reference, image.reference);
}

#[test]
fn index_manifest_configuration_and_layer_lead_to_each_other() {
    let directory = TempDir::new().expect("a directory");
    let (_out, image, members) = pack(&spec(directory.path(), "one"));
    assert_eq!(json(&members["oci-layout"])["imageLayoutVersion"], "1.0.0");
    let index = json(&members["index.json"]);
    let entry = &index["manifests"][0];
    assert_eq!(
        entry["annotations"]["io.containerd.image.name"],
        format!("docker.io/{}", image.reference)
    );
    let manifest = json(blob(&members, entry));
    let config = json(blob(&members, &manifest["config"]));
    let digest = manifest["config"]["digest"].as_str().expect("a digest");
    let tag = &digest["sha256:".len()..][..12];
    assert_eq!(image.reference, format!("localmart/sample:{tag}"));
    assert_eq!(config["config"]["User"], "65532:65532");
    assert_eq!(config["config"]["Env"][0], "HOME=/home/nonroot");

    let mut layer = Vec::new();
    let packed = blob(&members, &manifest["layers"][0]);
    GzDecoder::new(packed)
        .read_to_end(&mut layer)
        .expect("gzip");
    let diff_id = hex::encode(Sha256::digest(&layer));
    assert_eq!(config["rootfs"]["diff_ids"][0], format!("sha256:{diff_id}"));

    let docker = json(&members["manifest.json"]);
    assert_eq!(docker[0]["RepoTags"][0], image.reference);
    for path in [&docker[0]["Config"], &docker[0]["Layers"][0]] {
        assert!(members.contains_key(path.as_str().expect("a path")));
    }
    assert_eq!(
        image.bytes,
        fs::metadata(&image.archive).expect("exists").len()
    );
}

#[test]
fn the_root_has_what_programs_expect() {
    let directory = TempDir::new().expect("a directory");
    let (_out, _, members) = pack(&spec(directory.path(), "one"));
    let manifest = json(blob(
        &members,
        &json(&members["index.json"])["manifests"][0],
    ));
    let layer = GzDecoder::new(blob(&members, &manifest["layers"][0]));
    let mut seen = Vec::new();
    let mut passwd = String::new();
    for entry in tar::Archive::new(layer).entries().expect("a tar") {
        let mut entry = entry.expect("an entry");
        let header = entry.header();
        let (mode, uid) = (header.mode().expect("mode"), header.uid().expect("uid"));
        assert_eq!(header.mtime().expect("time"), 0);
        let path = entry.path().expect("a path").display().to_string();
        if path == "etc/passwd" {
            entry.read_to_string(&mut passwd).expect("reads");
        }
        seen.push(format!("{path} {mode:o} {uid}"));
    }
    assert_eq!(
        seen,
        [
            "bin/ 755 0",
            "bin/alias 777 0",
            "bin/program 755 0",
            "data/ 700 65532",
            "etc/ 755 0",
            "etc/group 644 0",
            "etc/nsswitch.conf 644 0",
            "etc/passwd 644 0",
            "home/ 755 0",
            "home/nonroot/ 750 65532",
            "tmp/ 1777 0",
        ]
    );
    assert!(passwd.contains("nonroot:x:65532:65532:"), "{passwd}");
}

#[test]
fn a_doubtful_entry_is_refused_by_name() {
    let directory = TempDir::new().expect("a directory");
    for path in ["bin/x", "/", "/a/../b", "/a//b", ""] {
        let mut spec = spec(directory.path(), "one");
        spec.contents.push((path.into(), Vec::new(), 0o644));
        let error = write_archive(&spec, directory.path()).expect_err(path);
        assert!(format!("{error:#}").contains(&format!("{path:?}")));
    }
    let mut twice = spec(directory.path(), "one");
    twice
        .contents
        .push(("/bin/program".into(), Vec::new(), 0o644));
    let error = write_archive(&twice, directory.path()).expect_err("a path given twice");
    assert!(format!("{error:#}").contains("/bin/program"), "{error:#}");
}

#[test]
fn a_given_tag_and_registry_are_kept() {
    let directory = TempDir::new().expect("a directory");
    let mut spec = spec(directory.path(), "one");
    "registry.test:5000/a/pause:3".clone_into(&mut spec.reference);
    let (_out, image, members) = pack(&spec);
    assert_eq!(image.reference, "registry.test:5000/a/pause:3");
    assert_eq!(image.short_name(), "pause");
    let index = json(&members["index.json"]);
    let annotations = &index["manifests"][0]["annotations"];
    assert_eq!(
        annotations["io.containerd.image.name"],
        "registry.test:5000/a/pause:3"
    );
}

#[test]
fn an_unchanged_image_is_not_packed_again() {
    let directory = TempDir::new().expect("a directory");
    let out = directory.path().join("out");
    let packed = Cell::new(0);
    let input = directory.path().join("program");
    let run = |content: &str| {
        let spec = spec(directory.path(), content);
        // The time of the file is set by hand: two writes may fall into one tick of the clock.
        let file = File::options().write(true).open(&input).expect("opens");
        let age = u64::try_from(content.len()).expect("a length");
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(age))
            .expect("sets the time");
        let key = stamp::Key::new(&[]).file(&input).expect("a key");
        stamp::unless_unchanged(&out, "sample", key, || {
            packed.set(packed.get() + 1);
            write_archive(&spec, &out)
        })
        .expect("packs")
    };
    let first = run("one");
    assert_eq!((run("one"), packed.get()), (first.clone(), 1));
    run("three");
    assert_eq!(packed.get(), 2);
    fs::remove_file(&run("three").archive).expect("removes");
    run("three");
    assert_eq!(packed.get(), 3);
    // Old archives go once there are too many of one name; the newest stay.
    for length in 10..20 {
        run(&"x".repeat(length));
    }
    let archives = fs::read_dir(&out).expect("lists").filter(|entry| {
        let path = entry.as_ref().expect("an entry").path();
        path.extension().is_some_and(|extension| extension == "tar")
    });
    assert_eq!(archives.count(), 4);
}

#[test]
fn the_release_table_leaves_the_operator_out() {
    let image = |reference: &str| ImageRef {
        reference: reference.into(),
        archive: "unused".into(),
        bytes: 0,
    };
    let release = Release {
        version: "0.1.0",
        images: vec![
            image("localmart/catalog:abc"),
            image("localmart/operator:def"),
        ],
        contracts: vec!["cart/0002_note.contract.sql".into()],
    };
    let text = serde_yaml::to_string(&release_table(&[release])).expect("YAML");
    assert_eq!(
        text,
        "0.1.0:\n  catalog: localmart/catalog:abc\n  contracts:\n  - cart/0002_note.contract.sql\n"
    );
}
