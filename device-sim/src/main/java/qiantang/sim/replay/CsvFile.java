package qiantang.sim.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.Count;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.FileCause;
import qiantang.sim.outcome.Outcome;

/**
 * A recorded data set: a time column, and a metric in each other column.
 *
 * @param metrics names of the metrics, in the order of the cells
 * @param copies how often the file stands among the rows, one copy after the other
 */
public record CsvFile(List<String> metrics, List<Row> rows, int copies) {
  /** The file is kept in memory; this many cells take about 150 MB. */
  private static final int CELLS_MAX = 2_000_000;

  /** Of a header that a message shows. */
  private static final int EXAMPLE_COLUMNS_MAX = 4;

  private static final long MICROS_PER_DAY = 86_400_000_000L;

  private static final List<String> TIME_COLUMNS =
      List.of("datetime", "date", "timestamp", "time", "ts");
  private static final String SEPARATORS = ",;\t";

  /** A file as it is. */
  public CsvFile(List<String> metrics, List<Row> rows) {
    this(metrics, rows, 1);
  }

  /**
   * One line of the file.
   *
   * @param line in the file, from 1
   * @param cells the texts of the file; an empty one is no value
   */
  public record Row(int line, long eventTimeMicros, List<String> cells) {}

  public static Outcome<CsvFile> read(Path file) {
    try (BufferedReader in = Files.newBufferedReader(file)) {
      return read(file.toString(), in);
    } catch (IOException e) {
      return failed(file.toString(), FileCause.of(e) + "; name a readable file");
    }
  }

  static Outcome<CsvFile> read(String name, BufferedReader in) throws IOException {
    String header = in.readLine();
    if (header == null) {
      return failed(name, "the file is empty");
    }
    if (header.startsWith("\uFEFF")) {
      header = header.substring(1);
    }
    char separator = separator(header);
    List<String> columns = cells(header, separator);
    int timeColumn = timeColumn(columns);
    if (CsvTime.micros(columns.get(timeColumn)) != null) {
      return failed(
          name,
          "line 1 is a row of data, for it begins with the time '%s', and must be the header: put"
                  .formatted(columns.get(timeColumn))
              + " a line with the names of the columns before it, such as "
              + exampleHeader(columns.size(), separator));
    }
    List<String> metrics = new ArrayList<>(columns);
    metrics.remove(timeColumn);
    @Nullable String wrong = wrongNames(metrics);
    if (wrong != null) {
      return failed(name, "line 1: " + wrong);
    }
    List<Row> rows = new ArrayList<>();
    int number = 1;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      List<String> cells = new ArrayList<>(cells(line, separator));
      if (cells.size() != columns.size()) {
        return failed(
            name,
            "line "
                + number
                + " has "
                + Count.of(cells.size(), "cell")
                + ", not "
                + columns.size());
      }
      Long time = CsvTime.micros(cells.remove(timeColumn));
      if (time == null) {
        return failed(name, "line " + number + ": the time is neither ISO nor epoch s or ms");
      }
      rows.add(new Row(number, time, List.copyOf(cells)));
      if ((long) rows.size() * columns.size() > CELLS_MAX) {
        return failed(name, "it has more than " + CELLS_MAX + " cells; split it");
      }
    }
    if (rows.isEmpty()) {
      return failed(name, "it has no rows");
    }
    return new Outcome.Done<>(new CsvFile(List.copyOf(metrics), List.copyOf(rows)));
  }

  /**
   * The rows so many times after each other, each time moved on by as many whole days as the file
   * spans, so that no two copies share an instant.
   */
  public Outcome<CsvFile> repeated(int times) {
    long cells = (long) times * rows.size() * (metrics.size() + 1);
    if (cells > CELLS_MAX) {
      return new Outcome.Failed<>(
          ExitCode.USAGE,
          "cannot repeat the file %d times: that is %d cells, and at most %d are kept in memory;"
                  .formatted(times, cells, CELLS_MAX)
              + " repeat it less often");
    }
    long spanMicros =
        ((lastTimeMicros() - firstTimeMicros()) / MICROS_PER_DAY + 1) * MICROS_PER_DAY;
    List<Row> all = new ArrayList<>();
    for (int copy = 0; copy < times; copy++) {
      for (Row row : rows) {
        all.add(new Row(row.line(), row.eventTimeMicros() + copy * spanMicros, row.cells()));
      }
    }
    return new Outcome.Done<>(new CsvFile(metrics, List.copyOf(all), times));
  }

  /**
   * When rows go by the file's own times, each counted from the first row. A copy goes right after
   * the one before: the whole days between their times are there to keep instants apart, and
   * nothing was recorded in them.
   */
  long[] goMicros() {
    int each = rows.size() / copies;
    CsvFile one = new CsvFile(metrics, rows.subList(0, each));
    long lasts = one.lastTimeMicros() - one.firstTimeMicros();
    long[] go = new long[rows.size()];
    for (int i = 0; i < go.length; i++) {
      int copy = i / each;
      long begin = rows.get(copy * each).eventTimeMicros();
      go[i] = copy * lasts + rows.get(i).eventTimeMicros() - begin;
    }
    return go;
  }

  /** The newest time in the file, wherever it stands. */
  long lastTimeMicros() {
    return rows.stream().mapToLong(Row::eventTimeMicros).max().orElseThrow();
  }

  long firstTimeMicros() {
    return rows.stream().mapToLong(Row::eventTimeMicros).min().orElseThrow();
  }

  /** A header that a file with so many columns may have. */
  private static String exampleHeader(int columns, char separator) {
    StringBuilder header = new StringBuilder("timestamp");
    for (int i = 1; i < Math.min(columns, EXAMPLE_COLUMNS_MAX); i++) {
      header.append(separator).append("metric").append(i);
    }
    return header.append(columns > EXAMPLE_COLUMNS_MAX ? separator + "..." : "").toString();
  }

  private static char separator(String header) {
    char best = SEPARATORS.charAt(0);
    for (int i = 0; i < SEPARATORS.length(); i++) {
      char separator = SEPARATORS.charAt(i);
      if (count(header, separator) > count(header, best)) {
        best = separator;
      }
    }
    return best;
  }

  private static long count(String text, char wanted) {
    return text.chars().filter(c -> c == wanted).count();
  }

  private static int timeColumn(List<String> columns) {
    for (int i = 0; i < columns.size(); i++) {
      if (TIME_COLUMNS.contains(columns.get(i).strip().toLowerCase(Locale.ROOT))) {
        return i;
      }
    }
    return 0;
  }

  private static @Nullable String wrongNames(List<String> metrics) {
    if (metrics.isEmpty()) {
      return "there is no column besides the time";
    }
    Set<String> names = new HashSet<>();
    for (String metric : metrics) {
      if (metric.isBlank() || !names.add(metric)) {
        return "the column name '" + metric + "' is empty or stands there twice";
      }
    }
    return null;
  }

  /** Cells of a line, without the quotes around them. (RFC 4180, but no line breaks in cells) */
  static List<String> cells(String line, char separator) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        cell.append('"');
        i++;
      } else if (c == '"' && (quoted || cell.isEmpty())) {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        cells.add(cell.toString());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString());
    return cells;
  }

  private static Outcome<CsvFile> failed(String name, String cause) {
    return new Outcome.Failed<>(ExitCode.USAGE, "cannot replay " + name + ": " + cause);
  }
}
