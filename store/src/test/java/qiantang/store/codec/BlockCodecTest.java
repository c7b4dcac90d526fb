package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.BlockCodec.Decoded;
import qiantang.store.codec.BlockCodec.Member;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Value;

class BlockCodecTest {
  private static final String[] METRICS = {
    "current",
    "feed",
    "load",
    "power",
    "pressure",
    "speed",
    "temperature",
    "torque",
    "vibration",
    "voltage"
  };

  @Test
  void membersComeBack() {
    Random random = new Random(31);
    for (int i = 0; i < 200; i++) {
      List<Member> members = random(random);
      assertEquals(texts(members), texts(decode(only(BlockCodec.encode(members)))));
    }
  }

  @Test
  void nobodyIsNoBlock() {
    assertEquals(List.of(), BlockCodec.encode(List.of()));
    assertEquals(
        List.of(),
        BlockCodec.encode(List.of(new Member(new DeviceId("d"), new ColumnsBuilder().build()))));
  }

  @Test
  void oneDeviceIsReadWithoutTheOthers() {
    Random random = new Random(32);
    for (int i = 0; i < 200; i++) {
      List<Member> members = random(random);
      byte[] block = only(BlockCodec.encode(members));
      Member one = members.get(random.nextInt(members.size()));
      List<Member> found = members(BlockCodec.decode(block, one.device()));
      assertEquals(texts(List.of(one)), texts(found));
      String metric = one.columns().metrics().getFirst();
      found = members(BlockCodec.decode(block, one.device(), Set.of(metric)));
      assertEquals(List.of(metric), found.getFirst().columns().metrics());
      assertEquals(List.of(), members(BlockCodec.decode(block, new DeviceId("nobody"))));
    }
  }

  @Test
  void aFilterIsToldOfEachDeviceAndOnlyThoseItTakesAreRead() {
    Random random = new Random(36);
    for (int i = 0; i < 100; i++) {
      List<Member> members = random(random);
      byte[] block = only(BlockCodec.encode(members));
      List<String> told = new ArrayList<>();
      List<Member> taken = new ArrayList<>();
      List<Member> found =
          members(
              BlockCodec.decode(
                  block,
                  (device, metrics, lastMicros) -> {
                    told.add(device + " " + metrics + " " + lastMicros);
                    boolean takes = random.nextBoolean();
                    members.stream()
                        .filter(member -> takes && member.device().equals(device))
                        .forEach(taken::add);
                    return takes;
                  }));
      assertEquals(texts(taken), texts(found));
      assertEquals(
          members.stream()
              .map(
                  member -> {
                    DeviceColumns columns = member.columns();
                    long last = columns.eventTimeMicros(columns.rows() - 1);
                    return member.device() + " " + columns.metrics() + " " + last;
                  })
              .toList(),
          told);
    }
  }

