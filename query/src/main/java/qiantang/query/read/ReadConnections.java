package qiantang.query.read;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.read.ConnectionsAnswer;
import qiantang.store.read.ConnectionsRequest;
import qiantang.store.read.Reader;

/** When a device was connected, and why that ended; newest first. */
public final class ReadConnections {
  private final Reader reader;
  private final Devices devices;
  private final StoreWait store;

  /**
   * Which connections: by the time of connecting, from inclusive to exclusive, behind an id of an
   * earlier page (null to begin), and how many at most.
   */
  public record Wanted(long fromMicros, long toMicros, @Nullable String beforeId, int limit) {}

  /** Reads from these. */
  public ReadConnections(Reader reader, Devices devices, StoreWait store) {
    this.reader = reader;
    this.devices = devices;
    this.store = store;
  }

  /** One device's, or empty where nobody knows it. */
  public Optional<ConnectionsAnswer> run(Leave leave, DeviceId device, Wanted wanted) {
    ConnectionsAnswer answer =
        store.await(
            reader.connections(
                new ConnectionsRequest(
                    leave.enterprise(),
                    device,
                    wanted.fromMicros(),
                    wanted.toMicros(),
                    wanted.beforeId(),
                    wanted.limit())));
    return answer.items().isEmpty()
            && answer.next() == null
            && !devices.isKnown(leave.enterprise(), device)
        ? Optional.empty()
        : Optional.of(answer);
  }
}
