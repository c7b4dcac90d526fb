package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.Samples.Sample;
import qiantang.store.model.Value;

class ColumnsBuilderTest {
  private static final long NOON = Samples.NOON_MICROS;

  @Test
  void columnsSayWhatWasAdded() {
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      List<Sample> samples = Samples.random(random, 60);
      assertEquals(Samples.texts(samples), Samples.texts(Samples.columns(samples)));
    }
  }

  @Test
  void aMessageIsARowAndTwoMessagesOfOneInstantAreTwo() {
    ColumnsBuilder builder = new ColumnsBuilder();
    add(builder, NOON, NOON + 10_000, "b", 1);
    add(builder, NOON, NOON + 10_999, "a", 2); // the same millisecond
    add(builder, NOON, NOON + 30_000, "c", 3);
    add(builder, NOON + 1, NOON + 30_000, "a", 4);
    DeviceColumns columns = builder.build();
    assertEquals(3, columns.rows());
    assertEquals(4, columns.samples());
    assertEquals(List.of("a", "b", "c"), columns.metrics());
    assertArrayEquals(new int[] {0, 2}, columns.columns().get(0).rows());
    assertArrayEquals(new int[] {0}, columns.columns().get(1).rows());
    assertArrayEquals(new int[] {1}, columns.columns().get(2).rows());
    assertEquals(NOON / 1000 + 10, columns.arrivalMillis(0));
    assertEquals(NOON / 1000 + 30, columns.arrivalMillis(1));
  }

  @Test
  void flagsBelongToTheirRow() {
    ColumnsBuilder builder = new ColumnsBuilder();
    builder.add(NOON, NOON, true, false, "a", new Value.Int(1));
    builder.add(NOON, NOON, false, true, "b", new Value.Int(1));
    DeviceColumns columns = builder.build();
    assertEquals(2, columns.rows());
    assertTrue(columns.stamped(0) && !columns.possibleRepeat(0));
    assertTrue(!columns.stamped(1) && columns.possibleRepeat(1));
  }

  @Test
  void arrivalIsRoundedDownBefore1970Too() {
    ColumnsBuilder builder = new ColumnsBuilder();
    add(builder, -5, -1, "a", 1);
    assertEquals(-1, builder.build().arrivalMillis(0));
  }

  @Test
  void aColumnHasTheNarrowestTypeThatHoldsItsValues() {
    assertInstanceOf(Column.Booleans.class, only(new Value.Bool(true), new Value.Bool(false)));
    assertInstanceOf(Column.Integers.class, only(new Value.Int(Long.MAX_VALUE), new Value.Int(1)));
    assertNull(
        assertInstanceOf(Column.Reals.class, only(new Value.Real(1), new Value.Real(-0.0)))
            .integers());
    assertInstanceOf(Column.Values.class, only(new Value.Text("a"), new Value.Text("a")));
    assertInstanceOf(Column.Values.class, only(new Value.Bool(true), new Value.Int(1)));
    assertInstanceOf(Column.Values.class, only(new Value.Real(1), new Value.Text("")));
  }

  @Test
  void integersAmongDoublesStayUnboxedAndIntegers() {
    Column.Reals reals =
        assertInstanceOf(
            Column.Reals.class, only(new Value.Int(20), new Value.Real(20.5), new Value.Int(21)));
    assertArrayEquals(new double[] {20, 20.5, 21}, reals.values());
    assertArrayEquals(new boolean[] {true, false, true}, reals.integers());
    reals =
        assertInstanceOf(Column.Reals.class, only(new Value.Real(0.5), new Value.Int(-(1L << 53))));
    assertEquals(new Value.Int(-(1L << 53)), reals.value(1));
  }

  @Test
  void anIntegerThatNoDoubleHoldsKeepsItsDigits() {
    long large = (1L << 53) + 1;
    assertEquals(
        new Value.Int(large),
        assertInstanceOf(Column.Values.class, only(new Value.Int(large), new Value.Real(0.5)))
            .value(0));
    assertEquals(
        new Value.Int(large),
        assertInstanceOf(Column.Values.class, only(new Value.Real(0.5), new Value.Int(large)))
            .value(1));
  }

  @Test
  void slicesSayWhatTheirRowsSayAndMakeTheSameColumnsAsBuiltAlone() {
    Random random = new Random(12);
    for (int i = 0; i < 200; i++) {
      List<Sample> samples = Samples.random(random, 60);
      DeviceColumns whole = Samples.columns(samples);
      int from = random.nextInt(whole.rows());
      int to = from + 1 + random.nextInt(whole.rows() - from);
      DeviceColumns slice = whole.slice(from, to);
      List<String> expected =
          Samples.texts(whole).stream().filter(inRows(whole, from, to)).toList();
      assertEquals(expected.stream().sorted().toList(), Samples.texts(slice));
      assertEquals(to - from, slice.rows());
      for (Column column : slice.columns()) {
        boolean full = column.count() == slice.rows();
        assertEquals(full, column.rows() == null, "no row list where all rows have a value");
      }
    }
  }

  private static java.util.function.Predicate<String> inRows(
      DeviceColumns whole, int from, int to) {
    List<String> texts = new java.util.ArrayList<>();
    for (Column column : whole.columns()) {
      for (int i = 0; i < column.count(); i++) {
        int row = column.row(i);
        if (row >= from && row < to) {
          texts.add(
              new Sample(
                      whole.eventTimeMicros(row),
                      whole.arrivalMillis(row) * 1000,
                      whole.stamped(row),
                      whole.possibleRepeat(row),
                      column.metric(),
                      column.value(i))
                  .text());
        }
      }
    }
    return texts::remove;
  }

  @Test
  void rowsAreFoundByTime() {
    DeviceColumns columns = Samples.column(10, i -> new Value.Int(i));
    assertEquals(0, columns.rowAtOrAfter(Long.MIN_VALUE));
    assertEquals(0, columns.rowAtOrAfter(NOON));
    assertEquals(1, columns.rowAtOrAfter(NOON + 1));
    assertEquals(9, columns.rowAtOrAfter(NOON + 9_000_000));
    assertEquals(10, columns.rowAtOrAfter(Long.MAX_VALUE));
  }

  @Test
  void wrongOrderDuplicatesAndImpossibleNamesAreBugs() {
    ColumnsBuilder builder = new ColumnsBuilder();
    add(builder, NOON, NOON, "a", 1);
    assertThrows(IllegalArgumentException.class, () -> add(builder, NOON - 1, NOON, "b", 1));
    assertThrows(IllegalArgumentException.class, () -> add(builder, NOON, NOON, "a", 1));
    assertThrows(IllegalArgumentException.class, () -> add(builder, NOON, NOON + 5000, "a", 1));
    assertThrows(
        IllegalArgumentException.class, () -> add(builder, NOON, NOON, "x".repeat(129), 1));
    assertThrows(IllegalArgumentException.class, () -> add(builder, NOON, NOON, "\ud800", 1));
  }

  private static void add(
      ColumnsBuilder builder, long eventMicros, long arrivalMicros, String metric, long value) {
    builder.add(eventMicros, arrivalMicros, true, false, metric, new Value.Int(value));
  }

  private static Column only(Value... values) {
    return Samples.column(values.length, i -> values[i]).columns().getFirst();
  }
}
