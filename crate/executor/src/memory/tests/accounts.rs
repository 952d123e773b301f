//! Accounts: what a reader finds is what a run in order would have left.

use proptest::prelude::*;
use revm::primitives::{B256, KECCAK_EMPTY};

use super::super::account::{AccountCell, Writers};
use super::super::{AccountChange, AccountState, Affected, Life, NonceChange};
use super::*;

fn add(amount: u64) -> AccountChange {
    AccountChange { added: n(amount), ..AccountChange::default() }
}

fn rich() -> AccountState {
    AccountState { balance: n(100), nonce: 7, exists: true, ..AccountState::default() }
}

/// Reads everything.
fn read(cell: &AccountCell, reader: u32, final_below: u32) -> AccountState {
    cell.note_code_reader(TxIndex(reader));
    cell.note_value_reader(TxIndex(reader));
    cell.find(TxIndex(reader), &rich(), final_below)
}

#[test]
fn payments_add_up_in_any_order() {
    let cell = AccountCell::default();
    let balance = |reader| {
        let state = cell.find(TxIndex(reader), &rich(), 0);
        (state.balance, state.by.balance)
    };
    assert_eq!(balance(9), (n(100), None));
    cell.publish(v(3, 0), add(3));
    cell.publish(v(1, 0), AccountChange { added: n(1).wrapping_neg(), ..AccountChange::default() });
    assert_eq!(balance(1), (n(100), None));
    assert_eq!(balance(3), (n(99), Some(v(1, 0))));
    assert_eq!(balance(4), (n(102), Some(v(3, 0))));
    cell.publish(v(1, 1), add(10));
    assert_eq!(balance(4), (n(113), Some(v(3, 0))));
    cell.retract(TxIndex(3));
    assert_eq!(balance(4), (n(110), Some(v(1, 1))));
}

#[test]
fn a_publisher_is_told_of_later_readers_if_anything_changed() {
    let cell = AccountCell::default();
    let told = |values, code| Affected { values, code };
    assert_eq!(cell.publish(v(3, 0), add(1)), told(false, false), "nobody has read");
    read(&cell, 3, 0);
    assert_eq!(cell.publish(v(3, 1), add(2)), told(false, false), "nobody later has read");
    cell.note_code_reader(TxIndex(5));
    assert_eq!(cell.publish(v(3, 2), add(3)), told(false, false), "no later one has read that");
    read(&cell, 5, 0);
    assert_eq!(cell.publish(v(3, 2), add(3)), told(false, false), "nothing has changed");
    assert_eq!(cell.publish(v(3, 3), add(4)), told(true, false));
    let nonce = AccountChange { nonce: NonceChange::Set(1), ..add(4) };
    assert_eq!(cell.publish(v(3, 4), nonce), told(true, false));
    let code = AccountChange { code: Some(Box::new(B256::repeat_byte(1))), ..add(4) };
    assert_eq!(cell.publish(v(3, 5), code), told(true, true));
    assert!(cell.is_code_written());
    assert_eq!(cell.retract(TxIndex(3)), told(true, true));
}

#[test]
fn a_destroyed_account_is_gone_and_may_come_again() {
    let cell = AccountCell::default();
    let code = Some(Box::new(B256::repeat_byte(1)));
    cell.publish(v(1, 0), AccountChange { code: code.clone(), ..add(5) });
    cell.publish(v(2, 0), AccountChange { life: Life::Destroyed, ..AccountChange::default() });
    let gone = cell.find(TxIndex(3), &rich(), 0);
    let by = Some(v(2, 0));
    let by = Writers { balance: by, nonce: by, code: by, reset: by };
    assert_eq!(
        gone,
        AccountState { destroyed_by: Some(TxIndex(2)), by, ..AccountState::default() }
    );
    cell.publish(v(3, 0), add(4));
    let paid = cell.find(TxIndex(4), &rich(), 0);
    assert_eq!((paid.balance, paid.nonce, paid.exists), (n(4), 0, true));
    assert_eq!(paid.destroyed_by, Some(TxIndex(2)));
    let nonce = NonceChange::Set(1);
    cell.publish(v(5, 0), AccountChange { nonce, code, life: Life::Created, ..add(0) });
    let again = cell.find(TxIndex(6), &rich(), 0);
    assert_eq!((again.balance, again.nonce), (n(4), 1));
    assert_eq!(again.code_hash, B256::repeat_byte(1));
    assert_eq!(again.by.reset, Some(v(5, 0)), "older slots do not count");
    assert_eq!(again.destroyed_by, Some(TxIndex(2)));
}

