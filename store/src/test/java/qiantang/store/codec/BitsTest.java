package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BitsTest {
  @Test
  void everyWidthComesBackUpToTheLastByteOfTheArray() {
    Random random = new Random(1);
    for (int width = 0; width <= Bits.WIDE; width++) {
      if (width > Bits.NARROW_MAX && width < Bits.WIDE) {
        continue; // no such width is ever chosen
      }
      for (int count : new int[] {1, 2, 7, 8, 9, 63, 64, 65, 127, 128}) {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
          values[i] = width == 0 ? 0 : random.nextLong() >>> (64 - width);
        }
        values[count - 1] = width == 0 ? 0 : -1L >>> (64 - width);
        // Once at the end of the array, once with bytes behind that are not ours.
        assertComesBack(values, width, 0);
        assertComesBack(values, width, 3);
        assertComesBack(values, width, 20);
      }
    }
  }

  @Test
  void widthIsTheFewestBitsThatHoldTheNumber() {
    assertEquals(0, Bits.width(0));
    assertEquals(1, Bits.width(1));
    assertEquals(8, Bits.width(255));
    assertEquals(9, Bits.width(256));
    assertEquals(56, Bits.width((1L << 56) - 1));
    assertEquals(64, Bits.width(1L << 56));
    assertEquals(64, Bits.width(-1));
  }

  @Test
  void bytesThatAreNotThereAreDamage() {
    ByteSource source = new ByteSource(new byte[15], 0, 15);
    assertThrows(ByteSource.Damaged.class, () -> Bits.unpack(source, 1, new long[121], 0, 121));
  }

  private static void assertComesBack(long[] values, int width, int bytesBehind) {
    ByteSink sink = new ByteSink(0);
    sink.put(0x5a);
    Bits.pack(sink, values, values.length, width);
    int packed = sink.length();
    for (int i = 0; i < bytesBehind; i++) {
      sink.put(0xff);
    }
    ByteSource source = new ByteSource(sink.toBytes(), 1, packed);
    long[] back = new long[values.length + 2];
    Arrays.fill(back, 42);
    Bits.unpack(source, width, back, 1, values.length);
    assertArrayEquals(values, Arrays.copyOfRange(back, 1, values.length + 1), "width " + width);
    assertEquals(42, back[0]);
    assertEquals(42, back[values.length + 1]);
    assertEquals(0, source.remaining());
    assertEquals(Bits.bytes(values.length, width), packed - 1);
  }
}
