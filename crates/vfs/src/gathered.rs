//! What is to be written to a log and is not yet. It knows no file, and so can
//! be tried out without one.

/// The most that is held back, and so the most that is written at one time: the
/// largest page that SQLite knows. It never writes more, and its file system for
/// Unix cannot.
const MOST: usize = 64 << 10;

/// A frame of the log is a header of so many bytes and a page.
const HEADER: usize = 24;

/// Writes that follow each other in the file, and that it has not seen.
#[derive(Default)]
pub(crate) struct Gathered {
    bytes: Vec<u8>,
    at: i64,
    /// The page of a commit's last frame comes next.
    ends: bool,
}

/// What is to happen to what is held back, around a write that comes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// It is written before, because the new bytes do not follow it or there is
    /// no room for them.
    pub(crate) before: bool,
    /// It is written after, because a commit is whole.
    pub(crate) after: bool,
}

impl Gathered {
    /// What is to happen when these bytes are written.
    pub(crate) fn turn(&mut self, bytes: &[u8], at: i64) -> Turn {
        let after = std::mem::take(&mut self.ends) && bytes.len() != HEADER;
        // The size of the database after the commit, in the last frame alone.
        self.ends = bytes.len() == HEADER && bytes[4..8] != [0; 4];
        let follows = self.end() == Some(at) && self.bytes.len() + bytes.len() <= MOST;
        Turn { before: !follows && !self.bytes.is_empty(), after }
    }

    /// Holds bytes back. What was held back before ends where they begin.
    pub(crate) fn add(&mut self, bytes: &[u8], at: i64) {
        if self.bytes.is_empty() {
            self.at = at;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// What is held back, and where it belongs.
    pub(crate) fn held(&self) -> (&[u8], i64) {
        (&self.bytes, self.at)
    }

    /// It is written, or is not to be.
    pub(crate) fn forget(&mut self) {
        self.bytes.clear();
    }

    fn end(&self) -> Option<i64> {
        self.at.checked_add(i64::try_from(self.bytes.len()).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO: Turn = Turn { before: false, after: false };

    fn header(size: u32) -> [u8; HEADER] {
        let mut header = [7; HEADER];
        header[4..8].copy_from_slice(&size.to_be_bytes());
        header
    }

    /// What a log of pages sees of these writes.
    fn write(gathered: &mut Gathered, bytes: &[u8], at: i64, file: &mut Vec<(i64, usize)>) {
        let turn = gathered.turn(bytes, at);
        let mut flush = |gathered: &mut Gathered| {
            let (held, at) = gathered.held();
            file.push((at, held.len()));
            gathered.forget();
        };
        if turn.before {
            flush(gathered);
        }
        gathered.add(bytes, at);
        if turn.after {
            flush(gathered);
        }
    }

    #[test]
    fn a_commit_is_one_write_and_is_written_with_its_last_page() {
        let (mut gathered, mut file) = (Gathered::default(), Vec::new());
        for (n, size) in [(0, 0), (1, 0), (2, 9)] {
            assert!(file.is_empty(), "before the last page");
            let at = 32 + n * 4_120;
            write(&mut gathered, &header(size), at, &mut file);
            write(&mut gathered, &[1; 4_096], at + 24, &mut file);
        }
        assert_eq!(file, [(32, 3 * 4_120)]);
        assert_eq!(gathered.held().0, b"");
        // The next one begins behind it, and has nothing of it.
        write(&mut gathered, &header(0), 32 + 3 * 4_120, &mut file);
        assert_eq!(file.len(), 1);
    }

    #[test]
    fn what_does_not_follow_is_a_write_of_its_own() {
        let (mut gathered, mut file) = (Gathered::default(), Vec::new());
        write(&mut gathered, &[1; 32], 0, &mut file);
        write(&mut gathered, &[1; 4_096], 32, &mut file);
        // A transaction that was undone: the next one begins where it began.
        write(&mut gathered, &[2; 4_096], 32, &mut file);
        write(&mut gathered, &[2; 10], 9_000, &mut file);
        assert_eq!(file, [(0, 4_128), (32, 4_096)]);
    }

    #[test]
    fn there_is_an_end_to_what_is_held_back() {
        let (mut gathered, mut file) = (Gathered::default(), Vec::new());
        for n in 0..200 {
            write(&mut gathered, &[1; 4_096], n * 4_096, &mut file);
            assert!(gathered.held().0.len() <= MOST);
        }
        assert_eq!(file.len(), 12, "of 16 pages each");
        assert_eq!(gathered.turn(&[1; 24], i64::MAX), Turn { before: true, ..NO });
    }
}
