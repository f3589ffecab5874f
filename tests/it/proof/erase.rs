//! A personal value erased from the log: gone from the files, and the log verifies as before.

use std::fs;

use holdfast::{
    adapters::index::audit,
    domain::{
        actor::{Actor, Reason, UserId},
        audit::LeafSeq,
    },
    jobs::{audit as log, erase},
};
use uuid::Uuid;

use super::store::Store;
use crate::vault::walk;

fn on_disk(store: &Store, needle: &str) -> bool {
    let found = |content: Vec<u8>| content.windows(needle.len()).any(|window| window == needle.as_bytes());
    walk(store.folder.path()).into_iter().any(|file| found(fs::read(file).unwrap()))
}

#[test]
fn what_is_erased_is_on_no_page_any_more_and_the_log_still_verifies() {
    let store = Store::new();
    let row = store.record(60);
    let asked = |name: &str| holdfast::domain::audit::Entry {
        actor: Actor::Staff { id: UserId(Uuid::from_u128(7)), name: name.into() },
        action: holdfast::domain::audit::Action::ViewOpen,
        object: format!("segment/{}", row.id),
        outcome: holdfast::domain::audit::Outcome::Done,
        basis: None,
        details: serde_json::Map::new(),
        personal: vec![("name", name.into()), ("reason", "Looking-for-the-red-scarf".into())],
    };
    let mut seqs = Vec::new();
    for number in 0..200 {
        let entry = asked(&format!("Person-Number-{number:03}"));
        let at = holdfast::adapters::clock::now();
        seqs.push(store.house.catalogue.write(|tx| audit::append(tx, &at, &entry)).unwrap());
    }
    log::checkpoint_now(&store.house).unwrap();
    assert!(on_disk(&store, "Person-Number-100"));
    let dpo = || Actor::Staff { id: UserId(Uuid::from_u128(9)), name: "Dee".into() };
    let reason = Reason::new("Erasure request SAR-12").unwrap();
    let erased = erase::erase(&store.house, dpo(), seqs[100], Some("name"), &reason).unwrap();
    assert_eq!((erased.seq, erased.fields), (seqs[100].0, vec!["name".to_owned()]));
    assert!(!on_disk(&store, "Person-Number-100") && on_disk(&store, "Person-Number-101"));
    let verdict = log::verify(&store.house).unwrap();
    assert!(verdict.ok, "{}", verdict.detail);
    let shown = store.house.catalogue.read(|c| audit::leaves(c, seqs[100], 1)).unwrap();
    assert_eq!(shown[0].personal["name"], None);
    assert_eq!(shown[0].personal["reason"].as_deref(), Some("Looking-for-the-red-scarf"));
    let last = store.house.catalogue.read(audit::size).unwrap() - 1;
    let told = store.house.catalogue.read(|c| audit::leaves(c, LeafSeq(last), 1)).unwrap();
    assert_eq!((&told[0].leaf["action"], &told[0].leaf["details"]["seq"]), (&"audit.erase".into(), &seqs[100].0.into()));
    assert_eq!(told[0].leaf["details"]["fields"], serde_json::json!(["name"]));

    let again = erase::erase(&store.house, dpo(), seqs[100], Some("name"), &reason).unwrap_err();
    assert_eq!(again.code, "nothing_to_erase");
    let rest = erase::erase(&store.house, dpo(), seqs[100], None, &reason).unwrap();
    assert_eq!(rest.fields, ["reason"]);
    assert!(log::prove(&store.house, seqs[100]).unwrap().verify().is_ok());
}
