#![allow(clippy::unwrap_used)]

use super::*;

fn word(low: u8) -> [u8; 32] {
    let mut word = [0; 32];
    word[31] = low;
    word
}

/// Two calls: the outer one pushes 1 and 2, calls, and goes on with another top.
fn inspection() -> Inspection {
    let step = |call, opcode, kept, words, before, spent| Step {
        call,
        opcode,
        kept,
        words,
        before,
        spent,
        pc: u32::from(opcode) * 3,
        memory: 64 * call,
        left: 1_000_000 - spent,
    };
    Inspection {
        gas_used: 40,
        gas_spent: 50,
        refund: 10,
        gas_limit: 1_000_000,
        status: Some(Status::Reverted),
        sentence: "a word".to_owned(),
        calls: vec![
            Call { opcode: 0xf1, status: Some(Status::Succeeded), ..Call::default() },
            Call {
                parent: Some(0),
                opcode: 0xfa,
                depth: 1,
                first: 3,
                selector: vec![1, 2, 3, 4],
                output: vec![9; 40],
                value: word(7),
                gas_limit: 90,
                ..Call::default()
            },
        ],
        steps: vec![
            step(0, 0x60, 0, 0, 0, 21_000),
            step(0, 0x60, 0, 1, 0, 21_003),
            step(0, 0xfa, 1, 2, 1, 21_006),
            step(1, 0x5f, 0, 2, 3, 21_106),
            step(1, 0x00, 0, 3, 3, 21_108),
            step(0, 0x00, 1, 4, 2, 21_108),
        ],
        words: vec![word(1), word(2), word(0), word(3)],
        steps_total: 9,
        tallies: vec![Tally { opcode: 0x60, count: 2, gas: 300 }],
        strangers: vec![Spot { kind: LocationKind::Slot, address: [3; 20], key: [255; 32] }],
    }
}

#[test]
fn an_inspection_survives_its_byte_form() {
    let all = inspection();
    assert_eq!(Inspection::decode(&all.encode()).unwrap(), all);
    assert_eq!(Inspection::decode(&Inspection::default().encode()).unwrap(), Inspection::default());
}

#[test]
fn the_stack_is_put_together_from_the_steps_of_one_call() {
    let all = inspection();
    assert_eq!(all.stack(0), Vec::<[u8; 32]>::new());
    assert_eq!(all.stack(2), [word(2), word(1)]);
    assert_eq!(all.stack(4), [word(0)], "the called code has a stack of its own");
    assert_eq!(all.stack(5), [word(3), word(1)], "the caller's own goes on");
    assert_eq!((all.height(5), all.height(3), all.height(99)), (2, 0, 0));
    assert_eq!(all.stack(99), Vec::<[u8; 32]>::new());
}

#[test]
fn what_was_seen_survives_its_byte_form() {
    let spot = Spot { kind: LocationKind::Code, address: [1; 20], key: [0; 32] };
    let looks = KINDS.map(|kind| Look { kind, spot, value: word(9) }).to_vec();
    for stopped_at in [None, Some(Spot { kind: LocationKind::Slot, key: word(5), ..spot })] {
        let seen = Seen { looks: looks.clone(), stopped_at };
        assert_eq!(Seen::decode(&seen.encode()).unwrap(), seen);
    }
}

#[test]
fn bytes_that_are_no_steps_are_refused() {
    let whole = inspection().encode();
    for length in 0..whole.len() {
        assert!(Inspection::decode(&whole[..length]).is_err(), "{length} of {}", whole.len());
    }
    for at in 0..whole.len() {
        let mut forged = whole.clone();
        forged[at] ^= 0xff;
        if let Ok(read) = Inspection::decode(&forged) {
            // Whatever it holds now, looking at it does not panic.
            (0..=read.steps.len()).for_each(|step| drop(read.stack(step)));
        }
    }
    assert!(Seen::decode(&[0, 9]).is_err());
    assert!(Seen::decode(&[7; 60]).is_err());
}
