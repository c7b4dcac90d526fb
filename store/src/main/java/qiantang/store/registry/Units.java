package qiantang.store.registry;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * In which units the devices of an enterprise measure, by model and metric.
 *
 * @param byMetric what was said, in order of model and metric
 */
public record Units(SortedMap<Metric, String> byMetric) {
  /** So many an enterprise may have: a hundred models with ten metrics each. */
  public static final int COUNT_MAX = 1000;

  /** Nothing was said. */
  public static final Units NONE = new Units(Collections.emptySortedMap());

  public Units {
    byMetric = Collections.unmodifiableSortedMap(new TreeMap<>(byMetric));
  }

  /**
   * What has a unit.
   *
   * @param model {@link #ALL} for all that have none of their own
   */
  public record Metric(String model, String name) implements Comparable<Metric> {
    /** Stands for all models that say nothing of a metric. */
    public static final String ALL = "";

    @Override
    public int compareTo(Metric other) {
      int byModel = model.compareTo(other.model);
      return byModel == 0 ? name.compareTo(other.name) : byModel;
    }
  }

  /** Those of the devices of one model. */
  public record OfModel(Units units, String model) {
    /** Of whom nothing is to be told. */
    public static final OfModel NONE = new OfModel(Units.NONE, Metric.ALL);

    /** The unit of a metric; null for none. */
    public @Nullable String of(String metric) {
      return units.of(model, metric);
    }
  }

  /**
   * The unit of a metric; null for none.
   *
   * @param model of the device; empty where nobody said it
   */
  public @Nullable String of(String model, String metric) {
    String own = byMetric.get(new Metric(model, metric));
    return own == null ? byMetric.get(new Metric(Metric.ALL, metric)) : own;
  }

  /** Those of the devices of one model. */
  public OfModel ofModel(String model) {
    return new OfModel(this, model);
  }

  /** Whether one must know a device's model to tell its units. */
  public boolean nameModels() {
    // In order of model: whatever names one comes behind all that name none.
    return !byMetric.isEmpty() && !byMetric.lastKey().model().equals(Metric.ALL);
  }
}
