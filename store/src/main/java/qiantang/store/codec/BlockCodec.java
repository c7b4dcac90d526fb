package qiantang.store.codec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;

/**
 * A block: what the devices of one group sent in one minute of a lane, sorted by device.
 *
 * <pre>
 * block  := 'B' version(1) base(zigzag) lists(varint) list* member* crc32c(4)
 * list   := metrics(varint) name(SortedTexts)*
 * member := id(SortedTexts) list(varint) bytes(varint) columns(ColumnsCodec)
 * </pre>
 *
 * Devices of one model report the same metrics, and a minute holds only a few readings of each: so
 * lists of names are shared, and event times count from the block's first one.
 */
public final class BlockCodec {
  /** Largest block, unless one instant of one device takes more: a Cassandra cell of 1 MiB. */
  public static final int BLOCK_BYTES_MAX = 1024 * 1024;

  private static final int MAGIC = 'B';
  private static final int VERSION = 1;
  private static final int DEVICE_ID_BYTES_MAX = 64;

  private BlockCodec() {}

  /** One device's part of a block. */
  public record Member(DeviceId device, DeviceColumns columns) {}

  /** Tells which devices are worth decoding, once a little is known of each. */
  @FunctionalInterface
  public interface Filter {
    /**
     * Whether it is to be decoded.
     *
     * @param metrics that it has values of
     * @param lastMicros event time of its last row
     */
    boolean takes(DeviceId device, List<String> metrics, long lastMicros);
  }

  /** What came of decoding a block. */
  public sealed interface Decoded {
    /** The devices that were asked for, as far as they are there, in order of their ids. */
    record Members(List<Member> members) implements Decoded {}

    /** The bytes are damaged: set aside, counted, never returned as values. */
    record Damaged(String reason) implements Decoded {}
  }

  /**
   * Encodes the members that have rows; nearly always as one block. More of them where one would be
   * too large; a device may then have its earlier rows in one and its later rows in the next. A
   * pure function.
   *
   * @param members in ascending order of their ids, no device twice
   * @throws IllegalArgumentException where they are not; a bug of the caller
   */
  public static List<byte[]> encode(List<Member> members) {
    for (int i = 1; i < members.size(); i++) {
      if (members.get(i - 1).device().compareTo(members.get(i).device()) >= 0) {
        throw new IllegalArgumentException(
            "BUG: device " + members.get(i).device() + " is out of order in its block");
      }
    }
    List<byte[]> blocks = new ArrayList<>(1);
    List<Member> open = new ArrayList<>();
    long cells = 0;
    for (Member member : members) {
      for (DeviceColumns piece : cutToSize(member.columns())) {
        boolean again = !open.isEmpty() && open.getLast().device().equals(member.device());
        if (again || cells + piece.cells() > Allowance.CELLS_MAX) {
          encode(open, blocks);
          open = new ArrayList<>();
          cells = 0;
        }
        open.add(new Member(member.device(), piece));
        cells += piece.cells();
      }
    }
    encode(open, blocks);
    return blocks;
  }

  private static List<DeviceColumns> cutToSize(DeviceColumns columns) {
    if (columns.rows() == 0) {
      return List.of();
    }
    int pieces = Pieces.needed(columns);
    if (pieces == 1) {
      return List.of(columns);
    }
    List<DeviceColumns> cut = new ArrayList<>(pieces);
    for (DeviceColumns piece : Pieces.cut(columns, pieces)) {
      cut.addAll(cutToSize(piece));
    }
    return cut;
  }

  /** Encodes members whose cells fit one block, in halves as long as they take too many bytes. */
  private static void encode(List<Member> members, List<byte[]> into) {
    if (members.isEmpty()) {
      return;
    }
    byte[] block = encodeBlock(members);
    Member first = members.getFirst();
    boolean oneRow = members.size() == 1 && first.columns().rows() == 1;
    if (block.length <= BLOCK_BYTES_MAX || oneRow) {
      into.add(block);
    } else if (members.size() > 1) {
      int half = members.size() / 2;
      encode(members.subList(0, half), into);
      encode(members.subList(half, members.size()), into);
    } else {
      int pieces = Pieces.needed(block.length, BLOCK_BYTES_MAX);
      for (DeviceColumns piece : Pieces.cut(first.columns(), pieces)) {
        encode(List.of(new Member(first.device(), piece)), into);
      }
    }
  }

  private static byte[] encodeBlock(List<Member> members) {
    ByteSink sink = Envelope.begin(MAGIC, VERSION, 64 * 1024);
    long baseMicros = Long.MAX_VALUE;
    Map<List<String>, Integer> lists = new LinkedHashMap<>();
    for (Member member : members) {
      baseMicros = Math.min(baseMicros, member.columns().eventTimeMicros(0));
      lists.putIfAbsent(member.columns().metrics(), lists.size());
    }
    sink.putZigzag(baseMicros);
    sink.putVarint(lists.size());
    for (List<String> list : lists.keySet()) {
      new SortedTexts(MetricValue.NAME_BYTES_MAX).putAll(sink, list);
    }
    ColumnsCodec codec = new ColumnsCodec(new Allowance(0));
    SortedTexts ids = new SortedTexts(DEVICE_ID_BYTES_MAX);
    ByteSink body = new ByteSink(4096);
    for (Member member : members) {
      ids.put(sink, member.device().text());
      sink.putVarint(lists.getOrDefault(member.columns().metrics(), 0));
      body.truncate(0);
      codec.encode(body, member.columns(), baseMicros);
      sink.putVarint(body.length());
      sink.put(body.array(), 0, body.length());
    }
    return Envelope.seal(sink);
  }

