package qiantang.sim.journal;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import qiantang.sim.plan.MetricValue;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.PublisherPlan;

/**
 * What a run was, enough to compute its plan again.
 *
 * @param scenario the name of its file
 * @param text the scenario itself
 * @param http where it was audited
 * @param mqtt hosts and ports it sent to
 * @param createdMillis when the file was made
 * @param digest of the plan, see {@link #digest}
 * @param boot of the machine, which has not been restarted as long as it is the same; null in
 *     journals of old versions, empty where the machine does not tell
 */
public record RunHeader(
    String runId,
    String scenario,
    String text,
    long seed,
    String http,
    String mqtt,
    long createdMillis,
    String digest,
    @Nullable String boot) {
  private static final int PUBLISHERS_MAX = 200;

  /** Of a run that begins on this machine. */
  public static RunHeader here(
      Plan plan, String scenario, String text, long seed, String http, String mqtt) {
    return new RunHeader(
        plan.runId(),
        scenario,
        text,
        seed,
        http,
        mqtt,
        System.currentTimeMillis(),
        digest(plan),
        Boot.id());
  }

  /** Whether the machine runs on since this was written, so that all that was written is there. */
  boolean isOfThisBoot() {
    return !Boot.UNKNOWN.equals(boot) && Boot.id().equals(boot);
  }

  /**
   * Tells plans apart that another version of the simulator would compute from the same text: a
   * checksum of the ids, times and values of the first and last messages of 200 publishers.
   */
  public static String digest(Plan plan) {
    CRC32C crc = new CRC32C();
    int step = 1 + plan.publishers().size() / PUBLISHERS_MAX;
    for (int i = 0; i < plan.publishers().size(); i += step) {
      PublisherPlan publisher = plan.publishers().get(i);
      add(crc, publisher.id() + publisher.messages());
      for (long n : new long[] {0, publisher.messages() / 2, publisher.messages() - 1}) {
        if (n >= 0 && publisher.messages() > 0) {
          StringBuilder text = new StringBuilder().append(publisher.eventTimeMillis(n, 0));
          for (MetricValue value : publisher.values(publisher.devices().size() - 1, n)) {
            value.appendTo(text.append(' '));
          }
          add(crc, text.toString());
        }
      }
    }
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }

  private static void add(CRC32C crc, String text) {
    crc.update(text.getBytes(StandardCharsets.UTF_8));
  }
}
