package qiantang.store.read;

import java.util.SortedMap;
import qiantang.store.read.Series.Sample;

/**
 * The newest value of each metric: newest in event time, not in arrival.
 *
 * @param byMetric in order of metric name
 */
public record LatestAnswer(SortedMap<String, Sample> byMetric, Completeness completeness) {}
