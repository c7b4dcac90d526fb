package qiantang.store.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Entry;
import qiantang.store.model.Register;
import qiantang.store.model.Register.Ended;
import qiantang.store.model.Register.Gone;
import qiantang.store.model.Register.Naming;
import qiantang.store.model.Register.OpenSession;
import qiantang.store.model.StartId;

/**
 * A device's register.
 *
 * <pre>
 * register := 'G' version(1) first(zigzag) birth(entry) last(entry) sessions(varint) session*
 *             [hasNamed(1)* ends(varint) end*] crc32c(4)
 * session  := start(16) entry
 * entry    := length(varint, 0 for none) bytes(EntryCodec)
 * end      := start(16) session(varint) micros(zigzag) reason(text)
 * </pre>
 *
 * <p>Which sessions named other devices, a byte for each that is open, and when those that did
 * ended is there from version 2 on, which only gateways have: of all others the bytes are those of
 * version 1, and earlier programs read them.
 *
 * <p>A session that only named the device is one whose begin has the publisher's, the gateway's, id
 * and the reason {@code birth}; a death after which nobody named it is a last entry without an
 * address, that no client's session has. So programs before 2026-12 read them too: they take such a
 * device to be as connected as its gateway, and one that is gone to be offline.
 */
public final class RegisterCodec {
  private static final int MAGIC = 'G';
  private static final int VERSION = 1;
  private static final int OF_GATEWAY = 2;
  private static final int VERSION_AT = 1;
  private static final String NAMED = "birth";

  private RegisterCodec() {}

  /** What came of decoding a register. */
  public sealed interface Decoded {
    /** The register. */
    record Whole(Register register) implements Decoded {}

    /** The bytes are damaged: counted, never returned as values. */
    record Damaged(String reason) implements Decoded {}
  }

  /** Encodes a register: some 200 bytes; of a gateway 40 more an end. A pure function. */
  public static byte[] encode(Register register) {
    ByteSink sink = Envelope.begin(MAGIC, VERSION, 256);
    sink.putZigzag(register.firstArrivalMicros());
    put(sink, register.birth());
    put(sink, register.gone() == null ? register.last() : end(register, register.gone()));
    sink.putVarint(register.open().size() + register.named().size());
    for (OpenSession session : register.open()) {
      put(sink, session.start(), session.begin());
    }
    for (Naming named : register.named()) {
      put(
          sink,
          named.start(),
          new Entry.Presence(
              named.gateway(), named.session(), true, NAMED, "", "", named.micros()));
    }
    if (register.ended().isEmpty() && register.open().stream().noneMatch(OpenSession::hasNamed)) {
      return Envelope.seal(sink);
    }
    register.open().forEach(session -> sink.put(session.hasNamed() ? 1 : 0));
    sink.putVarint(register.ended().size());
    register.ended().forEach(end -> put(sink, end));
    return Envelope.seal(sink, OF_GATEWAY);
  }

  private static void put(ByteSink sink, Ended end) {
    put(sink, end.start());
    sink.putVarint(end.session());
    sink.putZigzag(end.micros());
    sink.putText(end.reason());
  }

  private static Entry end(Register register, Gone gone) {
    Entry.Birth birth = register.birth();
    if (birth == null || register.last() != null) {
      throw new AssertionError("BUG: nobody spoke for the device that is gone: " + register);
    }
    return new Entry.Presence(birth.device(), 0, false, gone.reason(), "", "", gone.micros());
  }

  private static void put(ByteSink sink, StartId start, Entry begin) {
    put(sink, start);
    put(sink, begin);
  }

  private static void put(ByteSink sink, StartId start) {
    sink.putInt64(start.id().getMostSignificantBits());
    sink.putInt64(start.id().getLeastSignificantBits());
  }

  private static void put(ByteSink sink, @Nullable Entry entry) {
    byte[] bytes = entry == null ? new byte[0] : EntryCodec.encode(entry);
    sink.putVarint(bytes.length);
    sink.put(bytes, 0, bytes.length);
  }

  /** Decodes a register. */
  public static Decoded decode(byte[] register) {
    try {
      ByteSource source = Envelope.open(register, MAGIC, VERSION, OF_GATEWAY, "register");
      long firstArrivalMicros = source.getZigzag();
      Entry birth = get(source);
      Entry.Presence last = presence(get(source));
      if (birth != null && !(birth instanceof Entry.Birth)) {
        throw new ByteSource.Damaged("a birth that is none");
      }
      List<OpenSession> open = new ArrayList<>();
      List<Naming> named = new ArrayList<>();
      for (int i = source.getCount(); i > 0; i--) {
        StartId start = start(source);
        Entry.Presence begin = presence(get(source));
        if (begin == null) {
          throw new ByteSource.Damaged("a session without a begin");
        }
        if (begin.reason().equals(NAMED)) {
          named.add(new Naming(start, begin.session(), begin.publisher(), begin.arrivalMicros()));
        } else {
          open.add(new OpenSession(start, begin));
        }
      }
      List<Ended> ended = List.of();
      if (register[VERSION_AT] == OF_GATEWAY) {
        open.replaceAll(
            session -> new OpenSession(session.start(), session.begin(), source.get() == 1));
        ended = ended(source);
      }
      source.requireEnd();
      Entry.Presence death =
          birth != null && last != null && last.address().isEmpty() ? last : null;
      return new Decoded.Whole(
          new Register(
              firstArrivalMicros,
              (Entry.Birth) birth,
              death == null ? last : null,
              open,
              named,
              gone(birth, death),
              ended));
    } catch (ByteSource.Damaged e) {
      return new Decoded.Damaged(String.valueOf(e.getMessage()));
    }
  }

  private static List<Ended> ended(ByteSource source) {
    List<Ended> ended = new ArrayList<>();
    for (int i = source.getCount(); i > 0; i--) {
      ended.add(new Ended(start(source), source.getVarint(), source.getZigzag(), source.getText()));
    }
    return ended;
  }

  private static StartId start(ByteSource source) {
    return new StartId(new UUID(source.getInt64(), source.getInt64()));
  }

  // A program before 2026-12 may have added a birth and left the death where it was.
  private static @Nullable Gone gone(@Nullable Entry birth, Entry.@Nullable Presence death) {
    return birth == null || death == null || death.arrivalMicros() < birth.arrivalMicros()
        ? null
        : new Gone(death.arrivalMicros(), death.reason());
  }

  private static @Nullable Entry get(ByteSource source) {
    ByteSource bytes = source.slice(source.getVarint());
    return bytes.remaining() == 0 ? null : EntryCodec.decode(bytes);
  }

  private static Entry.@Nullable Presence presence(@Nullable Entry entry) {
    if (entry != null && !(entry instanceof Entry.Presence)) {
      throw new ByteSource.Damaged("a session that is none");
    }
    return (Entry.Presence) entry;
  }
}
