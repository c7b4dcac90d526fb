package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.Entries;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Register;
import qiantang.store.model.Value;

class EnvelopeTest {
  private static final DeviceId DEVICE = new DeviceId("d");
  private static final Entry.Presence SESSION = Entries.presence("d", 1, true, "connect", 7);

  private record Stored(byte[] bytes, Function<byte[], Object> decode) {}

  @Test
  void whatANewerVersionWroteIsNotTakenForDamaged() {
    for (Stored stored : all()) {
      for (int version : new int[] {2, 3, 127, 128, 255}) {
        if (version == 2 && (stored.bytes[0] == 'Q' || stored.bytes[0] == 'G')) {
          continue; // a frame may be of version 2, and a register
        }
        byte[] newer = Versions.of(version, stored.bytes);
        TooNewException error =
            assertThrows(TooNewException.class, () -> stored.decode.apply(newer));
        assertTrue(String.valueOf(error.getMessage()).contains("of version " + version));
      }
    }
  }

  @Test
  void aVersionThatIsFlippedByAFaultIsDamage() {
    for (Stored stored : all()) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = stored.bytes.clone();
        flipped[1] ^= (byte) (1 << bit);
        assertEquals("Damaged", stored.decode.apply(flipped).getClass().getSimpleName());
      }
      Object none = stored.decode.apply(Versions.of(0, stored.bytes));
      assertEquals("Damaged", none.getClass().getSimpleName(), "no version was ever 0");
    }
  }

  @Test
  void insteadOfANewerSummaryTheColumnsAreAsked() {
    byte[] bytes = SummaryCodec.encode(columns());
    assertInstanceOf(SummaryCodec.Decoded.Found.class, SummaryCodec.decode(bytes));
    byte[] newer = Versions.of(2, bytes);
    assertEquals(new SummaryCodec.Decoded.None(), SummaryCodec.decode(newer));
  }

  private static List<Stored> all() {
    List<BlockCodec.Member> members = List.of(new BlockCodec.Member(DEVICE, columns()));
    FrameCodec.Builder frame = new FrameCodec.Builder(64);
    frame.add(
        new EnterpriseId("acme"), new Counts(1, 0, 1, 0), List.of(EntryCodec.encode(SESSION)));
    List<Stored> all = new ArrayList<>();
    all.add(new Stored(frame.build(), FrameCodec::decode));
    all.add(new Stored(BlockCodec.encode(members).getFirst(), BlockCodec::decode));
    all.add(new Stored(ChunkCodec.encode(columns()).getFirst().bytes(), ChunkCodec::decode));
    all.add(
        new Stored(
            RecordsCodec.encode(List.of(new RecordsCodec.Item(1, 2, SESSION))).getFirst(),
            RecordsCodec::decode));
    all.add(
        new Stored(
            RegisterCodec.encode(new Register(7, null, SESSION, List.of())),
            RegisterCodec::decode));
    return all;
  }

  private static DeviceColumns columns() {
    ColumnsBuilder builder = new ColumnsBuilder();
    Random random = new Random(3);
    for (int i = 0; i < SummaryCodec.ROWS_MIN; i++) {
      builder.add(i * 1_000_000L, 7, true, false, "m", new Value.Int(random.nextInt(9)));
    }
    return builder.build();
  }
}
