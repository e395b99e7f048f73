//! Images of this workspace's own programs: one static binary in an empty root.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{
    Profile,
    oci::{ImageRef, ImageSpec, write_archive},
    stamp::{Key, unless_unchanged},
};
use crate::{paths, progress::Step};

/// Programs that can drop the symbols of a binary, with the option that does it.
const STRIPPERS: [(&str, &str); 3] = [
    ("strip", "--strip-all"),
    ("objcopy", "--strip-all"),
    ("llvm-strip", "--strip-all"),
];

/// Compiles every program of the workspace that runs in a container.
pub(crate) fn compile(profile: Profile, step: &Step<'_>) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(paths::repository());
    // The whole workspace but this program: choosing single packages would unify features anew
    // and compile dependencies a second time.
    command.args(["build", "--workspace", "--exclude", "xtask", "--bins"]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    step.run(&mut command, "images-cargo")
}

/// Packs `binary` as `/<binary>` of the image `name`.
pub(super) fn pack(profile: Profile, name: &str, binary: &str, out: &Path) -> Result<ImageRef> {
    let built = built(profile, binary)?;
    let key = Key::new(&[include_str!("rust.rs"), name, binary]).file(&built)?;
    let short = name.rsplit('/').next().unwrap_or(name);
    let slot = format!("{short}.{}", profile.directory());
    unless_unchanged(out, &slot, key, || {
        let scratch = tempfile::tempdir_in(out)?;
        let stripped = scratch.path().join(binary);
        strip(&built, &stripped)?;
        let program = format!("/{binary}");
        let mut spec = ImageSpec::new(name);
        spec.files.push((stripped, program.clone(), 0o755));
        spec.entrypoint.push(program);
        write_archive(&spec, out)
    })
}

/// Where cargo put a binary: beside this program, in the folder of the profile.
pub(crate) fn built(profile: Profile, binary: &str) -> Result<PathBuf> {
    let this = paths::this_program()?;
    let target = this
        .ancestors()
        .find(|path| path.file_name() == Some(OsStr::new("debug")) || path.ends_with("release"))
        .and_then(Path::parent);
    let Some(target) = target else {
        bail!(
            "{} is in no cargo target directory: start it with `cargo xtask`",
            this.display()
        );
    };
    Ok(target.join(profile.directory()).join(binary))
}

/// Writes `binary` without symbols and debug information to `to`.
fn strip(binary: &Path, to: &Path) -> Result<()> {
    for (program, option) in STRIPPERS {
        let mut command = Command::new(program);
        command.arg(option);
        if program == "objcopy" {
            command.arg(binary).arg(to);
        } else {
            command.arg("-o").arg(to).arg(binary);
        }
        match command.output() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot start {program}")),
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => bail!(
                "{program} could not strip {}: {}",
                binary.display(),
                String::from_utf8_lossy(&output.stderr).trim()
            ),
        }
    }
    bail!(
        "found neither strip nor objcopy nor llvm-strip, which make a binary fit for an image; \
         install them with `apt-get install binutils`"
    )
}
