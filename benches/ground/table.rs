//! One table on standard output, columns as wide as they need to be.

pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(columns: &[&str]) -> Self {
        Self { rows: vec![columns.iter().map(|text| (*text).to_owned()).collect()] }
    }

    pub fn row(&mut self, cells: &[String]) {
        self.rows.push(cells.to_vec());
    }

    pub fn print(&self, title: &str) {
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
        println!("\n{title}");
        for (number, row) in self.rows.iter().enumerate() {
            let cells = row.iter().enumerate().map(|(column, cell)| {
                if column == 0 { format!("{cell:<0$}", width(column)) } else { format!("{cell:>0$}", width(column)) }
            });
            println!("  {}", cells.collect::<Vec<_>>().join("  "));
            if number == 0 {
                println!("  {}", "-".repeat((0..row.len()).map(|column| width(column) + 2).sum::<usize>() - 2));
            }
        }
        println!("  load of the machine (1, 5, 15 min): {}", load());
    }
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
