//! The steps of writing a file, each a place where a test can make it fail.

/// Something that the system may refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    CreateUnnamed,
    CreateNamed,
    Lock,
    Write,
    #[cfg(unix)]
    Permissions,
    Sync,
    Name,
    Rename,
    SyncFolder,
}

/// Comes before every step; fails only where a test asks for it.
#[cfg(not(test))]
#[inline(always)]
pub(super) fn step(_: Step) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(super) use injected::{Faults, step};

#[cfg(test)]
mod injected {
    use std::cell::Cell;
    use std::io;

    use super::Step;

    /// Which steps fail.
    #[derive(Clone, Copy, Default)]
    pub(in super::super) struct Faults {
        /// This kind of step, always.
        pub kind: Option<Step>,
        /// The step of this number, counted from 0.
        pub number: Option<usize>,
    }

    thread_local! {
        static FAULTS: Cell<Faults> = const { Cell::new(Faults { kind: None, number: None }) };
        static COUNT: Cell<usize> = const { Cell::new(0) };
    }

    impl Faults {
        /// Runs `act` on this thread with these faults; the result, and how many steps there were.
        pub fn during<T>(self, act: impl FnOnce() -> T) -> (T, usize) {
            FAULTS.set(self);
            COUNT.set(0);
            let result = act();
            FAULTS.set(Faults::default());
            (result, COUNT.get())
        }
    }

    pub(in super::super) fn step(kind: Step) -> io::Result<()> {
        let number = COUNT.replace(COUNT.get() + 1);
        let faults = FAULTS.get();
        if faults.kind == Some(kind) || faults.number == Some(number) {
            return Err(io::Error::other(format!("injected: {kind:?}")));
        }
        Ok(())
    }
}
