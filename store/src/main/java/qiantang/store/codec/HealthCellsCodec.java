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
 *            [first(varint) since(varint)]
 * octaves := lots(varint) (octave(zigzag) count(varint) sum(zigzag))*
 * </pre>
 *
 * <p>When refusals began is there from version 2 on, behind the reasons of an hour that has any:
 * the first one by milliseconds of the hour; and since when each hour before it had some, 0 for no
 * such hour. Of cells without refusals the bytes are those of version 1. Where version 1 has some,
 * the first one is taken to have come when its hour began.
 */
public final class HealthCellsCodec {
  private static final int MAGIC = 'H';
  private static final int VERSION = 1;
  private static final int WITH_REFUSALS = 2;
  private static final int VERSION_AT = 1;
  private static final long HOUR_MILLIS = 3_600_000;

  private HealthCellsCodec() {}

  /** What came of decoding cells. */
  public sealed interface Decoded {
    /** The cells. */
    record Whole(HealthCells cells) implements Decoded {}

    /** The bytes are damaged: counted, never returned as values. */
    record Damaged(String reason) implements Decoded {}
  }

  /** Encodes cells: some 30 bytes an hour, 5 more with refusals. A pure function. */
  public static byte[] encode(HealthCells cells) {
    boolean areRefusals =
        cells.cells().values().stream().anyMatch(cell -> !cell.rejections().isEmpty());
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
      if (!cell.rejections().isEmpty()) {
        long[] refusals = cell.refusals();
        sink.putVarint(refusals[0] - entry.getKey() * HOUR_MILLIS);
        sink.putVarint(refusals[1]);
      }
    }
    return areRefusals ? Envelope.seal(sink, WITH_REFUSALS) : Envelope.seal(sink);
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
      ByteSource source =
          Envelope.open(bytes, MAGIC, VERSION, WITH_REFUSALS, "list of health cells");
      boolean areRefusals = bytes[VERSION_AT] == WITH_REFUSALS;
      HealthCells cells = new HealthCells();
      for (int i = source.getCount(); i > 0; i--) {
        long hour = source.getVarint();
        HealthCell cell = cells.cell(hour);
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
        if (!cell.rejections().isEmpty()) {
          long first = areRefusals ? source.getVarint() : 0;
          long since = areRefusals ? source.getVarint() : 0;
          cell.restoreRefusals(hour * HOUR_MILLIS + first, since);
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