  /**
   * Ids that begin alike, end early and lie between others; one that is there, and one that is not.
   */
  @Test
  void oneDeviceIsFoundAmongIdsThatBeginAlike() {
    String letters = "-.09AZ_az";
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      SortedSet<DeviceId> ids = new TreeSet<>();
      for (int i = random.nextInt(30); i >= 0; i--) {
        StringBuilder id = new StringBuilder("d");
        for (int length = random.nextInt(5); length > 0; length--) {
          id.append(letters.charAt(random.nextInt(letters.length())));
        }
        ids.add(new DeviceId(id.toString()));
      }
      List<DeviceId> stored = ids.stream().filter(id -> random.nextInt(3) > 0).toList();
      List<Member> members = new ArrayList<>();
      for (int i = 0; i < stored.size(); i++) {
        members.add(
            new Member(stored.get(i), Samples.column(1 + i % 3, row -> new Value.Int(row))));
      }
      for (byte[] block : BlockCodec.encode(members)) {
        for (DeviceId id : ids) {
          assertEquals(
              texts(members.stream().filter(member -> member.device().equals(id)).toList()),
              texts(members(BlockCodec.decode(block, id))),
              "seed " + seed + ", " + id + " of " + stored);
        }
      }
    }
  }

  /** If a byte of another device's columns were looked at, it would be found to be damaged. */
  @Test
  void bytesOfOtherDevicesAreNotLookedAt() {
    byte[] block = only(BlockCodec.encode(fleet(3, 6)));
    int found = 0;
    for (int at = 2; at < block.length - 4; at++) {
      byte[] damaged = block.clone();
      damaged[at] ^= 0x55;
      ChunkCodecTest.seal(damaged);
      boolean whole = BlockCodec.decode(damaged) instanceof Decoded.Damaged;
      boolean one =
          BlockCodec.decode(damaged, new DeviceId("press-001")) instanceof Decoded.Damaged;
      found += whole && !one ? 1 : 0;
    }
    assertTrue(found > 50, "only " + found + " bytes are looked at for the others alone");
  }

  @Test
  void everyFlippedBitAndEveryTruncationIsFound() {
    byte[] block = only(BlockCodec.encode(fleet(3, 4)));
    for (int at = 0; at < block.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = block.clone();
        damaged[at] ^= (byte) (1 << bit);
        assertInstanceOf(Decoded.Damaged.class, BlockCodec.decode(damaged));
      }
      byte[] cut = java.util.Arrays.copyOf(block, at);
      assertInstanceOf(Decoded.Damaged.class, BlockCodec.decode(cut));
    }
  }

  @Test
  void damageBehindARightChecksumGivesAValue() {
    Random random = new Random(33);
    for (int i = 0; i < 200; i++) {
      byte[] block = only(BlockCodec.encode(random(random)));
      for (int j = 0; j < 100; j++) {
        byte[] damaged = block.clone();
        for (int k = random.nextInt(3); k >= 0; k--) {
          int at = 2 + random.nextInt(block.length - 6);
          damaged[at] = (byte) (random.nextBoolean() ? random.nextInt(8) : random.nextInt());
        }
        ChunkCodecTest.seal(damaged);
        if (BlockCodec.decode(damaged) instanceof Decoded.Members(List<Member> members)) {
          texts(members);
        }
        BlockCodec.decode(damaged, new DeviceId("d-1"));
      }
    }
  }

  @Test
  void chunksAndFramesAreNoBlocks() {
    byte[] chunk = ChunkCodec.encode(Samples.column(3, i -> new Value.Int(i))).getFirst().bytes();
    assertInstanceOf(Decoded.Damaged.class, BlockCodec.decode(chunk));
  }

  /** A minute of a group: 64 devices, 6 readings each, 10 metrics of two or three digits. */
  @Test
  void namesAndTimesDoNotOutweighAFewReadings() {
    List<Member> fleet = fleet(64, 6);
    byte[] block = only(BlockCodec.encode(fleet));
    double bytesASample = block.length / (64.0 * 6 * 10);
    assertTrue(bytesASample <= 3.0, bytesASample + " bytes a sample");
    assertEquals(texts(fleet), texts(decode(block)));
  }

  @Test
  void whatOneBlockCannotHoldIsCut() {
    Random random = new Random(34);
    List<Member> members = new ArrayList<>();
    for (int d = 0; d < 4; d++) {
      ColumnsBuilder builder = new ColumnsBuilder();
      for (int i = 0; i < 70_000; i++) {
        Value value = new Value.Real(random.nextDouble());
        builder.add(1000L * i, 1000L * i, true, false, "m", value);
      }
      members.add(new Member(new DeviceId("d-" + d), builder.build()));
    }
    List<byte[]> blocks = BlockCodec.encode(members);
    assertTrue(blocks.size() >= 3, blocks.size() + " blocks");
    List<Member> back = new ArrayList<>();
    for (byte[] block : blocks) {
      assertTrue(block.length <= BlockCodec.BLOCK_BYTES_MAX, "" + block.length);
      back.addAll(decode(block));
    }
    assertEquals(texts(members), texts(back));
  }

  @Test
  void theSameMembersMakeTheSameBytes() {
    assertArrayEquals(only(BlockCodec.encode(fleet(9, 5))), only(BlockCodec.encode(fleet(9, 5))));
  }

  @Test
  void membersOutOfOrderAreABug() {
    List<Member> fleet = fleet(2, 1);
    assertThrows(IllegalArgumentException.class, () -> BlockCodec.encode(fleet.reversed()));
    assertThrows(
        IllegalArgumentException.class,
        () -> BlockCodec.encode(List.of(fleet.getFirst(), fleet.getFirst())));
  }

  private static List<Member> random(Random random) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(5); i++) {
      members.add(new Member(new DeviceId("d-" + i), Samples.columns(Samples.random(random, 12))));
    }
    return members;
  }

  /** Machines that report every 10 s with some jitter, stamped in ms; their values walk. */
  private static List<Member> fleet(int devices, int readings) {
    Random random = new Random(35);
    List<Member> fleet = new ArrayList<>();
    for (int d = 0; d < devices; d++) {
      ColumnsBuilder builder = new ColumnsBuilder();
      long[] mantissas = random.longs(METRICS.length, 100, 8000).toArray();
      long phaseMillis = random.nextInt(10_000);
      for (int i = 0; i < readings; i++) {
        long millis = Samples.NOON_MICROS / 1000 + phaseMillis + 10_000L * i + random.nextInt(30);
        long arrivalMicros = (millis + 15 + random.nextInt(40)) * 1000 + random.nextInt(1000);
        for (int m = 0; m < METRICS.length; m++) {
          mantissas[m] += random.nextInt(41) - 20;
          Value value = new Value.Real(mantissas[m] / (m % 2 == 0 ? 10.0 : 100.0));
          builder.add(millis * 1000, arrivalMicros, true, false, METRICS[m], value);
        }
      }
      fleet.add(new Member(new DeviceId("press-%03d".formatted(d)), builder.build()));
    }
    return fleet;
  }

  private static byte[] only(List<byte[]> blocks) {
    assertEquals(1, blocks.size());
    return blocks.getFirst();
  }

  private static List<Member> decode(byte[] block) {
    return members(BlockCodec.decode(block));
  }

  private static List<Member> members(Decoded decoded) {
    return assertInstanceOf(Decoded.Members.class, decoded).members();
  }

  private static List<String> texts(List<Member> members) {
    List<String> texts = new ArrayList<>();
    for (Member member : members) {
      for (String text : Samples.texts(member.columns())) {
        texts.add(member.device() + " " + text);
      }
    }
    return texts.stream().sorted().toList();
  }
}
