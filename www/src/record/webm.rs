//! How long a WebM file plays, written into its head. A browser that records does not know that
//! when it writes the head, and players then show no length. (Matroska, RFC 9559; EBML, RFC 8794.)

const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const DURATION: u32 = 0x4489;
const CLUSTER: u32 = 0x1F43_B675;
const CLUSTER_TIME: u32 = 0xE7;
const SIMPLE_BLOCK: u32 = 0xA3;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
/// The last picture is seen about as long, in milliseconds.
const LAST_MS: f64 = 33.0;

/// An element: its identity, where its content begins, and where that ends, if it says so.
struct Element {
    id: u32,
    from: usize,
    to: Option<usize>,
}

/// The file with its duration, where the head has none yet. `None`: it is not such a file, or says
/// how long it is already.
pub(super) fn with_duration(bytes: &[u8]) -> Option<Vec<u8>> {
    let (info, last) = scan(bytes)?;
    let to = info.to?;
    let content = bytes.get(info.from..to)?;
    if find(content, DURATION) {
        return None;
    }
    let start = info.from - (to_size_bytes(bytes, info.from)?);
    let mut out = Vec::with_capacity(bytes.len() + 19);
    out.extend_from_slice(bytes.get(..start)?);
    let length = content.len() as u64 + 11;
    // A size of eight bytes holds every length.
    out.extend_from_slice(&(length | 0x0100_0000_0000_0000).to_be_bytes());
    out.extend_from_slice(content);
    out.extend_from_slice(&[0x44, 0x89, 0x88]);
    out.extend_from_slice(&(last + LAST_MS).to_be_bytes());
    out.extend_from_slice(bytes.get(to..)?);
    Some(out)
}

/// The head, and when the last picture begins, in milliseconds.
fn scan(bytes: &[u8]) -> Option<(Element, f64)> {
    let (mut at, mut head, mut cluster, mut last) = (0, None, 0.0, 0.0f64);
    while let Some(element) = element(bytes, at) {
        let Element { id, from, to } = element;
        at = match id {
            // These are entered, the others passed by.
            SEGMENT | CLUSTER | BLOCK_GROUP => from,
            _ => to?,
        };
        match id {
            INFO => head = Some(Element { id, from, to }),
            CLUSTER_TIME => {
                let digits = bytes.get(from..to?)?;
                cluster =
                    digits.iter().fold(0u64, |sum, digit| sum << 8 | u64::from(*digit)) as f64;
            }
            SIMPLE_BLOCK | BLOCK => {
                let [high, low] = bytes.get(from + 1..from + 3)? else { return None };
                last = last.max(cluster + f64::from(i16::from_be_bytes([*high, *low])));
            }
            _ => {}
        }
    }
    head.map(|head| (head, last))
}

fn find(content: &[u8], id: u32) -> bool {
    let mut at = 0;
    while let Some(element) = element(content, at) {
        if element.id == id {
            return true;
        }
        let Some(to) = element.to else { return false };
        at = to;
    }
    false
}

/// The element that begins there.
fn element(bytes: &[u8], at: usize) -> Option<Element> {
    let first = *bytes.get(at)?;
    let width = first.leading_zeros() as usize + 1;
    if width > 4 {
        return None;
    }
    let id = bytes.get(at..at + width)?.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    let at = at + width;
    let first = *bytes.get(at)?;
    let width = first.leading_zeros() as usize + 1;
    if width > 8 {
        return None;
    }
    let mask = 0xFFu64 >> width;
    let digits = bytes.get(at + 1..at + width)?;
    let size = digits.iter().fold(u64::from(first) & mask, |sum, byte| sum << 8 | u64::from(*byte));
    let unknown = u64::MAX >> (64 - 7 * width);
    let from = at + width;
    let to =
        (size != unknown).then(|| from.saturating_add(usize::try_from(size).unwrap_or(usize::MAX)));
    Some(Element { id, from, to })
}

/// How many bytes before the content tell its length.
fn to_size_bytes(bytes: &[u8], from: usize) -> Option<usize> {
    (1..=8).find(|width| {
        let first = from.checked_sub(*width).and_then(|at| bytes.get(at));
        let id = from.checked_sub(*width + 4).and_then(|at| bytes.get(at..at + 4));
        let is_info = id.is_some_and(|id| id == INFO.to_be_bytes());
        is_info && first.is_some_and(|first| first.leading_zeros() as usize + 1 == *width)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A head, a segment of unknown length, and two clusters of unknown length.
    fn recorded(info: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x1A, 0x45, 0xDF, 0xA3, 0x83, 1, 2, 3];
        bytes.extend([0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        bytes.extend([0x15, 0x49, 0xA9, 0x66, 0x80 | info.len() as u8]);
        bytes.extend(info);
        for (time, block) in [(0u8, 20u8), (200, 40)] {
            bytes.extend([0x1F, 0x43, 0xB6, 0x75, 0xFF, 0xE7, 0x81, time]);
            bytes.extend([0xA3, 0x85, 0x81, 0, block, 0x80, 9]);
        }
        bytes
    }

    #[test]
    fn the_length_is_written_into_the_head_and_nothing_else_changes() {
        let info = [0x2A, 0xD7, 0xB1, 0x83, 0x0F, 0x42, 0x40];
        let bytes = recorded(&info);
        let longer = with_duration(&bytes).unwrap();
        let (head, last) = scan(&longer).unwrap();
        assert_eq!(last, 240.0);
        let content = &longer[head.from..head.to.unwrap()];
        assert_eq!(&content[..7], info);
        assert_eq!(&content[7..10], [0x44, 0x89, 0x88]);
        assert_eq!(f64::from_be_bytes(content[10..].try_into().unwrap()), 240.0 + LAST_MS);
        let tail = |bytes: &[u8]| bytes[bytes.len() - 30..].to_vec();
        assert_eq!(tail(&longer), tail(&bytes));
        assert_eq!(with_duration(&longer), None, "it is known now");
    }

    #[test]
    fn what_is_no_webm_stays_as_it_is() {
        for bytes in [&b""[..], b"GIF89a", &[0xFF; 40], &recorded(&[])[..18]] {
            assert_eq!(with_duration(bytes), None);
        }
    }
}
