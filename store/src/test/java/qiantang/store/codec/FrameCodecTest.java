package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.FrameCodec.Decoded;
import qiantang.store.codec.FrameCodec.Numbered;
import qiantang.store.codec.FrameCodec.Section;
import qiantang.store.harness.Entries;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;

class FrameCodecTest {
  private static final EnterpriseId OURS = new EnterpriseId("ours");
  private static final EnterpriseId THEIRS = new EnterpriseId("theirs-" + "x".repeat(25));
  private static final Counts COUNTS = new Counts(1, 200, Long.MAX_VALUE, 0);

  // Ids that are parts of each other and of metric names.
  private static final List<DeviceId> DEVICES =
      List.of(
          new DeviceId("d"),
          new DeviceId("d1"),
          new DeviceId("d11"),
          new DeviceId("metric-0"),
          new DeviceId("x".repeat(64)));

  @Test
  void framesComeBack() {
    Random random = new Random(4);
    for (int i = 0; i < 500; i++) {
      List<Entry> ours = entries(random);
      List<Entry> theirs = entries(random);
      byte[] frame = frame(ours, theirs);
      List<Section> sections = sections(FrameCodec.decode(frame));
      assertEquals(List.of(OURS, THEIRS), sections.stream().map(Section::enterprise).toList());
      assertEquals(COUNTS, sections.getFirst().counts());
      assertSame(ours, sections.getFirst());
      assertSame(theirs, sections.getLast());
    }
  }

  @Test
  void aFrameWithoutEntriesComesBack() {
    List<Section> sections = sections(FrameCodec.decode(frame(List.of(), List.of())));
    assertEquals(List.of(), sections.getFirst().entries());
    assertEquals(List.of(), sections(FrameCodec.decode(new FrameCodec.Builder(0).build())));
  }

  @Test
  void lengthsAroundAVarintsStepsComeBack() {
    for (int length : List.of(0, 1, 126, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152)) {
      FrameCodec.Builder builder = new FrameCodec.Builder(0);
      builder.add(THEIRS, COUNTS, List.of(new byte[length], new byte[length]));
      builder.add(OURS, COUNTS, List.of());
      Decoded decoded = FrameCodec.decode(builder.build(), OURS);
      assertEquals(1, sections(decoded).size(), "length " + length);
    }
  }

