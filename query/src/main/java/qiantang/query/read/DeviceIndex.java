package qiantang.query.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Place;
import qiantang.store.health.Axis;
import qiantang.store.identifier.Identifier;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Completeness;
import qiantang.store.registry.Device;

/**
 * What a large enterprise's devices were at a moment, as far as lists are filtered by it, in order
 * of id. It proposes devices; whoever shows them looks at them again, so it may propose too many.
 * Columns, and words by number: a million devices are gone through in some 10 ms, and in 80 ms
 * where each is an object. Immutable.
 */
final class DeviceIndex {
  private static final int ANY = -1;
  private static final int NOBODYS = -2;
  private static final int NONE = -3;

  private final DeviceId[] ids;
  private final Device.Kind[] kinds;
  private final int[] gateways;
  private final int[] models;
  private final int[] factories;
  private final int[] lines;
  private final int[] standings;
  private final byte[] texts;
  private final int[] textEnds;
  private final Map<String, Integer> numbers;
  private final List<String> words;
  private final List<Standing> standingsByNumber;
  private final List<DeviceId> unregistered;
  private final long madeMillis;
  private final long tookMillis;

  /** How a device is. */
  record Standing(
      DeviceFilter.Connected connected, List<Axis.State> states, List<String> reasons) {}

  /** What somebody said of a device; words by number. */
  private record Row(
      DeviceId id,
      Device.Kind kind,
      int gateway,
      int model,
      int factory,
      int line,
      int standing,
      byte[] text) {}

  private DeviceIndex(Builder from, long madeMillis, long tookMillis) {
    List<Row> rows = from.rows;
    rows.sort(Comparator.comparing(Row::id));
    ids = rows.stream().map(Row::id).toArray(DeviceId[]::new);
    kinds = rows.stream().map(Row::kind).toArray(Device.Kind[]::new);
    gateways = rows.stream().mapToInt(Row::gateway).toArray();
    models = rows.stream().mapToInt(Row::model).toArray();
    factories = rows.stream().mapToInt(Row::factory).toArray();
    lines = rows.stream().mapToInt(Row::line).toArray();
    standings = rows.stream().mapToInt(Row::standing).toArray();
    textEnds = new int[rows.size()];
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < textEnds.length; i++) {
      bytes.writeBytes(rows.get(i).text);
      textEnds[i] = bytes.size();
    }
    texts = bytes.toByteArray();
    numbers = from.numbers;
    words = from.words;
    standingsByNumber = List.copyOf(from.standings.keySet());
    unregistered = from.unregistered.stream().sorted().toList();
    this.madeMillis = madeMillis;
    this.tookMillis = tookMillis;
  }

  /** How many devices it has. */
  int size() {
    return ids.length;
  }

  /** Devices without a row in the registry, in order of id. */
  List<DeviceId> unregistered() {
    return unregistered;
  }

  /** When it was begun, since 1970: what changed later may not be in it. */
  long madeMillis() {
    return madeMillis;
  }

  /** How long it took to make. */
  long tookMillis() {
    return tookMillis;
  }

  /** What an answer by it is worth at the most. */
  Completeness completeness() {
    return Completeness.ofIndex(madeMillis);
  }

  /**
   * The first of the devices behind one, or of all, that a filter may accept.
   *
   * @param sees whether a device may be proposed that stands there; null for everywhere
   */
  List<DeviceId> propose(
      @Nullable DeviceId after, DeviceFilter filter, @Nullable Predicate<Place> sees, int max) {
    DeviceId gateway = filter.gateway();
    int ofGateway = number(gateway == null ? null : gateway.text());
    int model = number(filter.model());
    int factory = number(filter.factory());
    int line = number(filter.line());
    boolean[] accepted = accepted(filter);
    SoughtText text = SoughtText.of(filter.text());
    SoughtText identifier = SoughtText.of(filter.identifier());
    List<DeviceId> found = new ArrayList<>();
    for (int i = behind(after); i < ids.length && found.size() < max; i++) {
      if (isOne(ofGateway, gateways[i])
          && isOne(model, models[i])
          && isOne(factory, factories[i])
          && isOne(line, lines[i])
          && accepted[standings[i]]
          && (filter.kind() == null || filter.kind() == kinds[i])
          && (text == null || text.isIn(texts, textBegin(i), textEnds[i]))
          && (identifier == null || identifier.isIn(texts, textBegin(i), textEnds[i]))
          && (sees == null || sees.test(place(i)))) {
        found.add(ids[i]);
      }
    }
    return found;
  }

  /** Of a word that is asked for. */
  private int number(@Nullable String word) {
    return word == null ? ANY : numbers.getOrDefault(word, NOBODYS);
  }

  private static boolean isOne(int wanted, int number) {
    return wanted == ANY || wanted == number;
  }

  private boolean[] accepted(DeviceFilter filter) {
    boolean[] accepted = new boolean[standingsByNumber.size()];
    for (int i = 0; i < accepted.length; i++) {
      accepted[i] = filter.accepts(standingsByNumber.get(i));
    }
    return accepted;
  }

  private int textBegin(int row) {
    return row == 0 ? 0 : textEnds[row - 1];
  }

  private Place place(int row) {
    return new Place(words.get(factories[row]), words.get(lines[row]), ids[row]);
  }

  private int behind(@Nullable DeviceId after) {
    int from = 0;
    int to = ids.length;
    while (after != null && from < to) {
      int middle = (from + to) >>> 1;
      if (ids[middle].compareTo(after) <= 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  /** Gathers devices in any order. One thread. */
  static final class Builder {
    // Behind an id, a name or an identifier: none of them has it.
    private static final char END = '\0';

    private final List<Row> rows = new ArrayList<>();
    private final List<DeviceId> unregistered = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> words = new ArrayList<>();
    private final Map<Standing, Integer> standings = new LinkedHashMap<>();

    /** Takes a device. */
    void add(FleetDevice device, boolean isRegistered) {
      DeviceId gateway = device.gateway();
      rows.add(
          new Row(
              device.id(),
              device.kind(),
              gateway == null ? NONE : number(gateway.text()),
              number(device.model()),
              number(device.factory()),
              number(device.line()),
              standing(device),
              text(device).getBytes(UTF_8)));
      if (!isRegistered) {
        unregistered.add(device.id());
      }
    }

    private int number(String word) {
      return numbers.computeIfAbsent(
          word,
          added -> {
            words.add(added);
            return words.size() - 1;
          });
    }

    private int standing(FleetDevice device) {
      List<Axis.State> states = new ArrayList<>();
      List<String> reasons = new ArrayList<>();
      for (Axis axis : Axis.values()) {
        states.add(device.health().on(axis).state());
        reasons.add(device.health().on(axis).reason());
      }
      Standing standing =
          new Standing(
              DeviceFilter.Connected.of(device), List.copyOf(states), List.copyOf(reasons));
      return standings.computeIfAbsent(standing, added -> standings.size());
    }

    private static String text(FleetDevice device) {
      StringBuilder text = new StringBuilder(device.id().text());
      if (!device.name().equals(device.id().text())) {
        text.append(END).append(device.name());
      }
      for (Identifier identifier : device.identifiers()) {
        text.append(END).append(identifier.text());
      }
      return text.toString().toLowerCase(Locale.ROOT);
    }

    /** The index of all that were added. */
    DeviceIndex build(long madeMillis, long tookMillis) {
      return new DeviceIndex(this, madeMillis, tookMillis);
    }
  }
}
