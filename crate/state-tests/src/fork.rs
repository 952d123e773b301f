//! The forks' names in state tests.

use revm::primitives::hardfork::SpecId;

/// The rules that a test's fork name stands for; otherwise why revm has none for it.
pub(crate) fn rules(name: &str) -> Result<SpecId, String> {
    Ok(match name {
        "Frontier" => SpecId::FRONTIER,
        "Homestead" => SpecId::HOMESTEAD,
        "EIP150" | "TangerineWhistle" => SpecId::TANGERINE,
        "EIP158" | "SpuriousDragon" => SpecId::SPURIOUS_DRAGON,
        "Byzantium" => SpecId::BYZANTIUM,
        // What became Petersburg before it reached mainnet.
        "ConstantinopleFix" | "Petersburg" => SpecId::PETERSBURG,
        "Istanbul" => SpecId::ISTANBUL,
        "Berlin" => SpecId::BERLIN,
        "London" => SpecId::LONDON,
        "Merge" | "Paris" => SpecId::MERGE,
        "Shanghai" => SpecId::SHANGHAI,
        "Cancun" => SpecId::CANCUN,
        "Prague" => SpecId::PRAGUE,
        "Osaka" => SpecId::OSAKA,
        "Constantinople" => {
            return Err("revm has no Constantinople without Petersburg's correction".to_owned());
        }
        other => return Err(format!("revm has no fork \"{other}\"")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_forks_are_named() {
        assert_eq!(rules("EIP158"), Ok(SpecId::SPURIOUS_DRAGON));
        assert_eq!(rules("Paris"), rules("Merge"));
        assert_eq!(rules("Moon").unwrap_err(), "revm has no fork \"Moon\"");
        assert!(rules("Constantinople").is_err());
    }
}
