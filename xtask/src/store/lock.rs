//! The lock that keeps two runs from writing to one store. The operating system releases it when its holder dies.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

use super::StoreError;

/// A held lock.
pub struct Lock {
    _file: File,
}

/// Takes the lock of a store, or says who holds it.
pub fn acquire(dir: &Path) -> Result<Lock, StoreError> {
    let path = dir.join("lock");
    let error = |cause| StoreError::Write { path: path.clone(), cause };
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(error)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            return Err(StoreError::Busy { path: dir.to_path_buf(), holder: holder.trim().to_owned() });
        }
        Err(TryLockError::Error(cause)) => return Err(error(cause)),
    }
    file.set_len(0).and_then(|()| file.rewind()).map_err(error)?;
    writeln!(file, "process {}", std::process::id()).map_err(error)?;
    Ok(Lock { _file: file })
}
