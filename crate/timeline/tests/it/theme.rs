//! Colours: contrast (WCAG 2.2, 1.4.3 and 1.4.11) and distance for colour-blind viewers
//! (CIEDE2000 under the simulation of Machado et al., 2009).

use lanescope_timeline::{Color, Palette, Theme};

const THEMES: [Theme; 2] = [Theme::Dark, Theme::Light];

fn linear(color: Color) -> [f64; 3] {
    color.channels().map(|channel| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    })
}

fn luminance(color: Color) -> f64 {
    let [r, g, b] = linear(color);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: Color, b: Color) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn states(palette: &Palette) -> [(&'static str, Color); 6] {
    [
        ("queued", palette.queued),
        ("executing", palette.executing),
        ("committed", palette.committed),
        ("aborted", palette.aborted),
        ("again", palette.again),
        ("waiting", palette.waiting),
    ]
}

#[test]
fn states_stand_out_from_lane_and_page() {
    for theme in THEMES {
        let palette = Palette::of(theme);
        for (name, color) in states(palette) {
            for ground in [palette.lane, palette.page] {
                let ratio = contrast(color, ground);
                assert!(ratio >= 3.0, "{theme:?} {name} on {ground}: {ratio:.2}");
            }
        }
    }
}

#[test]
fn words_can_be_read() {
    for theme in THEMES {
        let p = Palette::of(theme);
        let pale = p.committed.over(p.lane, 0.22);
        let pairs = [
            ("text on page", p.text, p.page),
            ("text on lane", p.text, p.lane),
            ("muted on page", p.muted, p.page),
            ("muted on lane", p.muted, p.lane),
            ("text on awaiting validation", p.text, pale),
            ("ink on executing", p.ink, p.executing),
            ("ink on committed", p.ink, p.committed),
            ("ink on again", p.ink_again, p.again),
            ("focus on page", p.focus, p.page),
        ];
        for (name, words, ground) in pairs {
            let ratio = contrast(words, ground);
            assert!(ratio >= 4.5, "{theme:?} {name}: {ratio:.2}");
        }
    }
}

/// Machado, Oliveira, Fernandes 2009, severity 1.0, on linear sRGB.
const SIGHTS: [(&str, [[f64; 3]; 3]); 4] = [
    ("full", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protan",
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    ),
    (
        "deutan",
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    ),
    (
        "tritan",
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ),
];

fn lab(color: Color, sight: &[[f64; 3]; 3]) -> [f64; 3] {
    let [r, g, b] = linear(color);
    let [r, g, b] = sight.map(|row| (row[0] * r + row[1] * g + row[2] * b).clamp(0.0, 1.0));
    let x = (0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47;
    let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175_0 * b;
    let z = (0.019_333_9 * r + 0.119_192_0 * g + 0.950_304_1 * b) / 1.088_83;
    let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    [116.0 * f(y) - 16.0, 500.0 * (f(x) - f(y)), 200.0 * (f(y) - f(z))]
}

/// CIEDE2000 (Sharma, Wu, Dalal 2005).
fn distance(one: [f64; 3], two: [f64; 3]) -> f64 {
    let ([l1, a1, b1], [l2, a2, b2]) = (one, two);
    let pow7 = |c: f64| (c.powi(7) / (c.powi(7) + 25f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - pow7(f64::midpoint(a1.hypot(b1), a2.hypot(b2))));
    let (a1, a2) = (a1 * (1.0 + g), a2 * (1.0 + g));
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| {
        if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) }
    };
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let turn = match h2 - h1 {
        _ if c1 * c2 == 0.0 => 0.0,
        d if d > 180.0 => d - 360.0,
        d if d < -180.0 => d + 360.0,
        d => d,
    };
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (dl, dc) = (l2 - l1, c2 - c1);
    let (l, c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let h = match (h1 - h2).abs() > 180.0 {
        _ if c1 * c2 == 0.0 => h1 + h2,
        false => f64::midpoint(h1, h2),
        true if h1 + h2 < 360.0 => f64::midpoint(h1, h2) + 180.0,
        true => f64::midpoint(h1, h2) - 180.0,
    };
    let cos = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0)
        - 0.20 * cos(4.0 * h - 63.0);
    let sl = 1.0 + 0.015 * (l - 50.0).powi(2) / (20.0 + (l - 50.0).powi(2)).sqrt();
    let (sc, sh) = (1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let spread = 30.0 * (-((h - 275.0) / 25.0).powi(2)).exp();
    let rt = -(2.0 * spread).to_radians().sin() * 2.0 * pow7(c);
    let (l, c, h) = (dl / sl, dc / sc, dh / sh);
    (l * l + c * c + h * h + rt * c * h).sqrt()
}

#[test]
fn the_distance_is_that_of_the_published_examples() {
    let near = |one, two, expected: f64| assert!((distance(one, two) - expected).abs() < 1e-4);
    near([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425);
    near([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492);
    near([2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082);
}

#[test]
fn states_stay_apart_for_every_eye() {
    for theme in THEMES {
        let states = states(Palette::of(theme));
        for (sight, matrix) in &SIGHTS {
            for (at, (name, color)) in states.iter().enumerate() {
                for (other_name, other) in &states[at + 1..] {
                    let apart = distance(lab(*color, matrix), lab(*other, matrix));
                    assert!(apart >= 14.0, "{theme:?} {sight}: {name} and {other_name} {apart:.1}");
                }
            }
        }
    }
}
