package qiantang.store.codec;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qiantang.store.health.Axis;
import qiantang.store.health.EnterpriseCount;
import qiantang.store.health.EnterpriseCount.Level;
import qiantang.store.health.HealthCounts;
import qiantang.store.health.ModelBounds;
import qiantang.store.health.PlatformCount;

/**
 * Kept counts: of an enterprise, and of enterprises of a platform.
 *
 * <pre>
 * enterprise := 'K' version(1) counts messages(varint) rate levels{3} bounds crc32c(4)
 * platform   := 'P' version(1) enterprises(varint) rate counts crc32c(4)
 * counts     := total(varint) states(varint) (state count(varint))* reasons(varint) reason*
 *               of the states the word "machine" is none: it has the count of machines
 * reason     := axis state word count(varint)
 * level      := keys(varint) (key counts)*
 * bounds     := models(varint) (model devices(varint) range range skews(0 or 1) range?)*
 * rate, range's numbers := int64 of the double
 * </pre>
 */
public final class KeptCodec {
  private static final int ENTERPRISE = 'K';
  private static final int PLATFORM = 'P';
  private static final int VERSION = 1;

  // Stands among the states, where programs that do not know it pass over it.
  private static final String MACHINE = "machine";

  private KeptCodec() {}

  /** Encodes an enterprise's: a kilobyte, and 40 bytes for each factory, line and model. */
  public static byte[] encode(EnterpriseCount count) {
    ByteSink sink = Envelope.begin(ENTERPRISE, VERSION, 1024);
    put(sink, count.all());
    sink.putVarint(count.messages());
    put(sink, count.messagesPerSecond());
    for (Level level : Level.values()) {
      SortedMap<String, HealthCounts> keys = count.by().getOrDefault(level, new TreeMap<>());
      sink.putVarint(keys.size());
      keys.forEach(
          (key, counts) -> {
            sink.putText(key);
            put(sink, counts);
          });
    }
    sink.putVarint(count.bounds().size());
    count.bounds().forEach((model, bounds) -> put(sink, model, bounds));
    return Envelope.seal(sink);
  }

  /** Encodes a platform's. */
  public static byte[] encode(PlatformCount count) {
    ByteSink sink = Envelope.begin(PLATFORM, VERSION, 256);
    sink.putVarint(count.enterprises());
    put(sink, count.messagesPerSecond());
    put(sink, count.devices());
    return Envelope.seal(sink);
  }

  /** Decodes an enterprise's; null where the bytes are damaged: it is counted again soon. */
  public static @Nullable EnterpriseCount enterprise(byte[] bytes) {
    try {
      ByteSource source = Envelope.open(bytes, ENTERPRISE, VERSION, "count of an enterprise");
      HealthCounts all = counts(source);
      long messages = source.getVarint();
      double rate = Double.longBitsToDouble(source.getInt64());
      Map<Level, SortedMap<String, HealthCounts>> by = new EnumMap<>(Level.class);
      for (Level level : Level.values()) {
        SortedMap<String, HealthCounts> keys = new TreeMap<>();
        for (int n = source.getCount(); n > 0; n--) {
          keys.put(source.getText(), counts(source));
        }
        by.put(level, keys);
      }
      SortedMap<String, ModelBounds> bounds = new TreeMap<>();
      for (int n = source.getCount(); n > 0; n--) {
        bounds.put(source.getText(), bounds(source));
      }
      source.requireEnd();
      return new EnterpriseCount(all, by, bounds, messages, rate);
    } catch (ByteSource.Damaged e) {
      return null;
    }
  }

  /** Decodes a platform's; null where the bytes are damaged: it is counted again soon. */
  public static @Nullable PlatformCount platform(byte[] bytes) {
    try {
      ByteSource source = Envelope.open(bytes, PLATFORM, VERSION, "count of a platform");
      long enterprises = source.getVarint();
      double rate = Double.longBitsToDouble(source.getInt64());
      HealthCounts counts = counts(source);
      source.requireEnd();
      return new PlatformCount(enterprises, counts, rate);
    } catch (ByteSource.Damaged e) {
      return null;
    }
  }

  private static void put(ByteSink sink, HealthCounts counts) {
    sink.putVarint(counts.total());
    List<Axis.State> states =
        Stream.of(Axis.State.values()).filter(state -> counts.of(state) != 0).toList();
    sink.putVarint(states.size() + 1);
    sink.putText(MACHINE);
    sink.putVarint(counts.machines());
    for (Axis.State state : states) {
      sink.putText(state.word());
      sink.putVarint(counts.of(state));
    }
    List<HealthCounts.Reason> reasons = counts.reasons();
    sink.putVarint(reasons.size());
    for (HealthCounts.Reason reason : reasons) {
      sink.putText(reason.why().axis().word());
      sink.putText(reason.why().state().word());
      sink.putText(reason.why().reason());
      sink.putVarint(reason.count());
    }
  }

  private static HealthCounts counts(ByteSource source) {
    HealthCounts counts = new HealthCounts();
    counts.addTotal(source.getVarint());
    boolean isOfMachines = false;
    for (int n = source.getCount(); n > 0; n--) {
      String word = source.getText();
      Axis.State state = Axis.State.ofWord(word);
      long count = source.getVarint();
      if (word.equals(MACHINE)) {
        counts.addMachines(count);
        isOfMachines = true;
      } else if (state != null) { // else a later program's, which this one cannot tell
        counts.add(state, count);
      }
    }
    if (!isOfMachines) {
      counts.addMachines(counts.of(Axis.State.ACTIVE)); // an earlier program's: gateways among them
    }
    for (int n = source.getCount(); n > 0; n--) {
      Axis axis = Axis.ofWord(source.getText());
      Axis.State state = Axis.State.ofWord(source.getText());
      String word = source.getText();
      long count = source.getVarint();
      if (axis != null && state != null) {
        counts.reason(new HealthCounts.Reasoned(axis, state, word), count);
      }
    }
    return counts;
  }

  private static void put(ByteSink sink, String model, ModelBounds bounds) {
    sink.putText(model);
    sink.putVarint(bounds.devices());
    put(sink, bounds.readings());
    put(sink, bounds.lateShare());
    ModelBounds.Range skews = bounds.skewMillis();
    sink.put(skews == null ? 0 : 1);
    if (skews != null) {
      put(sink, skews);
    }
  }

  private static void put(ByteSink sink, ModelBounds.Range range) {
    put(sink, range.median());
    put(sink, range.distance());
  }

  private static void put(ByteSink sink, double number) {
    sink.putInt64(Double.doubleToLongBits(number));
  }

  private static ModelBounds bounds(ByteSource source) {
    int devices = (int) source.getVarint();
    ModelBounds.Range readings = range(source);
    ModelBounds.Range lateShare = range(source);
    return new ModelBounds(devices, readings, lateShare, source.get() == 0 ? null : range(source));
  }

  private static ModelBounds.Range range(ByteSource source) {
    double median = Double.longBitsToDouble(source.getInt64());
    return new ModelBounds.Range(median, Double.longBitsToDouble(source.getInt64()));
  }
}
