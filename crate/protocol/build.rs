//! Turns `assets/presets.json` into a table, so that neither page nor engine parses it.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// A preset's fields, in the file as in the table.
const FIELDS: [(&str, &str); 7] = [
    ("name", "name"),
    ("title", "title"),
    ("rule", "rule"),
    ("keeps", "keeps"),
    ("leaves_out", "leavesOut"),
    ("source", "source"),
    ("as_of", "asOf"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let file = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../assets/presets.json");
    println!("cargo::rerun-if-changed={}", file.display());
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let presets: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&text)?;
    let mut table = String::from("/// Every model of a real system, in the order of the file.\n");
    writeln!(table, "pub static PRESETS: [Preset; {}] = [", presets.len())?;
    for preset in &presets {
        table.push_str("    Preset {\n");
        for (field, key) in FIELDS {
            let value = preset.get(key).and_then(serde_json::Value::as_str);
            let value = value.ok_or_else(|| format!("a preset has no \"{key}\": {preset:?}"))?;
            writeln!(table, "        {field}: {value:?},")?;
        }
        if let Some(key) = preset.keys().find(|key| FIELDS.iter().all(|field| field.1 != *key)) {
            return Err(format!("a preset has \"{key}\", which nothing reads").into());
        }
        table.push_str("    },\n");
    }
    table.push_str("];\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("presets.rs"), table)?;
    Ok(())
}
