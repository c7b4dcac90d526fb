package qiantang.ingest.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import qiantang.store.codec.FrameCodec;
import qiantang.store.codec.TooNewException;
import qiantang.store.model.Counts;
import qiantang.store.model.EnterpriseId;

/** The store's frames, of sections of entries that need not be any, under a checksum that holds. */
final class FrameTarget implements Target {
  private static final int CHECKSUM_BYTES = 4;

  @Override
  public byte[] make(Dice dice) {
    FrameCodec.Builder builder = new FrameCodec.Builder(256);
    for (int i = dice.below(3); i >= 0; i--) {
      List<byte[]> entries = new ArrayList<>();
      for (int j = dice.below(4); j > 0; j--) {
        byte[] entry = new byte[1 + dice.below(40)];
        for (int at = 0; at < entry.length; at++) {
          entry[at] = (byte) (dice.once(2) ? dice.below(8) : dice.below(256));
        }
        entries.add(entry);
      }
      builder.add(new EnterpriseId("e" + i), Counts.NONE, entries);
    }
    byte[] frame = builder.build();
    byte[] changed =
        dice.once(4) ? frame : Mutations.of(frame, "acme-device-metric".getBytes(US_ASCII), dice);
    if (changed.length >= CHECKSUM_BYTES && !dice.once(20)) {
      seal(changed);
    }
    return changed;
  }

  private static void seal(byte[] frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame, 0, frame.length - CHECKSUM_BYTES);
    for (int i = 0; i < CHECKSUM_BYTES; i++) {
      frame[frame.length - 1 - i] = (byte) (crc.getValue() >> (8 * i));
    }
  }

  @Override
  public String run(byte[] input, int cut) {
    try {
      var _ = FrameCodec.decode(input);
    } catch (TooNewException declared) {
      return "too new";
    }
    return "";
  }

  @Override
  public boolean isStream() {
    return false;
  }

  @Override
  public long bytesMax() {
    return 64 * 1024;
  }

  @Override
  public long bytesPerByte() {
    return 200;
  }
}
