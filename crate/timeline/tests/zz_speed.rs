//! tmp
use lanescope_timeline::*;
use std::time::Instant;
#[test]
fn times() {
    for name in ["block", "10000", "1000000"] {
        let path = format!("/tmp/w/lvs/{name}.lstr");
        if let (Ok(bars), false) = (name.parse::<usize>(), std::path::Path::new(&path).exists()) {
            std::fs::write(&path, synthetic(bars).encode()).unwrap();
        }
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let mut builder = FilmBuilder::new(bytes.len() as u64);
        let (mut worst, begin) = (0.0f64, Instant::now());
        for piece in bytes.chunks(64 << 10) {
            let t = Instant::now();
            builder.feed(piece).unwrap();
            worst = worst.max(t.elapsed().as_secs_f64());
        }
        println!("{name}: feed {:?} worst {:.1} ms", begin.elapsed(), worst * 1e3);
        builder.end().unwrap();
        let mut n = 0;
        loop {
            let t = Instant::now();
            let more = builder.measure();
            println!("   measure {n} {:.1} ms", t.elapsed().as_secs_f64() * 1e3);
            n += 1;
            if !more {
                break;
            }
        }
        let film = builder.film().unwrap();
        macro_rules! time {
            ($w:expr, $e:expr) => {{
                let t = Instant::now();
                let r = $e;
                println!("  {} {:.1} ms", $w, t.elapsed().as_secs_f64() * 1e3);
                r
            }};
        }
        time!("links", film.direct_links().len());
        time!("touches", film.touches(lanescope_protocol::LocationId(0)).count());
        time!("matrix", film.matrix());
        let graph = time!("graph", film.graph());
        time!("heat", film.heat());
        time!("findings", film.findings().len());
        time!("graph layout", graph::GraphLayout::new(&graph, 3.0));
        time!("graph sentence", film.graph_sentence(&graph));
        time!("index", find::Index::of(&film));
        let v = film.bars()[film.bars().len() / 2].version;
        time!("chain", film.chain(v));
        time!("story", film.chain(v).map(|c| film.story(&c)));
        time!(
            "versions",
            film.versions(lanescope_protocol::LocationId(0), film.end() as f64, None)
        );
        time!("provenance", film.provenance());
        time!("clone", film.clone());
        time!("drop", drop(film));
    }
}
