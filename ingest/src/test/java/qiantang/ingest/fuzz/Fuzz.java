package qiantang.ingest.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.payload.DialectTarget;

/**
 * Runs inputs through one decoder and says what is wrong: something thrown, a buffer kept, memory
 * out of proportion, a result that depends on how the stream was split, a packet that Netty's
 * decoder reads otherwise, an input that takes longer than a second. One thread.
 */
public final class Fuzz {
  /** What may be fuzzed. */
  public static final List<String> DECODERS =
      List.of(
          "packet4",
          "packet5",
          "connect",
          "device-telemetry",
          "device-attributes",
          "gateway-connect",
          "gateway-disconnect",
          "gateway-telemetry",
          "gateway-attributes",
          "sparkplug",
          "proxy",
          "first-bytes",
          "ws-frames",
          "ws-handshake",
          "frame");

  private static final long SLOW_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int WHY_CHARS_MAX = 3000;

  /**
   * An input that failed.
   *
   * @param index which of the seed's inputs
   */
  public record Failure(String decoder, long seed, long index, byte[] input, String why) {
    @Override
    public String toString() {
      return "FAILED --decoder %s --seed %d --first %d --replay %s%n  %s"
          .formatted(decoder, seed, index, HexFormat.of().formatHex(input), why);
    }
  }

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final String decoder;
  private final Target target;
  private volatile byte @Nullable [] current;
  private volatile long beganNanos;

  /** Of one of {@link #DECODERS}. */
  public Fuzz(String decoder) {
    this.decoder = decoder;
    target = target(decoder);
  }

  private static Target target(String decoder) {
    return switch (decoder) {
      case "packet4" -> new PacketTarget(MqttVersion.V3_1_1);
      case "packet5" -> new PacketTarget(MqttVersion.V5);
      case "connect" -> new PacketTarget(null);
      case "device-telemetry", "device-attributes" -> dialect(decoder, "device-", "v1/devices/me/");
      case "gateway-connect", "gateway-disconnect", "gateway-telemetry", "gateway-attributes" ->
          dialect(decoder, "gateway-", "v1/gateway/");
      case "sparkplug" ->
          new DialectTarget(
              "spBv1.0/",
              List.of(
                  "spBv1.0/g/NBIRTH/n",
                  "spBv1.0/g/NDATA/n",
                  "spBv1.0/g/NDEATH/n",
                  "spBv1.0/g/DBIRTH/n/d",
                  "spBv1.0/g/DDATA/n/d",
                  "spBv1.0/g/DDEATH/n/d",
                  "spBv1.0/STATE/h"));
      case "proxy" -> ChannelTargets.proxy();
      case "first-bytes" -> ChannelTargets.firstBytes();
      case "ws-frames" -> ChannelTargets.frames();
      case "ws-handshake" -> ChannelTargets.handshake();
      case "frame" -> new FrameTarget();
      default ->
          throw new IllegalArgumentException(
              "no decoder " + decoder + ": name one of " + String.join(", ", DECODERS));
    };
  }

  private static Target dialect(String decoder, String prefix, String topics) {
    String topic = topics + decoder.substring(prefix.length());
    return new DialectTarget(topic, List.of(topic));
  }

  /** Makes and runs one input; null where all is well. */
  public @Nullable Failure run(long seed, long index) {
    byte[] input = target.make(new Dice(seed, index));
    String why = fault(input, (int) (index | 2));
    return why == null ? null : new Failure(decoder, seed, index, input, why);
  }

  /** What is wrong with one input: null where all is well. */
  public @Nullable String fault(byte[] input) {
    String split = fault(input, 1);
    return split == null ? fault(input, 7) : split;
  }

  /** The input that has been decoded for longer than so; null where there is none. */
  public byte @Nullable [] stuck(Duration longer) {
    byte[] running = current;
    return running != null && System.nanoTime() - beganNanos > longer.toNanos() ? running : null;
  }

  private @Nullable String fault(byte[] input, int cut) {
    beganNanos = System.nanoTime();
    current = input;
    try {
      long before = threads.getCurrentThreadAllocatedBytes();
      String whole = target.run(input, 0);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      if (target.isStream()) {
        String pieces = target.run(input, cut % 4 == 3 ? 1 : cut);
        if (!pieces.equals(whole)) {
          return shortened("whole: " + whole + ", split: " + pieces);
        }
      }
      String different = target.difference(input, whole);
      if (different != null) {
        return shortened(different);
      }
      // What is loaded or filled for the first time is nobody's fault: it may try again.
      if (allocated > allowed(input) && allocated(input) > allowed(input)) {
        return allocated + " bytes allocated for an input of " + input.length;
      }
      boolean isSlow = System.nanoTime() - beganNanos > SLOW_NANOS && cpuNanos(input) > SLOW_NANOS;
      return isSlow ? "more than a second of processor time" : null;
    } catch (Exception | Error e) {
      StringWriter text = new StringWriter();
      e.printStackTrace(new PrintWriter(text)); // the report of this failure, not a log
      return shortened("thrown: " + text);
    } finally {
      current = null;
    }
  }

  private long allocated(byte[] input) {
    long before = threads.getCurrentThreadAllocatedBytes();
    var _ = target.run(input, 0);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private long allowed(byte[] input) {
    return target.bytesMax() + target.bytesPerByte() * input.length;
  }

  private long cpuNanos(byte[] input) {
    long before = threads.getCurrentThreadCpuTime();
    var _ = target.run(input, 0);
    return threads.getCurrentThreadCpuTime() - before;
  }

  private static String shortened(String why) {
    return why.length() <= WHY_CHARS_MAX ? why : why.substring(0, WHY_CHARS_MAX) + "...";
  }
}