  /** Decodes all devices. */
  public static Decoded decode(byte[] block) {
    return decodeBlock(block, id -> true, null, null);
  }

  /** Decodes the devices that the filter takes; the others' bytes are stepped over. */
  public static Decoded decode(byte[] block, Filter filter) {
    return decodeBlock(block, id -> true, null, filter);
  }

  /** Decodes this device alone; the others' bytes are stepped over, or not even that. */
  public static Decoded decode(byte[] block, DeviceId device) {
    return decodeOne(block, device, null, null);
  }

  /** The same where the filter takes it. */
  public static Decoded decode(byte[] block, DeviceId device, Filter filter) {
    return decodeOne(block, device, null, filter);
  }

  /** Decodes the devices that are wanted; the others' bytes are stepped over. */
  public static Decoded decode(byte[] block, Predicate<DeviceId> wanted) {
    return decodeBlock(
        block, id -> !DeviceId.isValid(id) || wanted.test(new DeviceId(id)), null, null);
  }

  /** Decodes these metrics of all devices, as far as they are there. */
  public static Decoded decode(byte[] block, Set<String> metrics) {
    return decodeBlock(block, id -> true, metrics, null);
  }

  /** Decodes these metrics of this device, as far as they are there. */
  public static Decoded decode(byte[] block, DeviceId device, Set<String> metrics) {
    return decodeOne(block, device, metrics, null);
  }

  /** A block of 10,000 devices costs as much as stepping over them: nothing is made for others. */
  private static Decoded decodeOne(
      byte[] block, DeviceId device, @Nullable Set<String> metrics, @Nullable Filter filter) {
    try {
      ByteSource source = Envelope.open(block, MAGIC, VERSION, "block");
      long baseMicros = source.getZigzag();
      ByteSource lists = source.peek();
      int listCount = source.getCount();
      for (int i = listCount; i > 0; i--) {
        SortedTexts.skipAll(source);
      }
      SortedTexts.Search ids = new SortedTexts.Search(device.text(), DEVICE_ID_BYTES_MAX);
      while (source.remaining() > 0 && ids.next(source)) {
        int list = Math.clamp(source.getVarint(), -1, listCount);
        ByteSource body = ids.isThere() ? source.slice(source.getVarint()) : null;
        if (body == null) {
          source.skip(source.getVarint());
          continue;
        }
        List<String> names = names(lists, list);
        if (filter != null
            && !filter.takes(device, names, ColumnsCodec.lastTime(body.peek(), baseMicros))) {
          break;
        }
        ColumnsCodec codec = new ColumnsCodec(new Allowance(block.length));
        DeviceColumns columns = codec.decode(body, names, metrics, baseMicros);
        body.requireEnd();
        return new Decoded.Members(List.of(new Member(device, columns)));
      }
      return new Decoded.Members(List.of());
    } catch (ByteSource.Damaged e) {
      return new Decoded.Damaged(String.valueOf(e.getMessage()));
    }
  }

  /** One of the block's lists of names. */
  private static List<String> names(ByteSource lists, int wanted) {
    int count = lists.getCount();
    if (wanted < 0 || wanted >= count) {
      throw new ByteSource.Damaged("a device without a list of metrics");
    }
    for (int i = 0; i < wanted; i++) {
      SortedTexts.skipAll(lists);
    }
    return new SortedTexts(MetricValue.NAME_BYTES_MAX).getAll(lists);
  }

  private static Decoded decodeBlock(
      byte[] block,
      Predicate<String> wanted,
      @Nullable Set<String> metrics,
      @Nullable Filter filter) {
    try {
      ByteSource source = Envelope.open(block, MAGIC, VERSION, "block");
      long baseMicros = source.getZigzag();
      List<List<String>> lists = new ArrayList<>();
      for (int i = source.getCount(); i > 0; i--) {
        lists.add(new SortedTexts(MetricValue.NAME_BYTES_MAX).getAll(source));
      }
      SortedTexts ids = new SortedTexts(DEVICE_ID_BYTES_MAX);
      ColumnsCodec codec = new ColumnsCodec(new Allowance(block.length));
      List<Member> members = new ArrayList<>();
      while (source.remaining() > 0) {
        String id = ids.get(source);
        int list = Math.clamp(source.getVarint(), -1, lists.size());
        ByteSource body = source.slice(source.getVarint());
        if (!wanted.test(id)) {
          continue;
        }
        if (list < 0 || list == lists.size() || !DeviceId.isValid(id)) {
          throw new ByteSource.Damaged("a device without an id or a list of metrics");
        }
        DeviceId found = new DeviceId(id);
        if (filter == null
            || filter.takes(
                found, lists.get(list), ColumnsCodec.lastTime(body.peek(), baseMicros))) {
          DeviceColumns columns = codec.decode(body, lists.get(list), metrics, baseMicros);
          body.requireEnd();
          members.add(new Member(found, columns));
        }
      }
      return new Decoded.Members(members);
    } catch (ByteSource.Damaged e) {
      return new Decoded.Damaged(String.valueOf(e.getMessage()));
    }
  }
}
