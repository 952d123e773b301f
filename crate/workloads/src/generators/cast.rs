//! The people and places of generated scenarios.

/// Short names from everywhere, easy to tell apart in one list.
const NAMES: [&str; 40] = [
    "Ana", "Bo", "Cem", "Dia", "Eva", "Fox", "Gus", "Hal", "Ivy", "Jo", "Kim", "Lou", "Max", "Noa",
    "Ola", "Pia", "Qi", "Rex", "Sam", "Tea", "Uma", "Vic", "Wen", "Xia", "Yan", "Zoe", "Abe",
    "Bea", "Cal", "Deb", "Eli", "Fay", "Gia", "Huy", "Ida", "Jan", "Kai", "Lea", "Mei", "Ned",
];

/// The name of the person with this index, from 0. After the last one they start over: `Ana 2`.
pub(super) fn person(index: usize) -> String {
    let name = NAMES[index % NAMES.len()];
    match index / NAMES.len() {
        0 => name.to_owned(),
        round => format!("{name} {}", round + 1),
    }
}

/// The name of the place with this index, from 0 to 25: `Pool A`.
pub(super) fn place(kind: &str, index: usize) -> String {
    let letter = char::from(b'A' + (index % 26) as u8);
    format!("{kind} {letter}")
}
