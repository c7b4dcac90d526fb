package qiantang.store.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.RecordsCodec.Item;
import qiantang.store.harness.Entries;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Register;
import qiantang.store.model.Register.Ended;
import qiantang.store.model.Register.Gone;
import qiantang.store.model.Register.Naming;
import qiantang.store.model.Register.OpenSession;
import qiantang.store.model.StartId;

/** Bodies that hold whole entries: lists of records, and registers. */
class RecordsCodecTest {
  private static final DeviceId DEVICE = new DeviceId("d");

  @Test
  void recordsComeBackWithTheirPlaces() {
    Random random = new Random(81);
    List<DeviceId> devices = List.of(DEVICE, new DeviceId("e"));
    List<Item> items = new ArrayList<>();
    long sequence = 1L << 40;
    for (int i = 0; i < 500; i++) {
      sequence += random.nextInt(3);
      items.add(new Item(sequence, random.nextInt(100_000), Entries.random(random, devices)));
    }
    List<byte[]> bodies = RecordsCodec.encode(items);
    assertEquals(1, bodies.size());
    assertEquals(texts(items), texts(decoded(bodies.getFirst())));
    assertEquals(List.of(), RecordsCodec.encode(List.of()));
  }

  /** Ids that are parts of each other and of names: more may come than was asked for, not less. */
  @Test
  void ofOneDeviceNoRecordIsMissing() {
    Random random = new Random(82);
    List<DeviceId> devices =
        List.of(DEVICE, new DeviceId("dd"), new DeviceId("d1"), new DeviceId("x".repeat(64)));
    for (int i = 0; i < 300; i++) {
      List<Item> items = new ArrayList<>();
      int count = 1 + random.nextInt(12);
      for (int j = 0; j < count; j++) {
        items.add(new Item(5 + j / 3, j, Entries.random(random, devices)));
      }
      byte[] body = RecordsCodec.encode(items).getFirst();
      for (DeviceId device : devices) {
        List<Item> found = ((RecordsCodec.Decoded.Items) RecordsCodec.decode(body, device)).items();
        List<Item> wanted =
            items.stream()
                .filter(
                    item ->
                        new String(EntryCodec.encode(item.entry()), ISO_8859_1)
                            .contains(device.text()))
                .toList();
        assertEquals(texts(wanted), texts(found), device.text());
      }
    }
  }

