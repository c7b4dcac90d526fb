package qiantang.sim.replay;

import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.Devices;
import qiantang.sim.api.Patience;
import qiantang.sim.api.RejectionReader;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.api.Target;
import qiantang.sim.outcome.Count;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.wire.Addresses;

/** Publishes a file as a new device, reads it back and compares. */
public final class Replay {
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final Duration API_PATIENCE = Duration.ofSeconds(60);

  /** The contract says that a refusal can be read within 5 s. */
  private static final Duration REJECTIONS_MAX = Duration.ofSeconds(15);

  private static final Duration REJECTIONS_AGAIN = Duration.ofSeconds(1);
  private static final long MICROS_PER_DAY = Duration.ofDays(1).toNanos() / 1_000;
  private static final long MILLIS_PER_DAY = Duration.ofDays(1).toMillis();
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final String name;
  private final CsvFile file;
  private final double refusedPercentMax;
  private final Target target;
  private final Target.Access access;
  private final PrintWriter err;
  private final List<String> troubles = new ArrayList<>();
  private long nextLineNanos;

  /**
   * A replay into the first enterprise of the target.
   *
   * @param name of the file, for the report
   * @param refusedPercentMax of the rows, so many may be refused
   */
  public Replay(
      String name, CsvFile file, double refusedPercentMax, Target target, PrintWriter err) {
    this.name = name;
    this.file = file;
    this.refusedPercentMax = refusedPercentMax;
    this.target = target;
    this.access = target.enterprises().getFirst();
    this.err = err;
  }

  /** Days to add so that the newest row is of yesterday (UTC). */
  public static long daysToYesterday(CsvFile file, Instant now) {
    Instant last = Instant.EPOCH.plus(file.lastTimeMicros(), ChronoUnit.MICROS);
    LocalDate yesterday = LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(1);
    return ChronoUnit.DAYS.between(LocalDate.ofInstant(last, ZoneOffset.UTC), yesterday);
  }

  /**
   * Makes the device, publishes and compares.
   *
   * @param device the id of the device to be made
   */
  public Outcome<ReplayReport> run(String device, long shiftDays, Pace pace) {
    if (target.mqtt() == null) {
      return new Outcome.Failed<>(
          ExitCode.USAGE, "cannot replay over TLS: give --mqtt HOST:PORT of MQTT without it");
    }
    long sinceMillis = System.currentTimeMillis();
    Patience patience = Patience.ofAnOutage(API_PATIENCE, this::say);
    try (ApiClient api = new ApiClient(target.http(), patience)) {
      Devices.Draft draft = new Devices.Draft(device, false, null, "replay");
      return switch (new Devices(api, _ -> {}).make(access, List.of(draft))) {
        case Outcome.Failed<List<String>> failed -> failed.widen();
        case Outcome.Done<List<String>>(List<String> tokens) -> {
          long shiftMicros = shiftDays * MICROS_PER_DAY;
          long acked = publish(device, tokens.getFirst(), shiftMicros, pace);
          yield acked < 0
              ? new Outcome.Failed<>(ExitCode.UNREACHABLE, String.join("\n", troubles))
              : verified(verify(device, shiftDays, acked, sinceMillis, api), api);
        }
      };
    }
  }

  /** A report of what could not be read would call it lost. */
  private static Outcome<ReplayReport> verified(ReplayReport report, ApiClient api) {
    String gone = api.gone();
    return gone == null
        ? new Outcome.Done<>(report)
        : new Outcome.Failed<>(
            ExitCode.UNREACHABLE,
            "cannot read back what was replayed: "
                + gone
                + "; replay it again, as another device, when it answers");
  }

