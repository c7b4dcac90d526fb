package qiantang.ingest.payload;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The recorded shapes with bytes changed, cut, doubled, swapped and sent to other topics: whatever
 * comes is decoded or refused, nothing is thrown, and memory stays in proportion to the payload.
 * {@code -Dqiantang.fuzz.seed=N} repeats a run, {@code -Dqiantang.fuzz.messages=N} makes it longer.
 */
class DialectMutationsTest {
  private static final int MESSAGES = Integer.getInteger("qiantang.fuzz.messages", 100_000);

  // A reading of a few bytes ({}, or 12 bytes of protobuf) becomes a few objects of 24 to 64.
  private static final long ALLOCATED_PER_BYTE_MAX = 200;
  private static final long ALLOCATED_MAX = 128 * 1024;

  private static final int PAYLOAD_BYTES_MAX = 8192; // long ones only repeat themselves

  private static final byte[][] PIECES = {
    {0x12, 0x00},
    {0x33},
    {0x34},
    {(byte) 0x92, 0x01},
    {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F},
    {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 1},
    {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
    {0},
    "{\"a\":".getBytes(US_ASCII),
    "[".getBytes(US_ASCII),
    "1E999999999".getBytes(US_ASCII),
    "\\uD800".getBytes(US_ASCII)
  };

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final List<DialectCase> cases = DialectCase.all();
  private long allocatedMost;

  @Test
  void nothingIsThrownAndMemoryIsBounded() {
    long seed = Long.getLong("qiantang.fuzz.seed", new Random().nextLong());
    System.out.println("DialectMutationsTest: -Dqiantang.fuzz.seed=" + seed);
    Random random = new Random(seed);
    int messages = 0;
    while (messages < MESSAGES) {
      DialectCase each = cases.get(random.nextInt(cases.size()));
      List<DialectCase.Step> steps = new ArrayList<>();
      for (DialectCase.Step step : each.steps()) {
        steps.add(random.nextInt(4) == 0 ? step : mutant(step, random));
      }
      check(each.isGateway() ^ (random.nextInt(10) == 0), steps, seed);
      messages += steps.size();
    }
    System.out.println(
        "DialectMutationsTest: %d messages, at most %d bytes allocated for one"
            .formatted(messages, allocatedMost));
  }

  /** The classes that a message is the first to need are loaded in its name: it may try again. */
  private void check(boolean isGateway, List<DialectCase.Step> steps, long seed) {
    if (excess(isGateway, steps, seed) != null) {
      assertNull(excess(isGateway, steps, seed), "seed " + seed);
    }
  }

  /** The message that allocated more than it may, in words; null where none did. */
  private @Nullable String excess(boolean isGateway, List<DialectCase.Step> steps, long seed) {
    DialectSession session = new DialectSession(isGateway, 64 * 1024);
    @Nullable String excess = null;
    for (DialectCase.Step step : steps) {
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        var _ = session.decode(step);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed %d: thrown on %s".formatted(seed, text(step)), e);
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      int length = step.payload().length + step.topic().length();
      if (allocated > ALLOCATED_MAX + ALLOCATED_PER_BYTE_MAX * length) {
        excess = "%d bytes for %d of %s".formatted(allocated, length, text(step));
      } else {
        allocatedMost = Math.max(allocatedMost, allocated);
      }
    }
    session.close();
    assertEquals(0, session.budget.takenBytes());
    return excess;
  }

  private static String text(DialectCase.Step step) {
    return step.topic() + " " + HexFormat.of().formatHex(step.payload());
  }

  private DialectCase.Step mutant(DialectCase.Step step, Random random) {
    byte[] payload = step.payload();
    for (int i = random.nextInt(4); i >= 0; i--) {
      payload = mutant(payload, random);
    }
    DialectCase other = cases.get(random.nextInt(cases.size()));
    String topic =
        random.nextInt(20) == 0
            ? other.steps().get(random.nextInt(other.steps().size())).topic()
            : step.topic();
    return new DialectCase.Step(topic, random.nextInt(8) == 0, payload, List.of());
  }

  private byte[] mutant(byte[] payload, Random random) {
    int at = payload.length == 0 ? 0 : random.nextInt(payload.length);
    int end =
        at + (payload.length == at ? 0 : random.nextInt(Math.min(64, payload.length - at) + 1));
    byte[] changed = payload.clone();
    switch (random.nextInt(7)) {
      case 0 -> {
        if (at < changed.length) {
          changed[at] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 1 -> {
        if (at < changed.length) {
          changed[at] = (byte) random.nextInt(256);
        }
      }
      case 2 -> changed = Arrays.copyOf(payload, at); // cut off
      case 3 -> changed = joined(payload, 0, at, new byte[0], end); // a part is missing
      case 4 -> changed = joined(payload, 0, end, new byte[0], at); // a part is doubled
      case 5 -> changed = joined(payload, 0, at, PIECES[random.nextInt(PIECES.length)], at);
      default -> {
        DialectCase other = cases.get(random.nextInt(cases.size()));
        byte[] theirs = other.steps().get(random.nextInt(other.steps().size())).payload();
        changed = joined(payload, 0, at, theirs, end);
      }
    }
    return changed.length <= PAYLOAD_BYTES_MAX
        ? changed
        : Arrays.copyOf(changed, PAYLOAD_BYTES_MAX);
  }

  private static byte[] joined(byte[] payload, int from, int to, byte[] between, int restFrom) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(payload, from, to - from);
    out.write(between, 0, between.length);
    out.write(payload, restFrom, payload.length - restFrom);
    return out.toByteArray();
  }
}
