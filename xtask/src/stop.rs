//! Stopping: the first Ctrl-C drains (cells in hand finish), the second kills.

use std::{
    process::Child,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, Result};

/// Whether to stop, and whom to kill on the way out.
#[derive(Clone, Default)]
pub struct Stop {
    draining: Arc<AtomicBool>,
    interrupted: Arc<AtomicBool>,
    workers: Arc<Mutex<Vec<Arc<Mutex<Child>>>>>,
}

impl Stop {
    /// Listens for Ctrl-C.
    pub fn on_interrupt() -> Result<Self> {
        let stop = Self::default();
        let heard = stop.clone();
        ctrlc::set_handler(move || {
            heard.interrupted.store(true, Ordering::SeqCst);
            if heard.draining.swap(true, Ordering::SeqCst) {
                heard.kill_workers();
                eprintln!("\nkilled; finished cells are kept, `run` again continues");
                std::process::exit(130);
            }
            eprintln!("\nstopping after the cells in hand; Ctrl-C again kills them");
        })
        .context("Ctrl-C cannot be listened to")?;
        Ok(stop)
    }

    /// Asks to stop after the cells in hand.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// Whether to stop after the cells in hand.
    pub fn draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// Whether somebody has pressed Ctrl-C.
    pub fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// Remembers a worker process.
    pub fn watch(&self, child: Arc<Mutex<Child>>) {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(child);
    }

    fn kill_workers(&self) {
        for child in self.workers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        }
    }
}
