//! Embeds `migrations/` and runs again whenever a file there appears, changes or goes.

use std::{env, error::Error, fmt::Write, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../migrations");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for service in fs::read_dir(&folder)? {
        let service = service?.path();
        if !service.is_dir() {
            continue;
        }
        println!("cargo::rerun-if-changed={}", service.display());
        for file in fs::read_dir(&service)? {
            files.push(file?.path());
        }
    }
    files.sort();
    let mut source = String::from("&[\n");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let service = file.parent().and_then(Path::file_name).unwrap_or_default();
        let parts = [
            service,
            file.file_name().unwrap_or_default(),
            fs::canonicalize(&file)?.as_os_str(),
        ]
        .map(|part| part.to_string_lossy().into_owned());
        let [service, name, path] = parts;
        writeln!(
            source,
            "    ({service:?}, {name:?}, include_str!({path:?})),"
        )?;
    }
    source.push_str("]\n");
    fs::write(
        Path::new(&env::var("OUT_DIR")?).join("migrations.rs"),
        source,
    )?;
    Ok(())
}
