//! Build script shared by every crate whose binaries or tests link libtorch: it writes the library's folder into them,
//! so that they start in a plain shell without LD_LIBRARY_PATH.

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    if let Some(libtorch) = std::env::var_os("LIBTORCH") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}/lib", libtorch.display());
    }
}
