package qiantang.store.model;

/**
 * What one metric of a reading said.
 *
 * @param metric name of the metric, any UTF-8 up to 128 bytes
 * @param value what it said
 */
public record MetricValue(String metric, Value value) {
  /** Longest name of a metric or a device, in bytes of UTF-8. */
  public static final int NAME_BYTES_MAX = 128;
}
