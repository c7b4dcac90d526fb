package qiantang.sim.sparkplug;

/** The types of values that simulated machines have, with their codes (specification 6.4.16). */
public enum DataType {
  INT64(4),
  DOUBLE(10),
  BOOLEAN(11),
  STRING(12);

  private final int code;

  DataType(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
