package qiantang.query.read;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Reason;
import qiantang.store.read.Reader;
import qiantang.store.read.RejectionsAnswer;
import qiantang.store.read.RejectionsRequest;

/** What was refused, newest first. */
public final class ReadRejections {
  private final Reader reader;
  private final Devices devices;
  private final StoreWait store;

  /**
   * Which rejections: a reason (null for all), arrival times from inclusive to exclusive, behind an
   * id of an earlier page (null to begin), and how many at most.
   */
  public record Wanted(
      @Nullable Reason reason,
      long fromMicros,
      long toMicros,
      @Nullable String beforeId,
      int limit) {}

  /** Reads from these. */
  public ReadRejections(Reader reader, Devices devices, StoreWait store) {
    this.reader = reader;
    this.devices = devices;
    this.store = store;
  }

  /** An enterprise's. */
  public RejectionsAnswer ofEnterprise(Leave leave, Wanted wanted) {
    return read(leave.enterprise(), null, wanted);
  }

  /** One device's, or empty where nobody knows it. */
  public Optional<RejectionsAnswer> ofDevice(Leave leave, DeviceId device, Wanted wanted) {
    RejectionsAnswer answer = read(leave.enterprise(), device, wanted);
    // A device of which everything was refused is known by its rejections alone.
    return answer.items().isEmpty()
            && answer.next() == null
            && !devices.isKnown(leave.enterprise(), device)
        ? Optional.empty()
        : Optional.of(answer);
  }

  /** Those that belong to no enterprise; the caller is an operator. */
  public RejectionsAnswer ofNobody(Caller operator, Wanted wanted) {
    if (!operator.isOperator()) {
      throw new AssertionError("BUG: the operator's rejections asked for by another");
    }
    return read(EnterpriseId.OPERATOR, null, wanted);
  }

  private RejectionsAnswer read(EnterpriseId enterprise, @Nullable DeviceId device, Wanted wanted) {
    return store.await(
        reader.rejections(
            new RejectionsRequest(
                enterprise,
                device,
                wanted.reason(),
                wanted.fromMicros(),
                wanted.toMicros(),
                wanted.beforeId(),
                wanted.limit())));
  }
}
