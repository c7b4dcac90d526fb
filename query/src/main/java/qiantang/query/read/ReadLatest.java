package qiantang.query.read;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.read.LatestAnswer;
import qiantang.store.read.Reader;
import qiantang.store.read.Series.Sample;

/** The newest value of each metric of a device; one that was deleted has none any more. */
public final class ReadLatest {
  private final Reader reader;
  private final Devices devices;
  private final GoneDevices gone;
  private final StoreWait store;

  /** Reads from these. */
  public ReadLatest(Reader reader, Devices devices, GoneDevices gone, StoreWait store) {
    this.reader = reader;
    this.devices = devices;
    this.gone = gone;
    this.store = store;
  }

  /** The values, or empty where there is no such device; no metrics asks for all. */
  public Optional<LatestAnswer> run(Leave leave, DeviceId device, Set<String> metrics) {
    CompletionStage<LatestAnswer> asked = reader.latest(leave.enterprise(), device);
    boolean isGone = gone.has(leave.enterprise(), device); // while the values are read
    LatestAnswer answer = store.await(asked);
    // A device that reported exists, whatever the registry knows so far.
    if (isGone || (answer.byMetric().isEmpty() && !devices.isKnown(leave.enterprise(), device))) {
      return Optional.empty();
    }
    if (metrics.isEmpty()) {
      return Optional.of(answer);
    }
    var wanted = new TreeMap<>(answer.byMetric());
    wanted.keySet().retainAll(metrics);
    return Optional.of(
        new LatestAnswer(wanted, answer.completeness().fresh(newest(wanted.values()))));
  }

  /** When the newest of these arrived; 0 for none. */
  static long newest(Collection<Sample> samples) {
    return samples.stream().mapToLong(Sample::arrivalMicros).max().orElse(0);
  }
}