  @Test
  void noBodyIsLargerThanABlockUnlessOneRecordIs() {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String name = "x".repeat(i == 7 ? 2_000_000 : 200_000);
      items.add(new Item(5 + i, i, new Entry.Birth(DEVICE, name, DEVICE, null, i)));
    }
    List<byte[]> bodies = RecordsCodec.encode(items);
    List<Item> all = new ArrayList<>();
    int large = 0;
    for (byte[] body : bodies) {
      large += body.length > BlockCodec.BLOCK_BYTES_MAX + 100 ? 1 : 0;
      all.addAll(decoded(body));
    }
    assertEquals(1, large);
    assertTrue(bodies.size() <= 6, bodies.size() + " bodies");
    assertEquals(items, all);
  }

  @Test
  void aRegisterComesBackWhole() {
    Entry.Birth birth = new Entry.Birth(DEVICE, "铣床", new DeviceId("g"), "mill", -5);
    Entry.Presence last = Entries.presence("d", 1L << 62, false, "keep-alive", 1L << 50);
    List<OpenSession> open = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      StartId start = new StartId(new UUID(-i, Long.MIN_VALUE + i));
      open.add(new OpenSession(start, Entries.presence("d", i, true, "connect", i)));
    }
    List<Naming> named =
        List.of(
            new Naming(new StartId(new UUID(1, 2)), 1L << 40, new DeviceId("g"), 77),
            new Naming(new StartId(new UUID(1, 3)), 0, new DeviceId("g2"), 78));
    List<Ended> ended =
        List.of(
            new Ended(new StartId(new UUID(1, 2)), 1L << 40, 1L << 50, "keep-alive"),
            new Ended(new StartId(new UUID(-1, 3)), 0, 78, ""));
    OpenSession speaking = new OpenSession(open.get(0).start(), open.get(0).begin(), true);
    for (Register register :
        List.of(
            new Register(7, birth, last, open),
            new Register(-7, null, last, List.of()),
            new Register(Long.MAX_VALUE, birth, null, open.subList(0, 1)),
            new Register(7, birth, null, open.subList(0, 2), named, null),
            new Register(7, birth, last, List.of(), named.subList(0, 1), null),
            new Register(7, birth, null, List.of(), List.of(), new Gone(-5, "ddeath")),
            new Register(7, null, last, open, List.of(), null, ended),
            new Register(7, null, last, List.of(), List.of(), null, ended.subList(0, 1)),
            new Register(7, null, last, List.of(speaking), List.of(), null, List.of()),
            new Register(0, null, null, List.of()))) {
      byte[] bytes = RegisterCodec.encode(register);
      assertEquals(new RegisterCodec.Decoded.Whole(register), RegisterCodec.decode(bytes));
      assertArrayEquals(bytes, RegisterCodec.encode(register));
    }
  }

  /** Registers at rest are of version 1, and programs before 2026-12 go on reading those. */
  @Test
  void onlyGatewaysHaveRegistersThatEarlierProgramsDoNotKnow() {
    Entry.Presence last = Entries.presence("d", 1, false, "keep-alive", 9);
    Ended end = new Ended(new StartId(new UUID(1, 2)), 1, 9, "keep-alive");
    byte[] direct = RegisterCodec.encode(new Register(7, null, last, List.of()));
    byte[] gateway =
        RegisterCodec.encode(new Register(7, null, last, List.of(), List.of(), null, List.of(end)));
    assertEquals(1, direct[1]);
    assertEquals(2, gateway[1]);
    assertTrue(gateway.length - direct.length <= 40, gateway.length + " of " + direct.length);
  }

  @Test
  void aBirthThatAnEarlierProgramAddedBehindADeathCounts() {
    Entry.Birth birth = new Entry.Birth(DEVICE, "d", new DeviceId("g"), null, 9);
    Register gone = new Register(7, birth, null, List.of(), List.of(), new Gone(8, "ddeath"));
    assertEquals(
        new RegisterCodec.Decoded.Whole(new Register(7, birth, null, List.of())),
        RegisterCodec.decode(RegisterCodec.encode(gone)));
  }

  @Test
  void damagedBytesAreDamagedAndNothingElse() {
    Entry.Presence last = Entries.presence("d", 1, true, "connect", 7);
    byte[] records = RecordsCodec.encode(List.of(new Item(1, 2, last))).getFirst();
    byte[] register = RegisterCodec.encode(new Register(7, null, last, List.of()));
    Ended end = new Ended(new StartId(new UUID(1, 2)), 1, 9, "keep-alive");
    byte[] gateway =
        RegisterCodec.encode(new Register(7, null, last, List.of(), List.of(), null, List.of(end)));
    for (byte[] whole : List.of(records, register, gateway)) {
      for (int i = 0; i < whole.length; i++) {
        byte[] flipped = whole.clone();
        flipped[i] ^= 1;
        assertDamaged(flipped);
        assertDamaged(Arrays.copyOf(whole, i));
      }
    }
    assertInstanceOf(RecordsCodec.Decoded.Damaged.class, RecordsCodec.decode(register));
    assertInstanceOf(RegisterCodec.Decoded.Damaged.class, RegisterCodec.decode(records));
  }

  @Test
  void aRegisterOfOtherEntriesIsDamaged() {
    Entry.Birth birth = new Entry.Birth(DEVICE, "d", DEVICE, null, 1);
    byte[] entry = EntryCodec.encode(birth);
    ByteSink sink = Envelope.begin('G', 1, 64);
    sink.putZigzag(1);
    sink.putVarint(0);
    sink.putVarint(entry.length); // a birth where a presence record belongs
    sink.put(entry, 0, entry.length);
    sink.putVarint(0);
    assertInstanceOf(
        RegisterCodec.Decoded.Damaged.class, RegisterCodec.decode(Envelope.seal(sink)));
  }

  private static void assertDamaged(byte[] bytes) {
    assertInstanceOf(RecordsCodec.Decoded.Damaged.class, RecordsCodec.decode(bytes));
    assertInstanceOf(RegisterCodec.Decoded.Damaged.class, RegisterCodec.decode(bytes));
  }

  private static List<Item> decoded(byte[] body) {
    return ((RecordsCodec.Decoded.Items) RecordsCodec.decode(body)).items();
  }

  private static List<String> texts(List<Item> items) {
    return items.stream()
        .map(item -> item.sequence() + " " + item.index() + " " + Entries.text(item.entry()))
        .toList();
  }
}
