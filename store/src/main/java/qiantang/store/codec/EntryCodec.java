package qiantang.store.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;

/** One entry of a frame: a kind byte, the arrival time, and a body by kind. */
public final class EntryCodec {
  private static final int READINGS = 1;
  private static final int BIRTH = 2;
  private static final int PRESENCE = 3;
  private static final int REJECTION = 4;

  // A program that knows no more than the above must not take it for damage: see FrameCodec.
  private static final int DEATH = 5;

  private static final int STAMPED = 1;
  private static final int POSSIBLE_REPEAT = 2;
  private static final int OF_PUBLISHER = 4;
  private static final int SAME_METRICS = 8;

  private EntryCodec() {}

  /** The entry's bytes; a reading of one decimal takes about 25. */
  public static byte[] encode(Entry entry) {
    ByteSink sink = new ByteSink(64);
    switch (entry) {
      case Entry.Readings readings -> encodeReadings(sink, readings);
      case Entry.Birth birth -> encodeBirth(sink, birth);
      case Entry.Presence presence -> encodePresence(sink, presence);
      case Entry.Rejection rejection -> encodeRejection(sink, rejection);
      case Entry.Death death -> encodeDeath(sink, death);
    }
    return sink.toBytes();
  }

  /** Whether these are the bytes of an entry that only frames of version 2 have. */
  static boolean isOfVersion2(byte[] encoded) {
    return encoded.length > 0 && encoded[0] == DEATH;
  }

  /** The entry whose bytes these are; empty where they are damaged. */
  public static Optional<Entry> decode(byte[] bytes) {
    try {
      return Optional.of(decode(new ByteSource(bytes, 0, bytes.length)));
    } catch (ByteSource.Damaged e) {
      return Optional.empty();
    }
  }

  static Entry decode(ByteSource source) {
    int kind = source.get();
    long arrivalMicros = source.getZigzag();
    return switch (kind) {
      case READINGS -> decodeReadings(source, arrivalMicros);
      case BIRTH -> decodeBirth(source, arrivalMicros);
      case PRESENCE -> decodePresence(source, arrivalMicros);
      case REJECTION -> decodeRejection(source, arrivalMicros);
      case DEATH -> decodeDeath(source, arrivalMicros);
      default -> throw new ByteSource.Damaged("an entry of unknown kind " + kind);
    };
  }

  private static void encodeReadings(ByteSink sink, Entry.Readings entry) {
    sink.put(READINGS);
    sink.putZigzag(entry.arrivalMicros());
    sink.putText(entry.publisher().text());
    sink.putVarint(entry.readings().size());
    List<MetricValue> before = List.of();
    for (Reading reading : entry.readings()) {
      boolean ofPublisher = reading.device().equals(entry.publisher());
      boolean sameMetrics = haveSameMetrics(before, reading.values());
      sink.put(
          (reading.stamped() ? STAMPED : 0)
              | (reading.possibleRepeat() ? POSSIBLE_REPEAT : 0)
              | (ofPublisher ? OF_PUBLISHER : 0)
              | (sameMetrics ? SAME_METRICS : 0));
      if (!ofPublisher) {
        sink.putText(reading.device().text());
      }
      sink.putZigzag(reading.eventTimeMicros() - entry.arrivalMicros());
      sink.putVarint(reading.values().size());
      for (MetricValue value : reading.values()) {
        if (!sameMetrics) {
          sink.putText(value.metric());
        }
        ValueCodec.encode(sink, value.value());
      }
      before = reading.values();
    }
  }

  private static Entry decodeReadings(ByteSource source, long arrivalMicros) {
    DeviceId publisher = device(source.getText());
    int count = source.getCount();
    List<Reading> readings = new ArrayList<>(count);
    List<MetricValue> before = List.of();
    for (int i = 0; i < count; i++) {
      int flags = source.get();
      DeviceId device = (flags & OF_PUBLISHER) != 0 ? publisher : device(source.getText());
      long eventTimeMicros = arrivalMicros + source.getZigzag();
      int metrics = source.getCount();
      boolean sameMetrics = (flags & SAME_METRICS) != 0;
      if (sameMetrics && metrics != before.size()) {
        throw new ByteSource.Damaged("a reading that repeats metrics which are not there");
      }
      List<MetricValue> values = new ArrayList<>(metrics);
      for (int m = 0; m < metrics; m++) {
        String metric = sameMetrics ? before.get(m).metric() : source.getText();
        values.add(new MetricValue(metric, ValueCodec.decode(source)));
      }
      before = values;
      readings.add(
          new Reading(
              device,
              eventTimeMicros,
              (flags & STAMPED) != 0,
              (flags & POSSIBLE_REPEAT) != 0,
              values));
    }
    return new Entry.Readings(publisher, arrivalMicros, readings);
  }

