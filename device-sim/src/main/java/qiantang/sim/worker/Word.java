package qiantang.sim.worker;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.FleetCounts;
import qiantang.sim.fleet.ProcessHealth;

/** What a worker tells its coordinator. */
sealed interface Word {

  /** It has laid out its part; the coordinator's plan must have as many messages in all. */
  record Ready(int publishers, long messages) implements Word {}

  /**
   * What it counted so far, and the histograms since the last word, each in HdrHistogram's
   * compressed encoding (V2), which keeps every count.
   *
   * @param trouble the newest thing that went wrong, or nothing
   * @param hopeless why a publisher can never log in, or null
   */
  record Counted(
      Figures.Counts counts,
      List<FleetCounts> byFleet,
      ProcessHealth health,
      byte[] ack,
      byte[] ackFromSend,
      byte[] lag,
      String trouble,
      @Nullable String hopeless)
      implements Word {}

  /** What it was asked for. */
  record Answer(List<byte[]> ledgers) implements Word {}

  /** At the end: the ledgers of its next publishers, in their order. */
  record Ledgers(List<byte[]> ledgers) implements Word {}

  /** All is told. */
  record Done() implements Word {}

  /** Nothing more will come, and why. */
  record Failed(String reason) implements Word {}
}
