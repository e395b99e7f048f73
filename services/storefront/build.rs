//! Lists the built web shop for embedding. Without `web/dist` the list is empty and the gateway
//! serves a page that says how to build it, so Rust work needs no Node.
//!
//! What is embedded is a copy: a build of the web shop replaces `dist` whenever it likes, also
//! while the gateway is being compiled.

use std::{
    env,
    error::Error,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    let dist = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("web/dist");
    let mut files = Vec::new();
    if dist.is_dir() {
        collect(&dist, &mut files)?;
    } else {
        // Watched so that a first build of the web shop is noticed.
        println!("cargo::rerun-if-changed={}", dist.display());
    }
    files.sort();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let copies = out.join("web");
    if copies.exists() {
        fs::remove_dir_all(&copies)?;
    }
    let mut source = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&dist)?.to_string_lossy().into_owned();
        let copy = copies.join(&name);
        fs::create_dir_all(copy.parent().unwrap_or(&copies))?;
        fs::copy(&file, &copy)?;
        let path = copy.to_string_lossy().into_owned();
        writeln!(source, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    source.push_str("]\n");
    fs::write(out.join("web_files.rs"), source)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if !path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'))
        {
            files.push(path);
        }
    }
    Ok(())
}