  /** Answers how many rows were acknowledged, or -1 if there was no connection at all. */
  private long publish(String device, String token, long shiftMicros, Pace pace) {
    try (PahoPublisher publisher =
        PahoPublisher.connect(server(), "replay-" + device, token, TOPIC, this::say)) {
      long[] goMicros = file.goMicros();
      long lastMicros = Arrays.stream(goMicros).max().orElseThrow();
      say(
          "sending %s%s, in %d s at the earliest"
              .formatted(
                  Count.of(file.rows().size(), "row"),
                  file.copies() == 1 ? "" : ", the file %d times".formatted(file.copies()),
                  pace.least(file.rows().size(), lastMicros).toSeconds()));
      long begin = System.nanoTime();
      nextLineNanos = begin + NANOS_PER_SECOND;
      long sent = 0;
      for (int index = 0; index < file.rows().size(); index++) {
        CsvFile.Row row = file.rows().get(index);
        if (row.cells().stream().allMatch(Cell::isEmpty)) {
          continue;
        }
        long due = begin + pace.dueNanos(sent, goMicros[index]);
        while (due - System.nanoTime() > 0) {
          waitUntil(Math.min(due, nextLineNanos));
          progress(sent, publisher);
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
        }
        String trouble = publisher.publish(RowPayload.of(file.metrics(), row, shiftMicros));
        if (trouble != null) {
          troubles.add("line " + row.line() + ": " + trouble);
          return publisher.acked();
        }
        sent++;
        progress(sent, publisher);
      }
      if (!publisher.settle(sent)) {
        troubles.add("not acknowledged: " + Count.of(sent - publisher.acked(), "row"));
      }
      say("sent %s, acked %d; reading back".formatted(Count.of(sent, "row"), publisher.acked()));
      return publisher.acked();
    } catch (MqttException e) {
      troubles.add(
          "cannot publish to %s: %s; look whether MQTT is spoken there, or name another with --mqtt"
              .formatted(Addresses.single(server()).text(), PahoPublisher.cause(e)));
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      troubles.add("interrupted");
      return -1;
    }
  }

  private InetSocketAddress server() {
    Addresses mqtt = target.mqtt();
    if (mqtt == null) {
      throw new AssertionError("BUG: a replay without an address");
    }
    return mqtt.all().getFirst();
  }

  /** A line a second. */
  private void progress(long sent, PahoPublisher publisher) {
    if (System.nanoTime() - nextLineNanos >= 0) {
      say(
          "sent %d of %s, acked %d"
              .formatted(sent, Count.of(file.rows().size(), "row"), publisher.acked()));
      nextLineNanos += NANOS_PER_SECOND;
    }
  }

  private ReplayReport verify(
      String device, long shiftDays, long acked, long sinceMillis, ApiClient api) {
    ReplayCheck check = new ReplayCheck(device, file, shiftDays * MICROS_PER_DAY);
    long shiftMillis = shiftDays * MILLIS_PER_DAY;
    // A day more on both sides, so that values at wrong times are found.
    long from = file.firstTimeMicros() / 1_000 + shiftMillis - MILLIS_PER_DAY;
    long to = file.lastTimeMicros() / 1_000 + shiftMillis + MILLIS_PER_DAY;
    addTrouble(new SeriesReader(api).read(access, device, from, to, check::page));
    long absentRows = check.absentRows();
    Map<String, Long> refused = refused(device, absentRows, sinceMillis, api);
    return new ReplayReport(
        name,
        device,
        shiftDays,
        file.rows().size(),
        check.emptyRows(),
        acked,
        check.samples(),
        check.conflicts(),
        check.repeats(),
        absentRows,
        check.tornRows(),
        check.tally(),
        refused,
        refusedPercentMax,
        List.copyOf(troubles));
  }

  /** Reads rejections until they account for all absent rows, or for the time they may take. */
  private Map<String, Long> refused(
      String device, long absentRows, long sinceMillis, ApiClient api) {
    long deadline = System.nanoTime() + REJECTIONS_MAX.toNanos();
    while (true) {
      Map<String, Long> byReason = new TreeMap<>();
      String trouble =
          new RejectionReader(api)
              .read(
                  access,
                  sinceMillis - MILLIS_PER_DAY,
                  rejection -> {
                    if (rejection.publisher().equals(device) || rejection.device().equals(device)) {
                      byReason.merge(rejection.reason(), rejection.count(), Long::sum);
                    }
                  });
      long total = byReason.values().stream().mapToLong(Long::longValue).sum();
      if (total >= absentRows || System.nanoTime() - deadline > 0) {
        addTrouble(trouble);
        return byReason;
      }
      say(
          "not visible: %s, of which %d found among the rejections"
              .formatted(Count.of(absentRows, "row"), total));
      waitUntil(System.nanoTime() + REJECTIONS_AGAIN.toNanos());
    }
  }

  private void addTrouble(@Nullable String trouble) {
    if (trouble != null) {
      troubles.add(trouble);
    }
  }

  private static void waitUntil(long nanos) {
    try {
      Thread.sleep(Duration.ofNanos(Math.max(0, nanos - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void say(String line) {
    err.println(line);
    err.flush();
  }
}
