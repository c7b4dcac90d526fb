package qiantang.store.summary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ExactTest {
  private static double sum(double... values) {
    ExactSum sum = new ExactSum();
    DoubleStream.of(values).forEach(sum::add);
    return sum.toExact().toDouble();
  }

  /** As math.fsum of Python has it. */
  @Test
  void sumsAreRoundedOnce() {
    assertEquals(1.0, sum(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1));
    assertEquals(0.1 + 0.2, sum(0.1, 0.2));
    assertEquals(0.6, sum(0.1, 0.2, 0.3));
    assertEquals(1.0, sum(1e16, 1.0, -1e16));
    assertEquals(Double.MIN_VALUE, sum(1e308, Double.MIN_VALUE, -1e308));
    assertEquals(0x1p53 + 2, sum(0x1p53, 1.0, 1e-300)); // more than a half
    assertEquals(0x1p53, sum(0x1p53, 1.0)); // a half, to the even one
    assertEquals(0.0, sum());
    assertEquals(0.0, sum(0.5, -0.5));
  }

  @Test
  void sumsBeyondTheLargestDoubleComeBack() {
    assertEquals(Double.MAX_VALUE, sum(Double.MAX_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE));
    assertEquals(Double.POSITIVE_INFINITY, sum(Double.MAX_VALUE, Double.MAX_VALUE));
    assertEquals(Double.NEGATIVE_INFINITY, sum(-Double.MAX_VALUE, -Double.MAX_VALUE));
    assertEquals(Double.MAX_VALUE, sum(Double.MAX_VALUE, 1.0));
  }

  @Test
  void sumsDependNeitherOnOrderNorOnGrouping() {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      List<Double> values = new ArrayList<>();
      BigDecimal expected = BigDecimal.ZERO;
      int spread = 1 + random.nextInt(2046);
      for (int n = random.nextInt(40); n > 0; n--) {
        long exponent = 1L + (random.nextInt(spread) + spread / 2) % 2046;
        double value =
            Double.longBitsToDouble(
                (random.nextLong() & 0x800f_ffff_ffff_ffffL) | (exponent << 52));
        values.add(value);
        expected = expected.add(new BigDecimal(value));
      }
      Collections.shuffle(values, random);
      int cut = values.isEmpty() ? 0 : random.nextInt(values.size());
      ExactSum left = new ExactSum();
      values.subList(0, cut).forEach(left::add);
      ExactSum right = new ExactSum();
      values.subList(cut, values.size()).forEach(right::add);
      right.add(left.toExact());
      assertEquals(Reckoning.exact(expected), right.toExact());
      assertEquals(expected.doubleValue(), right.toExact().toDouble());
    }
  }

  @Test
  void productsAreExact() {
    Random random = new Random(2);
    for (int i = 0; i < 5000; i++) {
      double real = Double.longBitsToDouble(random.nextLong());
      long integer = random.nextLong() >> random.nextInt(64);
      long factor = random.nextLong() >>> (1 + random.nextInt(63));
      ExactSum sum = new ExactSum();
      BigDecimal expected = BigDecimal.ZERO;
      if (Double.isFinite(real)) {
        sum.addProduct(real, factor);
        expected = new BigDecimal(real).multiply(BigDecimal.valueOf(factor));
      }
      sum.addProduct(integer, factor);
      sum.addProduct(Long.MIN_VALUE, factor);
      expected = expected.add(BigDecimal.valueOf(integer).multiply(BigDecimal.valueOf(factor)));
      expected =
          expected.add(BigDecimal.valueOf(Long.MIN_VALUE).multiply(BigDecimal.valueOf(factor)));
      assertEquals(Reckoning.exact(expected), sum.toExact());
    }
  }

  @Test
  void manyAdditionsCarry() {
    ExactSum sum = new ExactSum();
    for (int i = 0; i < 1000; i++) {
      sum.add(-Double.MIN_VALUE);
      sum.add(Long.MIN_VALUE);
      sum.add(-1.5);
      sum.toExact(); // carries, and changes nothing
    }
    BigInteger units = BigInteger.TWO.pow(63).multiply(BigInteger.valueOf(-1000));
    Exact expected = new Exact(units, 0).plus(Exact.of(-1500.0));
    assertEquals(expected.plus(Exact.of(-1000 * Double.MIN_VALUE)), sum.toExact());
    sum.clear();
    assertEquals(Exact.ZERO, sum.toExact());
    sum.add(2.5);
    assertEquals(Exact.of(2.5), sum.toExact());
  }

  @Test
  void quotientsAreRoundedOnce() {
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      BigInteger units = new BigInteger(1 + random.nextInt(160), random);
      Exact number =
          new Exact(
              random.nextBoolean() ? units : units.negate(),
              (random.nextBoolean() ? -1074 : -60) + random.nextInt(60));
      long divisor = 1 + (random.nextLong() >>> (2 + random.nextInt(61)));
      if (random.nextInt(3) == 0) {
        // Quotients at or beside the middle between two doubles.
        long middle = (random.nextLong() >>> 10) | (1L << 53) | 1;
        BigInteger half = BigInteger.valueOf(middle).multiply(BigInteger.valueOf(divisor));
        number = new Exact(half.add(BigInteger.valueOf(random.nextInt(3) - 1)), -30);
      }
      BigDecimal decimal =
          number.exponent() >= 0
              ? new BigDecimal(number.unitsAt(0))
              : new BigDecimal(number.units())
                  .divide(new BigDecimal(BigInteger.TWO.pow(-number.exponent())));
      assertEquals(Reckoning.quotient(decimal, divisor), number.dividedBy(divisor));
    }
    assertEquals(0.1, Exact.of(0.1).times(3).dividedBy(3));
  }

  @Test
  void oneNumberHasOneForm() {
    assertEquals(Exact.of(40L), Exact.of(40.0));
    assertEquals(Exact.ZERO, Exact.of(-0.0));
    assertEquals(Exact.ZERO, Exact.of(0.1).minus(Exact.of(0.1)));
    assertTrue(Exact.of(Long.MIN_VALUE + 1).isLong());
    assertTrue(Exact.of(Long.MAX_VALUE).isLong());
    assertEquals(Long.MAX_VALUE, Exact.of(Long.MAX_VALUE).toLong());
    assertFalse(Exact.of(0x1p63).isLong());
    assertFalse(Exact.of(0.5).isLong());
    assertTrue(Exact.ZERO.isLong());
  }
}