  private static boolean haveSameMetrics(List<MetricValue> before, List<MetricValue> now) {
    if (before.size() != now.size() || now.isEmpty()) {
      return false;
    }
    for (int i = 0; i < now.size(); i++) {
      if (!before.get(i).metric().equals(now.get(i).metric())) {
        return false;
      }
    }
    return true;
  }

  private static void encodeBirth(ByteSink sink, Entry.Birth entry) {
    sink.put(BIRTH);
    sink.putZigzag(entry.arrivalMicros());
    sink.putText(entry.device().text());
    sink.putText(entry.name());
    sink.putText(entry.gateway().text());
    putOptional(sink, entry.model());
    // Behind all that earlier programs read: they pass over it, for an entry has its length.
    if (entry.session() != null) {
      sink.putVarint(entry.session());
    }
  }

  private static Entry decodeBirth(ByteSource source, long arrivalMicros) {
    return new Entry.Birth(
        device(source.getText()),
        source.getText(),
        device(source.getText()),
        getOptional(source),
        source.remaining() > 0 ? source.getVarint() : null,
        arrivalMicros);
  }

  private static void encodePresence(ByteSink sink, Entry.Presence entry) {
    sink.put(PRESENCE);
    sink.putZigzag(entry.arrivalMicros());
    sink.putText(entry.publisher().text());
    sink.putVarint(entry.session());
    sink.put(entry.connected() ? 1 : 0);
    sink.putText(entry.reason());
    sink.putText(entry.clientId());
    sink.putText(entry.address());
    // Behind all that earlier programs read: they pass over it, for an entry has its length.
    if (entry.protocol() != null && entry.transport() != null) {
      sink.putText(entry.protocol());
      sink.putText(entry.transport());
    }
  }

  private static Entry decodePresence(ByteSource source, long arrivalMicros) {
    DeviceId publisher = device(source.getText());
    long session = source.getVarint();
    boolean isConnected = source.get() == 1;
    String reason = source.getText();
    String clientId = source.getText();
    String address = source.getText();
    boolean saysHow = source.remaining() > 0;
    return new Entry.Presence(
        publisher,
        session,
        isConnected,
        reason,
        clientId,
        address,
        saysHow ? source.getText() : null,
        saysHow ? source.getText() : null,
        arrivalMicros);
  }

  private static void encodeDeath(ByteSink sink, Entry.Death entry) {
    sink.put(DEATH);
    sink.putZigzag(entry.arrivalMicros());
    sink.putText(entry.publisher().text());
    sink.putVarint(entry.session());
    sink.putText(entry.reason());
    sink.putText(entry.topic());
    sink.putVarint(entry.payloadBytes());
    sink.putVarint(entry.payload().length);
    sink.put(entry.payload(), 0, entry.payload().length);
  }

  private static Entry decodeDeath(ByteSource source, long arrivalMicros) {
    return new Entry.Death(
        device(source.getText()),
        source.getVarint(),
        source.getText(),
        source.getText(),
        (int) source.getVarint(),
        source.get(source.getCount()),
        arrivalMicros);
  }

  private static void encodeRejection(ByteSink sink, Entry.Rejection entry) {
    sink.put(REJECTION);
    sink.putZigzag(entry.arrivalMicros());
    putOptional(sink, entry.publisher() == null ? null : entry.publisher().text());
    putOptional(sink, entry.device() == null ? null : entry.device().text());
    sink.putText(entry.reason().word());
    sink.putText(entry.detail());
    sink.putText(entry.topic());
    sink.putVarint(entry.count());
    sink.putVarint(entry.payloadBytes());
    sink.putVarint(entry.payload().length);
    sink.put(entry.payload(), 0, entry.payload().length);
    Long eventTimeMicros = entry.eventTimeMicros();
    sink.put(eventTimeMicros == null ? 0 : 1);
    if (eventTimeMicros != null) {
      sink.putZigzag(eventTimeMicros);
    }
  }

  private static Entry decodeRejection(ByteSource source, long arrivalMicros) {
    String publisher = getOptional(source);
    String device = getOptional(source);
    String word = source.getText();
    Reason reason = Reason.ofWord(word);
    if (reason == null) {
      throw new ByteSource.Damaged("a rejection of unknown reason");
    }
    return new Entry.Rejection(
        publisher == null ? null : device(publisher),
        device == null ? null : device(device),
        reason,
        source.getText(),
        source.getText(),
        source.getVarint(),
        (int) source.getVarint(),
        source.get(source.getCount()),
        source.get() == 0 ? null : source.getZigzag(),
        arrivalMicros);
  }

  private static void putOptional(ByteSink sink, @Nullable String text) {
    sink.put(text == null ? 0 : 1);
    if (text != null) {
      sink.putText(text);
    }
  }

  private static @Nullable String getOptional(ByteSource source) {
    return source.get() == 0 ? null : source.getText();
  }

  private static DeviceId device(String text) {
    if (!DeviceId.isValid(text)) {
      throw new ByteSource.Damaged("a device id that is none");
    }
    return new DeviceId(text);
  }
}
