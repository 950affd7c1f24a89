//! Lets the crate compile before its assets are built: pages then work without styles.

use std::{env, fs, path::Path};

fn main() {
    let root = env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the crate's folder");
    let dist = Path::new(&root).join("assets/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=src/pages");
    if !dist.join("manifest.json").exists() {
        println!("cargo:warning=the assets are not built, so pages have no styles: run bin/assets");
        // The folder alone: a manifest would make bin/assets believe that its work is done.
        fs::create_dir_all(&dist).expect("the crate's folder can be written");
    }
}
