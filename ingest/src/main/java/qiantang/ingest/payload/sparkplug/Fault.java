package qiantang.ingest.payload.sparkplug;

import qiantang.store.model.Reason;

/** A value that cannot be kept as it was sent; the others of its message can. */
final class Fault extends Exception {
  private final Reason reason;

  /**
   * A value is refused.
   *
   * @param detail goes on from "metric 'x' "
   */
  Fault(Reason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  static Fault malformed(String detail) {
    return new Fault(Reason.MALFORMED, detail);
  }

  Reason reason() {
    return reason;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
