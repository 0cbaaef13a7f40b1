//! The deadlines of a connection on one timer.
//!
//! Every request has two deadlines, and hardly any is ever reached. A timer of
//! its own for each would be wound up and taken away with every request, under
//! locks that all connections share. So the moments are only noted, and what
//! rings for the connection is set anew when it has rung.

use hyper::rt::{Sleep, Timer};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

/// The deadlines of a connection, as those note them who keep to them.
#[derive(Clone)]
pub struct Alarm(Arc<Mutex<Wanted>>);

/// When the headers and when the answer have to be there, or were to be.
struct Wanted {
    headers: Instant,
    answer: Instant,
}

/// What wakes the task of the connection at its deadlines.
pub struct Bell {
    alarm: Alarm,
    sleep: Pin<Box<tokio::time::Sleep>>,
    /// Whether the timer knows whom to wake.
    armed: bool,
    /// No deadline is noted that comes sooner than this after its noting.
    least: Duration,
}

impl Alarm {
    /// For a connection whose deadlines are never nearer than `least`; the bell
    /// is for its task to poll, first of all.
    pub fn new(least: Duration) -> (Alarm, Bell) {
        let now = now();
        let alarm = Alarm(Arc::new(Mutex::new(Wanted { headers: now, answer: now })));
        let sleep = Box::pin(tokio::time::sleep_until(now + least));
        (alarm.clone(), Bell { alarm, sleep, armed: false, least })
    }

    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What comes of `answer`, or nothing if it takes longer than `limit`.
    pub async fn within<T>(&self, limit: Duration, mut answer: Pin<&mut impl Future<Output = T>>) -> Option<T> {
        let until = now() + limit;
        self.wanted().answer = until;
        std::future::poll_fn(|cx| match answer.as_mut().poll(cx) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending if now() >= until => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }
}

fn now() -> Instant {
    Instant::now()
}

impl Bell {
    /// Sees to it that the task is woken at the next deadline.
    pub fn poll(&mut self, cx: &mut Context<'_>) {
        while !self.armed || self.sleep.is_elapsed() {
            self.armed = self.sleep.as_mut().poll(cx).is_pending();
            if self.armed {
                return;
            }
            let now = now();
            let Wanted { headers, answer } = *self.alarm.wanted();
            // What is noted from now on comes later than the last of these.
            let next = [headers, answer, now + self.least].into_iter().filter(|at| *at > now).min();
            self.sleep.as_mut().reset(next.unwrap_or(now + self.least));
        }
    }
}

/// hyper's wait for the headers of a request.
struct Nap(Instant);

impl Future for Nap {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if now() >= self.0 { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Sleep for Nap {}

impl Timer for Alarm {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until((now() + duration).into())
    }

    fn sleep_until(&self, deadline: std::time::Instant) -> Pin<Box<dyn Sleep>> {
        self.wanted().headers = deadline.into();
        Box::pin(Nap(deadline.into()))
    }

    fn now(&self) -> std::time::Instant {
        now().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, poll_fn, ready};
    use std::pin::pin;

    const LEAST: Duration = Duration::from_secs(15);
    const ANSWER: Duration = Duration::from_secs(60);

    /// Lives as a connection does: its bell rings for all of its task.
    async fn with_bell<T>(mut bell: Bell, f: impl Future<Output = T>) -> T {
        let mut f = std::pin::pin!(f);
        poll_fn(|cx| {
            bell.poll(cx);
            f.as_mut().poll(cx)
        })
        .await
    }

    #[tokio::test(start_paused = true)]
    async fn deadlines_ring_on_time_whenever_they_were_noted() {
        let (alarm, bell) = Alarm::new(LEAST);
        let start = now();
        let life = async {
            for n in 1..20 {
                assert_eq!(alarm.within(ANSWER, pin!(ready(n))).await, Some(n));
                // Somebody else wakes the task, as a client's bytes do.
                tokio::time::sleep(Duration::from_millis(1700 * n)).await;
                let began = now();
                let nap: Pin<Box<dyn Sleep>> = alarm.sleep_until((began + LEAST).into());
                nap.await;
                assert!(began.elapsed() >= LEAST && began.elapsed() < LEAST + Duration::from_millis(3), "{n}");
                let began = now();
                assert_eq!(alarm.within(ANSWER, pin!(pending::<()>())).await, None);
                assert!(began.elapsed() >= ANSWER && began.elapsed() < ANSWER + Duration::from_millis(3), "{n}");
            }
        };
        with_bell(bell, life).await;
        assert!(start.elapsed() > Duration::from_secs(1400));
    }
}