#[test]
fn a_touched_account_exists_even_if_nothing_else_changed() {
    let cell = AccountCell::default();
    cell.publish(v(1, 0), AccountChange::default());
    assert!(!cell.find(TxIndex(1), &AccountState::default(), 0).exists);
    assert!(cell.find(TxIndex(2), &AccountState::default(), 0).exists);
}

fn change() -> impl Strategy<Value = AccountChange> {
    let nonce = prop_oneof![
        3 => Just(NonceChange::None),
        1 => (1..9u64).prop_map(NonceChange::Set),
        1 => (1..3u64).prop_map(NonceChange::Add),
    ];
    let code = prop_oneof![
        4 => Just(None),
        1 => prop_oneof![Just(KECCAK_EMPTY), (1..4u8).prop_map(B256::repeat_byte)].prop_map(Some),
    ];
    let life = prop_oneof![
        8 => Just(Life::Goes),
        1 => Just(Life::Created),
        1 => Just(Life::Destroyed),
    ];
    (0..4u64, any::<bool>(), nonce, code, life).prop_map(|(added, minus, nonce, code, life)| {
        if life == Life::Destroyed {
            return AccountChange { life, ..AccountChange::default() };
        }
        let added = if minus { n(added).wrapping_neg() } else { n(added) };
        AccountChange { added, nonce, code: code.map(Box::new), life }
    })
}

/// The same, in order and without any thought.
fn in_order(changes: &[(Version, AccountChange)], reader: TxIndex) -> AccountState {
    let mut state = rich();
    for (version, change) in changes.iter().filter(|(version, _)| version.tx < reader) {
        let by = Some(*version);
        if change.life == Life::Destroyed {
            let by = Writers { balance: by, nonce: by, code: by, reset: by };
            state = AccountState { destroyed_by: Some(version.tx), by, ..AccountState::default() };
            continue;
        }
        state.exists = true;
        if !change.added.is_zero() {
            (state.balance, state.by.balance) = (state.balance.wrapping_add(change.added), by);
        }
        match change.nonce {
            NonceChange::None => {}
            NonceChange::Set(nonce) => (state.nonce, state.by.nonce) = (nonce, by),
            NonceChange::Add(more) => (state.nonce, state.by.nonce) = (state.nonce + more, by),
        }
        if let Some(code) = change.code.as_deref() {
            (state.code_hash, state.by.code) = (*code, by);
        }
        if change.life == Life::Created {
            state.by.reset = by;
        }
    }
    state
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Whatever is published in whatever order, and however much is added up for good meanwhile.
    #[test]
    fn readers_find_what_a_run_in_order_leaves(
        changes in prop::collection::vec((change(), any::<u64>(), any::<bool>()), 0..14),
        looks in prop::collection::vec((0..16u32, 0..16u32), 1..12),
    ) {
        let versions =
            changes.iter().enumerate().map(|(tx, (change, ..))| (v(tx as u32, 0), change.clone()));
        let versions: Vec<_> = versions.collect();
        let mut order: Vec<_> = (0..changes.len()).collect();
        order.sort_by_key(|at| changes[*at].1);
        let cell = AccountCell::default();
        for at in &order {
            if changes[*at].2 {
                // It ran before, and did something else; nobody must remember.
                cell.publish(versions[*at].0, add(999));
                cell.find(TxIndex(20), &rich(), 0);
            }
        }
        for at in order {
            let (version, change) = versions[at].clone();
            cell.publish(version, change);
        }
        let mut final_below = 0;
        for (reader, more) in looks {
            // What is final stays so.
            final_below = final_below.max(more.min(reader));
            let found = read(&cell, reader, final_below);
            prop_assert_eq!(found, in_order(&versions, TxIndex(reader)), "T{}", reader);
        }
    }
}
