//! What the owners of projects set.

use super::{Log, Step, acme, at, ours, umbrella};
use coinslot_domain::id::ProjectId;
use coinslot_domain::localized::Localized;
use coinslot_domain::project::{Component, Settings};
use coinslot_domain::redirect::{RedirectPolicy, RedirectWhen};
use coinslot_domain::webhook::Optional;
use coinslot_store::{StoreError, Tx, merchant, project};

pub(crate) const STEPS: &[Step] = &[Step::Write("projects as their owners set them", projects)];

fn projects(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let plain = call!(log, project::find(tx, ours())).unwrap();
    assert_eq!(plain.names, Localized::of("en", plain.name()), "a name from before there were languages");
    assert!(plain.ipn_enabled);

    let made = ProjectId::new(70).unwrap();
    let whole = Settings {
        names: Localized([("ru", "Поход"), ("en", "Quest")].map(|(l, t)| (l.into(), t.into())).into()),
        descriptions: Localized::of("en", "A quest"),
        descriptor: Some("QUEST".into()),
        url: Some("https://quest.example".into()),
        webhook_url: Some("https://quest.example/hook".into()),
        secret: "s".into(),
        return_url: Some("https://quest.example/back".into()),
        redirect_policy: Some(RedirectPolicy {
            automatic: Some(RedirectWhen::SuccessfulOrCanceled),
            delay: Some((1 << 53) - 1),
            manual: Some(RedirectWhen::VirtualCurrency),
            caption: Some("Назад".into()),
        }),
        locales: vec!["ru".into(), "en".into()],
        external_id_required: true,
        show_user: false,
        optional: vec![Optional::PsDeclined],
        ..Settings::default()
    };
    let row = merchant::find_project(tx, ours())?.unwrap();
    let row = coinslot_domain::merchant::Project { id: made, merchant: umbrella(), ..row };
    call!(log, project::create(tx, &row, &whole, at(0)));
    call!(log, project::create(tx, &row, &whole, at(0)));
    assert_eq!(call!(log, project::find(tx, made)), Some(whole.clone()));
    let seen = merchant::find_project(tx, made)?.unwrap();
    assert_eq!((seen.name.as_str(), seen.default_locale(), seen.external_id_required), ("Поход", "ru", true));
    assert_eq!(seen.webhook_url, whole.webhook_url);
    assert_eq!(seen.optional, whole.optional);
    assert_eq!(seen.redirect_policy, whole.redirect_policy);

    call!(log, project::lock(tx, made));
    let mut next = Settings { ipn_enabled: false, descriptions: Localized::default(), redirect_policy: None, ..whole };
    next.components.insert("items", Component { enabled: true, custom_name: Localized::of("en", "Things") });
    call!(log, project::update(tx, made, &next));
    assert_eq!(call!(log, project::find(tx, made)), Some(next));
    let seen = merchant::find_project(tx, made)?.unwrap();
    assert_eq!(seen.webhook_url, None, "its owner wants no webhooks");
    assert_eq!(seen.redirect_policy, None, "its owner wants none any more");
    assert_eq!(call!(log, project::find(tx, ProjectId::new(71).unwrap())), None);

    assert_eq!(call!(log, project::of_merchant(tx, acme(), None, 9)), [ours()]);
    let all = call!(log, project::of_merchant(tx, umbrella(), None, 9));
    assert_eq!(call!(log, project::of_merchant(tx, umbrella(), Some(all[0]), 9)), all[1..]);
    assert_eq!(call!(log, project::of_merchant(tx, umbrella(), None, 1)), all[..1]);
    Ok(())
}
