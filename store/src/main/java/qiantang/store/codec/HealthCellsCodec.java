package qiantang.store.codec;

import java.util.Map;
import qiantang.store.health.HealthCell;
import qiantang.store.health.HealthCells;
import qiantang.store.health.Octaves;

/**
 * What a device did, hour by hour.
 *
 * <pre>
 * cells   := 'H' version(1) count(varint) cell* crc32c(4)
 * cell    := hour(varint) number(varint){9} octaves octaves reasons(varint) (word count(varint))*
 * octaves := lots(varint) (octave(zigzag) count(varint) sum(zigzag))*
 * </pre>
 */
public final class HealthCellsCodec {
  private static final int MAGIC = 'H';
  private static final int VERSION = 1;

  private HealthCellsCodec() {}

  /** What came of decoding cells. */
  public sealed interface Decoded {
    /** The cells. */
    record Whole(HealthCells cells) implements Decoded {}

    /** The bytes are damaged: counted, never returned as values. */
    record Damaged(String reason) implements Decoded {}
  }

  /** Encodes cells: some 30 bytes an hour. A pure function. */
  public static byte[] encode(HealthCells cells) {
    ByteSink sink = Envelope.begin(MAGIC, VERSION, 1024);
    sink.putVarint(cells.cells().size());
    for (Map.Entry<Long, HealthCell> entry : cells.cells().entrySet()) {
      sink.putVarint(entry.getKey());
      HealthCell cell = entry.getValue();
      for (long number : cell.numbers()) {
        sink.putVarint(number);
      }
      put(sink, cell.distances());
      put(sink, cell.skews());
      sink.putVarint(cell.rejections().size());
      cell.rejections()
          .forEach(
              (reason, count) -> {
                sink.putText(reason);
                sink.putVarint(count);
              });
    }
    return Envelope.seal(sink);
  }

  private static void put(ByteSink sink, Octaves octaves) {
    sink.putVarint(octaves.lots().size());
    octaves
        .lots()
        .forEach(
            (octave, lot) -> {
              sink.putZigzag(octave);
              sink.putVarint(lot.count());
              sink.putZigzag(lot.sum());
            });
  }

  /** Decodes cells. */
  public static Decoded decode(byte[] bytes) {
    try {
      ByteSource source = Envelope.open(bytes, MAGIC, VERSION, "list of health cells");
      HealthCells cells = new HealthCells();
      for (int i = source.getCount(); i > 0; i--) {
        HealthCell cell = cells.cell(source.getVarint());
        long[] numbers = new long[HealthCell.NUMBERS];
        for (int n = 0; n < numbers.length; n++) {
          numbers[n] = source.getVarint();
        }
        cell.restore(numbers);
        get(source, cell.distances());
        get(source, cell.skews());
        for (int n = source.getCount(); n > 0; n--) {
          cell.rejections().put(source.getText(), source.getVarint());
        }
      }
      source.requireEnd();
      return new Decoded.Whole(cells);
    } catch (ByteSource.Damaged e) {
      return new Decoded.Damaged(String.valueOf(e.getMessage()));
    }
  }

  private static void get(ByteSource source, Octaves octaves) {
    for (int n = source.getCount(); n > 0; n--) {
      int octave = (int) source.getZigzag();
      octaves.add(octave, new Octaves.Lot(source.getVarint(), source.getZigzag()));
    }
  }
}
