package qiantang.sim.replay;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import qiantang.sim.api.Sample;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.audit.Finding;
import qiantang.sim.audit.Tally;
import qiantang.sim.audit.Verdict;

/**
 * Compares the rows of a file with what the API answers. Where two rows have a value for one metric
 * and time, the later row of the file holds.
 */
final class ReplayCheck {
  private final String device;
  private final CsvFile file;
  private final long shiftMicros;

  /** Per metric: time to the row that holds, and which of these rows were seen. */
  private final List<Map<Long, Integer>> rowOfTime = new ArrayList<>();

  private final List<BitSet> seen = new ArrayList<>();
  private final Tally tally = new Tally();
  private long conflicts;
  private long repeats;

  ReplayCheck(String device, CsvFile file, long shiftMicros) {
    this.device = device;
    this.file = file;
    this.shiftMicros = shiftMicros;
    for (int metric = 0; metric < file.metrics().size(); metric++) {
      rowOfTime.add(rowsOf(metric));
      seen.add(new BitSet());
    }
  }

  private Map<Long, Integer> rowsOf(int metric) {
    Map<Long, Integer> rows = new HashMap<>();
    for (int row = 0; row < file.rows().size(); row++) {
      String text = cell(row, metric);
      if (Cell.isEmpty(text)) {
        continue;
      }
      Integer earlier = rows.put(time(row), row);
      if (earlier != null && cell(earlier, metric).equals(text)) {
        repeats++;
      } else if (earlier != null) {
        conflicts++;
      }
    }
    return rows;
  }

  void page(SeriesReader.Page page) {
    for (Sample sample : page.samples()) {
      if (!page.device().equals(device)) {
        add(Verdict.FOREIGN, sample, "the answer is of " + page.device());
        continue;
      }
      int metric = file.metrics().indexOf(sample.metric());
      Integer row = metric < 0 ? null : rowOfTime.get(metric).get(sample.eventTimeMicros());
      if (row == null) {
        add(Verdict.PHANTOM, sample, "value " + sample.value());
      } else if (seen.get(metric).get(row)) {
        add(Verdict.DUPLICATE, sample, "");
      } else {
        seen.get(metric).set(row);
        String text = cell(row, metric);
        if (Cell.equal(text, sample.value())) {
          tally.add(Verdict.ACKED_VISIBLE, 1);
        } else {
          add(Verdict.CORRUPT, sample, "the file says " + text + ", read " + sample.value());
        }
      }
    }
  }

  /** What was found among the samples; those of absent rows are not yet judged. */
  Tally tally() {
    return tally;
  }

  /** Cells for whose time and metric a later row has another value. */
  long conflicts() {
    return conflicts;
  }

  /** Cells for whose time and metric a later row has the same value. */
  long repeats() {
    return repeats;
  }

  /** Samples that the API should answer if nothing is refused. */
  long samples() {
    return rowOfTime.stream().mapToLong(Map::size).sum();
  }

  /** Rows with values of which nothing is visible: refused, or lost. */
  long absentRows() {
    return countRows(0);
  }

  /** Rows of which a part is visible; a reading is stored whole, so this is always a loss. */
  long tornRows() {
    return file.rows().size() - countRows(0) - countRows(1) - emptyRows();
  }

  long emptyRows() {
    return file.rows().stream().filter(row -> row.cells().stream().allMatch(Cell::isEmpty)).count();
  }

  /**
   * Counts rows that have values.
   *
   * @param visible 0: rows of which no value is visible, 1: rows of which all are
   */
  private long countRows(int visible) {
    long rows = 0;
    for (int row = 0; row < file.rows().size(); row++) {
      int values = 0;
      int found = 0;
      for (int metric = 0; metric < file.metrics().size(); metric++) {
        if (!Cell.isEmpty(cell(row, metric))) {
          values++;
          // A value that a later row replaced is there if the replacement is.
          Integer holds = rowOfTime.get(metric).get(time(row));
          found += holds != null && seen.get(metric).get(holds) ? 1 : 0;
        }
      }
      rows += values > 0 && found == values * visible ? 1 : 0;
    }
    return rows;
  }

  private void add(Verdict verdict, Sample sample, String detail) {
    tally.add(new Finding(verdict, device, sample.metric(), sample.eventTimeMicros(), detail));
  }

  private long time(int row) {
    return file.rows().get(row).eventTimeMicros() + shiftMicros;
  }

  private String cell(int row, int metric) {
    return file.rows().get(row).cells().get(metric);
  }
}
