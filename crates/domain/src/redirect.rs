//! When the payment page leads the player back to the game.

/// After which end of a payment something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RedirectWhen {
    /// Never.
    #[default]
    None,
    /// After a payment for virtual currency that succeeded.
    VirtualCurrency,
    /// After a payment that succeeded.
    Successful,
    /// After success, or when the player did not go through with it.
    SuccessfulOrCanceled,
    /// After any final state.
    Any,
}

impl RedirectWhen {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::None, Self::VirtualCurrency, Self::Successful, Self::SuccessfulOrCanceled, Self::Any];

    /// Its documented name.
    pub fn name(self) -> &'static str {
        match self {
            RedirectWhen::None => "none",
            RedirectWhen::VirtualCurrency => "vc",
            RedirectWhen::Successful => "successful",
            RedirectWhen::SuccessfulOrCanceled => "successful_or_canceled",
            RedirectWhen::Any => "any",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|when| when.name() == name)
    }
}

/// `redirect_policy` of a project or of a token. A token that has one replaces
/// its project's as a whole, so that a policy never is half of one and half of
/// the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedirectPolicy {
    /// When the page leads back by itself; never if nothing is said.
    pub automatic: Option<RedirectWhen>,
    /// Seconds before it does; at once if nothing is said.
    pub delay: Option<i64>,
    /// When the page shows a button that leads back; at every end if nothing is
    /// said.
    pub manual: Option<RedirectWhen>,
    /// Text on that button.
    pub caption: Option<String>,
}

impl RedirectPolicy {
    /// Whether it says anything at all.
    pub fn says_something(&self) -> bool {
        *self != RedirectPolicy::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for when in RedirectWhen::ALL {
            assert_eq!(RedirectWhen::from_name(when.name()), Some(when));
        }
        assert_eq!(RedirectWhen::from_name("final"), None);
    }

    #[test]
    fn one_that_says_nothing() {
        assert!(!RedirectPolicy::default().says_something());
        assert!(RedirectPolicy { delay: Some(0), ..RedirectPolicy::default() }.says_something());
    }
}
