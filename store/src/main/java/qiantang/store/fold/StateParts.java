package qiantang.store.fold;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.ContentDigest;
import qiantang.store.codec.DeviceColumns;

/**
 * Cuts a state that takes more than one part by its metrics: by time, as chunks are cut, a metric
 * would wander from part to part.
 */
final class StateParts {
  private StateParts() {}

  /**
   * The parts by their numbers, as few as hold everything.
   *
   * @param newest one value a column
   * @param partsMin a power of two, in how many parts it was cut before
   */
  static SortedMap<Integer, ChunkCodec.Part> of(DeviceColumns newest, int partsMin) {
    if (partsMin == 1) {
      List<ChunkCodec.Part> whole = ChunkCodec.encode(newest);
      if (whole.size() == 1) {
        return new TreeMap<>(Map.of(0, whole.getFirst()));
      }
    }
    Map<String, Integer> digests = new HashMap<>();
    for (String metric : newest.metrics()) {
      // Not hashCode: names can be made whose hash codes are all the same.
      digests.put(metric, (int) ContentDigest.of(metric.getBytes(UTF_8)));
    }
    int parts = Math.max(partsMin, 2);
    SortedMap<Integer, ChunkCodec.Part> cut = cut(newest, digests, parts);
    while (cut.isEmpty()) {
      parts *= 2; // a metric alone takes one part, so this ends
      cut = cut(newest, digests, parts);
    }
    return cut;
  }

  /** Empty where one of them is too large. */
  private static SortedMap<Integer, ChunkCodec.Part> cut(
      DeviceColumns newest, Map<String, Integer> digests, int parts) {
    SortedMap<Integer, ChunkCodec.Part> cut = new TreeMap<>();
    for (int part = 0; part < parts; part++) {
      int number = part;
      DeviceColumns columns =
          Newest.of(newest, metric -> (digests.getOrDefault(metric, 0) & (parts - 1)) == number);
      List<ChunkCodec.Part> body = ChunkCodec.encode(columns);
      if (body.size() > 1) {
        return new TreeMap<>();
      }
      if (!body.isEmpty()) {
        cut.put(part, body.getFirst());
      }
    }
    return cut;
  }
}
