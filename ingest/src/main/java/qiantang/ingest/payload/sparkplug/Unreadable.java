package qiantang.ingest.payload.sparkplug;

/** The bytes are no Sparkplug payload; the message says why. Never leaves this package. */
final class Unreadable extends Exception {
  Unreadable(String detail) {
    super(detail, null, false, false);
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
