//! How much a visitor downloads: each file of the site as it is, and compressed.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::Error;

/// One file's sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// The path from the site's root, with `/` between folders.
    pub(crate) name: String,
    /// As it is.
    pub(crate) raw: usize,
    /// With gzip, level 9.
    pub(crate) gzip: usize,
    /// With brotli, quality 11.
    pub(crate) brotli: usize,
}

/// The sizes of every file under `folder`, the largest first.
pub(crate) fn measure(folder: &Path) -> Result<Vec<Sizes>, Error> {
    let mut table = Vec::new();
    collect(folder, "", &mut table)?;
    table.sort_by(|a: &Sizes, b: &Sizes| b.raw.cmp(&a.raw).then_with(|| a.name.cmp(&b.name)));
    Ok(table)
}

/// The table for a person, in kilobytes of 1000 bytes, with a line for the total.
pub(crate) fn for_people(table: &[Sizes]) -> String {
    let width = table.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let mut text = format!(
        "{:width$} {:>10} {:>10} {:>10}\n",
        "", "raw", "gzip", "brotli"
    );
    for row in table.iter().chain([&total(table)]) {
        let [raw, gzip, brotli] = [row.raw, row.gzip, row.brotli].map(kilobytes);
        let _ = writeln!(
            text,
            "{:width$} {raw:>10} {gzip:>10} {brotli:>10}",
            row.name
        );
    }
    text
}

/// The table for programs: a JSON array of `{name, raw, gzip, brotli}`, in bytes.
pub(crate) fn for_programs(table: &[Sizes]) -> String {
    let rows: Vec<String> = table
        .iter()
        .map(|row| {
            format!(
                r#"  {{"name": "{}", "raw": {}, "gzip": {}, "brotli": {}}}"#,
                row.name.replace('\\', "\\\\").replace('"', "\\\""),
                row.raw,
                row.gzip,
                row.brotli
            )
        })
        .collect();
    format!("[\n{}\n]\n", rows.join(",\n"))
}

fn collect(folder: &Path, prefix: &str, table: &mut Vec<Sizes>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        let entry = entry.map_err(Error::file(folder))?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{name}/"), table)?;
        } else {
            let bytes = fs::read(&path).map_err(Error::file(&path))?;
            table.push(sizes_of(name, &bytes).map_err(Error::file(&path))?);
        }
    }
    Ok(())
}

fn sizes_of(name: String, bytes: &[u8]) -> std::io::Result<Sizes> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    let mut brotli = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut &*bytes, &mut brotli, &parameters)?;
    Ok(Sizes {
        name,
        raw: bytes.len(),
        gzip: gzip.finish()?.len(),
        brotli: brotli.len(),
    })
}

fn total(table: &[Sizes]) -> Sizes {
    Sizes {
        name: "total".into(),
        raw: table.iter().map(|row| row.raw).sum(),
        gzip: table.iter().map(|row| row.gzip).sum(),
        brotli: table.iter().map(|row| row.brotli).sum(),
    }
}

fn kilobytes(bytes: usize) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, raw: usize, gzip: usize, brotli: usize) -> Sizes {
        Sizes {
            name: name.into(),
            raw,
            gzip,
            brotli,
        }
    }

    #[test]
    fn the_table_lines_up_and_ends_with_the_total() {
        let table = [
            row("a.wasm", 136_000, 57_049, 44_000),
            row("b.js", 999, 90, 8),
        ];
        assert_eq!(
            for_people(&table),
            "              raw       gzip     brotli\n\
             a.wasm   136.0 kB    57.0 kB    44.0 kB\n\
             b.js       0.9 kB     0.0 kB     0.0 kB\n\
             total    136.9 kB    57.1 kB    44.0 kB\n"
        );
    }

    #[test]
    fn programs_get_bytes() {
        assert_eq!(
            for_programs(&[row("a", 3, 2, 1), row("b", 6, 5, 4)]),
            "[\n  {\"name\": \"a\", \"raw\": 3, \"gzip\": 2, \"brotli\": 1},\n  \
             {\"name\": \"b\", \"raw\": 6, \"gzip\": 5, \"brotli\": 4}\n]\n"
        );
    }

    #[test]
    fn compression_makes_text_smaller() {
        let sizes = sizes_of("x".into(), &b"telemetry ".repeat(1000)).expect("memory");
        assert_eq!(sizes.raw, 10_000);
        assert!(sizes.brotli < sizes.gzip && sizes.gzip < 200, "{sizes:?}");
    }
}
