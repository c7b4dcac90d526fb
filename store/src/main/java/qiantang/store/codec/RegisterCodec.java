package qiantang.store.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Entry;
import qiantang.store.model.Register;
import qiantang.store.model.Register.OpenSession;
import qiantang.store.model.StartId;

/**
 * A device's register.
 *
 * <pre>
 * register := 'G' version(1) first(zigzag) birth(entry) last(entry) sessions(varint) session*
 *             crc32c(4)
 * session  := start(16) entry
 * entry    := length(varint, 0 for none) bytes(EntryCodec)
 * </pre>
 */
public final class RegisterCodec {
  private static final int MAGIC = 'G';
  private static final int VERSION = 1;

  private RegisterCodec() {}

  /** What came of decoding a register. */
  public sealed interface Decoded {
    /** The register. */
    record Whole(Register register) implements Decoded {}

    /** The bytes are damaged: counted, never returned as values. */
    record Damaged(String reason) implements Decoded {}
  }

  /** Encodes a register: some 200 bytes. A pure function. */
  public static byte[] encode(Register register) {
    ByteSink sink = Envelope.begin(MAGIC, VERSION, 256);
    sink.putZigzag(register.firstArrivalMicros());
    put(sink, register.birth());
    put(sink, register.last());
    sink.putVarint(register.open().size());
    for (OpenSession session : register.open()) {
      UUID start = session.start().id();
      sink.putInt64(start.getMostSignificantBits());
      sink.putInt64(start.getLeastSignificantBits());
      put(sink, session.begin());
    }
    return Envelope.seal(sink);
  }

  private static void put(ByteSink sink, @Nullable Entry entry) {
    byte[] bytes = entry == null ? new byte[0] : EntryCodec.encode(entry);
    sink.putVarint(bytes.length);
    sink.put(bytes, 0, bytes.length);
  }

  /** Decodes a register. */
  public static Decoded decode(byte[] register) {
    try {
      ByteSource source = Envelope.open(register, MAGIC, VERSION, "register");
      long firstArrivalMicros = source.getZigzag();
      Entry birth = get(source);
      Entry last = get(source);
      if (birth != null && !(birth instanceof Entry.Birth)) {
        throw new ByteSource.Damaged("a birth that is none");
      }
      List<OpenSession> open = new ArrayList<>();
      for (int i = source.getCount(); i > 0; i--) {
        StartId start = new StartId(new UUID(source.getInt64(), source.getInt64()));
        Entry.Presence begin = presence(get(source));
        if (begin == null) {
          throw new ByteSource.Damaged("a session without a begin");
        }
        open.add(new OpenSession(start, begin));
      }
      source.requireEnd();
      return new Decoded.Whole(
          new Register(firstArrivalMicros, (Entry.Birth) birth, presence(last), open));
    } catch (ByteSource.Damaged e) {
      return new Decoded.Damaged(String.valueOf(e.getMessage()));
    }
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
