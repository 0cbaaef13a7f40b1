//! The pictures of the demo shop: a few drawings, each in several colours.
//!
//! A drawing uses three colours, written `#a00`, `#b00` and `#c00`: the main
//! one, its shade and its light. A palette replaces them.

/// The drawings, by name.
const DRAWINGS: &[(&str, &str)] = &[
    ("banner", include_str!("../assets/art/banner.svg")),
    ("blade", include_str!("../assets/art/blade.svg")),
    ("blaster", include_str!("../assets/art/blaster.svg")),
    ("boost", include_str!("../assets/art/boost.svg")),
    ("cell", include_str!("../assets/art/cell.svg")),
    ("coins", include_str!("../assets/art/coins.svg")),
    ("crate", include_str!("../assets/art/crate.svg")),
    ("crystal", include_str!("../assets/art/crystal.svg")),
    ("drone", include_str!("../assets/art/drone.svg")),
    ("emote", include_str!("../assets/art/emote.svg")),
    ("fighter", include_str!("../assets/art/fighter.svg")),
    ("hauler", include_str!("../assets/art/hauler.svg")),
    ("helmet", include_str!("../assets/art/helmet.svg")),
    ("key", include_str!("../assets/art/key.svg")),
    ("launcher", include_str!("../assets/art/launcher.svg")),
    ("medkit", include_str!("../assets/art/medkit.svg")),
    ("paint", include_str!("../assets/art/paint.svg")),
    ("poster", include_str!("../assets/art/poster.svg")),
    ("rifle", include_str!("../assets/art/rifle.svg")),
    ("scanner", include_str!("../assets/art/scanner.svg")),
    ("scout", include_str!("../assets/art/scout.svg")),
    ("shield", include_str!("../assets/art/shield.svg")),
    ("shirt", include_str!("../assets/art/shirt.svg")),
    ("star", include_str!("../assets/art/star.svg")),
    ("suit", include_str!("../assets/art/suit.svg")),
];

/// The palettes, by name: main colour, shade and light.
const PALETTES: &[(&str, [&str; 3])] = &[
    ("azure", ["#38bdf8", "#0369a1", "#e0f2fe"]),
    ("ember", ["#f87171", "#b91c1c", "#fee2e2"]),
    ("gold", ["#fbbf24", "#b45309", "#fef9c3"]),
    ("leaf", ["#4ade80", "#166534", "#dcfce7"]),
    ("rose", ["#f472b6", "#9d174d", "#fce7f3"]),
    ("steel", ["#94a3b8", "#475569", "#f1f5f9"]),
    ("violet", ["#a78bfa", "#5b21b6", "#ede9fe"]),
];

/// The picture of a file name such as `scout-azure.svg`.
pub(crate) fn picture(file: &str) -> Option<String> {
    let (drawing, palette) = file.strip_suffix(".svg")?.split_once('-')?;
    let (_, text) = DRAWINGS.iter().find(|(name, _)| *name == drawing)?;
    let (_, [main, shade, light]) = PALETTES.iter().find(|(name, _)| *name == palette)?;
    Some(text.replace("#a00", main).replace("#b00", shade).replace("#c00", light))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drawing_in_every_palette() {
        for (drawing, _) in DRAWINGS {
            for (palette, [main, ..]) in PALETTES {
                let picture = picture(&format!("{drawing}-{palette}.svg")).unwrap();
                assert!(picture.starts_with("<svg ") && picture.contains(main), "{drawing} {palette}");
                assert!(!picture.contains("00\""), "a colour that no palette replaced: {picture}");
            }
        }
        for file in ["scout.svg", "scout-azure", "scout-plaid.svg", "cat-azure.svg", "-.svg"] {
            assert_eq!(picture(file), None, "{file}");
        }
    }
}
