//! What to split, and what only together.

use lanescope_protocol::scenario::Split;
use lanescope_protocol::split::copy_name;
use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{LocationId, Trace};
use lanescope_timeline::Film;

use crate::fixture::trace;

/// Three swaps write both reserves and the pool's tokens; two of them also write a total, and two
/// others a slot of their own.
const POOL: &str = "
lane 1: T1·0 0-90 ok | T2·0 90-180 ok | T3·0 180-270 ok | T4·0 270-300 ok | T5·0 300-330 ok
write T1·0 at 90: Pool.reserve0 = 1
write T1·0 at 90: Pool.reserve1 = 1
write T1·0 at 90: Token.balanceOf[Pool] = 1
write T1·0 at 90: Ana.balance = 1
read T2·0 at 100: Pool.reserve0 saw before, now T1·0
write T2·0 at 180: Pool.reserve0 = 2
write T2·0 at 180: Pool.reserve1 = 2
write T2·0 at 180: Token.balanceOf[Pool] = 2
write T2·0 at 180: Pool.total = 2
write T2·0 at 180: Ana.balance = 2
write T3·0 at 270: Pool.reserve0 = 3
write T3·0 at 270: Pool.reserve1 = 3
write T3·0 at 270: Token.balanceOf[Pool] = 3
write T3·0 at 270: Pool.total = 3
write T3·0 at 270: Ana.balance = 3
write T4·0 at 300: Vault.sum = 1
write T5·0 at 330: Vault.sum = 2
write T5·0 at 330: Vault.last = 2
";

/// The pool's run, every slot with a key of its own.
fn pool() -> Trace {
    let mut trace = trace(POOL);
    for (key, info) in (1_u8..).zip(&mut trace.locations) {
        let is_slot = !info.name.ends_with(".balance");
        info.kind = if is_slot { LocationKind::Slot } else { LocationKind::Balance };
        info.address = format!("0x{:040x}", 0xcc);
        info.key = if is_slot { format!("{key:#x}") } else { String::new() };
    }
    trace
}

fn named(film: &Film, name: &str) -> LocationId {
    let known = (0..).map(LocationId).take_while(|id| film.location(*id).is_some());
    known.into_iter().find(|id| film.location_name(*id) == name).expect(name)
}

fn names(film: &Film, group: &[LocationId]) -> Vec<String> {
    group.iter().map(|id| film.location_name(*id).to_owned()).collect()
}

#[test]
fn slots_that_the_same_transactions_write_belong_together() {
    let film = Film::new(pool());
    let groups: Vec<_> = film.split_candidates(9).iter().map(|group| names(&film, group)).collect();
    let pool = ["Pool.reserve0", "Pool.reserve1", "Token.balanceOf[Pool]"];
    assert_eq!(groups, [&pool[..], &["Pool.total"], &["Vault.sum"]]);
    assert_eq!(film.split_candidates(1).len(), 1);
    // Whoever looks at another one of them finds the same group, that one first.
    let from = film.split_together(named(&film, "Pool.reserve1"));
    assert_eq!(names(&film, &from), ["Pool.reserve1", "Pool.reserve0", "Token.balanceOf[Pool]"]);
    // One writer is nobody's rival, and a balance is no slot.
    assert!(film.split_together(named(&film, "Vault.last")).is_empty());
    assert!(film.split_together(named(&film, "Ana.balance")).is_empty());
}

#[test]
fn a_slot_is_written_as_a_scenario_wants_it() {
    let mut trace = pool();
    let film = Film::new(trace.clone());
    let reserve = named(&film, "Pool.reserve0");
    let split = film.split_of(reserve).expect("a slot");
    assert_eq!(split.slot, format!("0x{:064x}", 1));
    assert_eq!(
        split,
        Split { address: split.address.clone(), slot: split.slot.clone(), ..Split::default() }
    );
    assert_eq!(film.split_name(&split), Some("Pool.reserve0"));
    let by_name = Split { address: "Pool".to_owned(), ..split.clone() };
    assert_eq!(film.split_name(&by_name), Some("Pool.reserve0"));
    assert_eq!(film.split_name(&Split { slot: "0x99".to_owned(), ..split.clone() }), None);
    assert_eq!(film.split_of(named(&film, "Ana.balance")), None);
    // A copy is found by its original's name, and is not split again.
    trace.locations[reserve.get()].name = copy_name("Pool.reserve0", 0, 4);
    let film = Film::new(trace);
    assert_eq!(film.split_name(&split), Some("Pool.reserve0"));
    assert_eq!(film.split_of(reserve), None);
    assert!(film.split_together(reserve).is_empty());
}
