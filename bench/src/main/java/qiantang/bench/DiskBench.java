package qiantang.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.replay.CsvFile;
import qiantang.standalone.cassandra.CassandraJmx;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.fold.FoldMeter;
import qiantang.store.model.EnterpriseId;

/**
 * What recorded data takes on Cassandra's disk: each file under as many device names as make five
 * million samples, through journal, sorter and packer, and a row for each sample beside it.
 */
@Command(
    name = "disk",
    description = {
      "Bytes a sample on Cassandra's disk of recorded data (CSV), beside a row per sample.",
      "Files as 'sim replay' reads them; without any, the recording in seeds/nab."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class DiskBench implements Callable<Integer> {
  private static final List<String> KEPT = List.of("chunks_10y", "rollups_10y", "states");

  @Parameters(arity = "0..*", paramLabel = "FILE.csv", description = "Recorded data.")
  private List<Path> files = new ArrayList<>();

  @Option(names = "--samples", description = "Samples to make of each file.")
  private long samplesWanted = 5_000_000;

  @Option(
      names = "--span",
      paramLabel = "MINUTES",
      description = "What a chunk covers: 15, 60, 360 or 1440. Default: what a packer comes to.")
  private int spanMinutes;

  private record Figures(
      String file, int spanMinutes, long samples, double kept, double rows, FoldedFile folded) {}

  @Override
  public Integer call() throws Exception {
    if (files.isEmpty()) {
      files = List.of(Path.of("seeds/nab/machine_temperature_system_failure.csv"));
    }
    List<CsvFile> recordings = new ArrayList<>();
    for (Path file : files) {
      switch (CsvFile.read(file)) {
        case Outcome.Done<CsvFile> read -> recordings.add(read.value());
        case Outcome.Failed<CsvFile> failed -> {
          System.err.println("qiantang: " + failed.message());
          return 2;
        }
      }
    }
    print(measure(recordings));
    return 0;
  }

  private List<Figures> measure(List<CsvFile> recordings) throws Exception {
    List<Figures> figures = new ArrayList<>();
    try (Database database = Database.inTemporaryFolder();
        CassandraJmx jmx = CassandraJmx.connect(database.process().jmxPort())) {
      for (int i = 0; i < recordings.size(); i++) {
        String name = String.valueOf(files.get(i).getFileName());
        System.err.printf("%s: file %d of %d%n", name, i + 1, recordings.size());
        figures.add(measure(name, recordings.get(i), "recorded-" + i, database, jmx));
      }
    }
    return figures;
  }

  private Figures measure(
      String name, CsvFile file, String enterprise, Database database, CassandraJmx jmx)
      throws Exception {
    CassandraConfig config = CassandraConfig.local(database.cqlPort());
    String keyspace = config.keyspace();
    FoldedFile folded;
    try (Cassandra cassandra = Cassandra.connect(config);
        RowLayout rows = new RowLayout(database.cqlPort(), config.datacenter(), keyspace)) {
      rows.empty(KEPT); // of the file before
      folded =
          FoldedFile.write(
              new EnterpriseId(enterprise), file, samplesWanted, spanMinutes, cassandra.folds());
      folded.repeat(rows);
      rows.finish();
    }
    List<String> tables = new ArrayList<>(KEPT);
    tables.add(RowLayout.TABLE);
    jmx.flush(keyspace, tables);
    long kept = 0;
    for (String table : KEPT) {
      kept += jmx.liveBytes(keyspace, table);
    }
    long rows = jmx.liveBytes(keyspace, RowLayout.TABLE);
    double samples = folded.samples();
    return new Figures(
        name, folded.spanMinutes(), folded.samples(), kept / samples, rows / samples, folded);
  }

  private static void print(List<Figures> figures) {
    System.out.println(
        "| file | samples | span min | kept, B a sample | a row each | journal, blocks, chunks with"
            + " states and rollups written, B a sample | times the journal |");
    System.out.println("|---|---|---|---|---|---|---|");
    double kept = 0;
    double rows = 0;
    double samples = 0;
    for (Figures one : figures) {
      FoldedFile folded = one.folded;
      FoldMeter meter = folded.meter();
      long packed = meter.chunkBytes() + meter.stateBytes() + meter.rollupBytes();
      double all = meter.frameBytes() + meter.blockBytes() + packed;
      System.out.printf(
          "| %s | %,d | %d | %.2f | %.2f | %.2f, %.2f, %.2f | %.2f |%n",
          one.file,
          one.samples,
          one.spanMinutes,
          one.kept,
          one.rows,
          meter.frameBytes() / (double) one.samples,
          meter.blockBytes() / (double) one.samples,
          packed / (double) one.samples,
          all / meter.frameBytes());
      kept += one.kept * one.samples;
      rows += one.rows * one.samples;
      samples += one.samples;
    }
    System.out.printf(
        "%ndisk bytes_per_sample=%.2f rows_bytes_per_sample=%.2f%n",
        kept / samples, rows / samples);
  }
}
