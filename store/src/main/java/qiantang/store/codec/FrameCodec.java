package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;

/**
 * A frame: everything one ingest node took for a lane since its last write.
 *
 * <pre>
 * frame   := 'Q' version(1) section* crc32c(4, of all before)
 * section := enterprise(text) counts(4 varints) entries(varint) bytes(varint) entry*
 * entry   := length(varint) body(EntryCodec)
 * </pre>
 *
 * Version 2 is a frame with a kind of entry that version 1 had not: deaths. All others are written
 * as version 1, so that a node that is not upgraded yet fails where it would lose something, and
 * only there.
 *
 * <p>A section carries its length, so that a reader of one enterprise steps over the others'
 * without decoding a byte of them.
 */
public final class FrameCodec {
  private static final int MAGIC = 'Q';
  private static final int VERSION = 1;
  private static final int VERSION_WITH_DEATHS = 2;

  private FrameCodec() {}

  /**
   * What one enterprise has in a frame.
   *
   * @param counts of this (start, lane), cumulative, this frame's entries included
   * @param entries in arrival order
   */
  public record Section(EnterpriseId enterprise, Counts counts, List<Numbered> entries) {}

  /**
   * An entry and its place.
   *
   * @param index in its section, from 0; the same whatever else was decoded
   */
  public record Numbered(int index, Entry entry) {}

  /** What came of decoding a frame. */
  public sealed interface Decoded {
    /** The sections asked for. */
    record Sections(List<Section> sections) implements Decoded {}

    /** The bytes are damaged: set aside, counted, never returned as values. */
    record Damaged(String reason) implements Decoded {}
  }

  /** Builds one frame, section by section, from entries that are encoded already. */
  public static final class Builder {
    private final ByteSink sink;
    private boolean isOfVersion2;

    /** A builder that expects about this many bytes. */
    public Builder(int expectedBytes) {
      sink = Envelope.begin(MAGIC, VERSION, expectedBytes);
    }

    /** Adds a section. */
    public void add(EnterpriseId enterprise, Counts counts, List<byte[]> entries) {
      long bytes = 0;
      for (byte[] entry : entries) {
        bytes += ByteSink.varintBytes(entry.length) + entry.length;
      }
      sink.putText(enterprise.text());
      sink.putVarint(counts.messagesAccepted());
      sink.putVarint(counts.messagesRefused());
      sink.putVarint(counts.readingsAccepted());
      sink.putVarint(counts.readingsRefused());
      sink.putVarint(entries.size());
      sink.putVarint(bytes);
      for (byte[] entry : entries) {
        isOfVersion2 |= EntryCodec.isOfVersion2(entry);
        sink.putVarint(entry.length);
        sink.put(entry, 0, entry.length);
      }
    }

    /** The frame with its checksum. */
    public byte[] build() {
      return Envelope.seal(sink, isOfVersion2 ? VERSION_WITH_DEATHS : VERSION);
    }
  }

  /** Decodes all sections. */
  public static Decoded decode(byte[] frame) {
    return decodeFrame(frame, null, null);
  }

  /** Decodes only what belongs to this enterprise; the others' bytes are stepped over. */
  public static Decoded decode(byte[] frame, EnterpriseId enterprise) {
    return decodeFrame(frame, enterprise.text().getBytes(UTF_8), null);
  }

  /**
   * Decodes of this enterprise only the entries that may concern this device: those in whose bytes
   * its id occurs. Behind the last of them nothing is looked at.
   */
  public static Decoded decode(byte[] frame, EnterpriseId enterprise, DeviceId device) {
    return decodeFrame(frame, enterprise.text().getBytes(UTF_8), new IdSearch(device));
  }

  private static Decoded decodeFrame(
      byte[] frame, byte @Nullable [] enterprise, @Nullable IdSearch device) {
    try {
      ByteSource source = Envelope.open(frame, MAGIC, VERSION, VERSION_WITH_DEATHS, "frame");
      List<Section> sections = new ArrayList<>(1);
      while (source.remaining() > 0) {
        decodeSection(source, enterprise, device, sections);
      }
      return new Decoded.Sections(sections);
    } catch (ByteSource.Damaged e) {
      return new Decoded.Damaged(String.valueOf(e.getMessage()));
    }
  }

  private static void decodeSection(
      ByteSource source,
      byte @Nullable [] wantedEnterprise,
      @Nullable IdSearch wantedDevice,
      List<Section> into) {
    ByteSource name = source.slice(source.getCount());
    Counts counts =
        new Counts(source.getVarint(), source.getVarint(), source.getVarint(), source.getVarint());
    int count = source.getCount();
    ByteSource body = source.slice(source.getVarint());
    if (wantedEnterprise != null && !name.equalTo(wantedEnterprise)) {
      return;
    }
    String enterprise = name.getRest();
    if (!EnterpriseId.isValid(enterprise)) {
      throw new ByteSource.Damaged("an enterprise id that is none");
    }
    List<Numbered> entries =
        wantedDevice == null ? entries(body, count) : entries(body, count, wantedDevice);
    into.add(new Section(new EnterpriseId(enterprise), counts, entries));
  }

  private static List<Numbered> entries(ByteSource body, int count) {
    List<Numbered> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      entries.add(new Numbered(i, EntryCodec.decode(body.slice(body.getVarint()))));
    }
    return entries;
  }

  private static List<Numbered> entries(ByteSource body, int count, IdSearch device) {
    List<Numbered> entries = new ArrayList<>(4);
    device.begin(body);
    for (int i = 0; i < count && !device.isOver(); i++) {
      long bytes = body.getVarint();
      int from = body.position();
      body.skip(bytes);
      if (device.occursIn(from, body.position())) {
        ByteSource entry = new ByteSource(body.array(), from, body.position());
        entries.add(new Numbered(i, EntryCodec.decode(entry)));
      }
    }
    return entries;
  }
}
