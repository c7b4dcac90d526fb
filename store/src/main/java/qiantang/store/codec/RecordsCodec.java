package qiantang.store.codec;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;

/**
 * Records of one enterprise in some frames of a lane-minute, with their places.
 *
 * <pre>
 * records := 'R' version(1) record* crc32c(4)
 * record  := sequence(varint, since the one before) index(varint) length(varint) entry(EntryCodec)
 * </pre>
 */
public final class RecordsCodec {
  private static final int MAGIC = 'R';
  private static final int VERSION = 1;

  private RecordsCodec() {}

  /**
   * A record and its place.
   *
   * @param sequence of its frame
   * @param index in its frame
   */
  public record Item(long sequence, int index, Entry entry) {}

  /** What came of decoding them. */
  public sealed interface Decoded {
    /** The records. */
    record Items(List<Item> items) implements Decoded {}

    /** The bytes are damaged: set aside, counted, never returned as values. */
    record Damaged(String reason) implements Decoded {}
  }

  /**
   * Encodes records; nearly always as one body, more where one would be larger than a block may be.
   * A pure function.
   *
   * @param items in order of arrival
   */
  public static List<byte[]> encode(List<Item> items) {
    List<byte[]> bodies = new ArrayList<>(1);
    ByteSink sink = Envelope.begin(MAGIC, VERSION, 1024);
    int empty = sink.length();
    long before = 0;
    for (Item item : items) {
      byte[] entry = EntryCodec.encode(item.entry());
      if (sink.length() > empty && sink.length() + entry.length > BlockCodec.BLOCK_BYTES_MAX) {
        bodies.add(Envelope.seal(sink));
        sink = Envelope.begin(MAGIC, VERSION, 1024);
        before = 0;
      }
      sink.putVarint(item.sequence() - before);
      sink.putVarint(item.index());
      sink.putVarint(entry.length);
      sink.put(entry, 0, entry.length);
      before = item.sequence();
    }
    if (sink.length() > empty) {
      bodies.add(Envelope.seal(sink));
    }
    return bodies;
  }

  /** Decodes all records. */
  public static Decoded decode(byte[] body) {
    return decode(body, (IdSearch) null);
  }

  /** Decodes the records that may concern this device: those in whose bytes its id occurs. */
  public static Decoded decode(byte[] body, DeviceId device) {
    return decode(body, new IdSearch(device));
  }

  private static Decoded decode(byte[] body, @Nullable IdSearch device) {
    try {
      ByteSource source = Envelope.open(body, MAGIC, VERSION, "list of records");
      List<Item> items = new ArrayList<>();
      long sequence = 0;
      if (device != null) {
        device.begin(source);
      }
      while (source.remaining() > 0 && (device == null || !device.isOver())) {
        sequence += source.getVarint();
        int index = (int) source.getVarint();
        long bytes = source.getVarint();
        int from = source.position();
        source.skip(bytes);
        if (device == null || device.occursIn(from, source.position())) {
          ByteSource entry = new ByteSource(source.array(), from, source.position());
          items.add(new Item(sequence, index, EntryCodec.decode(entry)));
        }
      }
      return new Decoded.Items(items);
    } catch (ByteSource.Damaged e) {
      return new Decoded.Damaged(String.valueOf(e.getMessage()));
    }
  }
}