  @Test
  void everyFlippedBitIsDamaged() {
    Random random = new Random(5);
    byte[] frame = frame(entries(random), entries(random));
    for (int i = 0; i < frame.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = frame.clone();
        flipped[i] ^= (byte) (1 << bit);
        assertDamaged(flipped);
      }
    }
  }

  @Test
  void everyOtherByteIsDamaged() {
    byte[] frame = frame(List.of(Entries.reading("d", "m", 1, 2, 3)), List.of());
    for (int i = 0; i < frame.length; i++) {
      for (int change = 1; change < 256; change++) {
        byte[] changed = frame.clone();
        changed[i] ^= (byte) change;
        assertDamaged(changed);
      }
    }
  }

  @Test
  void everyTruncationAndExtensionIsDamaged() {
    Random random = new Random(6);
    byte[] frame = frame(entries(random), entries(random));
    for (int length = 0; length < frame.length; length++) {
      assertDamaged(Arrays.copyOf(frame, length));
      assertDamaged(Arrays.copyOfRange(frame, frame.length - length, frame.length));
    }
    assertDamaged(Arrays.copyOf(frame, frame.length + 1));
  }

  @Test
  void anyBytesGiveAValue() {
    Random random = new Random(7);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = new byte[random.nextInt(100)];
      random.nextBytes(bytes);
      assertGiveAValue(bytes);
      if (bytes.length >= 6) {
        bytes[0] = 'Q';
        bytes[1] = 1;
        assertGiveAValue(sealed(bytes));
      }
    }
  }

  @Test
  void aFrameWhoseWriterWasWrongGivesAValue() {
    Random random = new Random(8);
    for (int i = 0; i < 50_000; i++) {
      byte[] frame = frame(List.of(Entries.random(random, DEVICES)), entries(random));
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        frame[2 + random.nextInt(frame.length - 6)] = (byte) random.nextInt();
      }
      assertGiveAValue(sealed(frame));
    }
  }

  @Test
  void aCountThatAsksForMuchMemoryIsDamaged() {
    for (long count : List.of(1L << 20, (long) Integer.MAX_VALUE, 1L << 40, -1L)) {
      ByteSink sink = new ByteSink(64);
      sink.put('Q');
      sink.put(1);
      sink.putText("ours");
      for (int i = 0; i < 4; i++) {
        sink.putVarint(0);
      }
      sink.putVarint(count);
      sink.putVarint(count);
      sink.putInt32(0);
      assertDamaged(sealed(sink.toBytes()));
    }
  }

  @Test
  void anothersSectionIsSteppedOverWithoutALook() {
    FrameCodec.Builder builder = new FrameCodec.Builder(64);
    builder.add(THEIRS, COUNTS, List.of(new byte[] {99, 99, 99}, new byte[0]));
    builder.add(OURS, COUNTS, List.of(EntryCodec.encode(Entries.reading("d", "m", 1, 2, 3))));
    builder.add(THEIRS, COUNTS, List.of(new byte[] {99, 99, 99}));
    byte[] frame = builder.build();
    List<Section> sections = sections(FrameCodec.decode(frame, OURS));
    assertEquals(List.of(OURS), sections.stream().map(Section::enterprise).toList());
    assertSame(List.of(Entries.reading("d", "m", 1, 2, 3)), sections.getFirst());
    assertDamaged(frame);
    assertInstanceOf(Decoded.Damaged.class, FrameCodec.decode(frame, THEIRS));
  }

  @Test
  void anEnterpriseWhoseNameBeginsLikeAnothersIsAnother() {
    byte[] frame = frame(List.of(Entries.reading("d", "m", 1, 2, 3)), List.of());
    for (String other : List.of("our", "ours2", "ourz", "s")) {
      assertEquals(List.of(), sections(FrameCodec.decode(frame, new EnterpriseId(other))));
    }
  }

  @Test
  void theDeviceFilterLosesNoEntryOfTheDeviceAndKeepsTheNumbers() {
    Random random = new Random(9);
    for (int i = 0; i < 500; i++) {
      byte[] frame = frame(entries(random), entries(random));
      List<Numbered> all = sections(FrameCodec.decode(frame, OURS)).getFirst().entries();
      for (DeviceId device : DEVICES) {
        List<Numbered> kept = sections(FrameCodec.decode(frame, OURS, device)).getFirst().entries();
        List<String> keptTexts = kept.stream().map(FrameCodecTest::numbered).toList();
        List<String> allTexts = all.stream().map(FrameCodecTest::numbered).toList();
        assertTrue(allTexts.containsAll(keptTexts));
        for (Numbered one : all) {
          assertTrue(
              !concerns(one.entry(), device) || keptTexts.contains(numbered(one)),
              () -> device + " lost " + numbered(one));
        }
      }
    }
  }

  @Test
  void onlyAFrameWithADeathIsOfVersion2() {
    EnterpriseId acme = new EnterpriseId("acme");
    Entry death = Entries.death("d", "connection-lost", 7);
    Entry presence = Entries.presence("d", 1, true, "connect", 5);
    for (List<Entry> entries : List.of(List.of(presence), List.of(presence, death))) {
      FrameCodec.Builder builder = new FrameCodec.Builder(64);
      builder.add(acme, Counts.NONE, entries.stream().map(EntryCodec::encode).toList());
      byte[] frame = builder.build();
      assertEquals(entries.size(), frame[1]);
      FrameCodec.Decoded.Sections sections =
          assertInstanceOf(FrameCodec.Decoded.Sections.class, FrameCodec.decode(frame));
      assertEquals(
          entries.stream().map(Entries::text).toList(),
          sections.sections().getFirst().entries().stream()
              .map(one -> Entries.text(one.entry()))
              .toList());
    }
  }

  private static boolean concerns(Entry entry, DeviceId device) {
    return switch (entry) {
      case Entry.Readings readings ->
          readings.publisher().equals(device)
              || readings.readings().stream().anyMatch(r -> r.device().equals(device));
      case Entry.Birth birth -> birth.device().equals(device) || birth.gateway().equals(device);
      case Entry.Presence presence -> presence.publisher().equals(device);
      case Entry.Death death -> death.publisher().equals(device);
      case Entry.Rejection rejection ->
          device.equals(rejection.publisher()) || device.equals(rejection.device());
    };
  }

  private static String numbered(Numbered one) {
    return one.index() + " " + Entries.text(one.entry());
  }

  private static List<Entry> entries(Random random) {
    List<Entry> entries = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      entries.add(Entries.random(random, DEVICES));
    }
    return entries;
  }

  private static byte[] frame(List<Entry> ours, List<Entry> theirs) {
    FrameCodec.Builder builder = new FrameCodec.Builder(16);
    builder.add(OURS, COUNTS, ours.stream().map(EntryCodec::encode).toList());
    builder.add(THEIRS, Counts.NONE, theirs.stream().map(EntryCodec::encode).toList());
    return builder.build();
  }

  /** The bytes with the checksum they should have. */
  private static byte[] sealed(byte[] frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame, 0, frame.length - 4);
    byte[] sealed = frame.clone();
    for (int i = 0; i < 4; i++) {
      sealed[frame.length - 4 + i] = (byte) (crc.getValue() >>> (24 - 8 * i));
    }
    return sealed;
  }

  private static List<Section> sections(Decoded decoded) {
    return assertInstanceOf(Decoded.Sections.class, decoded).sections();
  }

  private static void assertSame(List<Entry> entries, Section section) {
    assertEquals(
        entries.stream().map(Entries::text).toList(),
        section.entries().stream().map(one -> Entries.text(one.entry())).toList());
    for (int i = 0; i < entries.size(); i++) {
      assertEquals(i, section.entries().get(i).index());
    }
  }

  private static void assertDamaged(byte[] frame) {
    assertInstanceOf(
        Decoded.Damaged.class,
        FrameCodec.decode(frame),
        () -> "taken for a frame: " + new String(frame, UTF_8));
  }

  private static void assertGiveAValue(byte[] frame) {
    FrameCodec.decode(frame, OURS);
    FrameCodec.decode(frame, OURS, DEVICES.getFirst());
    FrameCodec.decode(frame);
  }
}
