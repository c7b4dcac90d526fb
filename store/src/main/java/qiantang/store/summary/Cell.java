package qiantang.store.summary;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Value;

/** One sample as primitives, so that a walk over many allocates nothing. Not thread-safe. */
final class Cell {
  private enum Kind {
    TRUTH,
    INTEGER,
    REAL,
    OTHER
  }

  long timeMicros;
  private Kind kind = Kind.OTHER;
  private long integer; // 0 or 1 of a boolean
  private double real;
  private @Nullable Value other;

  void setReal(long atMicros, double value) {
    timeMicros = atMicros;
    kind = Kind.REAL;
    real = value;
  }

  void setInteger(long atMicros, long value) {
    timeMicros = atMicros;
    kind = Kind.INTEGER;
    integer = value;
  }

  void setTruth(long atMicros, boolean value) {
    timeMicros = atMicros;
    kind = Kind.TRUTH;
    integer = value ? 1 : 0;
  }

  void set(long atMicros, Value value) {
    switch (value) {
      case Value.Bool(boolean truth) -> setTruth(atMicros, truth);
      case Value.Int(long whole) -> setInteger(atMicros, whole);
      case Value.Real(double number) -> setReal(atMicros, number);
      case Value.Text _, Value.Json _ -> {
        timeMicros = atMicros;
        kind = Kind.OTHER;
        other = value;
      }
    }
  }

  void set(Cell from) {
    timeMicros = from.timeMicros;
    kind = from.kind;
    integer = from.integer;
    real = from.real;
    other = from.other;
  }

  boolean isReal() {
    return kind == Kind.REAL;
  }

  boolean isNumber() {
    return switch (kind) {
      case TRUTH, INTEGER -> true;
      case REAL -> Double.isFinite(real);
      case OTHER -> false;
    };
  }

  /** Orders two numbers as {@link Numbers#compare} does. */
  int compareTo(Cell that) {
    if (kind == Kind.REAL) {
      return that.kind == Kind.REAL
          ? Double.compare(real, that.real)
          : -Numbers.compare(that.integer, real);
    }
    return that.kind == Kind.REAL
        ? Numbers.compare(integer, that.real)
        : Long.compare(integer, that.integer);
  }

  void addTo(ExactSum sum) {
    if (kind == Kind.REAL) {
      sum.add(real);
    } else {
      sum.add(integer);
    }
  }

  void addProductTo(ExactSum sum, long factor) {
    if (kind == Kind.REAL) {
      sum.addProduct(real, factor);
    } else {
      sum.addProduct(integer, factor);
    }
  }

  Value value() {
    return switch (kind) {
      case TRUTH -> new Value.Bool(integer != 0);
      case INTEGER -> new Value.Int(integer);
      case REAL -> new Value.Real(real);
      case OTHER -> Objects.requireNonNull(other);
    };
  }

  Sample sample() {
    return new Sample(timeMicros, value());
  }
}
